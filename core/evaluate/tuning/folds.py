"""Which labelled rows a trial learns from and which it is judged by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.errors import BadData
from core.types import Ints

#: Labelled rows that the first rung of a large task learns from.
FIRST_ROWS = 2000

_LARGE, _MEDIUM = 4000, 1000
_FOLDS, _FEW_FOLDS = 5, 3
_VALIDATED = 400  # rows that should be predicted in all, for a score that says something
_REPEATS = 10


@dataclass(frozen=True, eq=False)
class Split:
    """Positions among the labelled rows; the first so many of ``train`` are a fair sample."""

    train: Ints
    validation: Ints


@dataclass(frozen=True)
class Rung:
    """How much a trial may use: the first ``splits`` splits, ``rows`` rows of each (None: all)."""

    splits: int
    rows: int | None = None


@dataclass(frozen=True, eq=False)
class Plan:
    """The splits of a tuning and the rungs that a configuration climbs.

    Attributes
    ----------
    splits : tuple of Split
        Fold after fold, repeat after repeat.
    rungs : tuple of Rung
        The last one has all splits with all rows.
    folds, repeats : int
        Of the cross-validation.
    single : int
        Labelled rows that are alone in their class: learned from in every split, never judged by.
    """

    splits: tuple[Split, ...]
    rungs: tuple[Rung, ...]
    folds: int
    repeats: int
    single: int

    def size(self, split: int, rung: int) -> int:
        """How many rows of a split a rung trains on."""
        most, rows = len(self.splits[split].train), self.rungs[rung].rows
        return most if rows is None else min(rows, most)

    def parts(self, rung: int) -> list[tuple[int, int]]:
        """What has to be measured for a score on a rung: splits, and rows of each."""
        return [(i, self.size(i, rung)) for i in range(self.rungs[rung].splits)]


def plan(labels: Ints, *, copies: Ints | None = None, seed: int = 0) -> Plan:
    """Cut labelled rows into folds, few where labels are few, and that several times.

    Within each class the rows are dealt out in turn, so that every fold has its share of every
    class and a class with two rows can be both learned and judged.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Codes of the labelled rows within the budget.
    copies : ndarray of int, shape (n,), optional
        Equal numbers for equal rows (:func:`core.data.duplicates.row_codes`). Those of one class
        are in the same fold and count as one: settings that learn rows by heart would win.
    seed : int
        Of the order in which rows are dealt.

    Raises
    ------
    BadData
        When not even two classes have two rows: nothing would be left to judge by.
    """
    first = place = np.arange(len(labels))
    if copies is not None:
        both = copies * (int(labels.max()) + 1) + labels
        _, first, place = np.unique(both, return_index=True, return_inverse=True)
    counts = np.unique(labels[first], return_counts=True)[1]
    several = counts[counts > 1]
    if len(several) < 2:
        have = "has" if len(several) == 1 else "have"
        raise BadData(
            f"Only {len(several)} of {len(counts)} classes {have} two labelled rows or more, so no "
            "settings can be tried out.",
            hint="Take at least two labels per class; with one, use the default settings.",
        )
    n = len(labels)
    folds = max(2, min(_FEW_FOLDS if n >= _MEDIUM else _FOLDS, int(np.median(several))))
    repeats = 1 if n >= _MEDIUM else int(np.clip(np.ceil(_VALIDATED / n), 2, _REPEATS))
    splits: list[Split] = []
    for repeat in range(repeats):
        rng = np.random.RandomState((seed + 1000 * repeat) % 2**32)
        fold_of = _deal(labels[first], folds, rng)[place]
        for fold in range(folds):
            inside = np.flatnonzero(fold_of != fold)
            splits.append(Split(_fair(inside, labels, rng), np.flatnonzero(fold_of == fold)))
    rungs: tuple[Rung, ...]
    if n >= _LARGE:
        rungs = (Rung(1, FIRST_ROWS), Rung(1), Rung(len(splits)))
    elif n >= _MEDIUM:
        rungs = (Rung(1), Rung(len(splits)))
    else:
        rungs = (Rung(folds), Rung(len(splits)))
    return Plan(tuple(splits), rungs, folds, repeats, int((counts == 1).sum()))


def _deal(labels: Ints, folds: int, rng: np.random.RandomState) -> Ints:
    """The fold of each row; -1 for rows that are alone in their class."""
    fold_of = np.full(len(labels), -1, dtype=np.int64)
    turn = 0
    for code in np.unique(labels):
        rows = np.flatnonzero(labels == code)
        if len(rows) < 2:
            continue
        fold_of[rng.permutation(rows)] = (turn + np.arange(len(rows))) % folds
        turn += len(rows)
    return fold_of


def _fair(rows: Ints, labels: Ints, rng: np.random.RandomState) -> Ints:
    """The rows in an order of which every beginning has all classes in about their shares."""
    place = np.empty(len(rows))
    for code in np.unique(labels[rows]):
        own = np.flatnonzero(labels[rows] == code)
        place[rng.permutation(own)] = (np.arange(len(own)) + rng.random_sample()) / len(own)
    return rows[np.argsort(place, kind="stable")]
