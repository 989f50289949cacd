"""Where a classifier's score is a sum over what a row is made of, and where it is not.

A head's score is linear in the encoded row. Whether it is linear in the row itself depends on the
encoder: weights and projections are; distances to centres and layers that bend are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.finetune.classifier import Classifier
from core.pretrain.autoencoder import AutoencoderEncoder
from core.pretrain.base import Encoder, Parts
from core.pretrain.beside import BesideEncoder
from core.pretrain.kmeans import KMeansEncoder
from core.pretrain.lsa import LsaEncoder
from core.pretrain.msda import MSDAEncoder
from core.pretrain.numeric import RowNumbers
from core.pretrain.random_features import RandomFeaturesEncoder
from core.pretrain.raw import RawEncoder
from core.pretrain.row_vectors import RowVectorsEncoder
from core.pretrain.sentences import SentenceEncoder
from core.pretrain.som import SomEncoder
from core.pretrain.tfidf import TfidfEncoder
from core.pretrain.word_vectors import WordVectorEncoder
from core.types import Floats, Ints


@dataclass(frozen=True, eq=False)
class LinearNumbers:
    """A classifier of pictures or tables whose scores are sums over pixels or scaled columns.

    Attributes
    ----------
    numbers : RowNumbers
        What turns rows into numbers.
    weights : ndarray, shape (n_classes, n_numbers)
        What one unit of each number adds to the score of each class.
    intercepts : ndarray, shape (n_classes,)
        Minus infinity for a class never seen.
    """

    numbers: RowNumbers
    weights: Floats
    intercepts: Floats


@dataclass(frozen=True, eq=False)
class LinearTerms:
    """A classifier of texts whose scores are sums over terms, up to the length of the text.

    Attributes
    ----------
    terms : tuple of str
        The vocabulary.
    texts : ndarray of int, shape (n_terms,)
        How many texts of the pool hold each.
    documents : int
        How many texts the pool had.
    weights : ndarray, shape (n_classes, n_terms)
        What a term that stands once adds, before the text is scaled to length 1.
    """

    terms: tuple[str, ...]
    texts: Ints
    documents: int
    weights: Floats


def linear_numbers(classifier: Classifier) -> LinearNumbers | None:
    """Take a classifier of pictures or tables apart, or None where its scores are no such sums."""
    linear = classifier.linear()
    if linear is None:
        return None
    coef, intercepts = linear
    encoder = classifier.encoder
    if isinstance(encoder, RawEncoder):
        return LinearNumbers(encoder.numbers_, coef, intercepts)
    if isinstance(encoder, LsaEncoder) and not encoder.first_.is_text:
        svd = encoder.svd_
        weights = coef @ svd.components_
        return LinearNumbers(encoder.first_.numbers, weights, intercepts - weights @ svd.mean_)
    if isinstance(encoder, RandomFeaturesEncoder) and not encoder.first_.is_text:
        weights = np.asarray(encoder.matrix_ @ coef.T).T
        return LinearNumbers(encoder.first_.numbers, weights, intercepts)
    return None


def linear_terms(classifier: Classifier) -> LinearTerms | None:
    """Take a classifier of texts apart, or None where its scores are no such sums."""
    linear = classifier.linear()
    if linear is None:
        return None
    coef, _ = linear
    encoder = classifier.encoder
    if isinstance(encoder, TfidfEncoder):
        text, weights = encoder, coef
    elif isinstance(encoder, WordVectorEncoder):
        text, weights = encoder.text_, coef @ encoder.vectors_.T
    elif isinstance(encoder, LsaEncoder) and encoder.first_.is_text:
        text, weights = _tfidf(encoder.first_.text), coef @ encoder.svd_.components_
    elif isinstance(encoder, BesideEncoder):
        return _side_by_side(encoder, coef)
    elif isinstance(encoder, RandomFeaturesEncoder) and encoder.first_.is_text:
        text, weights = _tfidf(encoder.first_.text), np.asarray(encoder.matrix_ @ coef.T).T
    else:
        return None
    return _terms(text, np.asarray(weights))


def _terms(text: TfidfEncoder, weights: Floats) -> LinearTerms:
    vocabulary = text.vocabulary_
    return LinearTerms(
        terms=vocabulary.terms,
        texts=vocabulary.document_frequency,
        documents=vocabulary.documents,
        weights=np.asarray(weights * text.idf_),
    )


def _side_by_side(encoder: BesideEncoder, coef: Floats) -> LinearTerms:
    """A term counts as a word, and where it has a vector by that too."""
    words, vectors = encoder.words_, encoder.vectors_
    split = len(words.vocabulary_)
    both = _terms(words, coef[:, :split])
    beside = _terms(vectors.text_, encoder.weight * coef[:, split:] @ vectors.vectors_.T)
    place = {term: i for i, term in enumerate(both.terms)}
    shared = [(place[term], i) for i, term in enumerate(beside.terms) if term in place]
    weights = both.weights.copy()
    mine, theirs = (list(side) for side in zip(*shared, strict=True)) if shared else ([], [])
    weights[:, mine] += beside.weights[:, theirs]
    return LinearTerms(both.terms, both.texts, both.documents, weights)


def text_parts(encoder: Encoder, text: str) -> Parts | None:
    """The encoding of one text taken apart by token, or None where it is not a sum."""
    if not (isinstance(encoder, RandomFeaturesEncoder) and encoder.first_.is_text):
        return encoder.parts(text)
    first = _tfidf(encoder.first_.text).parts(text)
    matrix = np.asarray((first.matrix @ encoder.matrix_).toarray(), dtype=np.float32)
    # the length of the whole text scales every part alike
    length = np.float32(float(np.linalg.norm(matrix.sum(axis=0))) or 1.0)
    base = np.zeros(matrix.shape[1], dtype=np.float32)
    return Parts(spans=first.spans, terms=first.terms, matrix=matrix / length, base=base)


def noticed(encoder: Encoder, text: str) -> list[tuple[int, int]] | None:
    """The places of a text that an encoder takes notice of, or None where that is not known.

    Distances to clusters are no sum over words, but it is words of a vocabulary that they see.
    """
    if isinstance(encoder, KMeansEncoder | SomEncoder) and encoder.first_.is_text:
        return noticed(encoder.first_.text, text)
    if isinstance(encoder, MSDAEncoder):
        return encoder.text_.parts(text).spans
    parts = text_parts(encoder, text)
    return None if parts is None else parts.spans


def columns_of(numbers: RowNumbers) -> dict[str, Ints]:
    """The places of the numbers that each column of a table became, column by column.

    A column with gaps became two numbers, one of categories as many as there are and "other".
    """
    state = numbers.state()
    numeric: list[str] = list(state["numeric"])
    gaps = [] if state["columns"] is None else state["columns"]["gaps"].tolist()
    places: dict[str, list[int]] = {name: [i] for i, name in enumerate(numeric)}
    for i, column in enumerate(gaps):
        places[numeric[column]].append(len(numeric) + i)
    at = len(numeric) + len(gaps)
    for i, name in enumerate(state["categorical"]):
        width = len(state["categories"][str(i)]) + 1
        places[name] = list(range(at, at + width))
        at += width
    return {name: np.asarray(found, dtype=np.int64) for name, found in places.items()}


def why_not_exact(classifier: Classifier) -> str:
    """Why contributions of this classifier are no exact sum, as the start of a sentence.

    For those who read an explanation by occlusion: is it the head that does not add up, or the
    encoder?
    """
    if classifier.linear() is None:
        return "This head is not linear"
    return _WHY.get(_kind(classifier.encoder), "This model does not add up what it reads")


_WHY: Mapping[str, str] = {
    "distances": "This model looks at distances to groups of rows, which are no sum of parts",
    "table": "This model knows the rows of its table alone, and takes what was changed for unknown",
    "layers": "This model bends what it adds up",
}


def _kind(encoder: Encoder) -> str:
    if isinstance(encoder, KMeansEncoder | SomEncoder):
        return "distances"
    if isinstance(encoder, RowVectorsEncoder):
        return "table"
    layered = isinstance(encoder, AutoencoderEncoder | MSDAEncoder | SentenceEncoder)
    return "layers" if layered else ""


def _tfidf(encoder: Encoder) -> TfidfEncoder:
    assert isinstance(encoder, TfidfEncoder)  # noqa: S101 - the first step of these for texts
    return encoder
