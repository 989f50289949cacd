"""One value for each stretch of a text, for tinting it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence


def by_word(
    spans: Sequence[tuple[int, int]], values: Sequence[float]
) -> list[tuple[int, int, float]]:
    """Turn spans that overlap into stretches that do not, with all that each adds.

    A span shares its value equally among the shortest stretches inside it: an n-gram among its
    words, a pair of characters among both. The values still add up to the same sum.

    Parameters
    ----------
    spans : sequence of tuple of int
        Start and end of each piece in the text.
    values : sequence of float
        What each adds.

    Returns
    -------
    list of (start, end, value)
        In the order of the text, none overlapping; stretches that no shortest span covers
        (the stop word inside a pair of words) are left out.
    """
    distinct = sorted(set(spans))
    edges = sorted({edge for span in distinct for edge in span})
    # longer spans that hold a shorter one leave their own gaps uncoloured
    shortest = _without_inner(distinct)
    sums: dict[tuple[int, int], float] = {
        (edges[i], edges[i + 1]): 0.0
        for start, end in shortest
        for i in range(bisect_left(edges, start), bisect_left(edges, end))
    }
    stretches = sorted(sums)
    starts = [start for start, _ in stretches]
    for (start, end), value in zip(spans, values, strict=True):
        inside = stretches[bisect_left(starts, start) : bisect_left(starts, end)]
        for stretch in inside:
            sums[stretch] += float(value) / len(inside)
    return [(start, end, sums[start, end]) for start, end in stretches]


def _without_inner(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans (sorted, distinct) that hold no other span."""
    kept: list[tuple[int, int]] = []
    nearest_end = None
    # from the right: a span holds one of those that start no earlier if that ends no later
    for start, end in sorted(spans, key=lambda span: (-span[0], span[1])):
        if nearest_end is None or end < nearest_end:
            kept.append((start, end))
            nearest_end = end
    return kept
