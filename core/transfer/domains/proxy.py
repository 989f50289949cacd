"""Proxy A-distance: how well a classifier tells two domains apart, and by what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from core.data.stacking import stack
from core.progress import SILENT, Progress
from core.transfer.domains.shared import domain_folds
from core.types import Floats, Ints, Matrix

_FOLDS = 5


@dataclass(frozen=True)
class Telling:
    """A column that tells the domains apart.

    Attributes
    ----------
    name : str
        Of the word or column.
    pull : float
        Its share of the difference between the two domains' mean scores: weight times difference
        of means. Above zero always.
    source, target : float
        Share of the rows that hold the word; the mean of the column where rows are dense.
    """

    name: str
    pull: float
    source: float
    target: float


@dataclass(frozen=True)
class ProxyDistance:
    """What the classifier found.

    Attributes
    ----------
    distance : float
        2 (1 - 2 error), from 0 (the same) to 2 (told apart without a mistake).
    error : float
        Balanced error on rows held out, at most one half.
    of_source, of_target : tuple of Telling
        What is typical of the one and of the other, the most telling first.
    """

    distance: float
    error: float
    of_source: tuple[Telling, ...]
    of_target: tuple[Telling, ...]


def a_distance(error: float) -> float:
    """Proxy A-distance of a classifier's error (Ben-David, Blitzer, Crammer & Pereira 2007).

    An error above one half says that nothing was learned: it counts as one half.
    """
    return 2.0 * (1.0 - 2.0 * min(max(error, 0.0), 0.5))


def proxy_distance(
    source: Matrix,
    target: Matrix,
    names: tuple[str, ...],
    *,
    units: Ints | None = None,
    top: int = 12,
    seed: int = 0,
    progress: Progress = SILENT,
) -> ProxyDistance:
    """Train a classifier to tell source rows from target rows, and read off what it looks at.

    The error is the mean of both domains' errors over five held-out folds, so that domains of
    different size count alike. What is telling comes from a classifier of all rows.

    Parameters
    ----------
    source, target : Matrix, shapes (n, d) and (m, d)
        Training rows in the same columns.
    names : tuple of str, length d
        Of the columns.
    units : ndarray of int, shape (n + m,), optional
        Which rows of the source, then of the target, belong together and are held out together:
        :attr:`core.transfer.domains.pair.DomainPair.domain_units` of these rows.
    top : int
        How many telling columns to name for each domain.
    """
    sizes = source.shape[0], target.shape[0]
    X, y = stack([source, target]), np.repeat([0, 1], sizes)
    said = np.empty_like(y)
    splits = domain_folds(sizes, units, most=_FOLDS, seed=seed)
    folds = len(splits)
    for place, (kept, out) in enumerate(splits):
        progress.update(place / (folds + 1), "Telling the domains apart")
        said[out] = _classifier().fit(X[kept], y[kept]).predict(X[out])
    error = float(np.mean([(said[y == side] != side).mean() for side in (0, 1)]))
    progress.update(folds / (folds + 1), "Telling the domains apart")
    weights = _classifier().fit(X, y).coef_[0]
    of_source, of_target = telling(source, target, weights, names, top=top)
    return ProxyDistance(a_distance(error), min(error, 0.5), of_source, of_target)


def telling(
    source: Matrix, target: Matrix, weights: Floats, names: tuple[str, ...], *, top: int
) -> tuple[tuple[Telling, ...], tuple[Telling, ...]]:
    """The columns that move the score most between the domains' means.

    A weight says how a column is read, not how often it matters: a rare word can weigh much. The
    pull, weight times the difference of the means, adds up to the difference of the mean scores.

    Returns
    -------
    of_source, of_target : tuple of Telling
        Columns with higher values in the one and in the other domain; only those whose weight
        points that way too.
    """
    means = _means(target) - _means(source)
    pulls = weights * means
    shown = (_means(source), _means(target))
    if not isinstance(source, np.ndarray):
        shown = (_shares(source), _shares(target))
    found = []
    for side in (-1, 1):
        fits = np.flatnonzero((np.sign(means) == side) & (pulls > 0))
        best = fits[np.argsort(-pulls[fits], kind="stable")[:top]]
        found.append(
            tuple(
                Telling(names[i], float(pulls[i]), float(shown[0][i]), float(shown[1][i]))
                for i in best.tolist()
            )
        )
    return found[0], found[1]


def _classifier() -> LogisticRegression:
    return LogisticRegression(C=1.0, class_weight="balanced", max_iter=200)


def _means(X: Matrix) -> Floats:
    means: Floats = np.asarray(X.mean(axis=0), dtype=np.float64).ravel()
    return means


def _shares(X: Matrix) -> Floats:
    present: Ints = np.asarray((X > 0).sum(axis=0)).ravel()
    shares: Floats = present / max(X.shape[0], 1)
    return shares
