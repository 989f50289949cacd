"""The spectrum of encoded rows, by whichever of the two products is smaller.

Scores that depend on rows only through their inner products are the same for 40,000 sparse
columns as for 300 dense ones, once the rows are written in their own principal directions.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from core.types import Floats, Matrix


def spectrum(X: Matrix, *, centred: bool = False) -> tuple[Floats, Floats, int]:
    """Squared singular values and left singular vectors of rows.

    Parameters
    ----------
    X : Matrix, shape (n, d)
        Encoded rows, dense or CSR.
    centred : bool, default=False
        Whether the mean row is taken away first.

    Returns
    -------
    squares : ndarray of float64, shape (r,)
        The largest first; what is zero but for rounding is left out.
    U : ndarray of float64, shape (n, r)
        Orthonormal columns.
    width : int
        Number of columns of ``X``.
    """
    n, width = X.shape
    if is_sparse(X) or width >= n:
        gram = inner(X)
        if centred:
            means = gram.mean(axis=0)
            gram = gram - means - means[:, None] + means.mean()
        squares, U = np.linalg.eigh(gram)
        kept = _kept(squares, max(n, width))
        return squares[kept], U[:, kept], width
    rows = np.asarray(X, dtype=np.float64)
    if centred:
        rows = rows - rows.mean(axis=0)
    squares, V = np.linalg.eigh(rows.T @ rows)
    kept = _kept(squares, max(n, width))
    squares = squares[kept]
    return squares, (rows @ V[:, kept]) / np.sqrt(squares), width


def inner(X: Any) -> Floats:
    """All inner products of rows, shape (n, n), in float64."""
    if is_sparse(X):
        rows = X.astype(np.float64)
        return np.asarray((rows @ rows.T).toarray())
    rows = np.asarray(X, dtype=np.float64)
    return np.asarray(rows @ rows.T)


def is_sparse(X: Any) -> bool:
    """Whether a matrix is sparse."""
    return bool(sparse.issparse(X))


def _kept(squares: Floats, size: int) -> Any:
    """Places of the values that are more than rounding, from large to small."""
    top = squares[-1] if len(squares) else 0.0
    floor = max(top, 0.0) * size * np.finfo(np.float64).eps
    return np.flatnonzero(squares > floor)[::-1]
