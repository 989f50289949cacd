"""One temperature, fitted on held-out labels, that whatever opens the classifier uses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import BadParam
from core.evaluate.calibration import ENOUGH_HELD_OUT, temperature_of
from core.evaluate.validation import ABSENT, Validation
from core.jobs.calibrating import as_trained, calibrate, why_not
from core.store import decisions, runs
from core.store.decisions import Decisions


def kept(held_out: Validation | None) -> str:
    """A run that is nothing but its predictions; returns its id."""
    made = runs.create({"kind": "finetune"}, name="Made up")
    arrays: dict[str, Any] = {"test_rows": np.arange(3)}
    runs.save_arrays(made.id, "predictions", arrays | (held_out.arrays() if held_out else {}))
    return made.id


def answers(n: int) -> Validation:
    rng = np.random.default_rng(0)
    proba = rng.dirichlet(np.full(3, 0.2), n)
    return Validation(np.arange(n), rng.integers(0, 3, n), proba)


def test_a_temperature_is_fitted_kept_and_taken_back(home: Path) -> None:
    held_out = answers(ENOUGH_HELD_OUT)
    run = kept(held_out)
    found = calibrate(run)
    assert found == Decisions(temperature_of(held_out), ENOUGH_HELD_OUT)
    assert found.temperature > 1.5  # answers drawn at random are not to be sure of
    assert decisions.get(run) == found
    assert calibrate(run) == found  # fitted on what it was trained to say, each time
    as_trained(run)
    assert decisions.get(run) == Decisions()


@pytest.mark.parametrize(
    ("held_out", "reason"),
    [
        (None, ABSENT),
        (answers(0), ABSENT),
        (answers(ENOUGH_HELD_OUT - 1), "Only 29 labelled rows could be held out"),
    ],
)
def test_too_few_held_out_rows(home: Path, held_out: Validation | None, reason: str) -> None:
    run = kept(held_out)
    with pytest.raises(BadParam, match="'Made up' cannot be calibrated") as caught:
        calibrate(run)
    assert reason in str(caught.value.hint)
    assert decisions.get(run) == Decisions()
    assert why_not(answers(ENOUGH_HELD_OUT)) is None
