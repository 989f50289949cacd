"""Where a classifier is weak: its accuracy on parts of the test rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import hypergeom

from core.evaluate.corrections import holm
from core.evaluate.groupings import Grouping
from core.evaluate.intervals import proportion
from core.evaluate.results import Interval
from core.evaluate.words import p_words, percent
from core.types import Bools, Ints

#: Slices of fewer rows are not looked at: their interval spans half of all there is.
FEWEST_ROWS = 10
#: A slice is called weak when its corrected p-value is below this.
LEVEL = 0.05


@dataclass(frozen=True)
class Slice:
    """The test rows of one group.

    Attributes
    ----------
    dimension, name : str
        By what the rows were divided, and which of the groups it is.
    rows : int
        How many there are.
    accuracy : Interval
        Share of them that is right (Wilson 1927).
    rest : float
        The same share among all other test rows.
    p_value : float
        How often chance alone would put so many of the mistakes into a slice of this size
        (one-sided Fisher 1922), corrected for all slices that were looked at (Holm 1979).
    """

    dimension: str
    name: str
    rows: int
    accuracy: Interval
    rest: float
    p_value: float

    @property
    def weak(self) -> bool:
        """Whether it is worse than the rest by more than chance."""
        return self.p_value < LEVEL


def slices(right: Bools, by: Sequence[Grouping]) -> list[Slice]:
    """The accuracy of each group of each grouping, the weakest first.

    Groups of fewer than ``FEWEST_ROWS`` rows, and those that hold all rows, are left out.

    Parameters
    ----------
    right : ndarray of bool, shape (n,)
        Whether each test row is right.
    by : sequence of Grouping
        Ways to divide those rows.

    Returns
    -------
    list of Slice
        By corrected p-value, then by accuracy.
    """
    n, wrong = len(right), int(np.count_nonzero(~right))
    parts = [
        (one.dimension, one.names[code], one.codes == code)
        for one in by
        for code in range(len(one.names))
    ]
    parts = [(d, name, inside) for d, name, inside in parts if FEWEST_ROWS <= inside.sum() < n]
    if not parts:
        return []
    sizes = np.array([int(inside.sum()) for _, _, inside in parts])
    hits = np.array([int(right[inside].sum()) for _, _, inside in parts])
    p_values = holm(hypergeom.sf(sizes - hits - 1, n, wrong, sizes))
    found = [
        Slice(
            dimension=dimension,
            name=name,
            rows=int(size),
            accuracy=proportion(int(hit), int(size)),
            rest=(n - wrong - int(hit)) / (n - int(size)),
            p_value=float(p),
        )
        for (dimension, name, _), size, hit, p in zip(parts, sizes, hits, p_values, strict=True)
    ]
    return sorted(found, key=lambda one: (one.p_value, one.accuracy.value))


def slice_rows(by: Sequence[Grouping], one: Slice) -> Ints:
    """Positions of the rows of a slice, among those that the groupings divide."""
    grouping = next(g for g in by if g.dimension == one.dimension and one.name in g.names)
    return np.flatnonzero(grouping.codes == grouping.names.index(one.name))


def slices_sentence(found: Sequence[Slice]) -> str:
    """The weakest slices by name, or that none stands out."""
    if not found:
        return "The test rows fall into no groups of enough rows to be looked at one by one."
    looked = f"{len(found)} slices" if len(found) > 1 else "1 slice"
    weak = [one for one in found if one.weak]
    if not weak:
        return (
            f"Of {looked}, none is weaker than the rest by more than chance, corrected for looking "
            "at that many."
        )
    named = "; ".join(
        f"{one.dimension} {one.name}: {percent(one.accuracy.value)} right of {one.rows:,} rows, "
        f"against {percent(one.rest)} elsewhere ({p_words(one.p_value)})"
        for one in weak[:3]
    )
    more = f", and {len(weak) - 3} more" if len(weak) > 3 else ""
    return f"Weaker than the rest, corrected for looking at {looked}: {named}{more}."
