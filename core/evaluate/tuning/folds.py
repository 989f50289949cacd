"""Which labelled rows a trial learns from and which it is judged by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.data.folds import around, deal
from core.data.units import units_per_class
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


def plan(labels: Ints, *, units: Ints | None = None, seed: int = 0) -> Plan:
    """Cut labelled rows into folds, few where labels are few, and that several times.

    Rows are dealt out by :func:`core.data.folds.deal`, so that every fold has its share of every
    class and a class with two rows can be both learned and judged.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Codes of the labelled rows within the budget.
    units : ndarray of int, shape (n,), optional
        Equal numbers for rows that belong together (:mod:`core.data.units`). They are in the same
        fold and count as one: settings that learn rows by heart would win.
    seed : int
        Of the order in which rows are dealt.

    Raises
    ------
    BadData
        When not even two classes have two rows, or two units of them: nothing would be left to
        judge by.
    """
    if units is None:
        units = np.arange(len(labels))
    counts = units_per_class(labels, units)
    counts = counts[counts > 0]
    several = counts[counts > 1]
    if len(several) < 2:
        raise _too_few(labels, len(several), len(counts))
    n = len(labels)
    folds = max(2, min(_FEW_FOLDS if n >= _MEDIUM else _FOLDS, int(np.median(several))))
    repeats = 1 if n >= _MEDIUM else int(np.clip(np.ceil(_VALIDATED / n), 2, _REPEATS))
    splits: list[Split] = []
    made = 0
    for repeat in range(repeats):
        rng = np.random.RandomState((seed + 1000 * repeat) % 2**32)
        fold_of = deal(labels, units, folds=folds, rng=rng)
        if not (fold_of >= 0).any():
            raise _too_few(labels, 0, len(counts))
        # with few units, or such of several classes, some folds may have got none
        splits += [Split(_fair(inside, labels, rng), out) for inside, out in around(fold_of)]
        made = made or len(splits)
    rungs: tuple[Rung, ...]
    if n >= _LARGE:
        rungs = (Rung(1, FIRST_ROWS), Rung(1), Rung(len(splits)))
    elif n >= _MEDIUM:
        rungs = (Rung(1), Rung(len(splits)))
    else:
        rungs = (Rung(made), Rung(len(splits)))
    return Plan(tuple(splits), rungs, made, repeats, int((counts == 1).sum()))


def _too_few(labels: Ints, several: int, classes: int) -> BadData:
    have = "has" if several == 1 else "have"
    if (np.unique(labels, return_counts=True)[1] > 1).sum() < 2:
        return BadData(
            f"Only {several} of {classes} classes {have} two labelled rows or more, so no "
            "settings can be tried out.",
            hint="Take at least two labels per class; with one, use the default settings.",
        )
    return BadData(
        f"Only {several} of {classes} classes {have} labelled rows that do not all belong "
        "together, so no settings can be tried out on rows held out.",
        hint="Equal rows and rows of one group are held out together: label rows of more groups, "
        "or use the default settings.",
    )


def _fair(rows: Ints, labels: Ints, rng: np.random.RandomState) -> Ints:
    """The rows in an order of which every beginning has all classes in about their shares."""
    place = np.empty(len(rows))
    for code in np.unique(labels[rows]):
        own = np.flatnonzero(labels[rows] == code)
        place[rng.permutation(own)] = (np.arange(len(own)) + rng.random_sample()) / len(own)
    return rows[np.argsort(place, kind="stable")]
