"""How well the probability of a class ranks the rows: ROC and precision–recall, one class
against the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.evaluate.intervals import Z, mover, percentiles, resample_counts, wilson
from core.evaluate.results import Interval
from core.types import Bools, Floats, Ints

#: Points that a curve keeps at most; a screen shows no more.
POINTS = 200

# Scores are put into so many cells for the bootstrap; fewer rows than that keep their own.
_CELLS = 250
_REPLICATES = 500


@dataclass(frozen=True)
class Curve:
    """A line from threshold to threshold, from the strictest to the most lenient.

    ROC: x is the false alarm rate, y the recall. Precision–recall: x is the recall, y the
    precision. ``thresholds[i]`` is the lowest probability still taken at point i; infinite where
    none is.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    thresholds: tuple[float, ...]


@dataclass(frozen=True)
class ClassRanking:
    """One class against the rest.

    ``auc`` and ``average_precision`` are None where the rows are all of the class, or none is.
    A blind guess has an AUC of 0.5 and an average precision of the class's share of the rows.
    """

    name: str
    positives: int
    rows: int
    auc: Interval | None = None
    average_precision: Interval | None = None
    roc: Curve | None = None
    precision_recall: Curve | None = None

    @property
    def share(self) -> float:
        """Of the rows that are of the class."""
        return self.positives / self.rows if self.rows else 0.0


@dataclass(frozen=True)
class Rankings:
    """Every class of a run, and the mean over those that can be ranked."""

    classes: tuple[ClassRanking, ...]
    macro_auc: Interval | None
    macro_average_precision: Interval | None


def rankings(truth: Ints, proba: Floats, classes: Sequence[str], *, seed: int = 0) -> Rankings:
    """Rank the rows by the probability of each class in turn.

    Parameters
    ----------
    truth : ndarray of int, shape (n,)
        Codes.
    proba : ndarray of float, shape (n, k)
    classes : sequence of str, length k
    seed : int
        Of the bootstrap.

    Returns
    -------
    Rankings
        The intervals of the means take the classes as independent (Zou & Donner 2008).
    """
    each = tuple(
        rank_class(np.asarray(truth) == code, proba[:, code], name, seed=seed)
        for code, name in enumerate(classes)
    )
    return Rankings(
        each,
        _mean([one.auc for one in each]),
        _mean([one.average_precision for one in each]),
    )


def rank_class(positive: Bools, scores: Floats, name: str, *, seed: int = 0) -> ClassRanking:
    """ROC and precision–recall of one class.

    The area under the ROC curve is the share of pairs, one row of the class and one of the
    rest, that are in the right order, ties counting half (Hanley & McNeil 1982). Average
    precision is the mean precision at each row of the class, without interpolation.

    Intervals come from resampling the rows (Efron 1979; more than 250 different scores are first
    put into 250 cells of like scores). A bootstrap of a perfect ranking has no spread; so they
    are never narrower than Newcombe's (2006, method 5) of an area, and Wilson's of a share of so
    many rows of the class, of an average precision (after Boyd, Eng & Page 2013).

    Parameters
    ----------
    positive : ndarray of bool, shape (n,)
        Whether a row is of the class.
    scores : ndarray of float, shape (n,)
        The probability it was given.
    """
    n, yes = len(positive), int(np.sum(positive))
    if yes in (0, n):
        return ClassRanking(name, yes, n)
    thresholds, with_it, without = _steps(np.asarray(positive, bool), np.asarray(scores, float))
    hits, alarms = np.cumsum(with_it), np.cumsum(without)
    auc, ap = (float(value[0]) for value in _areas(with_it[None], without[None]))
    around_auc, around_ap = _bootstrap(with_it, without, seed)
    low, high = wilson(ap * yes, yes)
    return ClassRanking(
        name=name,
        positives=yes,
        rows=n,
        auc=_widened(auc, around_auc, newcombe(auc, yes, n - yes)),
        average_precision=_widened(ap, around_ap, (float(low), float(high))),
        roc=_thinned(
            np.concatenate([[0], alarms / (n - yes)]),
            np.concatenate([[0], hits / yes]),
            np.concatenate([[np.inf], thresholds]),
        ),
        precision_recall=_thinned(hits / yes, hits / (hits + alarms), thresholds),
    )


