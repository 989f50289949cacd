"""From counts of neighbours to how much more often they meet than by chance."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from scipy import sparse

from core.errors import BadParam
from core.pretrain.compiled import even_cuts, in_threads
from core.progress import SILENT, Progress
from core.types import Floats, Ints

_STEP = 1_000_000  # stored values of a job, some 20 ms


def ppmi(
    counts: sparse.csr_matrix, *, smoothing: float = 0.75, progress: Progress = SILENT
) -> sparse.csr_matrix:
    """Positive pointwise mutual information with smoothed frequencies, symmetric.

    Levy, Goldberg & Dagan (2015) raise the frequency of the context to ``smoothing``, so that
    rare contexts count less. Here both sides bear half of it, which keeps the matrix
    symmetric: with p(i) the share of word i in all pairs and q(i) = p(i)**smoothing / sum,
    the value is log p(i, j) - (log p(i) + log q(i) + log p(j) + log q(j)) / 2, where above 0.

    Parameters
    ----------
    counts : csr_matrix of float32, shape (n, n)
        Symmetric counts, as of :func:`core.pretrain.cooccurrence.cooccurrence`.
    smoothing : float, default=0.75
        From 0 (all contexts alike) to 1 (no smoothing).

    Returns
    -------
    csr_matrix of float32, shape (n, n)
        Symmetric, the positive values only.

    Raises
    ------
    BadParam
        When ``smoothing`` is outside 0 to 1.
    """
    if not 0 <= smoothing <= 1:
        raise BadParam(f"smoothing cannot be {smoothing}.", hint="It takes a number from 0 to 1.")
    n = counts.shape[0]
    pointers = counts.indptr.astype(np.int64)
    rising = np.zeros(counts.nnz + 1)
    np.cumsum(counts.data, dtype=np.float64, out=rising[1:])
    sums = np.diff(rising[pointers])
    del rising
    if not counts.nnz:
        return counts.copy()
    share = sums / sums.sum()
    # words without a neighbour have no entries, whatever stands here
    share[share == 0] = 1
    smooth = np.where(sums > 0, share**smoothing, 0)
    smooth /= smooth.sum()
    smooth[smooth == 0] = 1
    offset = (-(np.log(share) + np.log(smooth)) / 2).astype(np.float32)
    log_total = np.float32(np.log(sums.sum()))

    def rows(first: int, last: int) -> tuple[Ints, Floats, Ints]:
        at = slice(pointers[first], pointers[last])
        columns = counts.indices[at]
        lengths = np.diff(pointers[first : last + 1])
        values = np.log(counts.data[at])
        values -= log_total
        values += offset[columns]
        values += np.repeat(offset[first:last], lengths)
        above = values > 0
        kept = np.zeros(len(above) + 1, dtype=np.int64)
        np.cumsum(above, out=kept[1:])
        ends = kept[pointers[first + 1 : last + 1] - pointers[first]]
        return columns[above], values[above], np.diff(ends, prepend=0)

    jobs: list[Callable[[], tuple[Ints, Floats, Ints]]] = [
        partial(rows, first, last) for first, last in even_cuts(pointers, _STEP)
    ]
    found = in_threads(jobs, progress=progress, message="Weighing pairs of words")
    ends = np.zeros(n + 1, dtype=counts.indptr.dtype)
    np.cumsum(np.concatenate([lengths for _, _, lengths in found]), out=ends[1:])
    columns = np.concatenate([part for part, _, _ in found])
    values = np.concatenate([part for _, part, _ in found])
    return sparse.csr_matrix((values, columns, ends), shape=(n, n))
