"""Importance of source rows: how much likelier each is in the target."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression

from core.data.stacking import stack
from core.progress import SILENT, Progress
from core.transfer.domains.shared import domain_folds
from core.types import Floats, Ints, Matrix

_FOLDS = 5
#: Probabilities nearer to 0 or 1 than this would let a handful of rows decide everything.
_EDGE = 1e-3


def density_ratio(
    source: Matrix,
    target: Matrix,
    *,
    units: Ints | None = None,
    most: float = 10.0,
    C: float = 1.0,
    seed: int = 0,
    progress: Progress = SILENT,
) -> Floats:
    """Weights of source rows from a classifier of the domains (Bickel, Brückner & Scheffer 2007).

    A row that the classifier gives the probability p of being a target row gets the weight
    p / (1 - p), times the number of source rows per target row. Each row is judged by a
    classifier of the other folds, so that none is known by heart. Weights are scaled to the
    mean 1, cut at ``most``, and scaled again.

    Parameters
    ----------
    source, target : Matrix, shapes (n, d) and (m, d)
        Training rows of both, in the same columns.
    units : ndarray of int, shape (n + m,), optional
        Which rows of the source, then of the target, belong together and are held out together:
        :attr:`core.transfer.domains.pair.DomainPair.domain_units` of these rows.
    most : float
        Largest weight before the last scaling.
    C : float
        Weight of the loss against the penalty in the classifier.

    Returns
    -------
    ndarray of float, shape (n,)
        With mean 1.
    """
    X = stack([source, target])
    sizes = source.shape[0], target.shape[0]
    y = np.repeat([0, 1], sizes)
    chance = np.empty(len(y))
    splits = domain_folds(sizes, units, most=_FOLDS, seed=seed)
    for place, (kept, out) in enumerate(splits):
        progress.update(place / len(splits), "Weighing the source's rows")
        classifier = LogisticRegression(C=C, max_iter=200).fit(X[kept], y[kept])
        chance[out] = classifier.predict_proba(X[out])[:, 1]
    return from_chances(chance[: source.shape[0]], source.shape[0] / target.shape[0], most=most)


def from_chances(chances: Floats, source_per_target: float, *, most: float = 10.0) -> Floats:
    """Weights from the probabilities of being a target row; with mean 1."""
    chances = np.clip(chances, _EDGE, 1 - _EDGE)
    weights = chances / (1 - chances) * source_per_target
    weights = np.minimum(weights / weights.mean(), most)
    scaled: Floats = weights / weights.mean()
    return scaled


def effective_rows(weights: Floats) -> float:
    """How many equally weighted rows are worth as much: (Σw)² / Σw² (Kish 1965)."""
    return float(weights.sum() ** 2 / (weights**2).sum())
