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
from core.text.preparation import TextPreparation
from core.text.tokens import Tokenizer
from core.text.vocabulary import Vocabulary, in_order
from core.types import Ints

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
            distinct = _frequent(codes, preparation.min_df)
            place = np.empty(len(codes), dtype=np.int64)
            for start in range(0, len(codes), _BLOCK):
                part.update(start / len(codes), "Finding word groups")
                stop = start + _BLOCK
                place[start:stop] = positions(codes[start:stop], distinct)
            hit = place >= 0
            found.append((where[hit], place[hit] + len(names)))
            names = names + _spelled(distinct, n, [words[i] for i in common])
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
    if tokenizer.preparation.ngram_max == 1:
        return count_matrix(*encode_corpus(texts, tokenizer, vocabulary), len(vocabulary))
    index = vocabulary.index
    rows, columns = index.find(*encode_words(texts, tokenizer, index.words))
    return count_pairs(rows, columns, (len(texts), len(vocabulary)))


def _frequent(codes: Ints, at_least: int) -> Ints:
    """The distinct codes that stand there often enough, sorted."""
    ordered = np.sort(codes)
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    often = np.diff(first, append=len(ordered)) >= at_least
    return ordered[first[often]]


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
