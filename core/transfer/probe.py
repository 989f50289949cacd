"""A linear probe by least squares, each row left out in turn, in closed form."""

from __future__ import annotations

import numpy as np

from core.transfer.spectrum import inner
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
    kernel = inner(X)
    scale = kernel.trace() / len(y)
    if len(classes) < 2 or scale <= 0:
        return np.zeros(len(y), dtype=bool)
    values, Q = np.linalg.eigh(kernel / scale + 1.0)
    values = np.maximum(values, 0.0)
    turned = Q.T @ targets
    best, least = targets, np.inf
    for penalty in _PENALTIES:
        left_out = _left_out(values, Q, turned, targets, penalty)
        error = float(np.square(targets - left_out).sum())
        if error < least:
            best, least = left_out, error
    return np.asarray(best.argmax(axis=1) == codes)


def _left_out(
    values: Floats, Q: Floats, turned: Floats, targets: Floats, penalty: float
) -> Floats:
    share = values / (values + penalty)
    fitted = Q @ (share[:, None] * turned)
    leverage = np.minimum(np.square(Q) @ share, 1 - 1e-9)
    return np.asarray(targets - (targets - fitted) / (1 - leverage)[:, None])
