"""When a run's classifier says "I don't know": what somebody chose for it, kept beside the run.

Kept is what was wanted, an error that its answers may have. The threshold that promises it is
read off the held-out predictions anew, as the classifier answers now: a temperature that was
fitted or taken back in the meantime moves it along, and so does a threshold for one class, for
what is promised is about the answers that are given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from core.evaluate import validation
from core.evaluate.deciding_words import broken_promise_sentence, same_rows_sentence
from core.evaluate.doubt import DoubtSettings
from core.evaluate.reject import RejectRule, reject_rule
from core.finetune.deciding import probability_of, said
from core.store import beside, decisions, runs

_FILE = "doubts.json"
_HINT = 'Delete it, and the classifier never says "I don\'t know" for being unsure.'
#: Says "I don't know" to whatever is not certain, where an error can no longer be promised.
_NEVER = 1.0

Arrays = Mapping[str, np.ndarray[Any, Any]]


def get(run_id: str, *, arrays: Arrays | None = None) -> DoubtSettings:
    """When the classifier of a run says "I don't know".

    Parameters
    ----------
    run_id : str
        A finished fine-tuning.
    arrays : mapping, optional
        Its predictions as the classifier answers now, where they are at hand.

    Returns
    -------
    DoubtSettings
        With its threshold; the defaults, which have none, where nothing was chosen.

    Raises
    ------
    NotFound
        When the id is none.
    StoreFailed
        When the file is damaged.
    """
    wanted = beside.read(run_id, _FILE, _parsed, default=DoubtSettings(), hint=_HINT)
    if wanted.allowed_error is None:
        return wanted
    found = rule(run_id, wanted.allowed_error, arrays=arrays)
    threshold = _NEVER if found.threshold is None else found.threshold
    return replace(wanted, threshold=threshold)


def _parsed(kept: Any) -> DoubtSettings:
    if not isinstance(kept, dict):
        raise TypeError("it holds no settings")
    return DoubtSettings.from_json(kept)


def keep(run_id: str, settings: DoubtSettings) -> None:
    """Choose; its threshold is not kept but follows from ``allowed_error``.

    Raises
    ------
    NotFound
        When there is no such run.
    """
    wanted = replace(settings, threshold=None)
    beside.keep(run_id, _FILE, None if wanted == DoubtSettings() else wanted.to_json())


def rule(run_id: str, allowed_error: float, *, arrays: Arrays | None = None) -> RejectRule:
    """The threshold that promises an error, by the held-out predictions of a run.

    Parameters
    ----------
    run_id : str
        A finished fine-tuning.
    allowed_error : float
        Share of its answers that may be wrong.
    arrays : mapping, optional
        Its predictions as the classifier answers now, where they are at hand.

    Raises
    ------
    NotFound
        When the run has no predictions.
    BadParam
        When ``allowed_error`` is not between 0 and 1.
    """
    if arrays is None:
        kept = runs.load_arrays(run_id, "predictions")
        arrays = decisions.applied(kept, decisions.get(run_id))
    held_out = validation.from_arrays(arrays)
    if held_out is None:
        return reject_rule(np.zeros(0), np.zeros(0, bool), allowed_error=allowed_error)
    answers = said(held_out.proba, decisions.get(run_id).threshold)
    return reject_rule(
        probability_of(held_out.proba, answers),
        answers == held_out.labels,
        allowed_error=allowed_error,
    )


def same_rows(run_id: str, classes: Sequence[str]) -> str:
    """That the held-out rows of a promise chose more than the promise; empty where they did not.

    Parameters
    ----------
    run_id : str
        A finished fine-tuning.
    classes : sequence of str
        Names of its classes, by code.
    """
    decided = decisions.get(run_id)
    of = "" if decided.threshold is None else classes[decided.threshold.code]
    return same_rows_sentence(calibrated=decided.temperature != 1.0, threshold_of=of)


def broken(run_id: str, *, arrays: Arrays | None = None) -> str:
    """That the error which was promised cannot be any more, in a sentence; empty where it can.

    Parameters
    ----------
    run_id : str
        A finished fine-tuning.
    arrays : mapping, optional
        Its predictions as the classifier answers now, where they are at hand.
    """
    kept = get(run_id, arrays=arrays)
    if kept.allowed_error is None or kept.threshold != _NEVER:
        return ""
    possible = rule(run_id, kept.allowed_error, arrays=arrays).threshold is not None
    return "" if possible else broken_promise_sentence(kept.allowed_error)