def newcombe(auc: float, positives: int, negatives: int) -> tuple[float, float]:
    """Bounds of an area under the ROC curve by Newcombe (2006), method 5.

    The areas θ at most 1.96 standard errors away from the one seen, the standard error being
    Hanley & McNeil's (1982) at θ with both numbers of rows replaced by their mean in the
    exponents' terms.
    """
    middle = (positives + negatives) / 2 - 1

    def away(theta: Floats) -> Floats:
        spread = 1 + middle * (1 - theta) / (2 - theta) + middle * theta / (1 + theta)
        return np.asarray(
            np.abs(auc - theta)
            - Z * np.sqrt(theta * (1 - theta) * spread / (positives * negatives))
        )

    grid = np.linspace(0, 1, 2001)
    inside = grid[away(grid) <= 0]
    if not len(inside):
        return auc, auc
    return min(auc, float(inside[0])), max(auc, float(inside[-1]))


def _steps(positive: Bools, scores: Floats) -> tuple[Floats, Ints, Ints]:
    """Distinct scores from the highest, and how many rows of both kinds have each."""
    order = np.argsort(-scores, kind="stable")
    sorted_scores, sorted_positive = scores[order], positive[order]
    ends = np.flatnonzero(np.append(np.diff(sorted_scores) != 0, True))
    hits = np.diff(np.cumsum(sorted_positive)[ends], prepend=0)
    rows = np.diff(ends + 1, prepend=0)
    return sorted_scores[ends], hits, rows - hits


def _areas(with_it: Floats | Ints, without: Floats | Ints) -> tuple[Floats, Floats]:
    """AUC and average precision of counts by step, shape (replicates, steps), strictest first."""
    hits, alarms = np.cumsum(with_it, axis=1), np.cumsum(without, axis=1)
    yes, no = hits[:, -1], alarms[:, -1]
    above = hits - with_it / 2
    auc = (without * above).sum(axis=1) / (yes * no)
    precision = hits / np.maximum(hits + alarms, 1)
    return auc, (with_it * precision).sum(axis=1) / yes


def _bootstrap(
    with_it: Ints, without: Ints, seed: int
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Bounds of both areas, as distances from the areas themselves."""
    cell = np.minimum(
        (np.cumsum(with_it + without) - 1) * _CELLS // int((with_it + without).sum()), _CELLS - 1
    )
    if len(with_it) <= _CELLS:
        cell = np.arange(len(with_it))
    yes, no = np.bincount(cell, with_it), np.bincount(cell, without)
    middle = [float(value[0]) for value in _areas(yes[None], no[None])]
    drawn: list[tuple[Floats, Floats]] = []
    counts = np.concatenate([yes, no]).astype(np.int64)
    for block in resample_counts(counts, replicates=_REPLICATES, seed=seed):
        some = block[:, : len(yes)], block[:, len(yes) :]
        both = (some[0].sum(axis=1) > 0) & (some[1].sum(axis=1) > 0)
        drawn.append(_areas(some[0][both], some[1][both]))
    bounds = []
    for i in (0, 1):
        low, high = percentiles(np.concatenate([block[i] for block in drawn]))
        bounds.append((low - middle[i], high - middle[i]))
    return bounds[0], bounds[1]


def _widened(value: float, around: tuple[float, float], least: tuple[float, float]) -> Interval:
    return Interval(
        value,
        max(0.0, min(value, value + around[0], least[0])),
        min(1.0, max(value, value + around[1], least[1])),
    )


def _thinned(x: Floats, y: Floats, thresholds: Floats) -> Curve:
    """At most ``POINTS`` points, evenly along the line, both ends among them."""
    if len(x) > POINTS:
        along = np.concatenate([[0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
        at = np.searchsorted(along, np.linspace(0, along[-1], POINTS))
        kept = np.unique(np.concatenate([[0], np.minimum(at, len(x) - 1), [len(x) - 1]]))
        x, y, thresholds = x[kept], y[kept], thresholds[kept]
    return Curve(tuple(map(float, x)), tuple(map(float, y)), tuple(map(float, thresholds)))


def _mean(each: Sequence[Interval | None]) -> Interval | None:
    known = [one for one in each if one is not None]
    if not known:
        return None
    values = np.array([one.value for one in known])
    low, high = mover(
        values,
        np.array([0.0 if one.low is None else one.low for one in known]),
        np.array([1.0 if one.high is None else one.high for one in known]),
    )
    return Interval(float(values.mean()), max(0.0, low), min(1.0, high))
