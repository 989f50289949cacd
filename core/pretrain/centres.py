"""K-means in steps that can be cancelled, and rows by their distances to the centres."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data
from threadpoolctl import threadpool_limits

from core.errors import BadModelFile
from core.pretrain.rows import numbers, part
from core.progress import SILENT, Progress
from core.types import Floats, Ints, State

Encoding = Literal["nearness", "triangle", "distance"]

_LARGE = 3e8  # rows x columns x clusters from which mini-batches are used
_ROUNDS, _STEP = 100, 3  # Lloyd iterations at most, and between two reports
_STILL = 1e-4  # share by which the inertia must fall to go on
_BATCH, _PASSES = 2048, 5  # mini-batches: rows in one, passes over all rows
_BLOCK = 2_000_000  # distances worked out at once, 16 MB


class Centres(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """K-means clustering; a row is encoded by how far it is from each centre.

    Lloyd's iterations (Lloyd 1982) from a k-means++ start, mini-batches (Sculley 2010) for
    large pools; both by scikit-learn, called in small steps.

    Parameters
    ----------
    n_clusters : int, default=50
        Number of clusters; at most the number of distinct rows is used.
    encoding : {"nearness", "triangle", "distance"}
        "distance": Euclidean distance to each centre. "nearness": the row's mean distance
        to all centres minus that, so that large is near. "triangle": nearness with 0 where
        it is negative (Coates, Lee & Ng 2011).
    random_state : int, RandomState or None
        For the start and the batches.

    Attributes
    ----------
    cluster_centers_ : ndarray of float32, shape (k, n_columns)
        Clusters by falling size.
    sizes_ : ndarray of int64, shape (k,)
        Rows of the pool in each.
    inertia_ : float
        Sum of squared distances of the pool's rows to their centres; those of rows that were
        learned from earlier (:meth:`continued`) to the centres as they were then.
    """

    def __init__(
        self, n_clusters: int = 50, *, encoding: Encoding = "nearness", random_state: Any = None
    ) -> None:
        self.n_clusters = n_clusters
        self.encoding = encoding
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, *, progress: Progress = SILENT) -> Self:
        """Find the centres of (n, d) rows."""
        X = validate_data(self, X, dtype=np.float32, order="C")
        random = check_random_state(self.random_state)
        k = _distinct(X, min(self.n_clusters, len(X)))
        # The steps are short: waiting for a second thread costs more than it brings, and far
        # more where other jobs run beside this one.
        with threadpool_limits(limits=1):
            if X.size * k <= _LARGE:
                centres = _lloyd(X, k, random, progress.part(0, 0.9))
            else:
                centres = _mini_batches(X, k, random, progress.part(0, 0.9))
        sizes, self.inertia_ = _count(X, centres, progress.part(0.9, 1))
        order = np.argsort(-sizes, kind="stable")
        self.cluster_centers_ = centres[order].astype(np.float32)
        self.sizes_ = sizes[order]
        progress.update(1.0, f"{k} clusters", inertia=self.inertia_)
        return self

    def continued(self, X: Any, *, progress: Progress = SILENT) -> Self:
        """New centres that have taken in (n, d) further rows, batch by batch.

        Each row moves its centre by one over the number of rows that the centre has taken in
        (Sculley 2010), so that each stays the mean of all rows that were ever given to it.
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float32, order="C", reset=False)
        new: Self = clone(self)
        new.n_features_in_ = self.n_features_in_
        centres, sizes = self.cluster_centers_.astype(np.float64), self.sizes_.astype(np.int64)
        before = sizes.copy()
        for start, stop in _blocks(len(X), max(len(centres), _BLOCK // _BATCH)):
            progress.update(0.9 * start / len(X), "Moving the centres")
            rows = X[start:stop]
            nearest = euclidean_distances(rows, centres, squared=True).argmin(axis=1)
            taken = np.bincount(nearest, minlength=len(centres))
            sums = np.zeros_like(centres)
            np.add.at(sums, nearest, rows)
            sizes += taken
            share = (1 / np.maximum(sizes, 1))[:, None]
            centres += (sums - taken[:, None] * centres) * share
        fresh, inertia = _count(X, centres, progress.part(0.9, 1))
        sizes = before + fresh
        order = np.argsort(-sizes, kind="stable")
        new.cluster_centers_ = centres[order].astype(np.float32)
        new.sizes_ = sizes[order]
        new.inertia_ = self.inertia_ + inertia
        progress.update(1.0, f"{len(centres)} clusters", inertia=new.inertia_)
        return new

    def distances(self, X: Any) -> Floats:
        """Euclidean distance of each row to each centre, (n, k) float32."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float32, order="C", reset=False, ensure_min_samples=0)
        result = np.empty((len(X), len(self.cluster_centers_)), dtype=np.float32)
        for start, stop in _blocks(len(X), result.shape[1]):
            result[start:stop] = euclidean_distances(X[start:stop], self.cluster_centers_)
        return result

    def transform(self, X: Any) -> Floats:
        """Encode rows as ``encoding`` says; (n, k) float32."""
        distances = self.distances(X)
        if self.encoding == "distance":
            return distances
        nearness: Floats = distances.mean(axis=1, keepdims=True) - distances
        if self.encoding == "triangle":
            np.maximum(nearness, 0, out=nearness)
        return nearness

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags

    def state(self) -> State:
        """What was learned, as plain arrays."""
        return {
            "centres": self.cluster_centers_,
            "sizes": self.sizes_,
            "inertia": float(self.inertia_),
        }

    def load_state(self, state: State, columns: int) -> Self:
        """Take over what another learned from rows of that many columns.

        Raises
        ------
        BadModelFile
            When a part is missing or shapes contradict each other.
        """
        centres = numbers(state, "centres", (None, columns))
        if not 1 <= len(centres) <= self.n_clusters:
            raise BadModelFile(f"This model cannot be used: it has {len(centres)} clusters.")
        self.cluster_centers_ = centres.astype(np.float32, copy=False)
        self.sizes_ = numbers(state, "sizes", (len(centres),))
        self.inertia_ = part(state, "inertia", float)
        self.n_features_in_ = columns
        return self


def _blocks(rows: int, width: int) -> list[tuple[int, int]]:
    step = max(_BLOCK // max(width, 1), 1)
    return [(start, min(start + step, rows)) for start in range(0, rows, step)]


def _distinct(X: Floats, wanted: int) -> int:
    """``wanted``, or the number of distinct rows where there are fewer."""
    seen: set[bytes] = set()
    for row in X:
        seen.add((row + 0.0).tobytes())  # -0.0 and 0.0 differ in bytes only
        if len(seen) >= wanted:
            return wanted
    return len(seen)


def _lloyd(X: Floats, k: int, random: np.random.RandomState, progress: Progress) -> Floats:
    progress.update(0.0, "Choosing the first centres")
    start: Any = "k-means++"
    before = np.inf
    for rounds in range(0, _ROUNDS, _STEP):
        step = KMeans(k, init=start, n_init=1, max_iter=_STEP, random_state=random).fit(X)
        start, inertia = step.cluster_centers_, float(step.inertia_)
        progress.update(rounds / _ROUNDS, "Moving the centres", inertia=inertia)
        if inertia >= before * (1 - _STILL):
            break
        before = inertia
    return np.asarray(start)


def _mini_batches(X: Floats, k: int, random: np.random.RandomState, progress: Progress) -> Floats:
    batch = max(_BATCH, 4 * k)
    model = MiniBatchKMeans(k, batch_size=batch, n_init=1, random_state=random)
    starts = [(p, s) for p in range(_PASSES) for s in range(0, len(X), batch)]
    for done, (_, start) in enumerate(starts):
        if start == 0:
            order = random.permutation(len(X))
        rows = order[start : start + batch]
        if len(rows) >= k:
            model.partial_fit(X[np.sort(rows)])
        progress.update(
            done / len(starts),
            "Moving the centres",
            inertia=float(model.inertia_) * len(X) / max(len(rows), 1),
        )
    return np.asarray(model.cluster_centers_)


def _count(X: Floats, centres: Floats, progress: Progress) -> tuple[Ints, float]:
    """Rows next to each centre, and the sum of their squared distances."""
    sizes = np.zeros(len(centres), dtype=np.int64)
    inertia = 0.0
    for start, stop in _blocks(len(X), len(centres)):
        progress.update(start / len(X), "Counting the clusters")
        squares = euclidean_distances(X[start:stop], centres, squared=True)
        sizes += np.bincount(squares.argmin(axis=1), minlength=len(centres))
        inertia += float(squares.min(axis=1).sum(dtype=np.float64))
    return sizes, inertia
