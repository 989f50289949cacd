"""Ready-made word vectors: taken from a file, weighted for this pool."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.utils.validation import check_is_fitted

from core.errors import BadData, BadModelFile, BadParam
from core.params import Param, Value, by_name
from core.pretrain.base import Estimate, Method, PoolSize
from core.pretrain.rows import as_texts, part
from core.pretrain.tfidf import text_cost
from core.pretrain.vectors_file import VectorsFile, open_vectors
from core.pretrain.word_stream import WordStream, words_of
from core.pretrain.word_vectors import WordVectorEncoder
from core.progress import Progress
from core.text.corpus import without_gaps
from core.text.preparation import DEFAULT_PREPARATION, TEXT_PARAMS, TextPreparation
from core.text.tokens import Tokenizer
from core.text.vocabulary import Vocabulary
from core.types import Bools, Floats, Ints, Rows, State

_MOST_MB = 2_048  # of vectors, so that a file cannot fill the memory


class ReadyMadeEncoder(WordVectorEncoder):
    """Texts by vectors of words that were learned elsewhere.

    From a file of word vectors (see :mod:`core.pretrain.vectors_file`) come the vectors of the
    words of the pool, and those of the file's first words besides: files list frequent words
    first, and new texts hold words that the pool does not. The pool gives what the file cannot:
    how rare each word is there, and the mean of its texts.

    A word of the file stands for a term when it becomes that term by the same preparation as
    the texts: exactly as written where the file has it so, else its first form there ("Apple"
    for "apple"). With word groups, "new_york" stands for "new york".

    A text is the sum of its words' vectors weighted by TF-IDF, minus the mean of the pool's
    texts, scaled to length 1; a text without any known word is a row of zeros.

    Parameters
    ----------
    preparation : TextPreparation
        How texts become terms.
    file : str
        Path of the file.
    more_words : int, default=50000
        How many words of the file to keep beside those of the pool, at most.

    Attributes
    ----------
    text_, vectors_, mean_, notes_
        See :class:`WordVectorEncoder`.
    coverage_ : dict of str to float
        "words": share of the pool's distinct words that have a vector; "running": share of its
        running words; "pool": how many distinct words it has; "file": how many the file has.
    """

    def __init__(
        self,
        preparation: TextPreparation = DEFAULT_PREPARATION,
        *,
        file: str = "",
        more_words: int = 50_000,
    ) -> None:
        self.preparation = preparation
        self.file = file
        self.more_words = more_words

    def _fit(self, rows: Rows, progress: Progress) -> sparse.csr_matrix:
        by_name(PARAMS)["more_words"].check(self.more_words)
        if not self.file:
            raise BadParam(
                "No file of word vectors was chosen.",
                hint="Choose one as the setting file: GloVe, word2vec or fastText .vec.",
            )
        source = open_vectors(self.file)
        stream, notes = self._read(rows, progress.part(0, 0.3))
        taken = _Taken(stream.vocabulary, self.preparation, self.more_words)
        matrix = _room(len(stream.vocabulary) + self.more_words, source)
        held = source.read_into(matrix, taken.place, progress=progress.part(0.3, 0.9))
        known = taken.found[: len(stream.vocabulary)] > 0
        if not known.any():
            raise BadData(
                f"{Path(self.file).name} has a vector for none of the "
                f"{len(known):,} words of these texts.",
                hint="Is it of another language? Words as written match best, not stems.",
            )
        total = np.bincount(stream.ids, minlength=len(known))
        self.coverage_ = {
            "words": float(known.mean()),
            "running": float(total[known].sum() / total.sum()),
            "pool": float(len(known)),
            "file": float(held),
        }
        notes += (
            f"The file has vectors for {self.coverage_['words']:.1%} of the pool's words, which "
            f"are {self.coverage_['running']:.1%} of its running text.",
        )
        wider, kept = _wider(
            rows, stream.vocabulary, taken.more, self.preparation, progress.part(0.9, 0.98)
        )
        vectors = matrix[: len(kept)]
        weighted = self._take(wider, vectors if kept.all() else vectors[kept], notes)
        progress.update(1.0, f"{len(wider.vocabulary):,} words, {source.dimensions} dimensions")
        return weighted

    def state(self) -> State:
        """What was taken from the file, as plain arrays and values."""
        check_is_fitted(self)
        return {**super().state(), "coverage": dict(self.coverage_)}

    def load_state(self, state: State) -> Self:
        """Take over what another encoder took. See :class:`Encoder`."""
        super().load_state(state)
        kept = part(state, "coverage", dict)
        names = ("words", "running", "pool", "file")
        self.coverage_ = {name: float(part(kept, name, float)) for name in names}
        if not all(0 <= self.coverage_[name] <= 1 for name in names[:2]):
            raise BadModelFile("This model cannot be used: its coverage is no share.")
        return self


class _Taken:
    """Which word of the file goes to which row."""

    def __init__(self, vocabulary: Vocabulary, preparation: TextPreparation, more: int) -> None:
        self._rows = dict(vocabulary.lookup)
        self._pool = len(vocabulary)
        self._limit = len(vocabulary) + more
        self._tokenizer = Tokenizer(preparation)
        self._groups = preparation.ngram_max
        self._lower = preparation.lowercase
        #: 0 nothing yet, 1 another form of the word, 2 the word itself
        self.found = np.zeros(self._limit, dtype=np.uint8)
        self.more: list[str] = []

    def place(self, word: str) -> int:
        """The row for the vector of this word, -1 for none."""
        term = word if word in self._rows else self._term(word)
        row = self._rows.get(term, -1)
        if row < 0:
            row = self._pool + len(self.more)
            # a term of the file's own must be one that texts can become
            if not term or row >= self._limit:
                return -1
            self._rows[term] = row
            self.more.append(term)
        fits = 2 if term == word else 1
        if fits <= self.found[row]:
            return -1
        self.found[row] = fits
        return row

    def _term(self, word: str) -> str:
        """The term that the word becomes, "" where it becomes none, or several."""
        tokenizer = self._tokenizer
        if self._groups > 1 and "_" in word:
            pieces = tokenizer.words(word.replace("_", " "))
            return " ".join(pieces) if len(pieces) == word.count("_") + 1 <= self._groups else ""
        raw = tokenizer.raw(word)
        if raw != [word.lower() if self._lower else word]:
            return ""
        return tokenizer.forms.find(raw[0])


def _room(rows: int, source: VectorsFile) -> Floats:
    """Zeros for so many vectors, within the memory limit; the system gives memory as it fills."""
    needed = rows * source.dimensions * 4 / 2**20
    if needed > _MOST_MB:
        raise BadData(
            f"{rows:,} words of {source.dimensions:,} numbers would take {needed:,.0f} MB of "
            f"memory; the limit is {_MOST_MB:,} MB.",
            hint="Keep fewer further words, or limit the words of the pool (max_features).",
        )
    return np.zeros((rows, source.dimensions), dtype=np.float32)


def _wider(
    rows: Rows, pool: Vocabulary, more: list[str], preparation: TextPreparation, progress: Progress
) -> tuple[WordStream, Bools]:
    """The texts with further terms, and which of all terms stay.

    The further ones may stand in the pool all the same: too rarely to have been chosen, and then
    they count now; or too often, and then they stay out. One that no text holds counts as
    standing in one: about as rare as a word can be that was never seen.
    """
    terms = (*pool.terms, *more)
    blank = Vocabulary(terms, np.zeros(len(terms), dtype=np.int64), 0)
    stream = words_of(as_texts(rows), preparation, blank, progress=progress)
    frequency: Ints = np.bincount(stream.counts().indices, minlength=len(terms))
    kept = frequency <= preparation.max_df * pool.documents
    kept[: len(pool)] = True
    place = np.where(kept, np.cumsum(kept) - 1, -1)
    ids, offsets = without_gaps(place[stream.ids].astype(np.int32), stream.offsets)
    vocabulary = Vocabulary(
        tuple(term for term, stays in zip(terms, kept.tolist(), strict=True) if stays),
        np.maximum(frequency[kept], 1),
        pool.documents,
    )
    return WordStream(ids, offsets, None, vocabulary), kept


PARAMS: tuple[Param, ...] = (
    Param(
        "file",
        "file",
        "",
        "A file of word vectors: GloVe or word2vec text, word2vec binary, fastText .vec, also "
        "packed as .gz.",
        label="File of word vectors",
        choices=(".txt", ".vec", ".bin", ".gz"),
    ),
    Param(
        "more_words",
        "int",
        50_000,
        "How many frequent words of the file to keep beside those of the texts: new texts may "
        "hold them. More make the model larger.",
        label="Further words",
        low=0,
        high=2_000_000,
        scale="log",
    ),
)


def _make(settings: Mapping[str, Value], seed: int) -> ReadyMadeEncoder:
    own: dict[str, Any] = {param.name: settings[param.name] for param in PARAMS}
    return ReadyMadeEncoder(TextPreparation.from_settings(settings), **own)


def _estimate(size: PoolSize, settings: Mapping[str, Value]) -> Estimate:
    """The text, and a file of as many bytes as there are (a gigabyte where none is chosen)."""
    text = text_cost(size, TextPreparation.from_settings(settings))
    path = str(settings["file"] or "")
    megabytes = os.path.getsize(path) / 2**20 if path and os.path.isfile(path) else 1000.0
    words = size.characters / 350 + float(settings["more_words"] or 0)
    return Estimate(text.seconds + megabytes / 100, text.memory_mb + words * 300 * 8 / 2**20)


METHOD = Method(
    key="vectors",
    title="Ready-made word vectors",
    learns="What words mean, from a file that others learned on far more text.",
    when="For few or short texts in everyday language, where a good file of vectors exists.",
    cost="Reading the file: some ten seconds a gigabyte, and memory for the words that are kept.",
    source=(
        "Pennington, Socher & Manning 2014, GloVe; Mikolov et al. 2013, word2vec; Bojanowski et "
        "al. 2017, Enriching word vectors with subword information (fastText)"
    ),
    modalities=("text",),
    params=(*PARAMS, *TEXT_PARAMS),
    make=_make,
    estimate=_estimate,
    insight="words",
)
