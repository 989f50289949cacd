"""Groups of alike test rows, as one more way to slice them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.data.dataset import UNLABELLED, Dataset
from core.data.terms import class_terms
from core.pretrain.centres import Centres
from core.progress import SILENT, Progress
from core.types import Ints, Matrix

#: Clusters at most, and rows that a cluster should have on average.
MOST, ROWS_EACH = 12, 25
_DIMENSIONS = 50
_NAMED = 3


def clusters(
    dataset: Dataset, rows: Ints, encoded: Matrix, *, seed: int = 0, progress: Progress = SILENT
) -> tuple[Ints, tuple[str, ...]]:
    """Put rows into groups of what is alike to the classifier's encoder (K-means: Lloyd 1982).

    Parameters
    ----------
    dataset : Dataset
        Where the rows are from; names of clusters come from its texts.
    rows : ndarray of int, shape (n,)
        Indices into the data set.
    encoded : Matrix (n, d)
        The same rows, encoded; very wide ones are reduced to 50 directions first.
    seed : int
        Of the start.

    Returns
    -------
    codes : ndarray of int, shape (n,)
        The cluster of each row.
    names : tuple of str
        "1 (violin, guitar, piano)": for texts with the words that it has more often than
        the others.
    """
    wanted = max(2, min(MOST, len(rows) // ROWS_EACH))
    dense = _dense(encoded, seed)
    progress.update(0.3, "Finding groups of alike rows")
    found = Centres(wanted, random_state=seed).fit(dense, progress=progress.part(0.3, 0.8))
    codes = np.asarray(found.distances(dense)).argmin(axis=1)
    k = len(found.cluster_centers_)
    names = tuple(str(place + 1) for place in range(k))
    if dataset.modality == "text":
        progress.update(0.8, "Naming them")
        terms = _terms(dataset, rows, codes, names)
        names = tuple(
            f"{name} ({', '.join(terms[name])})" if terms.get(name) else name for name in names
        )
    progress.update(1.0, "Named")
    return codes, names


def _dense(encoded: Matrix, seed: int) -> np.ndarray:
    if isinstance(encoded, np.ndarray) and encoded.shape[1] <= 1_000:
        return encoded
    from sklearn.decomposition import TruncatedSVD

    size = min(_DIMENSIONS, min(encoded.shape) - 1)
    if size < 1:
        return np.zeros((encoded.shape[0], 1), np.float32)
    reduced = TruncatedSVD(size, random_state=seed).fit_transform(encoded)
    return np.asarray(reduced, np.float32)


def _terms(
    dataset: Dataset, rows: Ints, codes: Ints, names: tuple[str, ...]
) -> dict[str, list[str]]:
    """The words that a cluster uses more than the others do."""
    labels = np.full(len(dataset), UNLABELLED, dtype=np.int32)
    labels[rows] = codes
    clustered = replace(
        dataset, labels=labels, classes=names, test=np.zeros(len(dataset), dtype=bool)
    )
    return {
        name: [term for term, _ in terms]
        for name, terms in class_terms(clustered, k=_NAMED).items()
    }
