"""A map of the rows: those that resemble each other lie near each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd

from core.data.dataset import Dataset
from core.errors import BadParam
from core.progress import SILENT, Progress
from core.types import Bools, Floats, Ints, Matrix

MapMethod: TypeAlias = Literal["pca", "tsne"]
METHODS: dict[str, str] = {
    "pca": "Main directions (quick; distances across the map mean something)",
    "tsne": "Neighbourhoods (a few seconds; only who is near whom means something)",
}
# Fewer rows than this have no neighbourhoods to speak of.
_FEWEST = 10
_COMPONENTS = 50


@dataclass(frozen=True)
class RowMap:
    """Where some rows of a data set lie on a map.

    Attributes
    ----------
    indices : ndarray of int, shape (m,)
        Which rows, rising.
    x, y : ndarray of float32, shape (m,)
        Where they lie; the directions have no meaning of their own.
    test : ndarray of bool, shape (m,)
        Which of them are test rows: shown, but nothing is learned from the map.
    method : {"pca", "tsne"}
        How it was drawn.
    """

    indices: Ints
    x: Floats
    y: Floats
    test: Bools
    method: MapMethod


def row_map(
    ds: Dataset,
    *,
    rows: int = 1500,
    seed: int = 0,
    method: MapMethod = "pca",
    progress: Progress = SILENT,
) -> RowMap:
    """Draw a map of at most ``rows`` rows, chosen at random.

    Texts become TF-IDF rows and then 50 components (truncated SVD: Halko et al. 2011); images and
    tables become scaled columns (categories one column each, missing values the middle) and then
    main components. The map shows the first two, or what t-SNE (van der Maaten & Hinton 2008)
    makes of them all. The same seed draws the same map.

    Raises
    ------
    BadParam
        When there is no such method, or ``rows`` is below 2.
    """
    if method not in METHODS:
        raise BadParam(f"There is no map {method!r}.", hint="There is: " + ", ".join(METHODS) + ".")
    if rows < 2:
        raise BadParam(f"A map needs at least 2 rows, not {rows}.")
    if len(ds) > rows:
        chosen = np.sort(np.random.default_rng(seed).choice(len(ds), rows, replace=False))
    else:
        chosen = np.arange(len(ds))
    progress.update(0.0, "Comparing the rows")
    space = _components(_numbers(ds, chosen), seed)
    progress.update(0.4, "Drawing the map")
    if method == "tsne" and len(chosen) >= _FEWEST:
        flat = _tsne(space, seed)
    else:
        flat = np.zeros((len(chosen), 2), dtype=np.float32)
        width = min(2, space.shape[1])
        flat[:, :width] = space[:, :width]
    progress.update(1.0, "The map is drawn")
    return RowMap(chosen, flat[:, 0].copy(), flat[:, 1].copy(), ds.test[chosen], method)


def _numbers(ds: Dataset, chosen: Ints) -> Matrix:
    raw = ds.take(chosen)
    if isinstance(raw, pd.DataFrame):
        return _table(raw)
    if ds.modality == "text":
        return _tfidf(raw)
    # one scale for all pixels: those at the edge are faint for a reason
    return raw.reshape(len(raw), -1).astype(np.float32)


def _tfidf(texts: Floats) -> Matrix:
    from scipy import sparse

    from core.errors import BadData
    from core.text.corpus import build_corpus
    from core.text.preparation import TextPreparation

    try:
        fewest = 1 if len(texts) < 100 else 2
        corpus = build_corpus(texts, TextPreparation(min_df=fewest, max_df=1.0))
    except BadData:  # not one word that counts: all of them lie on one spot
        return np.zeros((len(texts), 1), dtype=np.float32)
    counts = corpus.counts()
    counts.data = 1 + np.log(counts.data)
    frequency = np.maximum(corpus.vocabulary.document_frequency, 1)
    weights = np.log((1 + len(texts)) / (1 + frequency)) + 1
    matrix = counts @ sparse.diags_array(weights.astype(np.float32))
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    scaled: Matrix = sparse.csr_array(
        sparse.diags_array((1 / np.where(lengths > 0, lengths, 1)).astype(np.float32)) @ matrix
    )
    return scaled


def _table(frame: pd.DataFrame) -> Matrix:
    parts = []
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        if pd.api.types.is_numeric_dtype(column.dtype):
            values = column.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
            values[~np.isfinite(values)] = np.nan
            known = values[~np.isnan(values)]
            values = np.where(np.isnan(values), np.median(known) if len(known) else 0.0, values)
            spread = values.std()
            parts.append(((values - values.mean()) / (spread if spread > 0 else 1.0))[:, None])
        else:
            codes, categories = pd.factorize(column, use_na_sentinel=False)
            # the commonest twenty; names of single rows would only add noise
            common = np.argsort(-np.bincount(codes, minlength=len(categories)), kind="stable")[:20]
            parts.append((codes[:, None] == common[None, :]) / np.sqrt(2))
    if not parts:
        return np.zeros((len(frame), 1), dtype=np.float32)
    return np.hstack(parts).astype(np.float32)


def _components(matrix: Matrix, seed: int) -> Floats:
    from sklearn.decomposition import PCA, TruncatedSVD

    most = min(_COMPONENTS, min(matrix.shape) - 1)
    if most < 1:
        return np.zeros((matrix.shape[0], 1), dtype=np.float32)
    if isinstance(matrix, np.ndarray):
        if not np.any(matrix != matrix[0]):
            return np.zeros((len(matrix), 1), dtype=np.float32)
        space = PCA(most, svd_solver="full").fit_transform(matrix)
    else:
        space = TruncatedSVD(most, random_state=seed).fit_transform(matrix)
        # the first component of uncentred texts says how ordinary a text is
        space = space - space.mean(axis=0)
        space = space @ np.linalg.svd(space, full_matrices=False)[2].T
    return np.asarray(space, dtype=np.float32)


def _tsne(space: Floats, seed: int) -> Floats:
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    # rows that are all equal would give a start without any spread
    scale = float(np.abs(space).max()) or 1.0
    noise = np.random.default_rng(seed).normal(
        0, 1e-6 * scale, (len(space), max(space.shape[1], 2))
    )
    rows = noise.astype(np.float32)
    rows[:, : space.shape[1]] += space
    start = rows[:, :2] / rows[:, 0].std() * 1e-4
    perplexity = min(30.0, (len(rows) - 1) / 3)
    with threadpool_limits(limits=1):  # sums in another order end in another map
        # coarser and shorter than usual: twice as fast, and the neighbours stay the same
        flat: Floats = TSNE(
            2, perplexity=perplexity, init=start, angle=0.8, max_iter=300, random_state=seed
        ).fit_transform(rows)
    return flat
