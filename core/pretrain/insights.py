"""What a pretrained model learned, in things a person can look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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
        Where typical rows are looked for. Sizes are those of the pool, with rows and without.
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
        for i in range(len(centres)):
            members = np.flatnonzero(nearest == i)
            order = np.argsort(distances[members, i], kind="stable")[:k_rows]
            typical[i] = tuple(members[order].tolist())
    return [
        Cluster(i, int(sizes[i]), _strongest(scores[i], apart[i], names, k_terms), typical[i])
        for i in range(len(centres))
    ]


def centre_pictures(encoder: Encoder) -> npt.NDArray[np.uint8] | None:
    """The centre of each cluster as a picture, or None where rows are no pictures.

    Returns
    -------
    ndarray of uint8, shape (k, height, width) or (k, height, width, channels)
        In the order of :func:`clusters`.

    Raises
    ------
    NotFound
        When the encoder has no clusters.
    """
    if not isinstance(encoder, KMeansEncoder):
        raise NotFound(
            f"A {type(encoder).__name__} has no clusters.", hint="Choose a K-means model."
        )
    shape = encoder.first_.numbers.image_shape
    if encoder.first_.is_text or shape is None:
        return None
    centres = encoder.centres_.cluster_centers_
    pixels = np.rint(np.clip(centres, 0, 1) * 255).astype(np.uint8)
    return pixels.reshape(len(centres), *shape)


def component_pictures(encoder: Encoder) -> Floats | None:
    """Each component as a picture, or None where rows are no pictures.

    Returns
    -------
    ndarray of float32, shape (k, height, width)
        What each pixel weighs, from -1 to 1 by the largest of the component; of colours, the
        one that weighs most.

    Raises
    ------
    NotFound
        When the encoder has no components.
    """
    lsa = _lsa(encoder)
    shape = lsa.first_.numbers.image_shape
    if lsa.first_.is_text or shape is None:
        return None
    weights = lsa.svd_.components_.reshape(len(lsa.svd_.components_), shape[0], shape[1], -1)
    strongest = np.abs(weights).argmax(axis=3)[..., None]
    flat = np.take_along_axis(weights, strongest, axis=3)[..., 0]
    most = np.abs(flat).max(axis=(1, 2), keepdims=True)
    scaled: Floats = flat / np.where(most > 0, most, 1)
    return scaled


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
