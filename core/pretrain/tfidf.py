"""TF-IDF: texts as weighted counts of their terms. Nothing is learned but the weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, Self, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils.validation import check_is_fitted

from core.errors import BadData
from core.params import Param, Value
from core.pretrain.base import Encoder, Estimate, Method, Parts, PoolSize
from core.pretrain.rows import as_texts, part
from core.progress import SILENT, Progress
from core.text.pieces import SHORTEST
from core.text.preparation import DEFAULT_PREPARATION, PIECE_PARAMS, TextPreparation
from core.text.terms import build_terms, encode_terms
from core.text.tokens import Tokenizer
from core.text.vocabulary import Vocabulary
from core.types import Rows, State

Rarity: TypeAlias = Literal["idf", "sif"]
_COMMON = 1e-3  # share of all words from which on smooth inverse frequency calls one common


class TfidfEncoder(Encoder):
    """Texts as term counts, weighted by rarity, scaled to length 1 (Salton & Buckley 1988).

    Equals scikit-learn's ``TfidfVectorizer`` of the same settings, with its columns in the
    order of the vocabulary. Where a pool is so small that the frequency limits leave no
    term, the limits give way (a baseline must not fail) and ``notes_`` says so.

    Parameters
    ----------
    preparation : TextPreparation
        How texts become terms.
    sublinear : bool, default=True
        Count a term that stands f times as 1 + ln f.
    rarity : {"idf", "sif"}
        What a term weighs: "idf" is ln((1 + texts) / (1 + texts with it)) + 1; "sif" is smooth
        inverse frequency, a / (a + share of the term in all) with a = 0.001 (Arora, Liang & Ma
        2017), the share taken from the number of texts with it.

    Attributes
    ----------
    vocabulary_ : Vocabulary
        The terms, in the order of the columns.
    idf_ : ndarray of float32, shape (n_terms,)
        Weight of each term.
    notes_ : tuple of str
        What a person should know about this fit.
    """

    def __init__(
        self,
        preparation: TextPreparation = DEFAULT_PREPARATION,
        *,
        sublinear: bool = True,
        rarity: Rarity = "idf",
    ) -> None:
        self.preparation = preparation
        self.sublinear = sublinear
        self.rarity = rarity

    def fit(self, rows: Rows, y: Any = None, *, progress: Progress = SILENT) -> Self:
        """Choose the vocabulary and weigh its terms. See :class:`Encoder`."""
        self.fit_transform(rows, progress=progress)
        return self

    def fit_transform(
        self, rows: Rows, y: Any = None, *, progress: Progress = SILENT
    ) -> sparse.csr_matrix:
        """As ``fit(rows).transform(rows)``, reading the texts once."""
        texts = as_texts(rows)
        preparation, notes = self.preparation, []
        while True:
            try:
                counts, vocabulary = build_terms(texts, preparation, progress=progress)
                break
            except BadData as error:
                looser = relaxed(preparation)
                if looser is None:
                    raise
                preparation, change = looser
                notes.append(f"{error.message} {change} was used instead.")
        self.notes_ = tuple(notes)
        self._take(vocabulary)
        return self.weigh(counts)

    def transform(self, rows: Rows) -> sparse.csr_matrix:
        """Encode texts as a CSR matrix (n, n_terms) of float32 with rows of length 1 or 0."""
        check_is_fitted(self)
        return self.weigh(encode_terms(as_texts(rows), self._tokenizer, self.vocabulary_))

    def parts(self, text: str) -> Parts:
        """What each term of the text adds; a term that stands f times shares its weight."""
        check_is_fitted(self)
        lookup = self.vocabulary_.lookup
        spans = [s for s in self._tokenizer.spans(as_texts([text])[0]) if s[2] in lookup]
        columns = np.asarray([lookup[term] for _, _, term in spans], dtype=np.int64)
        distinct, which, often = np.unique(columns, return_inverse=True, return_counts=True)
        counts = sparse.csr_matrix(
            (often.astype(np.float32), distinct, [0, len(distinct)]),
            shape=(1, len(self.vocabulary_)),
        )
        shares = self.weigh(counts).data / often
        matrix = sparse.csr_matrix(
            (shares[which].astype(np.float32), columns, np.arange(len(columns) + 1)),
            shape=(len(columns), len(self.vocabulary_)),
        )
        return Parts(
            spans=[(start, end) for start, end, _ in spans],
            terms=[term for _, _, term in spans],
            matrix=matrix,
            base=np.zeros(len(self.vocabulary_), dtype=np.float32),
        )

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """The terms, in the order of the columns."""
        check_is_fitted(self)
        return np.asarray(self.vocabulary_.terms, dtype=object)

    def state(self) -> State:
        """The vocabulary; the weights follow from it."""
        check_is_fitted(self)
        return {"vocabulary": self.vocabulary_.state(), "notes": list(self.notes_)}

    def load_state(self, state: State) -> Self:
        """Take over the vocabulary of another encoder. See :class:`Encoder`."""
        vocabulary = Vocabulary.from_state(part(state, "vocabulary", dict))
        self.notes_ = tuple(str(note) for note in part(state, "notes", list))
        self._take(vocabulary)
        return self

    def _take(self, vocabulary: Vocabulary) -> None:
        self.vocabulary_ = vocabulary
        n, often = vocabulary.documents, vocabulary.document_frequency
        if self.rarity == "sif":
            weights = _COMMON / (_COMMON + often / max(int(often.sum()), 1))
        else:
            weights = np.log((1 + n) / (1 + often)) + 1
        self.idf_ = weights.astype(np.float32)
        self._tokenizer = Tokenizer(self.preparation)

    def weigh(self, counts: sparse.csr_matrix) -> sparse.csr_matrix:
        """Weigh counts of the terms and scale each row to length 1; rows of zeros stay."""
        data = counts.data.astype(np.float32)
        if self.sublinear:
            np.log(data, out=data)
            data += 1
        data *= self.idf_[counts.indices]
        rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        squares = np.bincount(rows, weights=np.square(data, dtype=np.float64), minlength=1)
        data /= np.sqrt(squares)[rows]
        return sparse.csr_matrix((data, counts.indices, counts.indptr), shape=counts.shape)


def relaxed(preparation: TextPreparation) -> tuple[TextPreparation, str] | None:
    """The preparation with its next frequency limit given up, and that in words."""
    if preparation.min_df > 1:
        return replace(preparation, min_df=1), "min_df=1"
    if preparation.max_df < 1:
        return replace(preparation, max_df=1.0), "max_df=1"
    return None


def text_cost(size: PoolSize, preparation: TextPreparation) -> Estimate:
    """Expected cost of turning texts into TF-IDF rows, for every method that begins so."""
    million = size.characters / 1e6
    rate = {"written": 0.10, "stem": 0.12, "lemma": 0.2}[preparation.word_form]
    more = terms_per_word(preparation) - 1
    rate += 0.05 * more
    return Estimate(
        seconds=0.1 + rate * million + 1e-5 * size.rows,
        memory_mb=10 + (5.0 + 4.0 * more) * million,
    )


def terms_per_word(preparation: TextPreparation) -> int:
    """About how many terms begin with a word: itself, its groups, its pieces."""
    lengths = 0 if preparation.piece_max is None else preparation.piece_max - SHORTEST + 1
    return preparation.ngram_max + 5 * lengths


def _make(settings: Mapping[str, Value], seed: int) -> TfidfEncoder:
    return TfidfEncoder(
        TextPreparation.from_settings(settings), sublinear=bool(settings["sublinear"])
    )


def _estimate(size: PoolSize, settings: Mapping[str, Value]) -> Estimate:
    return text_cost(size, TextPreparation.from_settings(settings))


SUBLINEAR = Param(
    "sublinear",
    "bool",
    True,
    "Let a word that stands ten times count about three times as much as one, not ten times.",
    label="Dampen repeated words",
    advanced=True,
)

METHOD = Method(
    key="tfidf",
    title="TF-IDF",
    learns="Nothing: it counts words and weighs the rare ones more.",
    when="As the baseline that everything else has to beat, and when labels are plenty.",
    cost="About a second for ten thousand texts.",
    source=(
        "Salton & Buckley 1988, Term-weighting approaches in automatic text retrieval; "
        "Spärck Jones 1972, A statistical interpretation of term specificity"
    ),
    modalities=("text",),
    params=(*PIECE_PARAMS, SUBLINEAR),
    make=_make,
    estimate=_estimate,
    baseline=True,
)
