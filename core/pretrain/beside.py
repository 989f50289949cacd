"""Words and what they mean side by side: TF-IDF beside word vectors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self, cast

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils.validation import check_is_fitted

from core.params import Param, Value
from core.pretrain.base import Encoder, Estimate, Method, Parts, PoolSize
from core.pretrain.ppmi import METHOD as PPMI
from core.pretrain.ppmi import PPMIEncoder
from core.pretrain.rows import as_texts, part
from core.pretrain.tfidf import TfidfEncoder, text_cost
from core.progress import SILENT, Progress
from core.text.preparation import DEFAULT_PREPARATION, PIECE_PARAMS, TextPreparation
from core.types import Rows, State


class BesideEncoder(Encoder):
    """Texts as TF-IDF rows with their word vectors beside, so that a head can use both.

    The words themselves tell classes apart where labels are many, their vectors where labels are
    few. Side by side they were better than either alone on full newsgroups (Turian, Ratinov &
    Bengio 2010 found the same for word features of taggers). Groups of words are terms of the
    TF-IDF rows alone: vectors are of single words.

    Parameters
    ----------
    preparation : TextPreparation
        How texts become terms.
    weight : float, default=0.5
        Length of the vectors' part of a row; that of the words' part is 1.
    dimensions, window : int
        See :class:`core.pretrain.ppmi.PPMIEncoder`.
    random_state : int, default=0
        Of the vectors.

    Attributes
    ----------
    words_ : TfidfEncoder
        The words' part.
    vectors_ : PPMIEncoder
        The vectors' part.
    notes_ : tuple of str
        What a person should know about this fit.
    """

    words_: TfidfEncoder
    vectors_: PPMIEncoder

    def __init__(
        self,
        preparation: TextPreparation = DEFAULT_PREPARATION,
        *,
        weight: float = 0.5,
        dimensions: int = 300,
        window: int = 8,
        random_state: int = 0,
    ) -> None:
        self.preparation = preparation
        self.weight = weight
        self.dimensions = dimensions
        self.window = window
        self.random_state = random_state

    def fit(self, rows: Rows, y: Any = None, *, progress: Progress = SILENT) -> Self:
        """Weigh the words, learn their vectors. See :class:`Encoder`."""
        self.fit_transform(rows, progress=progress)
        return self

    def fit_transform(
        self, rows: Rows, y: Any = None, *, progress: Progress = SILENT
    ) -> sparse.csr_matrix:
        """As ``fit(rows).transform(rows)``, reading the texts once for each part."""
        texts = as_texts(rows)
        words, vectors = self._unfitted()
        first = words.fit_transform(texts, progress=progress.part(0.0, 0.3))
        second = vectors.fit_transform(texts, progress=progress.part(0.3, 1.0))
        self._take(words, vectors)
        return self._join(first, second)

    def transform(self, rows: Rows) -> sparse.csr_matrix:
        """Encode texts as CSR (n, n_terms + d) float32."""
        check_is_fitted(self)
        return self._join(self.words_.transform(rows), self.vectors_.transform(rows))

    def parts(self, text: str) -> Parts:
        """What each term adds: once as a word, once by its vector."""
        check_is_fitted(self)
        first, second = self.words_.parts(text), self.vectors_.parts(text)
        return Parts(
            spans=first.spans + second.spans,
            terms=first.terms + second.terms,
            matrix=sparse.block_diag(
                [first.matrix, np.float32(self.weight) * cast(Any, second.matrix)], format="csr"
            ).astype(np.float32),
            base=np.concatenate([first.base, np.float32(self.weight) * second.base]),
        )

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """The terms, then dimension 1, dimension 2, ..."""
        check_is_fitted(self)
        return np.concatenate(
            [self.words_.get_feature_names_out(), self.vectors_.get_feature_names_out()]
        )

    def state(self) -> State:
        """What both parts learned."""
        check_is_fitted(self)
        return {"words": self.words_.state(), "vectors": self.vectors_.state()}

    def load_state(self, state: State) -> Self:
        """Take over what another encoder learned. See :class:`Encoder`."""
        words, vectors = self._unfitted()
        self._take(
            words.load_state(part(state, "words", dict)),
            vectors.load_state(part(state, "vectors", dict)),
        )
        return self

    def _unfitted(self) -> tuple[TfidfEncoder, PPMIEncoder]:
        alone = replace(self.preparation, ngram_max=1)
        return TfidfEncoder(self.preparation), PPMIEncoder(
            alone,
            dimensions=self.dimensions,
            window=self.window,
            random_state=self.random_state,
        )

    def _take(self, words: TfidfEncoder, vectors: PPMIEncoder) -> None:
        self.words_, self.vectors_ = words, vectors
        self.notes_ = tuple(dict.fromkeys((*words.notes_, *vectors.notes_)))

    def _join(self, words: sparse.csr_matrix, vectors: npt.NDArray[Any]) -> sparse.csr_matrix:
        beside = sparse.csr_matrix(vectors * np.float32(self.weight))
        return sparse.csr_matrix(sparse.hstack([words, beside], format="csr"), dtype=np.float32)


_OWN = ("dimensions", "window")


def _make(settings: Mapping[str, Value], seed: int) -> BesideEncoder:
    own: dict[str, Any] = {name: settings[name] for name in ("weight", *_OWN)}
    return BesideEncoder(TextPreparation.from_settings(settings), **own, random_state=seed)


def _estimate(size: PoolSize, settings: Mapping[str, Value]) -> Estimate:
    words = text_cost(size, TextPreparation.from_settings(settings))
    alone = {**{p.name: p.default for p in PPMI.params}, **settings, "ngram_max": 1}
    vectors = PPMI.estimate(size, alone)
    return Estimate(words.seconds + vectors.seconds, words.memory_mb + vectors.memory_mb)


METHOD = Method(
    key="beside",
    title="Words beside vectors",
    learns="What words mean, from their neighbours, and keeps the words themselves beside it.",
    when="With many labels, where vectors alone lose what single words say; a strong start always.",
    cost="Some ten seconds for ten thousand texts; its rows are longer, so training takes longer.",
    source=(
        "Turian, Ratinov & Bengio 2010, Word representations: a simple and general method for "
        "semi-supervised learning; vectors: Levy & Goldberg 2014"
    ),
    modalities=("text",),
    params=(
        Param(
            "weight",
            "float",
            0.5,
            "How much the vectors count beside the words: more with few labels, less with many.",
            label="Weight of the vectors",
            low=0.05,
            high=4.0,
            scale="log",
        ),
        *(param for param in PPMI.params if param.name in _OWN),
        *PIECE_PARAMS,
    ),
    make=_make,
    estimate=_estimate,
)
