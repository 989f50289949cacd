"""The inner loops of steps on many weights: one walk over them instead of one an operation.

With a vocabulary of 40,000 terms and 20 classes, what an optimiser remembers is larger than the
caches of a core, so a step takes as long as its walks over memory.
"""

from __future__ import annotations

from core.pretrain.compiled import compiled
from core.types import Floats, Ints

#: Fewer weights than this are stepped by NumPy: it needs no compiling, and they fit into a cache.
MANY = 100_000


def momentum(
    weights: Floats, speed: Floats, columns: Ints, gradient: Floats, *, keep: float, rate: float
) -> None:
    """v ← keep · v + g, W ← W − rate · v, in place.

    Parameters
    ----------
    weights, speed : ndarray of float64, shape (d, k)
        Changed.
    columns : ndarray of int, shape (m,)
        Rows of ``weights`` whose derivatives are in ``gradient``, rising; elsewhere they are 0.
    gradient : ndarray of float64, shape (m, k)
    keep, rate : float
    """
    compiled(_momentum, reorder=True)(weights, speed, columns, gradient, keep, rate)


def adagrad(
    weights: Floats, squares: Floats, columns: Ints, gradient: Floats, *, rate: float, least: float
) -> None:
    """q ← q + g², W ← W − rate · g / (√q + least), in place; see :func:`momentum`."""
    compiled(_adagrad, reorder=True)(weights, squares, columns, gradient, rate, least)


def adam(
    weights: Floats,
    mean: Floats,
    square: Floats,
    columns: Ints,
    gradient: Floats,
    *,
    beta1: float,
    beta2: float,
    rate: float,
    second: float,
    least: float,
) -> None:
    """Running means m and v of g and g², W ← W − rate · m / (√(v / second) + least), in place.

    See :func:`momentum`.
    """
    compiled(_adam, reorder=True)(
        weights, mean, square, columns, gradient, beta1, beta2, rate, second, least
    )


def _momentum(  # type: ignore[no-untyped-def]  # noqa: PLR0917
    weights, speed, columns, gradient, keep, rate
):
    at, m = 0, len(columns)
    for i in range(weights.shape[0]):
        if at < m and columns[at] == i:
            for j in range(weights.shape[1]):
                speed[i, j] = keep * speed[i, j] + gradient[at, j]
                weights[i, j] -= rate * speed[i, j]
            at += 1
        else:
            for j in range(weights.shape[1]):
                speed[i, j] = keep * speed[i, j]
                weights[i, j] -= rate * speed[i, j]


def _adagrad(  # type: ignore[no-untyped-def]  # noqa: PLR0917
    weights, squares, columns, gradient, rate, least
):
    for at in range(len(columns)):
        i = columns[at]
        for j in range(weights.shape[1]):
            slope = gradient[at, j]
            squares[i, j] += slope * slope
            weights[i, j] -= rate * slope / (squares[i, j] ** 0.5 + least)


def _adam(  # type: ignore[no-untyped-def]  # noqa: PLR0917
    weights, mean, square, columns, gradient, beta1, beta2, rate, second, least
):
    at, m = 0, len(columns)
    shrink = second**-0.5
    for i in range(weights.shape[0]):
        if at < m and columns[at] == i:
            for j in range(weights.shape[1]):
                slope = gradient[at, j]
                mean[i, j] = beta1 * mean[i, j] + (1 - beta1) * slope
                square[i, j] = beta2 * square[i, j] + (1 - beta2) * slope * slope
                weights[i, j] -= rate * mean[i, j] / (square[i, j] ** 0.5 * shrink + least)
            at += 1
        else:
            for j in range(weights.shape[1]):
                mean[i, j] = beta1 * mean[i, j]
                square[i, j] = beta2 * square[i, j]
                weights[i, j] -= rate * mean[i, j] / (square[i, j] ** 0.5 * shrink + least)
