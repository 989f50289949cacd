"""Keep a threshold for one class of a finished run, or take it back."""

from __future__ import annotations

from dataclasses import replace

from core.errors import BadParam
from core.evaluate import validation
from core.evaluate.threshold import choose
from core.finetune.deciding import ClassThreshold
from core.store import decisions, runs
from core.store.decisions import Decisions


def keep_threshold(run_id: str, code: int, *, miss_cost: float) -> Decisions:
    """Choose a threshold on the held-out predictions of a run; its classifier answers by it.

    It is chosen here, on the probabilities as they are answered now, and not taken over from
    whoever looked at them before a temperature was fitted or taken back.

    Parameters
    ----------
    run_id : str
        A finished fine-tuning.
    code : int
        The class.
    miss_cost : float
        What a missed row of it costs, in false alarms.

    Raises
    ------
    NotFound
        When there is no such run, or it has no predictions.
    BadParam
        When no rows were held out, or none of the class; when the cost is out of range; when it
        is cheapest never to say the class.
    """
    run = runs.get(run_id)
    decided = decisions.get(run_id)
    arrays = decisions.applied(runs.load_arrays(run_id, "predictions"), decided)
    held_out = validation.from_arrays(arrays)
    if held_out is None:
        raise BadParam(
            f"There is nothing to choose a threshold for {run.name!r} on.", hint=validation.ABSENT
        )
    if not (held_out.labels == code).any():
        raise BadParam(
            f"No labelled row of class number {code} was held out, so no threshold can be chosen "
            "for it.",
            hint="Choose another class, or run it again with more labels.",
        )
    found = choose(held_out.labels, held_out.proba[:, code], code, miss_cost)
    if found > 1:
        raise BadParam(
            "On the held-out rows it is cheapest never to say this class, which is no threshold.",
            hint="Let a missed row cost more.",
        )
    rule = ClassThreshold(int(code), float(found), float(miss_cost), len(held_out.rows))
    decided = replace(decided, threshold=rule)
    decisions.keep(run_id, decided)
    return decided


def forget_threshold(run_id: str) -> Decisions:
    """Take a threshold back: the likeliest class is said again. A temperature stays.

    Raises
    ------
    NotFound
        When there is no such run.
    """
    decided = replace(decisions.get(run_id), threshold=None)
    decisions.keep(run_id, decided)
    return decided


def retempered(decided: Decisions, temperature: float, held_out: int) -> Decisions:
    """The decisions with another temperature; a threshold for other probabilities goes."""
    kept = decided.threshold if temperature == decided.temperature else None
    return Decisions(temperature, held_out, kept)
