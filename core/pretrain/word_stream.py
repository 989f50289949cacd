"""Texts as numbered terms in reading order, word groups included, as windows need them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from core.errors import BadData
from core.progress import SILENT, Progress
from core.text.corpus import Texts, build_corpus
from core.text.counts import count_matrix
from core.text.preparation import TextPreparation
from core.text.terms import build_terms, find_terms
from core.text.tokens import Tokenizer
from core.text.vocabulary import Vocabulary, in_order
from core.types import Ints


@dataclass(frozen=True, eq=False)
class WordStream:
    """Texts as ids of their terms.

    Attributes
    ----------
    ids : ndarray of int32, shape (n_tokens,)
        The terms in reading order, text after text; a word's groups follow the word they begin
        with, and then its pieces.
    offsets : ndarray of int64, shape (n_texts + 1,)
        Where each text begins in ``ids``, and where the last one ends.
    positions : ndarray of int32, shape (n_tokens,), or None
        Where in its text each term begins, counted in places where a term begins. None where
        every place has one term.
    vocabulary : Vocabulary
        The terms.
    """

    ids: Ints
    offsets: Ints
    positions: Ints | None
    vocabulary: Vocabulary

    def counts(self) -> sparse.csr_matrix:
        """Counts of terms per text, shape (n_texts, n_terms), float32."""
        return count_matrix(self.ids, self.offsets, len(self.vocabulary))


def read_words(
    texts: Texts, preparation: TextPreparation, *, progress: Progress = SILENT
) -> WordStream:
    """Tokenise texts, choose the terms, and number them in reading order.

    Raises
    ------
    BadData
        When no term is left; the message names the setting that left none.
    """
    if preparation.words_alone:
        corpus = build_corpus(texts, preparation, progress=progress)
        return WordStream(corpus.ids, corpus.offsets, None, corpus.vocabulary)
    # Terms are chosen by their counts, which know no order; so the texts are read once more.
    _, vocabulary = build_terms(texts, preparation, progress=progress.part(0, 0.6))
    return words_of(texts, preparation, vocabulary, progress=progress.part(0.6, 1))


def words_of(
    texts: Texts,
    preparation: TextPreparation,
    vocabulary: Vocabulary,
    *,
    progress: Progress = SILENT,
) -> WordStream:
    """Number the terms of a given vocabulary in reading order; other words are left out."""
    tokenizer = Tokenizer(preparation)
    starts = [np.zeros(1, dtype=np.int64)]
    none = np.zeros(0, dtype=np.int64)
    found: list[tuple[Ints, Ints]] = [(none, none)]
    for first in range(0, len(texts), _TEXTS):
        progress.update(0.8 * first / len(texts), "Numbering the words")
        offsets, places, terms = find_terms(texts[first : first + _TEXTS], tokenizer, vocabulary)
        before = starts[-1][-1]
        starts.append(offsets[1:] + before)
        found.append((places + before, terms))
    progress.update(0.8, "Numbering the words")
    stream = _in_order(
        np.concatenate([places for places, _ in found]),
        np.concatenate([terms for _, terms in found]),
        np.concatenate(starts),
        vocabulary,
    )
    progress.update(1.0, f"{len(vocabulary):,} terms")
    return stream


def read_more_words(
    texts: Texts,
    preparation: TextPreparation,
    known: Vocabulary,
    *,
    progress: Progress = SILENT,
) -> WordStream:
    """Number the words of further texts, with terms that they bring beside those known.

    The vocabulary holds every known term, and the terms of the new texts that the frequency
    limits let through there. A known term's texts add up; in how many of the earlier texts a
    new term stood is not known, and counts as none.

    Raises
    ------
    BadData
        When the texts hold no term, known or new.
    """
    try:
        fresh = read_words(texts, preparation, progress=progress.part(0, 0.5)).vocabulary.terms
    except BadData:
        fresh = ()  # too few texts for a term of their own may still hold known ones
    terms = (*known.terms, *(term for term in fresh if term not in known.lookup))
    none = np.zeros(len(terms), dtype=np.int64)
    stream = words_of(
        texts, preparation, Vocabulary(terms, none, 0), progress=progress.part(0.5, 0.9)
    )
    if len(stream.ids) == 0:
        raise BadData(
            f"None of the {len(texts):,} new texts holds a word that the model knows, or enough "
            "of a new one.",
            hint="Take texts in the language of the first ones, or more of them.",
        )
    frequency = np.bincount(stream.counts().indices, minlength=len(terms)).astype(np.int64)
    frequency[: len(known)] += known.document_frequency
    # by falling frequency, as vocabularies are
    order = np.asarray(in_order(terms, frequency))
    place = np.empty(len(terms), dtype=np.int32)
    place[order] = np.arange(len(terms), dtype=np.int32)
    vocabulary = Vocabulary(
        tuple(terms[i] for i in order), frequency[order], known.documents + len(texts)
    )
    progress.update(1.0, f"{len(terms):,} terms, {len(terms) - len(known):,} of them new")
    return WordStream(place[stream.ids], stream.offsets, stream.positions, vocabulary)


_TEXTS = 1000  # texts between two reports


def _in_order(places: Ints, terms: Ints, starts: Ints, vocabulary: Vocabulary) -> WordStream:
    """The terms found, by where they begin; ``starts`` says where each text does."""
    order = np.argsort(places, kind="stable")  # at one place the shorter term stays first
    places, terms = places[order], terms[order]
    offsets = np.searchsorted(places, starts)
    # places where no term begins are gaps that a window does not see
    number = np.cumsum(np.diff(places, prepend=-1) > 0)
    first = np.append(number, 0)[offsets[:-1]]
    positions = number - np.repeat(first, np.diff(offsets))
    return WordStream(terms.astype(np.int32), offsets, positions.astype(np.int32), vocabulary)
