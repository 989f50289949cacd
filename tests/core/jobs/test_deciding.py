"""A threshold for one class, kept and taken back, and what another temperature does to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import BadParam, NotFound
from core.evaluate.calibration import ENOUGH_HELD_OUT
from core.evaluate.threshold import choose
from core.evaluate.validation import Validation
from core.finetune.deciding import ClassThreshold
from core.finetune.temperature import sharpened
from core.jobs.calibrating import as_trained, calibrate
from core.jobs.deciding import forget_threshold, keep_threshold
from core.store import decisions, runs
from core.store.decisions import Decisions


def kept(held_out: Validation | None) -> str:
    """A run that is nothing but its predictions; returns its id."""
    made = runs.create({"kind": "finetune"}, name="Made up")
    arrays: dict[str, Any] = {"test_rows": np.arange(3)}
    runs.save_arrays(made.id, "predictions", arrays | (held_out.arrays() if held_out else {}))
    return made.id


def answers(n: int = ENOUGH_HELD_OUT) -> Validation:
    rng = np.random.default_rng(0)
    labels = np.arange(n) % 2
    return Validation(np.arange(n), labels, rng.dirichlet(np.full(3, 0.2), n))


def test_it_is_chosen_on_the_probabilities_as_they_are_answered(home: Path) -> None:
    held_out = answers()
    run = kept(held_out)
    found = keep_threshold(run, 1, miss_cost=3)
    expected = choose(held_out.labels, held_out.proba[:, 1], 1, 3)
    assert found == Decisions(1.0, 0, ClassThreshold(1, expected, 3.0, 30))
    assert decisions.get(run) == found
    decisions.keep(run, Decisions(2.0, 30))
    warm = choose(held_out.labels, sharpened(held_out.proba, 2.0)[:, 1], 1, 3)
    assert keep_threshold(run, 1, miss_cost=3).threshold == ClassThreshold(1, warm, 3.0, 30)
    assert warm != expected
    # the last one chosen is the one that is kept
    assert keep_threshold(run, 0, miss_cost=1).threshold.code == 0  # type: ignore[union-attr]
    assert forget_threshold(run) == decisions.get(run) == Decisions(2.0, 30)


def test_another_temperature_takes_it_back(home: Path) -> None:
    run = kept(answers())
    keep_threshold(run, 1, miss_cost=3)
    warm = calibrate(run)
    assert warm.temperature != 1.0
    assert warm.threshold is None
    chosen = keep_threshold(run, 1, miss_cost=3)
    assert calibrate(run) == chosen  # the same temperature, so the same meaning
    assert as_trained(run) == Decisions() == decisions.get(run)
    plain = keep_threshold(run, 1, miss_cost=3)
    assert as_trained(run) == plain == decisions.get(run)


def test_what_cannot_be_kept(home: Path) -> None:
    with pytest.raises(BadParam, match="nothing to choose a threshold for 'Made up' on") as caught:
        keep_threshold(kept(None), 0, miss_cost=5)
    assert "no predictions of labelled rows" in (caught.value.hint or "")
    run = kept(answers())
    with pytest.raises(BadParam, match="No labelled row of class number 2 was held out") as caught:
        keep_threshold(run, 2, miss_cost=5)
    assert "more labels" in (caught.value.hint or "")
    with pytest.raises(BadParam, match="cannot cost 0 false alarms"):
        keep_threshold(run, 0, miss_cost=0)
    held_out = answers()
    certain = np.tile([1.0, 0.0, 0.0], (len(held_out.rows), 1))
    never = kept(replace(held_out, proba=certain))
    with pytest.raises(BadParam, match="cheapest never to say this class") as caught:
        keep_threshold(never, 0, miss_cost=0.01)
    assert caught.value.hint == "Let a missed row cost more."
    assert decisions.get(never) == decisions.get(run) == Decisions()
    with pytest.raises(NotFound):
        keep_threshold("nosuchrunabc", 0, miss_cost=5)
    with pytest.raises(NotFound):
        forget_threshold("nosuchrunabc")
