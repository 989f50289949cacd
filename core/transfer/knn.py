"""k nearest neighbours, each row left out in turn: the plainest score of all."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.transfer.spectrum import is_sparse
from core.types import Bools, Floats, Ints, Matrix

_BLOCK = 4_000_000  # distances held at once: 32 MB


def knn(X: Matrix, y: Ints, *, k: int = 5) -> float:
    """Share of rows that their neighbours get right (see :func:`knn_right`).

    References
    ----------
    Fix & Hodges (1951): Discriminatory analysis: nonparametric discrimination. As a score of
    transferability, better than 23 others: Sorkhei, Matsoukas, Fredin Haslum & Smith (2025):
    k-NN as a simple and effective estimator of transferability. arXiv 2503.18528.
    """
    return float(knn_right(X, y, k=k).mean())


def knn_right(X: Matrix, y: Ints, *, k: int = 5, units: Ints | None = None) -> Bools:
    """Whether each row is of the class that most of its ``k`` nearest other rows are of.

    Parameters
    ----------
    X : Matrix, shape (n, d)
        Encoded rows, dense or CSR; distances are Euclidean.
    y : ndarray of int, shape (n,)
        Their labels.
    k : int, default=5
        Neighbours asked; at most n - 1. Of classes with as many votes, the one whose nearest
        member is nearest wins.
    units : ndarray of int, shape (n,), optional
        Equal numbers for rows that belong together (:mod:`core.data.units`): none is asked about
        another. With fewer than k rows outside of the unit, these alone are asked.

    Returns
    -------
    ndarray of bool, shape (n,)
        The only member of its class is always wrong. Unchanged by rotations, shifts and a common
        scale of the columns.
    """
    n = len(y)
    k = min(k, n - 1)
    if k < 1:
        return np.zeros(n, dtype=bool)
    classes, codes = np.unique(y, return_inverse=True)
    said = np.empty(n, dtype=np.int64)
    own = np.arange(n) if units is None else np.unique(units, return_inverse=True)[1]
    for start, block in _distances(X):
        m = len(block)
        block[own[start : start + m, None] == own] = np.inf  # not itself, nor what belongs to it
        near = np.argpartition(block, k - 1, axis=1)[:, :k]
        order = np.argsort(np.take_along_axis(block, near, axis=1), axis=1, kind="stable")
        near = np.take_along_axis(near, order, axis=1)
        asked = np.isfinite(np.take_along_axis(block, near, axis=1))
        counts = np.zeros((m, len(classes)))
        np.add.at(counts, (np.arange(m)[:, None], codes[near]), (1 + _bonus(k)) * asked)
        said[start : start + m] = np.where(asked.any(axis=1), counts.argmax(axis=1), -1)
    return np.asarray(said == codes)


def _bonus(k: int) -> Floats:
    """Less than a vote in all, and the nearer the larger: decides between equal counts alone."""
    return 0.5 ** np.arange(1, k + 1) / (k + 1)


def _distances(X: Any) -> Any:
    """Squared distances of blocks of rows to all rows, as (start, block)."""
    n = X.shape[0]
    if is_sparse(X):
        rows: Any = X.tocsr().astype(np.float64)
        squares = np.asarray(rows.multiply(rows).sum(axis=1)).ravel()
    else:
        rows = np.asarray(X, dtype=np.float64)
        rows = rows - rows.mean(axis=0)  # fewer digits are lost in the subtraction below
        squares = np.einsum("ij,ij->i", rows, rows)
    step = max(1, _BLOCK // n)
    for start in range(0, n, step):
        products = rows[start : start + step] @ rows.T
        products = products.toarray() if is_sparse(products) else products
        block = squares[start : start + step, None] + squares - 2 * products
        yield start, np.maximum(block, 0.0)
