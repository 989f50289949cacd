"""What is decided about a run's answers is kept beside the classifier and applied by it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import NotFound, StoreFailed
from core.finetune.deciding import ClassThreshold
from core.finetune.temperature import sharpened
from core.store import classifiers, decisions, runs
from core.store.decisions import Decisions
from tests.seed import finished_run

RULE = ClassThreshold(code=1, threshold=0.2, miss_cost=5.0, held_out=9)
TEXTS = np.array(["apple pear", "rocket orbit note", "today people"], dtype=object)


def test_nothing_is_decided_at_first(home: Path) -> None:
    made = runs.create({"kind": "load"}, name="x")
    assert decisions.get(made.id) == Decisions(1.0, 0)


def test_kept_and_taken_back(home: Path) -> None:
    made = runs.create({"kind": "load"}, name="x")
    decisions.keep(made.id, Decisions(1.5, 40))
    assert decisions.get(made.id) == Decisions(1.5, 40)
    decisions.keep(made.id, Decisions(threshold=RULE))
    assert decisions.get(made.id) == Decisions(1.0, 0, RULE)
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
        b'{"temperature": "2", "held_out": 3}',
        b'{"temperature": true, "held_out": 3}',
        b'{"temperature": 2, "held_out": 3.5}',
        b'{"temperature": 2, "held_out": -1}',
        b'{"temperature": 2, "held_out": 3, "surprise": 1}',
        b'{"temperature": 2, "held_out": 3, "threshold": 0.5}',
        b'{"temperature": 2, "held_out": 3, "threshold": {"code": 0}}',
        b'{"temperature": 2, "held_out": 3, "threshold": {"code": 0, "threshold": 1.5, '
        b'"miss_cost": 5, "held_out": 9}}',
        b'{"temperature": 2, "held_out": 3, "threshold": {"code": "0", "threshold": 0.5, '
        b'"miss_cost": 5, "held_out": 9}}',
    ],
)
def test_a_damaged_file_is_said(home: Path, content: bytes) -> None:
    made = runs.create({"kind": "load"}, name="x")
    (runs.folder(made.id) / "decisions.json").write_bytes(content)
    with pytest.raises(StoreFailed, match="is damaged") as caught:
        decisions.get(made.id)
    assert caught.value.hint is not None


def test_a_file_of_before_thresholds_is_read(home: Path) -> None:
    made = runs.create({"kind": "load"}, name="x")
    (runs.folder(made.id) / "decisions.json").write_bytes(b'{"temperature": 2, "held_out": 3}')
    assert decisions.get(made.id) == Decisions(2.0, 3, None)


def test_the_classifier_says_what_was_decided(home: Path) -> None:
    run = finished_run(method="lsa", head="logistic")
    before = classifiers.load(run)
    proba = before.predict_proba(TEXTS)
    rule = ClassThreshold(0, float(proba[2, 0]), 5.0, 9)
    decisions.keep(run, Decisions(threshold=rule))
    after = classifiers.load(run)
    assert after.threshold == rule
    assert (after.predict_proba(TEXTS) == proba).all()
    assert after.predict(TEXTS)[2] == 0
    assert classifiers.load(run, as_trained=True).threshold is None
    decisions.keep(run, Decisions(threshold=ClassThreshold(3, 0.5, 5.0, 9)))
    with pytest.raises(StoreFailed, match="threshold for class number 3, of 3 classes") as caught:
        classifiers.load(run)
    assert "Delete it" in (caught.value.hint or "")


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
