"""CORAL: source rows with the covariance of the target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.data.stacking import stack
from core.types import Floats, Matrix


@dataclass(frozen=True, eq=False)
class Alignment:
    """A map of source rows to target rows in a space of a few directions.

    Attributes
    ----------
    basis : ndarray, shape (d, k)
        Orthonormal directions; rows x become x @ basis.
    source_mean, target_mean : ndarray, shape (k,)
        Means of both domains in that space.
    map : ndarray, shape (k, k)
        Whitens with the source's covariance and colours with the target's.
    """

    basis: Floats
    source_mean: Floats
    target_mean: Floats
    map: Floats

    def inside(self, X: Matrix) -> Floats:
        """Rows in the space, as they are."""
        return np.asarray(X @ self.basis, dtype=np.float64)

    def carried(self, X: Matrix) -> Floats:
        """Source rows in the space, as if they were of the target."""
        return (self.inside(X) - self.source_mean) @ self.map + self.target_mean


def coral(
    source: Matrix, target: Matrix, *, directions: int = 200, ridge: float = 1e-2, seed: int = 0
) -> Alignment:
    """Match the source's mean and covariance to the target's (Sun, Feng & Saenko 2016).

    The map is ``Cs^(-1/2) Ct^(1/2)``. Where rows have more columns than ``directions``, it works
    in the main directions of both domains' rows together (truncated SVD), since covariances of
    thousands of columns cannot be told from so few rows.

    Parameters
    ----------
    source, target : Matrix, shapes (n, d) and (m, d)
        Training rows of both.
    ridge : float
        Added to both covariances, as a share of their mean variance. The paper adds 1 to
        standardised columns.
    """
    basis = _basis(source, target, directions, seed)
    ours = np.asarray(source @ basis, dtype=np.float64)
    theirs = np.asarray(target @ basis, dtype=np.float64)
    both = (_covariance(ours), _covariance(theirs))
    more = ridge * float(np.mean([np.trace(one) for one in both])) / basis.shape[1]
    eye = max(more, 1e-12) * np.eye(basis.shape[1])
    whiten, colour = power(both[0] + eye, -0.5), power(both[1] + eye, 0.5)
    return Alignment(basis, ours.mean(axis=0), theirs.mean(axis=0), whiten @ colour)


def power(symmetric: Floats, exponent: float) -> Floats:
    """A power of a symmetric matrix with eigenvalues above zero."""
    values, vectors = np.linalg.eigh(symmetric)
    return (vectors * np.maximum(values, 1e-300) ** exponent) @ vectors.T  # type: ignore[no-any-return]


def _covariance(rows: Floats) -> Floats:
    centred = rows - rows.mean(axis=0)
    found: Floats = centred.T @ centred / max(len(rows) - 1, 1)
    return found


def _basis(source: Matrix, target: Matrix, directions: int, seed: int) -> Floats:
    both: Any = stack([source, target])
    if both.shape[1] <= directions:
        return np.eye(both.shape[1])
    from sklearn.decomposition import TruncatedSVD

    most = min(directions, min(both.shape) - 1)
    return TruncatedSVD(most, random_state=seed).fit(both).components_.T  # type: ignore[no-any-return]
