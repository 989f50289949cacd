"""Texts as numbered terms in reading order, word groups included, as windows need them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from core.progress import SILENT, Progress
from core.text.corpus import Texts, build_corpus, encode_words
from core.text.counts import count_matrix
from core.text.preparation import TextPreparation
from core.text.terms import build_terms
from core.text.tokens import Tokenizer
from core.text.vocabulary import Vocabulary
from core.types import Ints


@dataclass(frozen=True, eq=False)
class WordStream:
    """Texts as ids of their terms.

    Attributes
    ----------
    ids : ndarray of int32, shape (n_tokens,)
        The terms in reading order, text after text; a word group follows the word it begins
        with.
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
    if preparation.ngram_max == 1:
        corpus = build_corpus(texts, preparation, progress=progress)
        return WordStream(corpus.ids, corpus.offsets, None, corpus.vocabulary)
    # Terms are chosen by their counts, which know no order; so the texts are read once more.
    _, vocabulary = build_terms(texts, preparation, progress=progress.part(0, 0.6))
    tokenizer, index = Tokenizer(preparation), vocabulary.index
    words, starts = [], [np.zeros(1, dtype=np.int64)]
    for first in range(0, len(texts), _TEXTS):
        progress.update(0.6 + 0.3 * first / len(texts), "Finding word groups")
        numbers, offsets = encode_words(texts[first : first + _TEXTS], tokenizer, index.words)
        starts.append(offsets[1:] + starts[-1][-1])
        words.append(numbers)
    progress.update(0.9, "Finding word groups")
    stream = _in_order(np.concatenate(words), np.concatenate(starts), vocabulary)
    progress.update(1.0, f"{len(vocabulary):,} terms")
    return stream


_TEXTS = 1000  # texts between two reports


def _in_order(words: Ints, starts: Ints, vocabulary: Vocabulary) -> WordStream:
    """The terms that stand in numbered words, by where they begin."""
    places, terms = vocabulary.index.places(words, starts)
    order = np.argsort(places, kind="stable")  # at one place the shorter term stays first
    places, terms = places[order], terms[order]
    offsets = np.searchsorted(places, starts)
    # places where no term begins are gaps that a window does not see
    number = np.cumsum(np.diff(places, prepend=-1) > 0)
    first = np.append(number, 0)[offsets[:-1]]
    positions = number - np.repeat(first, np.diff(offsets))
    return WordStream(terms.astype(np.int32), offsets, positions.astype(np.int32), vocabulary)
