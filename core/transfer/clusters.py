"""Clusters of the pool as the classes of a source that has none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from core.transfer.spectrum import is_sparse
from core.types import Floats, Ints, Matrix

_ROUNDS = 20


@dataclass(frozen=True, eq=False)
class SourceClasses:
    """What a source says of rows: ``labels`` (n,) and ``proba`` (n, s), rows adding up to 1."""

    labels: Ints
    proba: Floats


def of_classifier(proba: Floats) -> SourceClasses:
    """The classes of a labelled source model, from its probabilities (n, s)."""
    return SourceClasses(np.asarray(proba.argmax(axis=1)), np.asarray(proba, dtype=np.float64))


def of_clusters(X: Matrix, pool: Matrix, count: int, *, seed: int = 0) -> SourceClasses:
    """Clusters of unlabelled rows stand for the classes that an encoder knows.

    K-means (Lloyd 1982) on the pool. A row belongs to each cluster in proportion to
    exp(-(d² - d²_min)/s), where d is its distance to the centre and s the mean squared distance
    of the pool's rows to their own centres: a mixture of balls of one size, so that the scale of
    an encoder's columns does not matter.

    Parameters
    ----------
    X : Matrix, shape (n, d)
        Encoded rows to place.
    pool : Matrix, shape (m, d)
        Encoded rows to find clusters in; no test rows.
    count : int
        Clusters; the same for all encoders that are compared, since more clusters say more of
        few rows by chance alone. At most the number of distinct rows of the pool is found.
    seed : int
        Of the start.
    """
    rows, pooled = _double(X), _double(pool)
    count = max(1, min(count, _distinct(pooled)))
    with threadpool_limits(limits=1):  # small steps: waiting for a second thread costs more
        found = KMeans(count, n_init=1, max_iter=_ROUNDS, random_state=seed).fit(pooled)
        spread = float(np.square(found.transform(pooled)).min(axis=1).mean())
        squares = np.square(found.transform(rows))
    nearest = squares.min(axis=1, keepdims=True)
    proba = np.exp(-(squares - nearest) / max(spread, 1e-9 * float(squares.mean()) + 1e-300))
    return SourceClasses(squares.argmin(axis=1), proba / proba.sum(axis=1, keepdims=True))


def _double(X: Any) -> Any:
    return X.tocsr().astype(np.float64) if is_sparse(X) else np.asarray(X, dtype=np.float64)


def _distinct(rows: Any) -> int:
    dense = rows @ np.random.default_rng(0).normal(size=rows.shape[1])
    return len(np.unique(np.round(dense, 9)))
