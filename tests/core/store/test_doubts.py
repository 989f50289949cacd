from __future__ import annotations

import numpy as np
import pytest

from core.errors import NotFound, StoreFailed
from core.evaluate.doubt import DoubtSettings
from core.finetune.deciding import ClassThreshold
from core.store import decisions, doubts, runs
from core.store.decisions import Decisions


@pytest.fixture
def run() -> str:
    """A run with 400 held-out rows; those at 0.9 are right, those at 0.6 half the time."""
    record = runs.create({"kind": "finetune"}, name="made up")
    sure = np.repeat([0.9, 0.6], 200)
    labels = np.zeros(400, np.int64)
    labels[200::2] = 1
    arrays = {
        "validation_rows": np.arange(400),
        "validation_labels": labels,
        "validation_proba": np.column_stack([sure, 1 - sure]),
    }
    runs.save_arrays(record.id, "predictions", arrays)
    return record.id


def test_nothing_was_chosen(run: str) -> None:
    assert doubts.get(run) == DoubtSettings()


def test_what_was_wanted_is_kept_and_the_threshold_follows(run: str) -> None:
    doubts.keep(run, DoubtSettings(allowed_error=0.05, threshold=0.123, far=0.02))
    assert doubts.get(run) == DoubtSettings(allowed_error=0.05, threshold=0.9, far=0.02)
    # at another temperature the same rows are surer: 81 to 1
    decisions.keep(run, Decisions(temperature=0.5, held_out=400))
    moved = doubts.get(run).threshold
    assert moved == pytest.approx(0.81 / 0.82)


def test_a_promise_is_about_the_answers_that_are_given(run: str) -> None:
    """All rows are said to be of the second class from 0.05 on, and most are of the first."""
    before = doubts.rule(run, 0.05)
    assert before.threshold == 0.9
    decisions.keep(run, Decisions(threshold=ClassThreshold(1, 0.05, 100.0, 400)))
    after = doubts.rule(run, 0.05)
    assert after.threshold is None
    assert after.bound > 0.5


def test_a_promise_that_a_threshold_breaks_is_said(run: str) -> None:
    assert doubts.broken(run) == ""
    doubts.keep(run, DoubtSettings(allowed_error=0.05))
    assert doubts.broken(run) == ""
    decisions.keep(run, Decisions(threshold=ClassThreshold(1, 0.05, 100.0, 400)))
    said = doubts.broken(run).replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert said.startswith("At most 5.0 % wrong answers were promised")
    assert "to whatever is not certain" in said
    doubts.keep(run, DoubtSettings())
    assert doubts.broken(run) == ""


def test_rows_that_chose_something_else_too_are_named(run: str) -> None:
    names = ("fruit", "music")
    assert doubts.same_rows(run, names) == ""
    decisions.keep(run, Decisions(2.0, 400, ClassThreshold(1, 0.05, 100.0, 400)))
    assert doubts.same_rows(run, names).startswith(
        "The temperature and the threshold for music were chosen on these same rows"
    )


def test_a_promise_that_can_no_longer_be_made_answers_nothing(run: str) -> None:
    doubts.keep(run, DoubtSettings(allowed_error=0.001))
    assert doubts.get(run).threshold == 1.0


def test_forgotten(run: str) -> None:
    doubts.keep(run, DoubtSettings(allowed_error=0.05))
    doubts.keep(run, DoubtSettings())
    assert doubts.get(run) == DoubtSettings()


def test_a_run_without_held_out_rows_promises_nothing() -> None:
    record = runs.create({"kind": "finetune"}, name="older")
    runs.save_arrays(record.id, "predictions", {"test_rows": np.arange(3)})
    assert doubts.rule(record.id, 0.05).threshold is None


def test_settings_without_an_error_need_no_predictions() -> None:
    record = runs.create({"kind": "finetune"}, name="older")
    doubts.keep(record.id, DoubtSettings(far=0.05))
    assert doubts.get(record.id) == DoubtSettings(far=0.05)


@pytest.mark.parametrize("content", ["{", "[]", '{"far": 7}', '{"far": "much"}'])
def test_a_damaged_file_is_said_in_words(run: str, content: str) -> None:
    (runs.folder(run) / "doubts.json").write_text(content, "utf-8")
    with pytest.raises(StoreFailed, match="is damaged"):
        doubts.get(run)


def test_no_such_run() -> None:
    with pytest.raises(NotFound):
        doubts.keep("zzzzzzzzzzzz", DoubtSettings())
