"""Which configuration is handed out: the simplest that is as good as the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.types import Floats

_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Entry:
    """What a configuration did on the last rung.

    Attributes
    ----------
    complexity : sequence of float
        Smaller is simpler, the first number weighs most.
    right : ndarray, shape (n,)
        Share of the times that each validated row was right, the same rows for every entry.
    """

    complexity: Sequence[float]
    right: Floats

    @property
    def score(self) -> float:
        """Share of right rows."""
        return float(self.right.mean())


def standard_error(values: Floats) -> float:
    """Standard error of the mean over rows; 0 where all rows agree."""
    if len(values) < 2:
        return 0.0
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def ahead(one: Entry, other: Entry) -> bool:
    """Whether one is better than the other by more than a standard error of the difference."""
    gap = one.right - other.right
    return bool(gap.mean() > standard_error(gap) + _ROUNDING)


def choose(entries: Mapping[int, Entry], default: int) -> tuple[int, int]:
    """The best entry, and the one to hand out.

    Handed out is the simplest whose score is within one standard error of the best and not below
    that of the default (the one-standard-error rule of Breiman, Friedman, Olshen & Stone 1984).
    The standard error is that of the difference, row by row: both were judged by the same rows,
    and what is hard for one is hard for the other.

    Parameters
    ----------
    entries : mapping of int to Entry
        By number of the trial; the default is among them.
    default : int
        Its number.

    Returns
    -------
    best, chosen : int
        Neither depends on the order of the entries; equals go to the simpler, then to the one
        with the lower number.
    """
    order = sorted(entries, key=lambda i: (*entries[i].complexity, i))
    best = max(order, key=lambda i: entries[i].score)  # the first of equals: the simplest
    top, floor = entries[best], entries[default].score
    for i in order:
        if entries[i].score >= floor and not ahead(top, entries[i]):
            return best, i
    raise AssertionError("The best is always within its own error.")
