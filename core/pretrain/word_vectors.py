"""What all encoders made of word vectors share: from vectors of words to rows for texts."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils.validation import check_is_fitted

from core.errors import BadData
from core.pretrain.base import Encoder, Parts, unit_rows
from core.pretrain.rows import as_texts, numbers, part
from core.pretrain.tfidf import TfidfEncoder, relaxed
from core.pretrain.word_space import WordSpace
from core.pretrain.word_stream import WordStream, read_words
from core.progress import SILENT, Progress
from core.text.pieces import is_piece
from core.text.preparation import TextPreparation
from core.types import Floats, Rows, State


class WordVectorEncoder(Encoder):
    """Texts as the sum of their words' vectors.

    A text is the sum of its words' vectors weighted by their rarity, minus the mean of the pool's
    texts, scaled to length 1. A text without any known word becomes a row of zeros: a head then
    answers with what it says of no evidence at all, its intercept.

    A method derives from it, takes ``preparation`` as its first setting, and learns in
    :meth:`_fit`, which ends in :meth:`_take`.

    Attributes
    ----------
    text_ : TfidfEncoder
        The vocabulary and its weights.
    vectors_ : ndarray of float32, shape (n_terms, d)
        Vectors of length 1, or 0 for a word that nothing is known of.
    mean_ : ndarray of float32, shape (d,)
        Mean of the pool's texts that hold a known word, before it is taken off.
    notes_ : tuple of str
        What a person should know about this fit.
    """

    preparation: TextPreparation

    def fit(self, rows: Rows, y: Any = None, *, progress: Progress = SILENT) -> Self:
        """Learn the vectors. See :class:`Encoder`."""
        self._fit(rows, progress)
        return self

    def fit_transform(self, rows: Rows, y: Any = None, *, progress: Progress = SILENT) -> Floats:
        """As ``fit(rows).transform(rows)``, reading the texts once."""
        return self._encode(self._fit(rows, progress))

    def _fit(self, rows: Rows, progress: Progress) -> sparse.csr_matrix:
        """Learn; returns the pool's texts as weighted terms, from :meth:`_take`."""
        raise NotImplementedError

    def _read(self, rows: Rows, progress: Progress) -> tuple[WordStream, tuple[str, ...]]:
        """The texts as numbered words; frequency limits that leave none give way."""
        texts = as_texts(rows)
        preparation = self.preparation
        notes: list[str] = []
        while True:
            try:
                return read_words(texts, preparation, progress=progress), tuple(notes)
            except BadData as error:
                looser = relaxed(preparation)
                if looser is None:
                    raise
                preparation, change = looser
                notes.append(f"{error.message} {change} was used instead.")

    def _take(
        self, stream: WordStream, vectors: Floats, notes: tuple[str, ...]
    ) -> sparse.csr_matrix:
        """Become fitted: one vector a term of the stream, of any length, scaled in place."""
        text = self._weigher()
        text.load_state({"vocabulary": stream.vocabulary.state(), "notes": []})
        self.notes_ = notes
        self.text_ = text
        self._set(unit_rows(vectors))
        weighted = text.weigh(stream.counts())
        # the mean of the products is the product of the mean
        known = max(int(np.count_nonzero(np.diff(weighted.indptr))), 1)
        total = np.asarray(weighted.sum(axis=0, dtype=np.float64)).ravel()
        self.mean_ = (total @ self.vectors_ / known).astype(np.float32)
        return weighted

    def _weigher(self) -> TfidfEncoder:
        """What weighs the words of a text, without a vocabulary yet."""
        return TfidfEncoder(self.preparation)

    def _set(self, vectors: Floats) -> None:
        # rows in one piece: a sparse product copies anything else, 47 MB for each text asked about
        self.vectors_ = np.ascontiguousarray(vectors, dtype=np.float32)
        self.__dict__.pop("_space", None)

    def transform(self, rows: Rows) -> Floats:
        """Encode texts as (n, d) float32 with length 1, or 0 without a known word."""
        check_is_fitted(self)
        return self._encode(self.text_.transform(rows))

    def _encode(self, weighted: sparse.csr_matrix) -> Floats:
        sums = np.asarray(weighted @ self.vectors_, dtype=np.float32)
        nothing = ~sums.any(axis=1)
        sums -= self.mean_
        sums[nothing] = 0
        return unit_rows(sums)

    def parts(self, text: str) -> Parts:
        """What each term of the text adds to its row; the base is the mean, taken off."""
        check_is_fitted(self)
        first = self.text_.parts(text)
        matrix = np.asarray(first.matrix @ self.vectors_, dtype=np.float32)
        total = matrix.sum(axis=0)
        base = -self.mean_ if matrix.any() else np.zeros_like(self.mean_)
        length = np.float32(float(np.linalg.norm(total + base)) or 1.0)
        return Parts(
            spans=first.spans, terms=first.terms, matrix=matrix / length, base=base / length
        )

    def word_space(self) -> WordSpace:
        """The vectors of words and groups, to ask for nearest words and word arithmetic."""
        check_is_fitted(self)
        return self._space

    @cached_property
    def _space(self) -> WordSpace:
        terms = self.text_.vocabulary_.terms
        if self.preparation.piece_max is None:
            return WordSpace(terms, self.vectors_)
        words = np.asarray([i for i, term in enumerate(terms) if not is_piece(term)], dtype=int)
        return WordSpace([terms[i] for i in words], self.vectors_[words])

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """Dimension 1, dimension 2, ..."""
        check_is_fitted(self)
        count = self.vectors_.shape[1]
        return np.asarray([f"dimension {i + 1}" for i in range(count)], dtype=object)

    def state(self) -> State:
        """What was learned, as plain arrays and values."""
        check_is_fitted(self)
        return {
            "text": self.text_.state(),
            "vectors": self.vectors_,
            "mean": self.mean_,
            "notes": list(self.notes_),
        }

    def load_state(self, state: State) -> Self:
        """Take over what another encoder learned. See :class:`Encoder`."""
        text = self._weigher().load_state(part(state, "text", dict))
        vectors = numbers(state, "vectors", (len(text.vocabulary_), None))
        mean = numbers(state, "mean", (vectors.shape[1],))
        self.notes_ = tuple(str(note) for note in part(state, "notes", list))
        self.text_ = text
        self._set(vectors)
        self.mean_ = mean.astype(np.float32, copy=False)
        return self
