"""Many texts as numbers: every kept word by its id, in reading order."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from core.errors import BadData
from core.progress import SILENT, Progress
from core.text.counts import count_matrix
from core.text.preparation import TextPreparation
from core.text.tokens import Tokenizer
from core.text.vocabulary import Vocabulary, in_order
from core.types import Ints

_BLOCK = 500_000  # characters between two reports, some 50 ms
_WORDS = 2_000  # new words between two reports: a lemma takes up to a tenth of a millisecond

Texts = Sequence[str] | npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Corpus:
    """Texts as ids of their words.

    Attributes
    ----------
    ids : ndarray of int32, shape (n_tokens,)
        The words of the vocabulary in reading order, text after text; no word groups.
    offsets : ndarray of int64, shape (n_texts + 1,)
        Where each text begins in ``ids``, and where the last one ends.
    vocabulary : Vocabulary
        The words.
    """

    ids: Ints
    offsets: Ints
    vocabulary: Vocabulary

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def counts(self) -> sparse.csr_matrix:
        """Counts of words per text, shape (n_texts, n_terms), float32."""
        return count_matrix(self.ids, self.offsets, len(self.vocabulary))


def build_corpus(
    texts: Texts, preparation: TextPreparation, *, progress: Progress = SILENT
) -> Corpus:
    """Tokenise texts, choose the vocabulary, and number the words.

    Word groups (``ngram_max``) play no part here; see :func:`core.text.terms.build_terms`.

    Parameters
    ----------
    texts : sequence of str
        The texts.
    preparation : TextPreparation
        How they become words; the frequency limits are applied.

    Raises
    ------
    BadData
        When no word is left; the message names the setting that left none.
    """
    words, ids, offsets = number_words(
        texts, Tokenizer(preparation), progress=progress.part(0, 0.9)
    )
    frequency, total = frequencies(ids, offsets, len(words))
    kept = kept_terms(frequency, total, len(offsets) - 1, preparation)
    kept = kept[in_order([words[i] for i in kept], frequency[kept])]
    progress.update(0.95, "Numbering the words")
    vocabulary = Vocabulary(
        tuple(words[i] for i in kept), frequency[kept], documents=len(offsets) - 1
    )
    renumber = np.full(len(words), -1, dtype=np.int32)
    renumber[kept] = np.arange(len(kept), dtype=np.int32)
    ids, offsets = without_gaps(renumber[ids], offsets)
    progress.update(1.0, f"{len(vocabulary):,} words")
    return Corpus(ids, offsets, vocabulary)


def encode_corpus(texts: Texts, tokenizer: Tokenizer, vocabulary: Vocabulary) -> tuple[Ints, Ints]:
    """Number the words of new texts; words outside the vocabulary are left out.

    Returns
    -------
    ids : ndarray of int32, shape (n_tokens,)
    offsets : ndarray of int64, shape (n_texts + 1,)
        As in :class:`Corpus`.
    """
    return without_gaps(*encode_words(texts, tokenizer, vocabulary.lookup))


def encode_words(texts: Texts, tokenizer: Tokenizer, lookup: dict[str, int]) -> tuple[Ints, Ints]:
    """Number the words that count by ``lookup``, -1 for those it does not hold."""
    forms = tokenizer.forms

    class Known(dict[str, int]):
        # by the word as written, so that one look does for form and number
        def __missing__(self, word: str) -> int:
            form = forms[word]
            number = self[word] = lookup.get(form, -1) if form else -2
            return number

    known = Known()
    stream = array("i")
    offsets = [0]
    for text in texts:
        stream.extend(map(known.__getitem__, tokenizer.raw(text)))
        offsets.append(len(stream))
    ids = np.frombuffer(stream, dtype=np.int32) if stream else np.empty(0, dtype=np.int32)
    # what is left out by the preparation is no gap between its neighbours
    return without_gaps(ids, np.asarray(offsets, dtype=np.int64), below=-1)


def number_words(
    texts: Texts, tokenizer: Tokenizer, *, progress: Progress = SILENT
) -> tuple[list[str], Ints, Ints]:
    """Tokenise texts and number the words that count, before any frequency limit.

    Every distinct word is looked at once, however often it stands: that is what makes it
    fast whatever the word form is.

    Returns
    -------
    words : list of str
        The distinct words, in the form that counts.
    ids : ndarray of int32, shape (n_tokens,)
    offsets : ndarray of int64, shape (n_texts + 1,)
        As in :class:`Corpus`.
    """
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    stream = array("i")
    starts = [0]
    characters = 0
    # as written, looking words up takes a fifth of the time; for stems and lemmas, half
    share = 0.7 if tokenizer.preparation.word_form == "written" else 0.45
    reading, looking = progress.part(0.0, share), progress.part(share, 0.9)
    for done, text in enumerate(texts):
        stream.extend(map(numbers.__getitem__, tokenizer.raw(text)))
        starts.append(len(stream))
        characters += len(text) + 1
        if characters >= _BLOCK:
            characters = 0
            reading.update(done / len(texts), "Reading the texts")

    forms: dict[str, int] = {}
    form_of = np.empty(len(numbers), dtype=np.int32)
    find = tokenizer.forms.find
    for i, word in enumerate(numbers):
        form = find(word)
        form_of[i] = forms.setdefault(form, len(forms)) if form else -1
        if i % _WORDS == 0:
            looking.update(i / len(numbers), "Looking up the words")
    progress.update(0.9, "Counting the words")
    raw = np.frombuffer(stream, dtype=np.int32) if stream else np.empty(0, dtype=np.int32)
    numbered = form_of[raw]
    progress.update(0.95, "Counting the words")
    ids, offsets = without_gaps(numbered, np.asarray(starts, dtype=np.int64))
    progress.update(1.0, "Counting the words")
    return list(forms), ids, offsets


def without_gaps(ids: Ints, offsets: Ints, *, below: int = 0) -> tuple[Ints, Ints]:
    """Take out the ids under ``below`` and move the offsets accordingly."""
    keep = ids >= below
    before = np.zeros(len(ids) + 1, dtype=np.int64)
    np.cumsum(keep, out=before[1:])
    return ids[keep], before[offsets]


def frequencies(ids: Ints, offsets: Ints, n_terms: int) -> tuple[Ints, Ints]:
    """In how many texts each term stands, and how often in all; two arrays (n_terms,)."""
    counts = count_matrix(ids, offsets, n_terms)
    texts = np.bincount(counts.indices, minlength=n_terms)
    return texts, np.bincount(ids, minlength=n_terms)


def kept_terms(frequency: Ints, total: Ints, documents: int, preparation: TextPreparation) -> Ints:
    """Positions of the terms that the frequency limits let through.

    Raises
    ------
    BadData
        When none is left; the message names the setting that left none.
    """
    if len(frequency) == 0:
        raise BadData(
            f"None of the {documents:,} texts holds a word that counts.",
            hint="Are the texts empty, or all stop words? Turn stop words off or lower min_length.",
        )
    enough = frequency >= preparation.min_df
    if not enough.any():
        raise BadData(
            f"No term appears in {preparation.min_df:,} of the {documents:,} texts "
            f"(min_df={preparation.min_df}).",
            hint="Lower min_df, or take more texts.",
        )
    kept = np.flatnonzero(enough & (frequency <= preparation.max_df * documents))
    if len(kept) == 0:
        raise BadData(
            f"Every term that min_df={preparation.min_df} leaves appears in more than "
            f"{preparation.max_df:.0%} of the {documents:,} texts (max_df={preparation.max_df:g}).",
            hint="Raise max_df, or take more texts.",
        )
    if preparation.max_features is not None and len(kept) > preparation.max_features:
        # a stable sort: which of equals stays does not change from run to run
        most = np.argsort(-total[kept], kind="stable")[: preparation.max_features]
        kept = np.sort(kept[most])
    return kept
