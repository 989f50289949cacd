"""Word vectors from the company that words keep: PPMI + truncated SVD."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from core.errors import BadParam
from core.params import Param, Value
from core.pretrain.association import ppmi
from core.pretrain.base import Estimate, Method, PoolSize
from core.pretrain.compiled import cores
from core.pretrain.cooccurrence import Weighting, cooccurrence
from core.pretrain.ppmi_more import KeptCounts
from core.pretrain.rows import as_texts, part
from core.pretrain.spectral import leading_eigenvectors, searched
from core.pretrain.tfidf import Rarity, TfidfEncoder, terms_per_word, text_cost
from core.pretrain.word_stream import WordStream, read_more_words
from core.pretrain.word_vectors import WordVectorEncoder
from core.progress import SILENT, Progress
from core.text.preparation import DEFAULT_PREPARATION, PIECE_PARAMS, TextPreparation
from core.types import Rows, State


class PPMIEncoder(WordVectorEncoder):
    """Texts by the meaning of their words, learned from which words stand near each other.

    Counts of neighbours become positive pointwise mutual information with smoothed context
    frequencies, whose leading eigenvectors are the vectors of the words (Levy & Goldberg
    2014; Levy, Goldberg & Dagan 2015). A text is the sum of its words' vectors weighted by
    their rarity, minus the mean of the pool's texts, scaled to length 1.

    With word groups and pieces of words as terms (``preparation``), these have vectors as words
    have; a word that the pool did not hold is the sum of those of its pieces that it did.

    A text without any known word becomes a row of zeros: a head then answers with what it
    says of no evidence at all, its intercept.

    Parameters
    ----------
    preparation : TextPreparation
        How texts become terms.
    dimensions : int, default=300
        Length of the vectors; where the pool carries fewer, ``notes_`` says so.
    window : int, default=8
        Words up to this far apart count as neighbours; 0 takes all words of a text.
    weighting : {"flat", "harmonic"}
        See :func:`core.pretrain.cooccurrence.cooccurrence`.
    smoothing : float, default=0.75
        Power of the context frequencies.
    eigenvalue_power : float, default=0.5
        Power of the eigenvalues that directions are scaled by.
    iterations : int, default=5
        See :func:`core.pretrain.spectral.leading_eigenvectors`.
    rarity : {"idf", "sif"}
        How the words of a text are weighted; see :class:`core.pretrain.tfidf.TfidfEncoder`.
        The mean of the pool, which is taken off either way, stands in for the common direction
        of Arora, Liang & Ma (2017).
    keep_counts : bool, default=False
        Whether to keep the counts, so that :meth:`continued` can add to them.
    random_state : int, default=0
        For the random start of the eigenvectors.

    Attributes
    ----------
    text_ : TfidfEncoder
        The vocabulary and its weights.
    vectors_ : ndarray of float32, shape (n_terms, d)
        Vectors of length 1, or 0 for a word that never stands near another more often than
        by chance.
    mean_ : ndarray of float32, shape (d,)
        Mean of the pool's texts that hold a known word, before it is taken off.
    notes_ : tuple of str
        What a person should know about this fit.
    kept_ : KeptCounts or None
        The counts, where they are kept.
    """

    kept_: KeptCounts | None

    def __init__(
        self,
        preparation: TextPreparation = DEFAULT_PREPARATION,
        *,
        dimensions: int = 300,
        window: int = 8,
        weighting: Weighting = "flat",
        smoothing: float = 0.75,
        eigenvalue_power: float = 0.5,
        iterations: int = 5,
        rarity: Rarity = "idf",
        keep_counts: bool = False,
        random_state: int = 0,
    ) -> None:
        self.preparation = preparation
        self.dimensions = dimensions
        self.window = window
        self.weighting = weighting
        self.smoothing = smoothing
        self.eigenvalue_power = eigenvalue_power
        self.iterations = iterations
        self.rarity = rarity
        self.keep_counts = keep_counts
        self.random_state = random_state

    def _weigher(self) -> TfidfEncoder:
        return TfidfEncoder(self.preparation, rarity=self.rarity)

    def _fit(self, rows: Rows, progress: Progress) -> sparse.csr_matrix:
        stream, notes = self._read(rows, progress.part(0, 0.45))
        return self._learn(stream, self._count(stream, progress), notes, progress)

    def continued(self, rows: Rows, *, progress: Progress = SILENT) -> Self:
        """A new encoder that has learned from ``rows`` besides what this one had learned from.

        Counts add up, so with the vocabulary of both pools the vectors are those of a fit on
        all texts. Words that the new texts bring join the vocabulary; what they were near in
        the earlier texts is not known. The mean that is taken off is that of all texts, the
        earlier ones weighted by what their words were worth then.

        Raises
        ------
        BadParam
            When the counts were not kept (``keep_counts``).
        """
        check_is_fitted(self)
        if self.kept_ is None:
            raise BadParam(
                "These word vectors were learned without keeping their counts.",
                hint="Pretrain with keep_counts on, on the old and the new rows together.",
            )
        old = self.text_.vocabulary_
        stream = read_more_words(
            as_texts(rows), self.preparation, old, progress=progress.part(0, 0.45)
        )
        place = np.asarray([stream.vocabulary.lookup[term] for term in old.terms])
        new: Self = clone(self)
        earlier = self.kept_.pairs(place, len(stream.vocabulary))
        new._learn(stream, new._count(stream, progress) + earlier, (), progress)
        if new.kept_ is not None:
            new.kept_ = new.kept_.plus(self.kept_, place)
            new.mean_ = new.kept_.mean(new.vectors_)
        return new

    def _count(self, stream: WordStream, progress: Progress) -> sparse.csr_matrix:
        return cooccurrence(
            stream.ids,
            stream.offsets,
            len(stream.vocabulary),
            window=self.window,
            weighting=self.weighting,
            positions=stream.positions,
            progress=progress.part(0.45, 0.6),
        )

    def _learn(
        self,
        stream: WordStream,
        pairs: sparse.csr_matrix,
        notes: tuple[str, ...],
        progress: Progress,
    ) -> sparse.csr_matrix:
        matrix = ppmi(pairs, smoothing=self.smoothing, progress=progress.part(0.6, 0.65))
        counts = pairs if self.keep_counts else None
        del pairs
        spectrum = leading_eigenvectors(
            matrix,
            self.dimensions,
            iterations=self.iterations,
            random_state=self.random_state,
            progress=progress.part(0.65, 0.97),
        )
        del matrix
        scale = np.abs(spectrum.values) ** self.eigenvalue_power
        vectors = spectrum.vectors * scale.astype(np.float32)
        found = vectors.shape[1]
        if found == 0:
            # an encoded row has at least one value, if only a zero
            vectors = np.zeros((len(stream.vocabulary), 1), dtype=np.float32)
            notes += ("No two words stand together more often than by chance: nothing to learn.",)
        elif found < self.dimensions:
            notes += (
                f"{self.dimensions} dimensions were asked for; the company of "
                f"{len(stream.vocabulary):,} words carries {found}.",
            )
        weighted = self._take(stream, vectors, notes)
        self.kept_ = None if counts is None else KeptCounts.of(counts, weighted)
        progress.update(1.0, f"{len(stream.vocabulary):,} words, {found} dimensions")
        return weighted

    def state(self) -> State:
        """What was learned, as plain arrays and values."""
        state = super().state()
        if self.kept_ is not None:
            state["counts"] = self.kept_.state()
        return state

    def load_state(self, state: State) -> Self:
        """Take over what another encoder learned. See :class:`Encoder`."""
        super().load_state(state)
        n_terms = len(self.text_.vocabulary_)
        self.kept_ = (
            KeptCounts.from_state(part(state, "counts", dict), n_terms)
            if self.keep_counts
            else None
        )
        return self


PARAMS: tuple[Param, ...] = (
    Param(
        "dimensions",
        "int",
        300,
        "How many numbers describe a word and a text: fewer are coarser, more cost more.",
        low=2,
        high=1000,
        scale="log",
    ),
    Param(
        "window",
        "int",
        8,
        "How far apart two words may stand to count as neighbours; 0 takes the whole text, "
        "which suits short ones.",
        low=0,
        high=100,
    ),
    Param(
        "weighting",
        "choice",
        "flat",
        "Whether close neighbours count more than distant ones.",
        choices=("flat", "harmonic"),
        choice_labels={"flat": "All alike", "harmonic": "By 1 / distance"},
        advanced=True,
    ),
    Param(
        "smoothing",
        "float",
        0.75,
        "Below 1, rare neighbours count less.",
        low=0.0,
        high=1.0,
        advanced=True,
    ),
    Param(
        "eigenvalue_power",
        "float",
        0.5,
        "Up to 1, the main directions count more than the fine ones.",
        low=0.0,
        high=1.0,
        advanced=True,
    ),
    Param(
        "iterations",
        "int",
        5,
        "How often the directions are improved: more sharpen the main ones.",
        low=1,
        high=20,
        advanced=True,
    ),
    Param(
        "rarity",
        "choice",
        "idf",
        "How much the words of a text count: rare ones more than common ones, in either way.",
        choices=("idf", "sif"),
        choice_labels={"idf": "TF-IDF", "sif": "Smooth inverse frequency"},
        label="Weight of words",
        advanced=True,
    ),
    Param(
        "keep_counts",
        "bool",
        False,
        "So that the model can learn on from new texts later; its file grows by half, or more.",
        label="Keep the counts",
        advanced=True,
    ),
)


def _make(settings: Mapping[str, Value], seed: int) -> PPMIEncoder:
    own: dict[str, Any] = {param.name: settings[param.name] for param in PARAMS}
    return PPMIEncoder(TextPreparation.from_settings(settings), **own, random_state=seed)


def _estimate(size: PoolSize, settings: Mapping[str, Value]) -> Estimate:
    """From rates measured on 20 Newsgroups: the text, the pairs, the directions."""
    preparation = TextPreparation.from_settings(settings)
    text = text_cost(size, preparation)
    groups = terms_per_word(preparation)
    if not preparation.words_alone:  # read twice
        text = replace(text, seconds=2 * text.seconds)
    tokens = size.characters / 12 * groups
    # pieces are few: the same ones stand in many words
    n = size.characters / 350 * preparation.ngram_max + 600 * (groups - preparation.ngram_max)
    # a word of a long text has more neighbours, and long texts have more words
    neighbours = 2 * tokens / max(size.rows, 1)
    window = int(settings["window"] or 0) * groups
    pairs = tokens * (min(2 * window, neighbours) if window else neighbours)
    stored = min(pairs / (2 if groups == preparation.ngram_max else 10), n * n)
    rank = int(settings["dimensions"] or 1)
    space = searched(int(n), rank)
    seconds = 6.5e-8 * pairs + stored * (6e-8 + 4.5e-10 * space) + 1e-10 * n * space**2
    megabytes = (tokens * 40 + stored * 32 + n * (4 * space + 8 * rank)) / 2**20
    return Estimate(text.seconds + seconds / cores(), text.memory_mb + megabytes)


METHOD = Method(
    key="ppmi",
    title="Word vectors (PPMI + SVD)",
    learns="What words mean, from the words that stand near them: a text is the sum of its words.",
    when="The first choice for texts with few labels; the more unlabelled text, the better.",
    cost="Some five seconds for ten thousand texts, and half a gigabyte of memory.",
    source=(
        "Levy & Goldberg 2014, Neural word embedding as implicit matrix factorization; "
        "Levy, Goldberg & Dagan 2015, Improving distributional similarity with lessons learned "
        "from word embeddings; Arora, Liang & Ma 2017, A simple but tough-to-beat baseline for "
        "sentence embeddings; Bojanowski et al. 2017, Enriching word vectors with subword "
        "information (word pieces)"
    ),
    modalities=("text",),
    params=(*PARAMS, *PIECE_PARAMS),
    make=_make,
    estimate=_estimate,
    insight="words",
    continues="keep_counts",
)
