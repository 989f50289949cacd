"""What a pretrained model learned, in things a person can look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.errors import NotFound
from core.pretrain.base import Encoder
from core.pretrain.kmeans import KMeansEncoder
from core.pretrain.lsa import LsaEncoder
from core.types import Floats, Rows


@dataclass(frozen=True)
class Topic:
    """One component.

    Attributes
    ----------
    index : int
        Its place among the components, from 0.
    share : float
        Of the variance of all columns that it explains.
    terms : tuple of (name, weight)
        Terms, pixels or columns by falling absolute weight; those of unlike sign pull rows
        to opposite ends.
    """

    index: int
    share: float
    terms: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Cluster:
    """One cluster.

    Attributes
    ----------
    index : int
        Its place among the clusters, from 0; the largest in the pool comes first.
    size : int
        Rows that are nearest to it: of those given, else of the pool.
    terms : tuple of (name, weight)
        Texts: the words that set it apart, by falling weight. Other rows: the pixels or
        columns in which its centre differs most from the mean, with the difference.
    rows : tuple of int
        Positions of the most typical of the rows given, the nearest to the centre first.
    """

    index: int
    size: int
    terms: tuple[tuple[str, float], ...]
    rows: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class ExplainedVariance:
    """Shares of the variance, by component; ``cumulative`` adds them up."""

    ratio: Floats
    cumulative: Floats


def topics(encoder: Encoder, k: int = 10) -> list[Topic]:
    """The components of an LSA or PCA with their strongest terms or columns.

    Parameters
    ----------
    encoder : Encoder
        A fitted one with components.
    k : int, default=10
        Terms of each.

    Raises
    ------
    NotFound
        When the encoder has no components.
    """
    lsa = _lsa(encoder)
    names = lsa.first_.names
    return [
        Topic(i, float(share), _strongest(np.abs(weights), weights, names, k))
        for i, (weights, share) in enumerate(
            zip(lsa.svd_.components_, lsa.svd_.explained_variance_ratio_, strict=True)
        )
    ]


def explained_variance(encoder: Encoder) -> ExplainedVariance:
    """How much of the variance each component explains.

    Raises
    ------
    NotFound
        When the encoder has no components.
    """
    ratio = _lsa(encoder).svd_.explained_variance_ratio_
    return ExplainedVariance(ratio=ratio, cumulative=np.cumsum(ratio))


def clusters(
    encoder: Encoder, rows: Rows | None = None, *, k_terms: int = 10, k_rows: int = 5
) -> list[Cluster]:
    """The clusters of a K-means model with what sets each apart.

    Parameters
    ----------
    encoder : Encoder
        A fitted one with clusters.
    rows : Rows, optional
        Where typical rows are looked for; without, sizes are those of the pool.
    k_terms, k_rows : int
        Terms and rows of each cluster.

    Raises
    ------
    NotFound
        When the encoder has no clusters.
    """
    if not isinstance(encoder, KMeansEncoder):
        raise NotFound(
            f"A {type(encoder).__name__} has no clusters.", hint="Choose a K-means model."
        )
    sizes = encoder.centres_.sizes_
    centres = encoder.centres_.cluster_centers_
    # against the mean row, which the centres have in proportion to their rows
    apart = centres - np.average(centres, axis=0, weights=np.maximum(sizes, 1))
    if isinstance(encoder.first_.text, LsaEncoder) and encoder.first_.is_text:
        lsa = encoder.first_.text
        names, apart = lsa.first_.names, apart @ lsa.svd_.components_
        scores = apart  # a word that is missing from a cluster says little about it
    else:
        names, scores = encoder.first_.names, np.abs(apart)
    typical: list[tuple[int, ...]] = [()] * len(centres)
    if rows is not None:
        distances = encoder.distances(rows)
        nearest = distances.argmin(axis=1)
        sizes = np.bincount(nearest, minlength=len(centres))
        for i in range(len(centres)):
            members = np.flatnonzero(nearest == i)
            order = np.argsort(distances[members, i], kind="stable")[:k_rows]
            typical[i] = tuple(members[order].tolist())
    return [
        Cluster(i, int(sizes[i]), _strongest(scores[i], apart[i], names, k_terms), typical[i])
        for i in range(len(centres))
    ]


def _lsa(encoder: Encoder) -> LsaEncoder:
    if not isinstance(encoder, LsaEncoder):
        raise NotFound(
            f"A {type(encoder).__name__} has no components.", hint="Choose an LSA / PCA model."
        )
    return encoder


def _strongest(
    scores: Floats, weights: Floats, names: list[str], k: int
) -> tuple[tuple[str, float], ...]:
    """The ``k`` names of the largest scores above 0, with their weights."""
    k = min(k, len(scores))
    best = np.argpartition(-scores, k - 1)[:k] if k else np.empty(0, dtype=np.int64)
    best = best[np.argsort(-scores[best], kind="stable")]
    return tuple((names[i], float(weights[i])) for i in best.tolist() if scores[i] > 0)
