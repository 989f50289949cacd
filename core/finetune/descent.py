"""Gradient descent on a linear model: one pass after another, each a step or a few.

The recipe is ŷ = W x + b, W ← W − α ∂L/∂W, b ← b − α ∂L/∂b. What the loss is and what a step
does with its gradient are objects of their own, so that others can stand in their place. A
:class:`Descent` can be halted between any two passes: :attr:`Descent.weights`, the optimiser
and the number of passes done are all there is to carry on from, because the order of the rows
in a pass depends on the seed and the number of the pass alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

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


class Loss(Protocol):
    """What is to become small.

    ``curvature`` bounds its second derivative by a score, for one row: a loss whose rows X have
    λ as the largest eigenvalue of XᵀX/N descends at any rate below 2 / (curvature · λ).
    """

    @property
    def curvature(self) -> float:
        """Bound on the second derivative."""
        ...

    def value(self, scores: Floats, targets: Floats) -> float:
        """Mean over the rows; both arrays have shape (n, k)."""
        ...

    def slope(self, scores: Floats, targets: Floats) -> Floats:
        """Derivative of :meth:`value` by each score, shape (n, k)."""
        ...


@dataclass(frozen=True)
class SquaredLoss:
    """L = 1/(2N) Σ‖y − ŷ‖² over N rows (least squares: Legendre 1805; Widrow & Hoff 1960)."""

    curvature: float = 1.0

    def value(self, scores: Floats, targets: Floats) -> float:
        """See :class:`Loss`."""
        off = scores - targets
        return float(np.vdot(off, off) / (2 * len(off)))

    def slope(self, scores: Floats, targets: Floats) -> Floats:
        """See :class:`Loss`."""
        return (scores - targets) / len(scores)


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


class Optimiser(Protocol):
    """What a step does with a gradient."""

    def step(self, weights: Weights, gradient: Gradient, rate: float) -> None:
        """Change ``weights`` in place."""
        ...


class PlainSteps:
    """W ← W − α ∂L/∂W (gradient descent: Cauchy 1847; on mini-batches: Robbins & Monro 1951)."""

    def step(self, weights: Weights, gradient: Gradient, rate: float) -> None:
        """See :class:`Optimiser`."""
        if gradient.columns is None:
            weights.coef[...] -= rate * gradient.coef
        else:
            weights.coef[gradient.columns] -= rate * gradient.coef
        weights.intercept[...] -= rate * gradient.intercept


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


class Descent:
    """One training, advanced pass by pass.

    Parameters
    ----------
    X : Matrix of float64, shape (n, d)
        Encoded rows, dense or CSR.
    targets : ndarray, shape (n, k)
        What the scores should become.
    rate : float
        The learning rate α.
    batch_size : int, optional
        Rows a step; None takes all of them, in the order they stand in.
    loss, optimiser
        What is minimised and how.
    seed : int
        Of the order of the rows in each pass of mini-batches.
    spread : ndarray of int, shape (n,), optional
        Classes of the rows. Their shares are then kept about equal in all batches of a pass,
        so that the intercept does not run after whichever classes a batch happens to hold.
    start : Weights, optional
        Where to start from; zeros when None. Copied.

    Attributes
    ----------
    weights : Weights
        As of now; the next pass changes them in place.
    passes : int
        Passes made.
    """

    def __init__(
        self,
        X: Matrix,
        targets: Floats,
        *,
        rate: float,
        batch_size: int | None = None,
        loss: Loss | None = None,
        optimiser: Optimiser | None = None,
        seed: int = 0,
        spread: Ints | None = None,
        start: Weights | None = None,
    ) -> None:
        n, k = targets.shape
        self.X: Any = X
        self.targets = targets
        self.rate = rate
        self.batch_size = n if batch_size is None else min(batch_size, n)
        self.loss: Loss = SquaredLoss() if loss is None else loss
        self.optimiser: Optimiser = PlainSteps() if optimiser is None else optimiser
        self.seed = seed
        self.spread = spread
        self.weights = Weights.zeros(X.shape[1], k) if start is None else start.copy()
        self.passes = 0
        self._scores: Floats | None = None

    @property
    def scores(self) -> Floats:
        """Scores of the training rows under the present weights, shape (n, k)."""
        if self._scores is None:
            self._scores = self.weights.scores(self.X)
        return self._scores

    def advance(self, between: Callable[[], None] = lambda: None) -> None:
        """Make one pass over the rows; ``between`` is called after each step."""
        # too high a rate may overflow: whoever drives the descent looks at the loss
        with np.errstate(over="ignore", invalid="ignore"):
            if self.batch_size == len(self.targets):
                # the scores of all rows were measured after the pass before
                self._step(self.X, self.loss.slope(self.scores, self.targets))
                between()
            else:
                self._mini_batches(between)
        self.passes += 1

    def _mini_batches(self, between: Callable[[], None]) -> None:
        order = self.order()
        # one shuffled copy is cheaper than picking scattered rows for every step
        X, targets = self.X[order], self.targets[order]
        for start in range(0, len(order), self.batch_size):
            rows = slice(start, start + self.batch_size)
            batch = X[rows]
            self._step(batch, self.loss.slope(self.weights.scores(batch), targets[rows]))
            between()

    def order(self) -> Ints:
        """The rows in the order in which the next pass of mini-batches takes them."""
        rng = np.random.default_rng([self.seed, self.passes])
        order = rng.permutation(len(self.targets))
        if self.spread is None:
            return order
        # class by class in random order, then each class at even distances over the pass
        order = order[np.argsort(self.spread[order], kind="stable")]
        sizes = np.bincount(self.spread)
        rank = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        place = (rank + rng.random(len(order))) / np.repeat(sizes, sizes)
        dealt: Ints = order[np.argsort(place)]
        return dealt

    def _step(self, X: Matrix, slope: Floats) -> None:
        self.optimiser.step(self.weights, gradient(X, slope), self.rate)
        self._scores = None
