"""Calibrate the answers of a finished run: one temperature, fitted on held-out labels."""

from __future__ import annotations

from core.errors import BadParam
from core.evaluate import validation
from core.evaluate.calibration import ENOUGH_HELD_OUT, temperature_of
from core.jobs.deciding import retempered
from core.store import decisions, runs
from core.store.decisions import Decisions


def why_not(held_out: validation.Validation | None) -> str | None:
    """Why no temperature can be fitted, in a sentence; None when it can."""
    if held_out is None:
        return validation.ABSENT
    if len(held_out.rows) < ENOUGH_HELD_OUT:
        return (
            f"Only {len(held_out.rows)} labelled rows could be held out, and a temperature takes "
            f"{ENOUGH_HELD_OUT}. Run it again with more labels per class."
        )
    return None


def calibrate(run_id: str) -> Decisions:
    """Fit a temperature on the held-out predictions of a run, and let its classifier use it.

    The test rows have no part in it, and nothing is trained again. A threshold that was kept for
    the probabilities as they were before goes, rather than mean something else from now on.

    Raises
    ------
    NotFound
        When there is no such run, or it has no predictions.
    BadParam
        When it has too few held-out predictions, or none.
    """
    run = runs.get(run_id)
    held_out = validation.from_arrays(runs.load_arrays(run_id, "predictions"))
    reason = why_not(held_out)
    if reason is not None or held_out is None:
        raise BadParam(f"The answers of {run.name!r} cannot be calibrated.", hint=reason)
    found = retempered(decisions.get(run_id), temperature_of(held_out), len(held_out.rows))
    decisions.keep(run_id, found)
    return found


def as_trained(run_id: str) -> Decisions:
    """Take a calibration back: the probabilities are those that the classifier was trained to give.

    A threshold for the calibrated ones goes with it.
    """
    found = retempered(decisions.get(run_id), 1.0, 0)
    decisions.keep(run_id, found)
    return found
