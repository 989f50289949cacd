"""How well rows fall into clusters, and how many clusters they fall into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import silhouette_samples
from threadpoolctl import threadpool_limits

from core.errors import BadData, NotFound
from core.pretrain.base import Encoder
from core.pretrain.kmeans import KMeansEncoder
from core.progress import SILENT, Progress
from core.types import Floats, Ints, Rows

COUNTS = (2, 3, 4, 5, 7, 10, 14, 20, 28, 40, 57, 80)
_STARTS = 2  # the better of so many: one start may be unlucky


@dataclass(frozen=True, eq=False)
class ClusteredRows:
    """Some rows, by cluster, and how well they lie in theirs.

    Attributes
    ----------
    cluster : ndarray of int, shape (n,)
        The nearest centre of each.
    silhouette : ndarray of float, shape (n,)
        From -1 to 1: how much nearer a row is to the rows of its cluster than to those of the
        next (Rousseeuw 1987); 0 between the two, and where a cluster has one row only.
    x, y : ndarray of float32, shape (n,)
        On a map along the two directions in which the centres differ most.
    """

    cluster: Ints
    silhouette: Floats
    x: Floats
    y: Floats

    @property
    def score(self) -> float:
        """Mean silhouette."""
        return float(self.silhouette.mean())


@dataclass(frozen=True)
class CountTried:
    """A number of clusters, tried.

    Attributes
    ----------
    count : int
        Clusters.
    silhouette : float
        Mean over the rows; large where clusters are clear-cut.
    lost : float
        Share of the variance that is left within clusters, from 1 to 0.
    """

    count: int
    silhouette: float
    lost: float


def clustered(encoder: Encoder, rows: Rows) -> ClusteredRows:
    """Sort rows into the clusters of a model; quadratic in the number of rows.

    Raises
    ------
    NotFound
        When the encoder has no clusters.
    BadData
        When there are fewer than two rows.
    """
    model, space = _space(encoder, rows)
    centres = model.centres_.cluster_centers_
    nearest: Ints = model.centres_.distances(space).argmin(axis=1)
    present = len(np.unique(nearest))
    silhouette = np.zeros(len(space))
    if 2 <= present < len(space):
        silhouette = silhouette_samples(space, nearest)
    flat = np.zeros((len(space), 2), dtype=np.float32)
    width = min(2, *centres.shape)
    if len(centres) > 1:
        directions = PCA(width, svd_solver="full").fit(centres)
        flat[:, :width] = directions.transform(space)
    return ClusteredRows(nearest, silhouette, flat[:, 0].copy(), flat[:, 1].copy())


def try_counts(
    encoder: Encoder,
    rows: Rows,
    counts: Sequence[int] = COUNTS,
    *,
    seed: int = 0,
    progress: Progress = SILENT,
) -> list[CountTried]:
    """Cluster rows into several numbers of clusters, in the space of a model.

    Parameters
    ----------
    encoder : Encoder
        A fitted K-means model; what comes before its centres is used, its centres are not.
    rows : Rows
        A sample: each try is quadratic in their number.
    counts : sequence of int
        Numbers to try; those that the rows are too few for are left out.

    Raises
    ------
    NotFound
        When the encoder has no clusters.
    BadData
        When the rows are too few for any, or all alike.
    """
    _, space = _space(encoder, rows)
    different = len(np.unique(space, axis=0))
    tried = [count for count in counts if 2 <= count < different]
    if not tried:
        raise BadData(
            f"{len(space):,} rows, {different:,} of them different, cannot be split into "
            f"{min(counts)} clusters to compare.",
            hint="Choose a larger pool.",
        )
    whole = float(np.square(space - space.mean(axis=0)).sum(dtype=np.float64))
    found = []
    with threadpool_limits(limits=1):
        for done, count in enumerate(tried):
            progress.update(done / len(tried), f"Trying {count} clusters")
            means = KMeans(count, n_init=_STARTS, max_iter=50, random_state=seed).fit(space)
            silhouette = float(silhouette_samples(space, means.labels_).mean())
            found.append(CountTried(count, silhouette, min(float(means.inertia_) / whole, 1.0)))
    progress.update(1.0, f"{len(found)} numbers of clusters tried")
    return found


def clearest(tried: Sequence[CountTried]) -> CountTried:
    """The number with the largest silhouette; of equals the smallest."""
    return max(tried, key=lambda one: (one.silhouette, -one.count))


def _space(encoder: Encoder, rows: Rows) -> tuple[KMeansEncoder, Floats]:
    if not isinstance(encoder, KMeansEncoder):
        raise NotFound(
            f"A {type(encoder).__name__} has no clusters.", hint="Choose a K-means model."
        )
    if len(rows) < 2:
        raise BadData("There are too few rows to compare.", hint="Choose a larger pool.")
    return encoder, np.asarray(encoder.first_.transform(rows), dtype=np.float32)
