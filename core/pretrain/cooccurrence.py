"""How often words stand near each other.

Counts add up: those of two pools with one vocabulary are the sum of both.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from core.errors import BadData, BadParam
from core.pretrain.compiled import Stop, compiled, even_cuts, in_threads
from core.progress import SILENT, Progress
from core.types import Ints

Weighting = Literal["flat", "harmonic"]

_STEP = 2_000_000  # pairs of tokens between two reports, some 50 ms
_MOST_STORED = 250_000_000  # pairs of words, 2 GB


def cooccurrence(
    ids: Ints,
    offsets: Ints,
    n_terms: int,
    *,
    window: int = 8,
    weighting: Weighting = "flat",
    positions: Ints | None = None,
    progress: Progress = SILENT,
) -> sparse.csr_matrix:
    """Count for each pair of words how often they stand within a window of each other.

    Every two tokens of one text that are at most ``window`` apart count in both directions,
    whatever stands between them; a token does not count with itself, but with another token
    of the same word.

    Parameters
    ----------
    ids : ndarray of int, shape (n_tokens,)
        Words of all texts in reading order, each in ``range(n_terms)``.
    offsets : ndarray of int, shape (n_texts + 1,)
        Where each text begins in ``ids``, and where the last one ends.
    n_terms : int
        Size of the vocabulary.
    window : int, default=8
        Farthest distance that counts; 0 takes whole texts.
    weighting : {"flat", "harmonic"}
        A pair at distance d counts 1, or 1/d (Pennington et al. 2014).
    positions : ndarray of int, shape (n_tokens,), optional
        Where each token stands in its text, never falling within one. Several tokens may
        share a place (a word and the group it begins); their distance counts as 1. By default
        tokens follow each other.
    progress : Progress
        Told how far it is; cancelling takes effect within a second.

    Returns
    -------
    csr_matrix of float32, shape (n_terms, n_terms)
        Symmetric, sorted indices, no stored zeros. Flat counts are exact up to 2**24.

    Raises
    ------
    BadData
        When more pairs occur than memory should be spent on.
    BadParam
        When ``window`` is negative or ``weighting`` unknown.
    """
    if window < 0:
        raise BadParam(f"window cannot be {window}.", hint="It takes 0 (whole texts) or more.")
    if weighting not in ("flat", "harmonic"):
        raise BadParam(f"weighting cannot be {weighting!r}.", hint="It takes flat or harmonic.")
    if len(ids) >= 2**31:
        raise BadData(
            f"The texts hold {len(ids):,} words; at most {2**31 - 1:,} can be counted at once.",
            hint="Take a part of the pool.",
        )
    if len(ids) == 0:
        return sparse.csr_matrix((n_terms, n_terms), dtype=np.float32)  # type: ignore[arg-type]
    ids = np.asarray(ids, dtype=np.int32)
    if positions is None:
        positions = np.arange(len(ids), dtype=np.int32)
    span = int(positions.max()) + 1
    reach = min(window or span, span)
    low, high = _neighbourhoods(np.asarray(offsets), positions, reach)
    distance = np.arange(reach + 1)
    weights = 1 / np.maximum(distance, 1) if weighting == "harmonic" else np.ones(reach + 1)

    # the tokens of each word, word after word
    start = np.zeros(n_terms + 1, dtype=np.int64)
    np.cumsum(np.bincount(ids, minlength=n_terms), out=start[1:])
    tokens = np.argsort(ids, kind="stable").astype(np.int32)
    pairs = np.zeros(len(ids) + 1, dtype=np.int64)
    np.cumsum((high - low)[tokens], out=pairs[1:])
    work = pairs[start]

    stop = Stop()
    stored = np.zeros(n_terms, dtype=np.int64)
    places = positions.astype(np.int32, copy=False)
    arrays = (start, tokens, ids, low, high, places, weights.astype(np.float32), stored, stop.flag)
    jobs: list[Callable[[], tuple[Any, Any]]] = [
        partial(_count, first, last, work, arrays) for first, last in even_cuts(work, _STEP)
    ]
    found = in_threads(jobs, progress=progress, message="Counting neighbours", stop=stop)
    pointers = np.zeros(n_terms + 1, dtype=np.int64)
    np.cumsum(stored, out=pointers[1:])
    # 32 bits do, because _MOST_STORED is below 2**31
    columns = np.concatenate([part for part, _ in found])
    values = np.concatenate([part for _, part in found])
    shape = (n_terms, n_terms)
    counts = sparse.csr_matrix((values, columns, pointers.astype(np.int32)), shape=shape)
    counts.has_sorted_indices = True
    counts.has_canonical_format = True
    return counts


def _neighbourhoods(offsets: Ints, positions: Ints, reach: int) -> tuple[Ints, Ints]:
    """First and last (exclusive) token within reach of each token, two arrays of int32."""
    # far enough apart that no reach crosses from one text to the next
    gap = int(positions.max()) + reach + 1
    place = np.repeat(np.arange(len(offsets) - 1, dtype=np.int64) * gap, np.diff(offsets))
    place += positions
    if len(place) and (np.diff(place) < 0).any():
        raise BadData("The positions of a text fall.", hint="Sort its tokens by position.")
    low = np.searchsorted(place, place - reach, side="left").astype(np.int32)
    high = np.searchsorted(place, place + reach, side="right").astype(np.int32)
    return low, high


def _count(
    first: int, last: int, work: Ints, arrays: tuple[Any, ...]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Columns and values of the rows from ``first`` to ``last``; fills in how many each has."""
    stored = arrays[7]
    room = int(np.minimum(np.diff(work[first : last + 1]), len(stored)).sum())
    columns = np.empty(room, dtype=np.int32)
    values = np.empty(room, dtype=np.float32)
    used = compiled(_count_rows)(first, last, *arrays, columns, values)
    if stored.sum() > _MOST_STORED:
        raise BadData(
            f"More than {_MOST_STORED:,} pairs of words stand near each other: "
            "too many for the memory.",
            hint="Choose a smaller window, raise min_df or set max_features.",
        )
    return columns[:used].copy(), values[:used].copy()


def _count_rows(  # type: ignore[no-untyped-def]  # noqa: PLR0917
    first, last, start, tokens, ids, low, high, places, weights, stored, stop, columns, values
):
    """Kernel: add up each word's neighbours in an array as long as the vocabulary."""
    n = len(stored)
    total = np.zeros(n, dtype=np.float32)
    touched = np.empty(n, dtype=np.int32)
    end = 0
    for word in range(first, last):
        m = 0
        for t in range(start[word], start[word + 1]):
            if stop[0] != 0:
                return 0
            here = tokens[t]
            place = places[here]
            for other in range(low[here], high[here]):
                if other != here:
                    column = ids[other]
                    if total[column] == 0:
                        touched[m] = column
                        m += 1
                    total[column] += weights[abs(places[other] - place)]
        if m * 24 < n:
            # few: sort them, with falling gaps (Shell 1959)
            gap = m // 2
            while gap > 0:
                for i in range(gap, m):
                    column = touched[i]
                    j = i
                    while j >= gap and touched[j - gap] > column:
                        touched[j] = touched[j - gap]
                        j -= gap
                    touched[j] = column
                gap = 1 if gap == 2 else gap * 5 // 11
        else:
            # many: look through all columns in order
            m = 0
            for column in range(n):
                if total[column] != 0:
                    touched[m] = column
                    m += 1
        for i in range(m):
            column = touched[i]
            columns[end + i] = column
            values[end + i] = total[column]
            total[column] = 0
        stored[word] = m
        end += m
    return end
