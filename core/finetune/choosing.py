"""Choosing a setting of a strategy by cross-validation on the labelled target rows alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from sklearn.model_selection import RepeatedStratifiedKFold

from core.data.folds import around, deal
from core.data.units import repeated, units_per_class
from core.progress import Progress
from core.types import Floats, Ints

T = TypeVar("T")

_ROWS = 60  # fits on fewer held-out rows than this are repeated on other splits
_MOST_REPEATS = 5


def folds(
    labels: Ints, *, units: Ints | None = None, seed: int, most: int = 5
) -> list[tuple[Ints, Ints]]:
    """Splits of labelled rows for cross-validation: few folds with few labels, then repeated.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Classes. A class with a single row stays on the training side of every split.
    units : ndarray of int, shape (n,), optional
        Equal numbers for rows that belong together (:mod:`core.data.units`): they are on the same
        side of every split, and count as one where rows are counted.
    seed : int
        Of the splits.
    most : int, default=5
        Folds at most; never more than the rows of the smallest class with two or more.

    Returns
    -------
    list of (train, validation)
        Indices of rows; empty where no class has two rows.
    """
    if repeated(units):
        return _folds_of_units(labels, units, seed=seed, most=most)
    sizes = np.bincount(labels)
    several = np.flatnonzero(sizes[labels] >= 2)
    if not len(several) or len(np.unique(labels[several])) < 2:
        return []
    single = np.flatnonzero(sizes[labels] == 1)
    count = int(min(most, sizes[sizes >= 2].min()))
    repeats = int(np.clip(_ROWS // len(several), 1, _MOST_REPEATS))
    splitter = RepeatedStratifiedKFold(n_splits=count, n_repeats=repeats, random_state=seed)
    return [
        (np.concatenate([several[kept], single]), several[out])
        for kept, out in splitter.split(several, labels[several])
    ]


def _folds_of_units(labels: Ints, units: Ints, *, seed: int, most: int) -> list[tuple[Ints, Ints]]:
    several = units_per_class(labels, units)
    several = several[several >= 2]
    if len(several) < 2:
        return []
    count = int(min(most, several.min()))
    dealt = [deal(labels, units, folds=count, rng=np.random.RandomState(seed))]
    held = dealt[0] >= 0
    if len(np.unique(labels[held])) < 2:
        return []
    repeats = int(np.clip(_ROWS // int(held.sum()), 1, _MOST_REPEATS))
    for again in range(1, repeats):
        rng = np.random.RandomState((seed + again) % 2**32)
        dealt.append(deal(labels, units, folds=count, rng=rng))
    return [split for fold_of in dealt for split in around(fold_of)]


def choose(
    candidates: Sequence[T],
    labels: Ints,
    score: Callable[[T, Ints, Ints], float],
    *,
    units: Ints | None = None,
    seed: int,
    progress: Progress,
    message: str,
) -> tuple[T, Floats]:
    """The candidate with the best mean score; of equals the first.

    Parameters
    ----------
    candidates : sequence
        What to choose from.
    labels : ndarray of int
        Of the labelled rows that are split.
    units : ndarray of int, shape (n,), optional
        As for :func:`folds`.
    score : callable
        ``score(candidate, train, validation)``: higher is better.
    seed : int
        Of the splits.
    progress, message
        Told between fits.

    Returns
    -------
    candidate, scores
        Mean scores of all; where nothing could be split the first candidate and NaN.
    """
    splits = folds(labels, units=units, seed=seed)
    if not splits:
        return candidates[0], np.full(len(candidates), np.nan)
    total = len(candidates) * len(splits)
    table = np.empty((len(candidates), len(splits)))
    for i, candidate in enumerate(candidates):
        for j, (kept, out) in enumerate(splits):
            progress.update((i * len(splits) + j) / total, message)
            table[i, j] = score(candidate, kept, out)
    means = table.mean(axis=1)
    return candidates[int(means.argmax())], means
