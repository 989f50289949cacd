"""The nearest rows of each row, in blocks, so that memory stays bounded however many rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from core.progress import SILENT, Progress
from core.types import Floats, Ints, Matrix

#: Products held at once, in numbers: 64 MB of float32.
_BLOCK = 16_000_000


def nearest(X: Matrix, k: int, *, progress: Progress = SILENT) -> tuple[Ints, Floats]:
    """The ``k`` rows with the highest cosine to each row, itself left out; exact.

    Parameters
    ----------
    X : Matrix, shape (n, d)
        Encoded rows, dense or CSR. Rows of zeros have no neighbours worth the name: their
        cosines are 0.
    k : int
        Neighbours of each row; at most n - 1 are given.
    progress : Progress
        Told after each block.

    Returns
    -------
    indices, cosines : ndarray, shape (n, k)
        The nearest first.
    """
    n = X.shape[0]
    k = min(k, n - 1)
    if k < 1:
        return np.empty((n, 0), dtype=np.int64), np.empty((n, 0), dtype=np.float32)
    rows = _unit(X)
    across: Any = rows.T.tocsr() if _is_sparse(rows) else np.ascontiguousarray(rows.T)
    indices = np.empty((n, k), dtype=np.int64)
    cosines = np.empty((n, k), dtype=np.float32)
    step = max(1, _BLOCK // n)
    for start in range(0, n, step):
        progress.update(start / n, "Finding neighbours")
        block = rows[start : start + step] @ across
        likeness = block.toarray() if _is_sparse(block) else block
        m = len(likeness)
        likeness[np.arange(m), start + np.arange(m)] = -2  # not itself
        best = np.argpartition(-likeness, k - 1, axis=1)[:, :k]
        found = np.take_along_axis(likeness, best, axis=1)
        order = np.argsort(-found, axis=1, kind="stable")
        indices[start : start + m] = np.take_along_axis(best, order, axis=1)
        cosines[start : start + m] = np.take_along_axis(found, order, axis=1)
    progress.update(1.0, "Neighbours found")
    return indices, cosines


def graph(indices: Ints, cosines: Floats) -> sparse.csr_matrix:
    """Edges between near rows, from either side, weighed by their cosine where it is above 0."""
    n, k = indices.shape
    weights = np.maximum(cosines, 0).astype(np.float64).ravel()
    one_way = sparse.csr_matrix(
        (weights, indices.ravel(), np.arange(0, n * k + 1, max(k, 1))[: n + 1]), shape=(n, n)
    )
    return sparse.csr_matrix(one_way.maximum(one_way.T))


def _unit(X: Any) -> Any:
    if _is_sparse(X):
        lengths = np.sqrt(np.asarray(X.multiply(X).sum(axis=1)).ravel())
        scale = sparse.diags(1 / np.where(lengths == 0, 1, lengths))
        return sparse.csr_matrix(scale @ X, dtype=np.float32)
    rows = np.array(X, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    lengths[lengths == 0] = 1
    rows /= lengths
    return rows


def _is_sparse(X: Any) -> bool:
    return bool(sparse.issparse(X))
