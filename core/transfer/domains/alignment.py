"""Word vectors of two domains in one space, without chosen pivots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.params import Value, resolve
from core.pretrain import get_method
from core.pretrain.ppmi import PPMIEncoder
from core.progress import SILENT, Progress
from core.transfer.domains.pair import join
from core.types import Floats, Rows


def procrustes(source: Floats, target: Floats, weights: Floats | None = None) -> Floats:
    """The rotation R that brings ``source @ R`` nearest to ``target`` (Schönemann 1966).

    Parameters
    ----------
    source, target : ndarray, shape (n, d)
        Vectors of the same n words in both spaces.
    weights : ndarray, shape (n,), optional
        How much each word counts.

    Returns
    -------
    ndarray, shape (d, d)
        Orthogonal.
    """
    weighted = source if weights is None else source * weights[:, None]
    left, _, right = np.linalg.svd(weighted.T @ target)
    rotation: Floats = left @ right
    return rotation


def aligned_vectors(
    source: Rows,
    target: Rows,
    settings: Mapping[str, Any] | None = None,
    *,
    seed: int = 0,
    progress: Progress = SILENT,
) -> tuple[PPMIEncoder, dict[str, Value]]:
    """Word vectors learned on each pool by itself, turned into one space by all shared words.

    Structural correspondence learning (Blitzer, McDonald & Pereira 2006) wants pivots, words that
    mean the same in both. Here every shared word is an anchor, and counts as often as it stands
    in the domain where it is rarer (rotation of word spaces: Hamilton, Leskovec & Jurafsky 2016).
    A shared word then takes the weighted mean of both its vectors, a word of one domain alone the
    place that its neighbours give it.

    Returns
    -------
    encoder : PPMIEncoder
        Fitted; as if it had been learned on both pools, and kept like any other.
    settings : dict
        Of the method "ppmi", with which it can be made again from its state.
    """
    method = get_method("ppmi")
    # four thousand reviews carry a hundred directions, not three hundred
    values = resolve(method.params, {"dimensions": 100, "ngram_max": 1} | dict(settings or {}))
    made = []
    for place, rows in enumerate((source, target)):
        encoder = method.make(values, seed)
        encoder.fit(rows, progress=progress.part(0.4 * place, 0.4 * (place + 1)))
        made.append(encoder)
    ours, theirs = made
    assert isinstance(ours, PPMIEncoder)  # noqa: S101 - what the method of that key makes
    assert isinstance(theirs, PPMIEncoder)  # noqa: S101
    # both pools' vocabulary and rarity, without learning vectors a third time
    joint = method.make(values, seed)
    assert isinstance(joint, PPMIEncoder)  # noqa: S101
    text = joint._weigher()
    weighted = text.fit_transform(join([source, target]), progress=progress.part(0.8, 0.95))
    terms = list(text.vocabulary_.terms)
    width = min(ours.vectors_.shape[1], theirs.vectors_.shape[1])
    counts = [_frequency(one) for one in made]
    tables = [one.vectors_[:, :width].astype(np.float64) for one in made]
    vectors = merge(terms, tables, [one.text_.vocabulary_.lookup for one in made], counts)
    known = max(int(np.count_nonzero(np.diff(weighted.indptr))), 1)
    total = np.asarray(weighted.sum(axis=0, dtype=np.float64)).ravel()
    joint.load_state(
        {
            "text": text.state(),
            "vectors": vectors,
            "mean": (total @ vectors / known).astype(np.float32),
            "notes": [],
        }
    )
    progress.update(1.0, "Word vectors of both domains in one space")
    return joint, values


def merge(
    terms: list[str],
    tables: list[Floats],
    places: list[Mapping[str, int]],
    counts: list[Floats],
) -> Floats:
    """Vectors for ``terms`` from two tables, the first turned into the space of the second.

    Parameters
    ----------
    terms : list of str
        Of the result, in order; a term that neither table has gets zeros.
    tables : two ndarrays, shapes (n_i, d)
        Vectors.
    places : two mappings of str to int
        Where each term stands in its table.
    counts : two ndarrays, shapes (n_i,)
        In how many texts of its domain each term stands.
    """
    first, second = places
    common = [term for term in terms if term in first and term in second]
    turned = tables[0]
    if common:
        i, j = [first[t] for t in common], [second[t] for t in common]
        anchors = np.minimum(counts[0][i], counts[1][j])
        turned = tables[0] @ procrustes(tables[0][i], tables[1][j], anchors)
    vectors = np.zeros((len(terms), tables[0].shape[1]), dtype=np.float64)
    for place, term in enumerate(terms):
        for table, where, often in ((turned, first, counts[0]), (tables[1], second, counts[1])):
            if term in where:
                vectors[place] += often[where[term]] * table[where[term]]
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def _frequency(encoder: PPMIEncoder) -> Floats:
    return np.asarray(encoder.text_.vocabulary_.document_frequency, dtype=np.float64)
