"""Scores at several label budgets, and the labels that pretraining saves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.data.dataset import UNLABELLED
from core.evaluate.intervals import two_way
from core.evaluate.results import CurvePoint, Interval, LabelsSaved
from core.types import Bools, Ints

#: Labels per class that a curve visits where there are enough labels.
BUDGETS = (1, 2, 5, 10, 20, 50)

#: With more labelled rows than this, training on all of them is left out of the curve: it would
#: take longer than all else. A run of its own with every label measures it.
CHEAP_ROWS = 20_000


def budgets(labels: Ints, own: int | None, *, curve: bool = True) -> list[int | None]:
    """The label budgets to measure, ``own`` first and the others from small to large.

    Parameters
    ----------
    labels : ndarray of int
        Codes of the training rows.
    own : int or None
        The budget of the run; None stands for all labels.
    curve : bool, default=True
        Whether to visit others at all. A budget is visited when at least half of the classes
        have so many labels, and all labels when they are at most ``CHEAP_ROWS``.
    """
    if not curve:
        return [own]
    sizes = np.bincount(labels[labels != UNLABELLED])
    sizes = sizes[sizes > 0]
    visited: list[int | None] = [own]
    for budget in BUDGETS:
        some_left = budget < sizes.max()  # else it is all labels under another name
        if budget != own and some_left and (sizes >= budget).mean() >= 0.5:
            visited.append(budget)
    own_is_all = own is None or own >= sizes.max()
    if not own_is_all and sizes.sum() <= CHEAP_ROWS:
        visited.append(None)
    return visited


def curve_point(
    labels_per_class: int | None,
    labels: int,
    model: Bools,
    baseline: Bools | None = None,
    *,
    seed: int = 0,
) -> CurvePoint:
    """Mean accuracy at one budget, from whether each test row is right in each draw.

    Parameters
    ----------
    labels_per_class, labels : int
        The budget, and the labelled rows that it came to.
    model, baseline : ndarray of bool, shape (draws, rows)
        Right or wrong.
    """
    return CurvePoint(
        labels_per_class=labels_per_class,
        labels=labels,
        model=_accuracy(model, seed),
        baseline=None if baseline is None else _accuracy(baseline, seed),
        model_draws=tuple(float(a) for a in model.mean(axis=1)),
        baseline_draws=() if baseline is None else tuple(float(a) for a in baseline.mean(axis=1)),
    )


def _accuracy(right: Bools, seed: int) -> Interval:
    return two_way(right.astype(np.int8), made_up=(1, 1, 0, 0), seed=seed)


def in_order(points: Sequence[CurvePoint]) -> tuple[CurvePoint, ...]:
    """The points by budget, all labels last."""
    return tuple(sorted(points, key=lambda p: p.labels_per_class or math.inf))


def labels_saved(curve: Sequence[CurvePoint], per_class: int, n_classes: int) -> LabelsSaved | None:
    """How many labels per class the baseline needs to reach the model at ``per_class``.

    The baseline's accuracies are made monotone in the budget (isotonic regression, pooled
    adjacent violators: Ayer et al. 1955) and joined by straight lines over the logarithm of the
    labels per class; the answer is where they first reach the model. A point for all labels
    stands at the mean number of labels per class.

    Returns
    -------
    LabelsSaved or None
        None where the curve has no such budget, or the model is no better than the baseline.
        Where the baseline does not get there within what was measured, ``at_least`` is True.
    """
    own = next((p for p in curve if p.labels_per_class == per_class), None)
    measured = sorted(
        (_labels_per_class(p, n_classes), p.baseline.value) for p in curve if p.baseline is not None
    )
    if own is None or own.baseline is None or own.model.value <= own.baseline.value:
        return None
    places = np.log([place for place, _ in measured])
    heights = _monotone([height for _, height in measured])
    target = own.model.value
    reached = np.flatnonzero(heights >= target)
    reached = reached[places[reached] > math.log(per_class)]
    if not len(reached):
        largest = measured[-1][0]
        return LabelsSaved(
            per_class, None, saved=round((largest - per_class) * n_classes), at_least=True
        )
    j = int(reached[0])
    rise = heights[j] - heights[j - 1]
    share = 1.0 if rise <= 0 else max(0.0, (target - heights[j - 1]) / rise)
    needed = math.exp(places[j - 1] + share * (places[j] - places[j - 1]))
    needed = max(needed, float(per_class))
    return LabelsSaved(
        per_class, needed, saved=round((needed - per_class) * n_classes), at_least=False
    )


def _labels_per_class(point: CurvePoint, n_classes: int) -> float:
    return float(point.labels_per_class or point.labels / n_classes)


def _monotone(values: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The closest never-falling sequence, by pooling neighbours that fall."""
    pools: list[tuple[float, int]] = []
    for value in values:
        mean, size = value, 1
        while pools and pools[-1][0] > mean:
            before, count = pools.pop()
            mean, size = (before * count + mean * size) / (count + size), count + size
        pools.append((mean, size))
    return np.repeat([mean for mean, _ in pools], [size for _, size in pools])


def points_so_far(reported: Sequence[Mapping[str, Any]]) -> tuple[CurvePoint, ...]:
    """The label curve of an experiment that is under way, from what it has reported.

    Parameters
    ----------
    reported : sequence of mapping
        Points of a run; those with ``model_mean`` count, the last of each budget.

    Returns
    -------
    tuple of CurvePoint
        In the order of their budgets.
    """
    latest: dict[int | None, CurvePoint] = {}
    for one in reported:
        if "model_mean" not in one:
            continue
        budget = int(one["labels_per_class"]) if "labels_per_class" in one else None
        draws = int(one.get("draws", 1))
        means = {
            name: Interval(one[f"{name}_mean"], one.get(f"{name}_low"), one.get(f"{name}_high"))
            for name in ("model", "baseline")
            if f"{name}_mean" in one
        }
        latest[budget] = CurvePoint(
            labels_per_class=budget,
            labels=int(one["labels"]),
            model=means["model"],
            baseline=means.get("baseline"),
            model_draws=(means["model"].value,) * draws,
            baseline_draws=(means["baseline"].value,) * draws if "baseline" in means else (),
        )
    return in_order(list(latest.values()))
