"""Linear models as arrays, and the derivatives of a loss by them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from core.types import Floats, Ints, Matrix


@dataclass(frozen=True)
class Weights:
    """A linear model: ``X @ coef + intercept`` are the scores of the classes.

    Attributes
    ----------
    coef : ndarray, shape (d, k)
        A column a class.
    intercept : ndarray, shape (k,)
        One number a class.
    """

    coef: Floats
    intercept: Floats

    @staticmethod
    def zeros(n_features: int, n_classes: int) -> Weights:
        """The model that knows nothing."""
        return Weights(np.zeros((n_features, n_classes)), np.zeros(n_classes))

    def copy(self) -> Weights:
        """The same numbers in arrays of their own."""
        return Weights(self.coef.copy(), self.intercept.copy())

    def scores(self, X: Matrix) -> Floats:
        """Scores of rows, shape (n, k)."""
        return np.asarray(X @ self.coef) + self.intercept


@dataclass(frozen=True)
class Gradient:
    """Derivatives of a loss by the weights.

    Attributes
    ----------
    coef : ndarray, shape (m, k)
        By the weights of ``columns``; by all of them, (d, k), where that is None.
    intercept : ndarray, shape (k,)
        By the intercepts.
    columns : ndarray of int, shape (m,), optional
        The columns that are not zero in all of the rows; elsewhere the derivative is zero.
    """

    coef: Floats
    intercept: Floats
    columns: Ints | None = None


def gradient(X: Any, slope: Floats) -> Gradient:
    """Derivatives of a loss by the weights, from its derivatives by the scores of ``X``.

    For a batch of CSR rows, only the columns that it touches are worked out: a few hundred
    short texts use a fraction of a vocabulary, and a step then costs what they hold.
    """
    if isinstance(X, np.ndarray):
        return Gradient(X.T @ slope, slope.sum(axis=0))
    by_column = X.tocsc()
    columns = np.flatnonzero(np.diff(by_column.indptr))
    bounds = by_column.indptr[np.append(columns, X.shape[1])]
    touched = sparse.csr_matrix(
        (by_column.data, by_column.indices, bounds), shape=(len(columns), X.shape[0])
    )
    return Gradient(np.asarray(touched @ slope), slope.sum(axis=0), columns)


def one_hot(codes: Ints, n_classes: int) -> Floats:
    """Targets of shape (n, k): 1 at the class of a row, 0 elsewhere."""
    targets = np.zeros((len(codes), n_classes))
    targets[np.arange(len(codes)), codes] = 1
    return targets
