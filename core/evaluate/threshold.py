"""When a mistake of one sort costs more than one of the other: a threshold for one class.

It is chosen on predictions of labelled rows that were held out, and its effect is shown on the
test rows, which had no say in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.errors import BadParam
from core.evaluate.intervals import percentiles, resample_counts
from core.evaluate.results import Interval
from core.evaluate.validation import Validation
from core.finetune.deciding import HIGHEST_COST, LOWEST_COST, said_with
from core.types import Floats, Ints

#: With fewer held-out rows of the class than this a chosen threshold is little more than a guess.
FEW = 20

_REPLICATES = 2000
_MARGIN = 0.1  # how far inside a gap between scores a threshold lies, as a share of it


@dataclass(frozen=True)
class Count:
    """What a rule does on some rows.

    Attributes
    ----------
    rows, positives : int
        All rows, and those of the class.
    missed : int
        Rows of the class that are not called so.
    false_alarms : int
        Rows called so that are not of the class.
    right : int
        Rows whose class is right, over all classes.
    """

    rows: int
    positives: int
    missed: int
    false_alarms: int
    right: int

    def cost(self, miss_cost: float) -> float:
        """What the mistakes about the class cost, in false alarms."""
        return miss_cost * self.missed + self.false_alarms


@dataclass(frozen=True)
class Effect:
    """A threshold, and what it changes against taking the likeliest class.

    Attributes
    ----------
    code : int
        Of the class.
    miss_cost : float
        What a missed row costs, in false alarms.
    threshold : float
        The class is said from this probability on.
    in_theory : float
        Where it would lie if the probabilities were exact (Elkan 2001).
    likeliest_held_out, threshold_held_out : Count
        On the rows it was chosen on.
    likeliest, with_threshold : Count
        On the test rows.
    saved : Interval
        Cost saved on the test rows, in false alarms for each 1,000 rows; below zero where the
        threshold costs more.
    """

    code: int
    miss_cost: float
    threshold: float
    in_theory: float
    likeliest_held_out: Count
    threshold_held_out: Count
    likeliest: Count
    with_threshold: Count
    saved: Interval

    @property
    def few(self) -> bool:
        """Whether it stands on too few held-out rows of the class to be relied on."""
        return self.likeliest_held_out.positives < FEW


def count(labels: Ints, said: Ints, code: int) -> Count:
    """The mistakes about one class."""
    of_it, called = labels == code, said == code
    return Count(
        rows=len(labels),
        positives=int(of_it.sum()),
        missed=int((of_it & ~called).sum()),
        false_alarms=int((~of_it & called).sum()),
        right=int((labels == said).sum()),
    )


def choose(labels: Ints, scores: Floats, code: int, miss_cost: float) -> float:
    """The threshold at which the mistakes about a class cost least on held-out rows.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
    scores : ndarray of float, shape (n,)
        Probabilities of the class.
    code : int
    miss_cost : float
        What a missed row costs, in false alarms.

    Returns
    -------
    float
        Between two scores seen. Of equally cheap ones about that nearest to 1 / (1 + cost), which
        would be right for exact probabilities (Elkan 2001, The foundations of cost-sensitive
        learning).

    Raises
    ------
    BadParam
        When the cost is out of range.
    """
    if not LOWEST_COST <= miss_cost <= HIGHEST_COST:
        raise BadParam(
            f"A missed row cannot cost {miss_cost:g} false alarms.",
            hint=f"Give a number from {LOWEST_COST:g} to {HIGHEST_COST:g}.",
        )
    in_theory = 1 / (1 + miss_cost)
    seen, place = np.unique(scores, return_inverse=True)
    of_it = np.bincount(place, labels == code, len(seen))
    rest = np.bincount(place, labels != code, len(seen))
    # cost of the threshold below seen[i], for each i; then of one above them all
    missed = np.concatenate([[0], np.cumsum(of_it)])
    alarms = rest.sum() - np.concatenate([[0], np.cumsum(rest)])
    costs = miss_cost * missed + alarms
    # a threshold in (edges[i], edges[i + 1]] takes the scores from seen[i] on
    edges = np.concatenate([[0.0], seen, [max(1.0, np.nextafter(seen[-1], 2.0))]])
    cheapest = np.flatnonzero(costs <= costs.min() + 1e-9)
    low, high = edges[cheapest], edges[cheapest + 1]
    inside = (low < in_theory) & (in_theory <= high)
    if inside.any():
        return in_theory
    # just inside the nearer end: where few rows leave a wide gap, its middle is chance
    width = high - low
    near = np.where(high <= in_theory, high - _MARGIN * width, low + _MARGIN * width)
    near = np.maximum(near, np.nextafter(low, high))
    return float(near[np.abs(near - in_theory).argmin()])


def effect(
    held_out: Validation,
    labels: Ints,
    proba: Floats,
    code: int,
    *,
    miss_cost: float,
    seed: int = 0,
) -> Effect:
    """Choose a threshold on held-out rows, and see on the test rows what it changes.

    Parameters
    ----------
    held_out : Validation
        What it is chosen on.
    labels, proba : ndarray, shapes (n,) and (n, k)
        The test rows.
    code : int
        The class.
    miss_cost : float
        What a missed row of it costs, in false alarms.
    seed : int
        Of the bootstrap.

    Notes
    -----
    The interval of what is saved resamples the test rows (Efron 1979) with one made-up row on
    each side, a false alarm more and one less, so that no difference seen is not taken for
    certainty. The threshold stays as chosen: its own chance is not in the interval.
    """
    threshold = choose(held_out.labels, held_out.proba[:, code], code, miss_cost)
    plain, decided = proba.argmax(axis=1), said_with(proba, code, threshold)

    def costs(said: Ints) -> Floats:
        of_it, called = labels == code, said == code
        return np.asarray(miss_cost * (of_it & ~called) + (~of_it & called), float)

    return Effect(
        code=code,
        miss_cost=miss_cost,
        threshold=threshold,
        in_theory=1 / (1 + miss_cost),
        likeliest_held_out=count(held_out.labels, held_out.proba.argmax(axis=1), code),
        threshold_held_out=count(held_out.labels, said_with(held_out.proba, code, threshold), code),
        likeliest=count(labels, plain, code),
        with_threshold=count(labels, decided, code),
        saved=_per_thousand(costs(plain) - costs(decided), seed),
    )


def cost_curve(
    labels: Ints, scores: Floats, code: int, miss_cost: float, thresholds: Floats
) -> Floats:
    """Cost of each threshold in false alarms for each 1,000 rows."""
    ours, rest = np.sort(scores[labels == code]), np.sort(scores[labels != code])
    missed = np.searchsorted(ours, thresholds, side="left")
    alarms = len(rest) - np.searchsorted(rest, thresholds, side="left")
    return np.asarray(1000 * (miss_cost * missed + alarms) / max(len(labels), 1))


def _per_thousand(differences: Floats, seed: int) -> Interval:
    if not len(differences):
        return Interval(0.0)
    values, counts = np.unique(np.concatenate([differences, [1.0, -1.0]]), return_counts=True)
    drawn = np.concatenate(
        [
            block @ values / counts.sum()
            for block in resample_counts(counts, replicates=_REPLICATES, seed=seed)
        ]
    )
    low, high = percentiles(drawn)
    value = float(differences.mean())
    return Interval(1000 * value, 1000 * min(low, value), 1000 * max(high, value))
