"""Texts as counts of terms, word groups included."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from core.progress import SILENT, Progress
from core.text.corpus import (
    Texts,
    encode_corpus,
    encode_words,
    frequencies,
    kept_terms,
    number_words,
)
from core.text.counts import count_matrix, count_pairs
from core.text.groups import document_of, group_codes, positions
from core.text.pieces import number_pieces, spread
from core.text.preparation import TextPreparation
from core.text.tokens import Tokenizer
from core.text.vocabulary import Vocabulary, in_order
from core.types import Floats, Ints

_BLOCK = 1_000_000  # groups looked up between two reports


def build_terms(
    texts: Texts, preparation: TextPreparation, *, progress: Progress = SILENT
) -> tuple[sparse.csr_matrix, Vocabulary]:
    """Choose the terms of texts, and count them.

    Parameters
    ----------
    texts : sequence of str
        The texts.
    preparation : TextPreparation
        How they become terms; words and groups compete under the same frequency limits.

    Returns
    -------
    counts : csr_matrix of float32, shape (n_texts, n_terms)
        How often each term stands in each text.
    vocabulary : Vocabulary
        The terms; groups have a space between their words.

    Raises
    ------
    BadData
        When no term is left; the message names the setting that left none.
    """
    words, ids, offsets = number_words(
        texts, Tokenizer(preparation), progress=progress.part(0, 0.7)
    )
    documents = document_of(offsets)
    names: list[str] = words
    found = [(documents, ids)]
    if preparation.ngram_max > 1 and words:
        # A group is at most as frequent as its rarest word, so rare words are gaps here.
        common = np.flatnonzero(frequencies(ids, offsets, len(words))[0] >= preparation.min_df)
        number = np.full(len(words), -1, dtype=np.int64)
        number[common] = np.arange(len(common))
        for n in range(2, preparation.ngram_max + 1):
            part = progress.part(0.7 + 0.1 * (n - 2), 0.8 + 0.1 * (n - 2))
            codes, where = group_codes(number[ids], documents, n, max(len(common), 1))
            distinct, often = _frequent(codes, preparation.min_df)
            if preparation.group_bond is not None:
                words_often = np.bincount(ids, minlength=len(words))[common]
                bonds = bond(distinct, often, n, words_often)
                distinct = distinct[bonds >= preparation.group_bond]
            place = np.empty(len(codes), dtype=np.int64)
            for start in range(0, len(codes), _BLOCK):
                part.update(start / len(codes), "Finding word groups")
                stop = start + _BLOCK
                place[start:stop] = positions(codes[start:stop], distinct)
            hit = place >= 0
            found.append((where[hit], place[hit] + len(names)))
            names = names + _spelled(distinct, n, [words[i] for i in common])
    if preparation.piece_max is not None:
        progress.update(0.85, "Taking words to pieces")
        fragments, of_word, ends = number_pieces(words, preparation.piece_max)
        places, pieces = spread(ids, of_word, ends)
        found.append((documents[places], pieces + len(names)))
        names = names + fragments
    progress.update(0.9, "Counting the terms")
    rows = np.concatenate([d for d, _ in found])
    columns = np.concatenate([t for _, t in found])
    counts = count_pairs(rows, columns, (len(texts), len(names)))
    progress.update(0.93, "Counting the terms")
    frequency = np.bincount(counts.indices, minlength=len(names))
    total = np.bincount(columns, minlength=len(names))
    kept = kept_terms(frequency, total, len(texts), preparation)
    kept = kept[in_order([names[i] for i in kept], frequency[kept])]
    progress.update(0.96, "Choosing the terms")
    counts = _columns(counts, kept)
    progress.update(1.0, f"{len(kept):,} terms")
    terms = tuple(names[i] for i in kept)
    return counts, Vocabulary(terms, frequency[kept], documents=len(texts))


def encode_terms(texts: Texts, tokenizer: Tokenizer, vocabulary: Vocabulary) -> sparse.csr_matrix:
    """Count the terms of a vocabulary in new texts.

    Returns
    -------
    csr_matrix of float32, shape (n_texts, n_terms)
        How often each term stands in each text; other terms are left out.
    """
    if tokenizer.preparation.words_alone:
        return count_matrix(*encode_corpus(texts, tokenizer, vocabulary), len(vocabulary))
    offsets, places, columns = find_terms(texts, tokenizer, vocabulary)
    return count_pairs(document_of(offsets)[places], columns, (len(texts), len(vocabulary)))


def find_terms(
    texts: Texts, tokenizer: Tokenizer, vocabulary: Vocabulary
) -> tuple[Ints, Ints, Ints]:
    """Where the terms of a vocabulary stand in texts, word groups and pieces included.

    Returns
    -------
    offsets : ndarray of int64, shape (n_texts + 1,)
        Where each text begins among all words that count, and where the last one ends.
    places, terms : two ndarrays of int of equal length
        Where among those words each term found begins, and its id; words first, then groups,
        then pieces.
    """
    index, longest = vocabulary.index, tokenizer.preparation.piece_max
    if longest is None:
        numbers, offsets = encode_words(texts, tokenizer, index.words)
        return offsets, *index.places(numbers, offsets)
    words, ids, offsets = number_words(texts, tokenizer)
    number = np.asarray([index.words.get(word, -1) for word in words], dtype=np.int64)
    places, terms = index.places(number[ids], offsets)
    _, of_word, ends = number_pieces(words, longest, vocabulary.lookup)
    at, pieces = spread(ids, of_word, ends)
    return offsets, np.concatenate([places, at]), np.concatenate([terms, pieces])


def bond(codes: Ints, often: Ints, n: int, words: Ints) -> Floats:
    """How much more often the words of groups stand together than by chance.

    For two words that is their normalised pointwise mutual information (Bouma 2009), for three
    their total correlation (Van de Cruys 2011) by the most it can be.

    Parameters
    ----------
    codes : ndarray of int64, shape (n_groups,)
        The groups; see :func:`core.text.groups.group_codes`.
    often : ndarray of int, shape (n_groups,)
        How often each stands in the texts.
    n : int
        Words in a group.
    words : ndarray of int, shape (n_words,)
        How often each word does.

    Returns
    -------
    ndarray of float, shape (n_groups,)
        At most 1: the words never stand apart. 0 is chance.
    """
    log_total = np.log(max(int(words.sum()), 1))
    alone = np.log(np.maximum(words, 1)) - log_total
    together = np.log(often) - log_total
    by_chance = np.zeros(len(codes))
    for _ in range(n):
        codes, last = np.divmod(codes, max(len(words), 1))
        by_chance += alone[last]
    most = -(n - 1) * together
    bonds = np.ones(len(codes))  # one group that is all there is never stands apart
    np.divide(together - by_chance, most, out=bonds, where=most > 0)
    return bonds


def _frequent(codes: Ints, at_least: int) -> tuple[Ints, Ints]:
    """The distinct codes that stand there often enough, sorted, and how often each does."""
    ordered = np.sort(codes)
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    often = np.diff(first, append=len(ordered))
    enough = often >= at_least
    return ordered[first[enough]], often[enough]


def _spelled(codes: Ints, n: int, words: list[str]) -> list[str]:
    """The groups that codes stand for, as texts."""
    columns: list[list[str]] = []
    for _ in range(n):
        codes, last = np.divmod(codes, max(len(words), 1))
        columns.insert(0, [words[i] for i in last.tolist()])
    return [" ".join(group) for group in zip(*columns, strict=True)]


def _columns(counts: sparse.csr_matrix, kept: Ints) -> sparse.csr_matrix:
    """Some columns of a CSR matrix, in the order asked for."""
    number = np.full(counts.shape[1], -1, dtype=counts.indices.dtype)
    number[kept] = np.arange(len(kept), dtype=counts.indices.dtype)
    columns = number[counts.indices]
    stays = columns >= 0
    before = np.zeros(len(stays) + 1, dtype=counts.indptr.dtype)
    np.cumsum(stays, out=before[1:])
    chosen = sparse.csr_matrix(
        (counts.data[stays], columns[stays], before[counts.indptr]),
        shape=(counts.shape[0], len(kept)),
    )
    chosen.sort_indices()
    return chosen
