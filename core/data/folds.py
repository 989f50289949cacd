"""Folds of labelled rows: classes evenly spread, rows that belong together in the same fold."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from core.data.duplicates import first_of_each
from core.data.units import repeated, units_per_class
from core.types import Bools, Ints


def deal(
    labels: Ints,
    units: Ints | None = None,
    *,
    folds: int,
    rng: np.random.Generator | np.random.RandomState,
) -> Ints:
    """The fold of each row, so that what belongs together is held out together.

    The units of each class are shuffled and dealt out in turn, going on at the fold where the
    class before ended: folds differ by a unit at most, in number as in what they hold of each
    class. Units of several classes are then dealt by scikit-learn's ``StratifiedGroupKFold``,
    which looks for the fold where the classes stay most even.

    A class that only one unit has rows of is never held out, for nothing would know it; nor is
    anything else of that unit.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Codes of the classes.
    units : ndarray of int, shape (n,), optional
        Equal numbers for rows that belong together (:mod:`core.data.units`). Each row is its own
        unit when left out.
    folds : int
        How many, at least 2.
    rng : Generator or RandomState
        Shuffles.

    Returns
    -------
    ndarray of int, shape (n,)
        From 0 to ``folds - 1``; -1 for rows that are always learned from. The rows outside a fold
        know each class of those inside.
    """
    if units is None:
        units = np.arange(len(labels))
    place = pd.factorize(units)[0]  # in the order of the rows, whatever the numbers are
    first = first_of_each(place)
    of = labels[first]
    alone = units_per_class(labels, place)[labels] < 2
    free = np.ones(len(first), dtype=bool)
    free[place[alone]] = False
    mixed = np.zeros(len(first), dtype=bool)
    mixed[place[labels != of[place]]] = True
    fold_of = np.full(len(first), -1, dtype=np.int64)
    turn = 0
    for code in np.unique(of):
        mine = np.flatnonzero((of == code) & free & ~mixed)
        if len(mine):
            fold_of[rng.permutation(mine)] = (turn + np.arange(len(mine))) % folds
            turn += len(mine)
    several = mixed & free
    if several.any():
        fold_of[several] = (turn + _deal_mixed(labels, place, several, folds, rng)) % folds
        _keep_known(labels, place, fold_of)
    return fold_of[place]


def _deal_mixed(
    labels: Ints,
    place: Ints,
    which: Bools,
    folds: int,
    rng: np.random.Generator | np.random.RandomState,
) -> Ints:
    """The fold of each of these units, whose rows are of several classes."""
    rows = np.flatnonzero(which[place])
    own, unit = np.unique(place[rows], return_inverse=True)
    count = min(folds, len(own), int(np.bincount(labels[rows]).max()))
    if count < 2:
        return np.arange(len(own)) % folds
    # drawn here only, so that data without such units are dealt as ever
    splitter = StratifiedGroupKFold(count, shuffle=True, random_state=int(rng.random() * 2**31))
    found = np.zeros(len(own), dtype=np.int64)
    with warnings.catch_warnings():
        # a class with fewer rows than folds is missing in some of them, and that is right
        warnings.simplefilter("ignore", UserWarning)
        for fold, (_, out) in enumerate(splitter.split(rows, labels[rows], unit)):
            found[unit[out]] = fold
    return found


def _keep_known(labels: Ints, place: Ints, fold_of: Ints) -> None:
    """Take units out of the folds until no class is in one fold alone."""
    k = int(labels.max()) + 1
    pairs = np.unique(place * k + labels)
    unit, code = np.divmod(pairs, k)
    while True:
        low, high = np.full(k, np.iinfo(np.int64).max), np.full(k, -1)
        np.minimum.at(low, code, fold_of[unit])
        np.maximum.at(high, code, fold_of[unit])
        lost = np.flatnonzero((low == high) & (high >= 0))
        if not len(lost):
            return
        fold_of[unit[code == lost[0]][0]] = -1


def stratified(
    labels: Ints, units: Ints | None, *, folds: int, seed: int
) -> list[tuple[Ints, Ints]]:
    """Folds of rows of which each class has at least so many.

    Where no two rows belong together they are those of scikit-learn's ``StratifiedKFold``.

    Parameters
    ----------
    labels, units
        As for :func:`deal`.
    folds : int
        At most the rows of the smallest class; there are fewer where it has fewer units.
    seed : int
        Of the shuffle.

    Returns
    -------
    list of (train, held out)
        Positions of rows. Those that cannot be held out (see :func:`deal`) are in no second part;
        empty where that is so for all.
    """
    if not repeated(units):
        splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
        return list(splitter.split(np.zeros(len(labels)), labels))
    several = units_per_class(labels, units)
    several = several[several >= 2]
    if not len(several):
        return []
    count = int(min(folds, several.min()))
    return around(deal(labels, units, folds=count, rng=np.random.RandomState(seed)))


def around(fold_of: Ints) -> list[tuple[Ints, Ints]]:
    """The rows outside and inside of each fold that has any; see :func:`deal`."""
    return [
        (np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold))
        for fold in np.unique(fold_of[fold_of >= 0])
    ]
