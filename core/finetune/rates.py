"""How large a learning rate a set of rows bears."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.types import Matrix

_DIRECTIONS = 4
_ROUNDS = 100
_AT_LEAST = 5
_SETTLED = 1e-4


def largest_curvature(X: Matrix, batch_size: int | None = None) -> float:
    """Curvature of the squared loss along its steepest direction, intercept included.

    Descent on all rows at once converges at any rate below 2 / this, and diverges above.

    Parameters
    ----------
    X : Matrix, shape (n, d)
        Encoded rows.
    batch_size : int, optional
        With mini-batches, the expected smoothness takes its place: it lies between the largest
        eigenvalue (all rows at once) and the largest squared length of a row (single rows).

    Returns
    -------
    float
        λmax of [X 1]ᵀ[X 1] / n by power iteration (von Mises & Pollaczek-Geiringer 1929) on a
        few directions at once, from a fixed start; or the bound for mini-batches (Gower et al.
        2019, SGD: General Analysis and Improved Rates, proposition 3.8).
    """
    n = X.shape[0]
    largest = _largest_eigenvalue(X)
    if batch_size is None or batch_size >= n:
        return largest
    longest = float(squared_lengths(X).max()) + 1.0
    many: float = n * (batch_size - 1) / (batch_size * (n - 1))
    few: float = (n - batch_size) / (batch_size * (n - 1))
    return many * largest + few * longest


def _largest_eigenvalue(X: Any) -> float:
    n, d = X.shape
    # a few directions at once: a single one may start out almost at right angles to the steepest
    start = np.random.default_rng(0).standard_normal((d + 1, min(_DIRECTIONS, d + 1)))
    basis = np.linalg.qr(start)[0]
    value = 0.0
    for number in range(_ROUNDS):
        scores = X @ basis[:d] + basis[d]
        before, value = value, float(np.linalg.norm(scores, 2) ** 2 / n)
        if number >= _AT_LEAST and value - before <= _SETTLED * value:
            break
        basis = np.linalg.qr(np.vstack([X.T @ scores, scores.sum(axis=0)]))[0]
    return value


def squared_lengths(X: Any) -> Any:
    """Squared length of each row, shape (n,)."""
    if isinstance(X, np.ndarray):
        return np.einsum("ij,ij->i", X, X)
    return np.asarray(X.multiply(X).sum(axis=1)).ravel()
