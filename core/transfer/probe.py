"""A linear probe by least squares, each row left out in turn, in closed form."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from core.transfer.spectrum import is_sparse, spectrum
from core.types import Bools, Floats, Ints, Matrix

#: Weights of the penalty that are tried, as multiples of the mean eigenvalue of the kernel.
_PENALTIES = tuple(10.0**power for power in (-2, -1, 0, 1))


def probe(X: Matrix, y: Ints) -> float:
    """Share of rows that a linear probe gets right without having seen them.

    References
    ----------
    Rifkin & Klautau (2004): In defense of one-vs-all classification. JMLR. Least squares with
    each row left out: Allen (1974), The relationship between variable selection and data
    augmentation and a method for prediction. Technometrics.
    """
    return float(probe_right(X, y).mean())


def probe_right(X: Matrix, y: Ints) -> Bools:
    """Whether regularised least squares, one class against the rest, gets each left-out row right.

    The prediction of row i by the model fitted without it is y_i - (y_i - f_i) / (1 - h_ii),
    where f is the fit with all rows and h the hat matrix: one decomposition serves all rows.
    Of a few penalties the one with the smallest left-out squared error is taken. A constant
    column stands for the intercept.

    Parameters
    ----------
    X : Matrix, shape (n, d)
        Encoded rows, dense or CSR.
    y : ndarray of int, shape (n,)
        Their labels.

    Returns
    -------
    ndarray of bool, shape (n,)
        Unchanged by rotations and by a common scale of the columns.
    """
    classes, codes = np.unique(y, return_inverse=True)
    targets = np.where(np.arange(len(classes)) == codes[:, None], 1.0, -1.0)
    squares, U = _with_intercept(X)
    if len(classes) < 2 or len(squares) < 2:
        return np.zeros(len(y), dtype=bool)
    turned = U.T @ targets
    best, least = targets, np.inf
    for penalty in _PENALTIES:
        share = squares / (squares + penalty)
        fitted = U @ (share[:, None] * turned)
        leverage = np.minimum(np.square(U) @ share, 1 - 1e-9)
        left_out = targets - (targets - fitted) / (1 - leverage)[:, None]
        error = float(np.square(targets - left_out).sum())
        if error < least:
            best, least = left_out, error
    return np.asarray(best.argmax(axis=1) == codes)


def _with_intercept(X: Matrix) -> tuple[Floats, Floats]:
    """The spectrum of the rows, scaled to a mean squared length of 1, beside a column of ones."""
    rows: Any = X.astype(np.float64) if is_sparse(X) else np.asarray(X, dtype=np.float64)
    squares = rows.multiply(rows).sum() if is_sparse(X) else np.square(rows).sum()
    ones = np.ones((rows.shape[0], 1))
    scale = float(np.sqrt(squares / len(ones)))
    rows = rows / scale if scale > 0 else rows
    both: Any = [rows, ones]
    beside = sparse.csr_array(sparse.hstack(both)) if is_sparse(X) else np.hstack(both)
    found, U, _ = spectrum(beside)
    return found, U
