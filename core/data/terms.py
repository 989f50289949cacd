"""The terms that tell classes apart."""

from __future__ import annotations

import numpy as np

from core.data.dataset import Dataset
from core.errors import BadData
from core.progress import SILENT, Progress
from core.types import Floats, Ints

#: Training rows beyond this many are thinned out, the same share of every class.
MOST_ROWS = 20_000
# How many counted terms the prior is worth; it pulls rare terms towards zero.
_PRIOR = 1000.0


def class_terms(
    ds: Dataset, k: int = 10, *, progress: Progress = SILENT
) -> dict[str, list[tuple[str, float]]]:
    """The terms that a class uses more than the others do.

    Log-odds of each term in the class against all other classes, with the frequencies of the
    whole corpus as an informative Dirichlet prior, divided by their standard deviation (Monroe,
    Colaresi & Quinn 2008, equations 15, 16 and 22). From training rows only. A term counts once
    in a text, however often it stands there: otherwise one pasted list can outweigh a class.

    Parameters
    ----------
    ds : Dataset
        Of texts.
    k : int, default=10
        At most so many terms for each class.

    Returns
    -------
    dict of str to list of (term, score)
        For each class that has training rows, its terms from the most telling down; scores are
        standard deviations above zero. Fewer than ``k`` where the class has no more. Empty where
        no training text holds a word.

    Raises
    ------
    BadData
        When the data set is not of texts.
    """
    from core.text.corpus import build_corpus
    from core.text.preparation import TextPreparation

    if ds.modality != "text":
        raise BadData(
            f"{ds.title} holds no texts, so there are no terms.",
            hint="Terms of classes can be had for text data sets only.",
        )
    rows = _thinned(ds)
    if not len(rows):
        return {}
    # no upper limit: in two classes, the word of one may stand in half of all texts
    preparation = TextPreparation(min_df=1 if len(rows) < 1000 else 2, max_df=1.0)
    try:
        corpus = build_corpus(np.asarray(ds.rows)[rows], preparation, progress=progress)
    except BadData:  # not one word that counts
        return {}
    counted = corpus.counts()
    n_terms, n_classes = len(corpus.vocabulary), len(ds.classes)
    place = np.repeat(ds.labels[rows].astype(np.int64) * n_terms, np.diff(counted.indptr))
    texts = np.bincount(place + counted.indices, minlength=n_classes * n_terms)
    texts = texts.reshape(n_classes, n_terms)
    every = texts.sum(axis=0)
    found = {}
    for code in np.unique(ds.labels[rows]).tolist():
        scores = log_odds(texts[code], every - texts[code])
        best = np.argsort(-scores, kind="stable")[:k]
        found[ds.classes[code]] = [
            (corpus.vocabulary.terms[i], float(scores[i])) for i in best.tolist() if scores[i] > 0
        ]
    return found


def log_odds(inside: Ints, outside: Ints, *, prior_weight: float = _PRIOR) -> Floats:
    """Log-odds of terms between two groups of texts, in standard deviations.

    Parameters
    ----------
    inside, outside : ndarray of int, shape (n_terms,)
        How often each term was counted in the one and in the other group.
    prior_weight : float
        Weight of the prior, in counted terms.

    Returns
    -------
    ndarray of float, shape (n_terms,)
        Above zero where the first group uses a term more.
    """
    if len(inside) < 2:
        return np.zeros(len(inside))  # where there is but one term, nobody uses it more
    both = inside + outside
    prior = prior_weight * both / both.sum()
    here, there = inside + prior, outside + prior
    delta = np.log(here / (here.sum() - here)) - np.log(there / (there.sum() - there))
    scores: Floats = delta / np.sqrt(1 / here + 1 / there)
    return scores


def _thinned(ds: Dataset) -> Ints:
    rows = ds.train_rows
    if len(rows) <= MOST_ROWS:
        return rows
    by_class = rows[np.argsort(ds.labels[rows], kind="stable")]
    return np.sort(by_class[:: int(np.ceil(len(rows) / MOST_ROWS))])
