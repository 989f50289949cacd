"""What is decided about a run's answers is kept beside the classifier and applied by it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import NotFound, StoreFailed
from core.finetune.temperature import sharpened
from core.store import classifiers, decisions, runs
from core.store.decisions import Decisions
from tests.seed import finished_run

TEXTS = np.array(["apple pear", "rocket orbit note", "today people"], dtype=object)


def test_nothing_is_decided_at_first(home: Path) -> None:
    made = runs.create({"kind": "load"}, name="x")
    assert decisions.get(made.id) == Decisions(1.0, 0)


def test_kept_and_taken_back(home: Path) -> None:
    made = runs.create({"kind": "load"}, name="x")
    decisions.keep(made.id, Decisions(1.5, 40))
    assert decisions.get(made.id) == Decisions(1.5, 40)
    decisions.keep(made.id, Decisions())
    assert decisions.get(made.id) == Decisions()
    assert not list(runs.folder(made.id).glob("*.json"))


def test_no_such_run(home: Path) -> None:
    with pytest.raises(NotFound, match="no run 'nosuchrunabc'"):
        decisions.keep("nosuchrunabc", Decisions(2.0, 5))
    with pytest.raises(NotFound):
        decisions.get("../../etc")


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b'{"temperature": 0.5}',
        b'{"temperature": 0, "held_out": 3}',
        b'{"temperature": NaN, "held_out": 3}',
        b'{"temperature": 1e9, "held_out": 3}',
    ],
)
def test_a_damaged_file_is_said(home: Path, content: bytes) -> None:
    made = runs.create({"kind": "load"}, name="x")
    (runs.folder(made.id) / "decisions.json").write_bytes(content)
    with pytest.raises(StoreFailed, match="is damaged") as caught:
        decisions.get(made.id)
    assert caught.value.hint is not None


def test_the_classifier_answers_as_decided(home: Path) -> None:
    run = finished_run(method="lsa", head="logistic")
    before = classifiers.load(run).predict_proba(TEXTS)
    decisions.keep(run, Decisions(3.0, 9))
    after = classifiers.load(run)
    assert after.temperature == 3.0
    assert after.predict_proba(TEXTS) == pytest.approx(sharpened(before, 3.0))
    encoded = after.encoder.transform(TEXTS)
    assert after.predict_proba_encoded(encoded) == pytest.approx(after.predict_proba(TEXTS))
    assert (after.predict(TEXTS) == before.argmax(axis=1)).all()
    assert classifiers.load(run, as_trained=True).predict_proba(TEXTS) == pytest.approx(before)
    arrays = runs.load_arrays(run, "predictions")
    shown = decisions.applied(arrays, decisions.get(run))
    for name in ("test_proba", "train_proba", "validation_proba"):
        assert shown[name] == pytest.approx(sharpened(arrays[name], 3.0))
    for name in ("baseline_proba", "test_rows", "test_labels"):
        assert (shown[name] == arrays[name]).all()
