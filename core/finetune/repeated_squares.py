"""A linear SVM for very many dense rows, by repeated least squares.

The squared hinge of a row is the least squared error to any target beyond the margin. So the SVM
is found by turns: least squares to targets, then targets moved to where the scores are, but not
inside the margin (Ho & Kashyap 1965, An algorithm for linear inequalities and its applications).
Each turn lowers the objective, all of them share one factorisation, and Nesterov's momentum makes
them few. liblinear would copy the rows, twice as large; here they are read in blocks as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from core.progress import SILENT, Progress
from core.types import Floats, Ints

_BLOCK = 4096  # rows at a time
_PRECISE = 6000  # columns up to which sums are kept in double precision, 300 MB
_TURNS = 200  # at most
_STILL, _PATIENCE = 1e-4, 3  # done when the objective falls by no more than that, so often


@dataclass(frozen=True, eq=False)
class Solved:
    """What was found.

    Attributes
    ----------
    coef : ndarray, shape (k, d), or (1, d) for two classes
        Weights.
    intercept : ndarray, shape (k,) or (1,)
        What is added; it is penalised as the weights are.
    converged : bool
        Whether the objective had come to rest.
    """

    coef: Floats
    intercept: Floats
    converged: bool


def products(X: Floats, weights: Floats, progress: Progress = SILENT) -> Floats:
    """Weighted products of the columns with each other, and with a column of ones.

    They do not depend on C: whoever tries several works them out once. Those of more rows are the
    sum of those of fewer.

    Parameters
    ----------
    X : ndarray of float32 or float64, shape (n, d)
        Dense rows.
    weights : ndarray, shape (n,)
        What each row counts.
    progress : Progress
        Told how far it is; cancelling takes effect within a block.

    Returns
    -------
    ndarray, shape (d + 1, d + 1)
        In double precision up to 6,000 columns, in single precision above.
    """
    n, d = X.shape
    kind = _kind(d)
    weights = np.asarray(weights, dtype=kind)[:, None]
    blocks = _blocks(n)
    found = np.zeros((d + 1, d + 1), dtype=kind)
    for done, at in enumerate(blocks):
        progress.update(done / len(blocks), "Comparing the columns")
        rows = _with_ones(X[at], kind)
        found += rows.T @ (weights[at] * rows)
    return found


def squared_hinge(
    X: Floats,
    codes: Ints,
    *,
    C: float,
    weights: Floats,
    gram: Floats | None = None,
    progress: Progress = SILENT,
) -> Solved:
    """Minimise ‖w‖²/2 + C Σ weight · max(0, 1 − ±score)² for each class against the rest.

    Parameters
    ----------
    X : ndarray of float32 or float64, shape (n, d)
        Dense rows.
    codes : ndarray of int, shape (n,)
        Classes, each from 0 to k − 1.
    C : float
        Weight of the loss against the penalty, as in scikit-learn's ``LinearSVC``.
    weights : ndarray, shape (n,)
        What each row counts.
    gram : ndarray, shape (d + 1, d + 1), optional
        What `products` found for the same rows and weights; it is left as it is.
    progress : Progress
        Told how far it is; cancelling takes effect within a block.
    """
    n, d = X.shape
    classes = int(codes.max()) + 1
    signs = -np.ones((n, classes if classes > 2 else 1), dtype=np.float32)
    if classes > 2:
        signs[np.arange(n), codes] = 1
    else:
        signs[codes == 1] = 1
    kind = _kind(d)
    if gram is None:
        gram = products(X, weights, progress.part(0.0, 0.5))
    else:
        gram = gram.copy()
    weights = np.asarray(weights, dtype=np.float32)[:, None]
    blocks = _blocks(n)
    gram.flat[:: d + 2] += kind(1 / (2 * C))
    progress.update(0.5, "Solving")
    factor = cho_factor(gram, overwrite_a=True, check_finite=False)

    found = np.zeros((d + 1, signs.shape[1]), dtype=kind)
    ahead, momentum = found, 1.0
    best, lowest, still = found, np.inf, 0
    for turn in range(_TURNS):
        right = np.zeros_like(found)
        loss = 0.0
        for at in blocks:
            rows = _with_ones(X[at], kind)
            margins = signs[at] * (rows @ ahead)
            loss += float((weights[at] * np.square(np.maximum(1 - margins, 0))).sum())
            right += rows.T @ (weights[at] * signs[at] * np.maximum(margins, 1)).astype(kind)
        objective = float(np.square(ahead, dtype=np.float64).sum()) / 2 + C * loss
        progress.update(
            0.5 + 0.5 * turn / _TURNS, f"Turn {turn + 1} of at most {_TURNS}", objective=objective
        )
        still = still + 1 if objective > lowest * (1 - _STILL) else 0
        if objective < lowest:
            best, lowest = ahead, objective
        else:  # gone too far: a plain turn, which never goes up (O'Donoghue & Candès 2015)
            momentum = 1.0
        if still >= _PATIENCE:
            break
        now = cho_solve(factor, right, check_finite=False)
        after = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = now + kind((momentum - 1) / after) * (now - found)
        found, momentum = now, after
    progress.update(1.0, f"{turn + 1} turns")
    return Solved(best[:-1].T.copy(), best[-1].copy(), still >= _PATIENCE)


def _kind(d: int) -> Any:
    return np.float64 if d <= _PRECISE else np.float32


def _blocks(n: int) -> list[slice]:
    return [slice(start, min(start + _BLOCK, n)) for start in range(0, n, _BLOCK)]


def _with_ones(rows: Floats, kind: Any) -> Floats:
    wide = np.empty((len(rows), rows.shape[1] + 1), dtype=kind)
    wide[:, :-1] = rows
    wide[:, -1] = 1
    return wide
