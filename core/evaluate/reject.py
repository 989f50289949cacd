"""When to say "I don't know": a threshold for how sure an answer has to be.

Which threshold keeps the errors below a stated share is read off rows that the classifier had
not learned from and that are no test rows (:mod:`core.evaluate.validation`), with the guarantee
of Geifman & El-Yaniv (2017), Selective classification for deep neural networks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv

from core.errors import BadParam
from core.evaluate.intervals import proportion
from core.evaluate.results import Interval
from core.evaluate.words import percent
from core.types import Bools, Floats

#: The guarantee may fail once in so many times.
DELTA = 0.05


@dataclass(frozen=True)
class RejectRule:
    """From which confidence on a classifier answers.

    Attributes
    ----------
    allowed_error : float
        Share of the answers that may be wrong.
    threshold : float, optional
        The probability that the likeliest class must have. None when no threshold can promise
        that error.
    bound : float
        What can be promised with 95 %: the share of wrong answers at that threshold; without a
        threshold the least that could be promised at all.
    error : Interval
        Share of the validation rows answered that is wrong.
    coverage : float
        Share of the validation rows that is answered.
    rows : int
        Validation rows.
    """

    allowed_error: float
    threshold: float | None
    bound: float
    error: Interval
    coverage: float
    rows: int


def reject_rule(
    confidence: Floats, right: Bools, *, allowed_error: float = 0.05, delta: float = DELTA
) -> RejectRule:
    """The lowest threshold that promises an error, by selection with guaranteed risk.

    A binary search over the validation rows sorted by confidence (algorithm 1 of the paper).
    Each of its steps bounds the error of the rows above a threshold from above, exactly
    (Clopper & Pearson 1934), and gets an equal part of ``delta``, so that all of them hold
    together.

    Parameters
    ----------
    confidence : ndarray of float, shape (n,)
        Of the validation rows: the probability of the class said.
    right : ndarray of bool, shape (n,)
        Whether that class was the true one.
    allowed_error : float
        Share of the answers that may be wrong, between 0 and 1.
    delta : float
        How often the promise may fail, over the draw of validation rows.

    Raises
    ------
    BadParam
        When ``allowed_error`` is not between 0 and 1.
    """
    if not 0 < allowed_error < 1:
        raise BadParam(
            f"The allowed error cannot be {allowed_error!r}.",
            hint="It takes a share between 0 and 1, such as 0.05.",
        )
    confidence, right = np.asarray(confidence, float), np.asarray(right, bool)
    n = len(confidence)
    if n == 0:
        return RejectRule(allowed_error, None, 1.0, Interval(0.0), 0.0, 0)
    wanted = np.sort(confidence)
    steps = n.bit_length()  # as many as the search can take
    low, high = 0, n
    found: tuple[float, float] | None = None
    least = 1.0
    while low < high:
        middle = (low + high) // 2
        threshold = float(wanted[middle])
        answered = confidence >= threshold
        bound = upper_bound(int((~right[answered]).sum()), int(answered.sum()), delta / steps)
        least = min(least, bound)
        if bound <= allowed_error:
            found, high = (threshold, bound), middle
        else:
            low = middle + 1
    if found is None:
        return RejectRule(allowed_error, None, least, Interval(0.0), 0.0, n)
    threshold, bound = found
    answered = confidence >= threshold
    return RejectRule(
        allowed_error=allowed_error,
        threshold=threshold,
        bound=bound,
        error=proportion(int((~right[answered]).sum()), int(answered.sum())),
        coverage=float(answered.mean()),
        rows=n,
    )


def first_offer(rule: RejectRule, *, step: float = 0.005, most: float = 0.5) -> float:
    """The allowed error to begin with: that of a rule, or the least that can be promised.

    The search for a larger error goes the way of the one that failed until it succeeds, so the
    least bound on that way is the least error that can be promised.

    Parameters
    ----------
    rule : RejectRule
        Of the error that one would like.
    step, most : float
        It is rounded up to whole steps; where it is above ``most`` nothing better is known than
        what one would like.
    """
    if rule.threshold is not None or rule.bound >= most:
        return rule.allowed_error
    return round(math.ceil(rule.bound / step - 1e-9) * step, 6)


def upper_bound(wrong: int, rows: int, delta: float) -> float:
    """The share that is exceeded with probability ``delta`` at most (Clopper & Pearson 1934)."""
    if wrong >= rows:
        return 1.0
    return float(betaincinv(wrong + 1, rows - wrong, 1 - delta))


@dataclass(frozen=True)
class RiskCoverage:
    """What a threshold costs and buys (El-Yaniv & Wiener 2010).

    Attributes
    ----------
    thresholds : ndarray of float, shape (p,)
        Falling.
    coverage : ndarray of float, shape (p,)
        Share of the rows that is answered at each.
    error : ndarray of float, shape (p,)
        Share of those answers that is wrong.
    """

    thresholds: Floats
    coverage: Floats
    error: Floats


def risk_coverage(confidence: npt.ArrayLike, right: npt.ArrayLike) -> RiskCoverage:
    """Coverage and error at every threshold that makes a difference."""
    sure, good = np.asarray(confidence, float), np.asarray(right, bool)
    order = np.argsort(-sure, kind="stable")
    sure, wrong = sure[order], np.cumsum(~good[order])
    answered = np.arange(1, len(sure) + 1)
    # rows that are equally sure are answered together
    last = np.append(sure[1:] != sure[:-1], True) if len(sure) else np.zeros(0, bool)
    return RiskCoverage(
        sure[last], answered[last] / max(len(sure), 1), wrong[last] / answered[last]
    )


def rule_sentence(rule: RejectRule) -> str:
    """The promise in words, with what it rests on."""
    rows = f"{rule.rows:,} labelled rows that it had not learned from"
    if rule.threshold is None:
        if not rule.rows:
            return "There are no labelled rows to choose a threshold on."
        return (
            f"An error of at most {percent(rule.allowed_error)} cannot be promised: {rows} allow "
            f"at best the promise that {percent(rule.bound)} or less of the answers are wrong. "
            "More labels, or a larger allowed error, make a promise possible."
        )
    if rule.coverage == 1:
        answers = "It may answer every row"
    else:
        answers = (
            f"It answers when it is at least {percent(rule.threshold)} sure, "
            f"{percent(rule.coverage)} of the rows"
        )
    return (
        f"{answers}: with 95 % certainty at most {percent(rule.bound)} of its answers are wrong on "
        f"rows like these. Chosen on {rows}, of whose answers {percent(rule.error.value)} were "
        "wrong; rows of another kind are not covered."
    )
