"""LogME: how well a linear model explains the labels, weights integrated out."""

from __future__ import annotations

import numpy as np

from core.transfer.spectrum import spectrum
from core.types import Floats, Ints, Matrix

_ROUNDS, _STILL = 100, 1e-6
# Labels that the rows explain to the last digit would have infinite evidence.
_FLOOR = 1e-9


def logme(X: Matrix, y: Ints) -> float:
    """The logarithm of the maximum evidence, per row (You et al. 2021).

    Each class against the rest is a regression y = Fw + noise with w ~ N(0, 1/α) and noise
    N(0, 1/β); the evidence p(y | F, α, β) is maximised over α and β by the fixed-point
    iteration of MacKay (1992), and the logarithms are averaged over classes and rows. There is
    no constant column, as in the paper.

    Parameters
    ----------
    X : Matrix, shape (n, d)
        Encoded rows, dense or CSR.
    y : ndarray of int, shape (n,)
        Their labels.

    Returns
    -------
    float
        Higher is better. Unchanged by rotations and by a common scale of the columns.

    References
    ----------
    You, Liu, Wang & Long (2021): LogME: Practical assessment of pre-trained models for transfer
    learning. ICML.
    """
    squares, U, _ = spectrum(X)
    targets = (y[:, None] == np.unique(y)).astype(np.float64)
    return float(evidence(squares, U, targets).mean()) / len(y)


def evidence(squares: Floats, U: Floats, targets: Floats) -> Floats:
    """The largest log evidence of each column of ``targets`` (n, k), shape (k,).

    ``squares`` (r,) and ``U`` (n, r) are the spectrum of the rows.
    """
    n, r = U.shape
    total = np.square(targets).sum(axis=0)
    if r == 0:  # rows of zeros: nothing but noise
        variance = np.maximum(total / n, np.finfo(float).tiny)
        return np.asarray(-0.5 * n * (np.log(2 * np.pi * variance) + 1))
    z = np.square(U.T @ targets)  # (r, k)
    outside = np.maximum(total - z.sum(axis=0), 0.0)
    floor = _FLOOR * np.maximum(total, np.finfo(float).tiny)
    s = squares[:, None]
    ratio = np.full(targets.shape[1], squares.mean())  # α / β
    for _ in range(_ROUNDS):
        gamma, weights, residual = _state(s, z, ratio, outside, floor)
        alpha = gamma / np.maximum(weights, floor / squares[0])
        beta = (n - gamma) / residual if n > r else _noise(n, gamma, residual)
        new = np.clip(alpha / beta, 1e-10 * squares[-1], 1e10 * squares[0])
        still = np.abs(new - ratio) <= _STILL * ratio
        ratio = new
        if still.all():
            break
    return _at(s, z, ratio, outside, floor=floor, n=n)


def _state(
    s: Floats, z: Floats, ratio: Floats, outside: Floats, floor: Floats
) -> tuple[Floats, Floats, Floats]:
    """Effective number of weights, their squared length, and the squared residual."""
    gamma = (s / (s + ratio)).sum(axis=0)
    weights = (s * z / np.square(s + ratio)).sum(axis=0)
    residual = (z * np.square(ratio / (s + ratio))).sum(axis=0) + outside
    return gamma, weights, np.maximum(residual, floor)


def _noise(n: int, gamma: Floats, residual: Floats) -> Floats:
    """β where the rows span everything: n - γ must not vanish before the residual does."""
    return np.asarray(np.maximum(n - gamma, 1e-12 * n) / residual)


def _at(s: Floats, z: Floats, ratio: Floats, outside: Floats, *, floor: Floats, n: int) -> Floats:
    """Log evidence at a ratio α / β, with the best β for it in closed form.

    With the ratio t fixed, y ~ N(0, (I + FFᵀ/t) / β), so that β = n / yᵀ(I + FFᵀ/t)⁻¹y.
    """
    shrunk = ratio / (s + ratio)
    form = np.maximum((z * shrunk).sum(axis=0) + outside, floor)
    logdet = -np.log(shrunk).sum(axis=0)
    return np.asarray(-0.5 * (n * np.log(2 * np.pi * form / n) + n + logdet))
