"""The fewest parts of a row to take away until its answer is another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from core.types import Floats

#: Says for each set of parts that are taken away by how much the answer still leads:
#: its probability less that of the strongest other class (or of the class wished for).
Leads: TypeAlias = Callable[[Sequence[frozenset[int]]], Floats]


def fewest_to_remove(
    leads: Leads, candidates: Sequence[int], *, most: int, tried: int = 60
) -> list[int] | None:
    """Find a small set of parts without which the answer is another.

    Greedy: at each step the part whose loss costs the answer most of its lead is taken away,
    until the lead is gone. Then pruned: each part that can be put back without bringing the
    answer back is put back. What remains cannot be made smaller by putting one part back; a
    smaller set of quite other parts may exist. Removing evidence until the class changes is
    Martens & Provost (2014), Explaining data-driven document classifications.

    Parameters
    ----------
    leads : callable
        Asks the model itself.
    candidates : sequence of int
        Parts, the most promising first.
    most : int
        Parts that may be taken away at most.
    tried : int
        How many of the candidates are tried; the others stay.

    Returns
    -------
    list of int or None
        The parts in the order in which they were taken away; None when none was found.
    """
    left = list(dict.fromkeys(candidates))[:tried]
    gone: list[int] = []
    lead = np.inf
    while left and len(gone) < most and lead >= 0:
        found = leads([frozenset([*gone, part]) for part in left])
        best = int(found.argmin())
        lead = float(found[best])
        gone.append(left.pop(best))
    if not gone or lead >= 0:
        return None
    # the last one was needed; the first ones may not be any more
    for part in list(gone[:-1]):
        fewer = [one for one in gone if one != part]
        if float(leads([frozenset(fewer)])[0]) < 0:
            gone = fewer
    return gone


def lead_of(proba: Floats, label: int, wished: int | None = None) -> Floats:
    """By how much a class leads in each row of (n, classes); negative where it does not.

    Against the strongest other class, or a wished one: the wish is met only where that class
    is the likeliest of all.
    """
    if wished is None:
        others = np.delete(proba, label, axis=1)
        strongest: Floats = others.max(axis=1)
        return np.asarray(proba[:, label] - strongest)
    rest = np.delete(proba, wished, axis=1)
    return np.asarray(rest.max(axis=1) - proba[:, wished])
