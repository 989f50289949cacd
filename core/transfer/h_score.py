"""H-score: how far the class means are apart, in units of the spread of the rows."""

from __future__ import annotations

import numpy as np

from core.transfer.spectrum import spectrum
from core.types import Floats, Ints, Matrix


def h_score(X: Matrix, y: Ints, *, shrink: bool = True) -> float:
    """tr(cov(f)⁻¹ cov(E[f | y])) (Bao et al. 2019), with a shrunk covariance.

    With few rows and many columns the plain covariance has no inverse worth the name. As
    Ibrahim, Ponomareva & Mazumder (2022) propose, it is shrunk towards a multiple of the
    identity by the share that Ledoit & Wolf (2004) give, and the covariance of the class means
    is multiplied by one minus that share.

    Parameters
    ----------
    X : Matrix, shape (n, d)
        Encoded rows, dense or CSR.
    y : ndarray of int, shape (n,)
        Their labels.
    shrink : bool, default=True
        False gives the score of Bao et al., with a pseudo-inverse.

    Returns
    -------
    float
        Between 0 and the number of classes minus one; higher is better. Unchanged by rotations,
        shifts and a common scale of the columns.

    References
    ----------
    Bao, Li, Huang, Zhang, Zheng, Zamir & Guibas (2019): An information-theoretic approach to
    transferability in task transfer learning. ICIP.
    Ibrahim, Ponomareva & Mazumder (2022): Newer is not always better: Rethinking
    transferability metrics, their peculiarities, stability and performance. ECML PKDD.
    Ledoit & Wolf (2004): A well-conditioned estimator for large-dimensional covariance
    matrices. Journal of Multivariate Analysis.
    """
    squares, U, width = spectrum(X, centred=True)
    if not len(squares):
        return 0.0
    n = len(y)
    values = squares / n  # of the covariance
    share = shrinkage(squares, U, width) if shrink else 0.0
    mean = values.sum() / width
    between = np.zeros(len(squares))  # the spread of the class means along each direction
    for label in np.unique(y):
        mine = y == label
        between += mine.mean() * squares * np.square(U[mine].mean(axis=0))
    return float((1 - share) * (between / ((1 - share) * values + share * mean)).sum())


def shrinkage(squares: Floats, U: Floats, width: int) -> float:
    """The share of Ledoit & Wolf (2004), from the spectrum of the centred rows.

    The same number as scikit-learn's ``ledoit_wolf_shrinkage``, without a covariance matrix of
    ``width`` columns.
    """
    n = len(U)
    mean = squares.sum() / n / width
    together = np.square(squares).sum() / n**2
    lengths = np.square(U) @ squares  # squared length of each row
    beta = (np.square(lengths).sum() / n - together) / (width * n)
    delta = (together - 2 * mean * squares.sum() / n + width * mean**2) / width
    if delta <= 0:
        return 0.0
    return float(min(max(beta, 0.0), delta) / delta)
