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


def probe_right(X: Matrix, y: Ints, *, units: Ints | None = None) -> Bools:
    """Whether regularised least squares, one class against the rest, gets each left-out row right.

    The prediction of row i by the model fitted without it is y_i - (y_i - f_i) / (1 - h_ii),
    where f is the fit with all rows and h the hat matrix: one decomposition serves all rows.
    Rows that belong together are left out together: theirs is Y - (I - H)^-1 (Y - F), with the
    block of the hat matrix that is theirs (Cook & Weisberg 1982).
    Of a few penalties the one with the smallest left-out squared error is taken. A constant
    column stands for the intercept.

    Parameters
    ----------
    X : Matrix, shape (n, d)
        Encoded rows, dense or CSR.
    y : ndarray of int, shape (n,)
        Their labels.
    units : ndarray of int, shape (n,), optional
        Equal numbers for rows that belong together (:mod:`core.data.units`).

    Returns
    -------
    ndarray of bool, shape (n,)
        Unchanged by rotations and by a common scale of the columns.
    """
    classes, codes = np.unique(y, return_inverse=True)
    targets = np.where(np.arange(len(classes)) == codes[:, None], 1.0, -1.0)
    squares, U = _with_intercept(X)
    if len(classes) < 2 or len(squares) < 2 or (units is not None and (units == units[0]).all()):
        return np.zeros(len(y), dtype=bool)
    turned = U.T @ targets
    together = [] if units is None else _units(units)
    best, least = targets, np.inf
    for penalty in _PENALTIES:
        share = squares / (squares + penalty)
        fitted = U @ (share[:, None] * turned)
        leverage = np.minimum(np.square(U) @ share, 1 - 1e-9)
        left_out = targets - (targets - fitted) / (1 - leverage)[:, None]
        for rows in together:
            hat = (U[rows] * share) @ U[rows].T
            # what nobody else says anything about has a leverage of 1; as above, not quite
            rest = np.eye(len(rows)) * (1 + 1e-9) - hat
            left_out[rows] = targets[rows] - np.linalg.solve(rest, (targets - fitted)[rows])
        error = float(np.square(targets - left_out).sum())
        if error < least:
            best, least = left_out, error
    return np.asarray(best.argmax(axis=1) == codes)


def _units(units: Ints) -> list[Ints]:
    """The rows of each unit of several."""
    of, sizes = np.unique(units, return_inverse=True, return_counts=True)[1:]
    order = np.argsort(of, kind="stable")
    return [rows for rows in np.split(order, np.cumsum(sizes)[:-1]) if len(rows) > 1]


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
