"""GloVe: word vectors whose products are the logarithms of how often words meet."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from core.errors import BadModelFile, BadParam
from core.params import Param, Value
from core.pretrain.base import Estimate, Method, PoolSize, unit_rows
from core.pretrain.compiled import cores
from core.pretrain.cooccurrence import Weighting, cooccurrence
from core.pretrain.glove_kernel import Factors, learn_pass, weigh_pairs
from core.pretrain.rows import as_texts, numbers, part
from core.pretrain.tfidf import text_cost
from core.pretrain.word_stream import WordStream, read_more_words
from core.pretrain.word_vectors import WordVectorEncoder
from core.progress import SILENT, Progress
from core.text.preparation import DEFAULT_PREPARATION, TEXT_PARAMS, TextPreparation
from core.types import Bools, Rows, State


class GloVeEncoder(WordVectorEncoder):
    """Texts by the meaning of their words, learned by GloVe (Pennington et al. 2014).

    Each word i has a vector w and a bias b, and as a context of others a vector c and a bias
    d. They minimise, over all pairs that stand near each other x times,
    ``f(x) (w_i·c_j + b_i + d_j - ln x)²`` with ``f(x) = min((x / x_max)^alpha, 1)``, by AdaGrad
    (Duchi et al. 2011): a number whose scaled gradients have been ``g_t = learning_rate × slope``
    moves by ``g / sqrt(1 + Σ g_t²)``. The vector of a word is w + c.

    Every pair (i, j) is learned from as well as (j, i): the counts are symmetric, but the two
    change different vectors. The order of the pairs follows the seed, and threads never share
    a vector, so that a fit gives the same result with any number of cores (see
    :mod:`core.pretrain.glove_kernel`).

    A text is the sum of its words' vectors weighted by TF-IDF, minus the mean of the pool's
    texts, scaled to length 1; a text without any known word is a row of zeros.

    Parameters
    ----------
    preparation : TextPreparation
        How texts become terms.
    dimensions : int, default=200
        Length of the vectors.
    window : int, default=30
        Words up to this far apart count as neighbours; 0 takes all words of a text.
    weighting : {"flat", "harmonic"}
        See :func:`core.pretrain.cooccurrence.cooccurrence`; the paper's is harmonic.
    x_max : float, default=3.0
        Count from which on pairs weigh the same; the paper takes 100 for billions of words.
    alpha : float, default=0.75
        Power by which rarer pairs weigh less.
    passes : int, optional
        How often all pairs are gone through. By default so often that a word takes some 3,300
        steps, but 5 to 100 times: about 6 for 20 Newsgroups, 50 for ten thousand questions of
        a line. More passes of a small pool learn its accidents by heart.
    learning_rate : float, default=0.025
        Size of the first steps.
    random_state : int, default=0
        For the first vectors and the order of the blocks of pairs.

    Attributes
    ----------
    text_, vectors_, mean_, notes_
        See :class:`WordVectorEncoder`.
    words_, contexts_ : ndarray of float32, shape (n_terms, dimensions)
        w and c.
    biases_ : ndarray of float32, shape (n_terms, 2)
        b and d.
    sums_ : ndarray of float32, shape (n_terms, 4)
        AdaGrad's sums, from which learning goes on: of w and of c (means over their numbers),
        of b and of d.
    mass_ : float
        Sum of all counts that were learned from.
    losses_ : list of float
        Mean loss of a pair, pass after pass.
    """

    def __init__(
        self,
        preparation: TextPreparation = DEFAULT_PREPARATION,
        *,
        dimensions: int = 200,
        window: int = 30,
        weighting: Weighting = "flat",
        x_max: float = 3.0,
        alpha: float = 0.75,
        passes: int | None = None,
        learning_rate: float = 0.025,
        random_state: int = 0,
    ) -> None:
        self.preparation = preparation
        self.dimensions = dimensions
        self.window = window
        self.weighting = weighting
        self.x_max = x_max
        self.alpha = alpha
        self.passes = passes
        self.learning_rate = learning_rate
        self.random_state = random_state

    def _fit(self, rows: Rows, progress: Progress) -> sparse.csr_matrix:
        self._check()
        stream, notes = self._read(rows, progress.part(0, 0.15))
        random = np.random.default_rng(self.random_state)
        factors = Factors.start(len(stream.vocabulary), self.dimensions, random)
        self.losses_: list[float] = []
        known = np.zeros(len(stream.vocabulary), dtype=bool)
        return self._learn(stream, factors, notes, progress, known=known)

    def continued(self, rows: Rows, *, progress: Progress = SILENT) -> Self:
        """A new encoder that has learned from ``rows`` after what this one had learned.

        Learned vectors, biases and AdaGrad's sums are the start; ``passes`` more follow over
        the pairs of the new rows, whose logarithms are raised by what these rows are less than
        all rows so far: then a pair that is as common in the new rows as in the old ones pulls
        nowhere. Words that the new rows bring join the vocabulary and begin at random. The
        counts of the earlier rows are not kept (they are larger than the vectors), so what
        the new rows contradict is forgotten little by little. The mean that is taken off
        weighs old and new texts by their number.
        """
        check_is_fitted(self)
        new: Self = clone(self)
        new._check()
        old = self.text_.vocabulary_
        stream = read_more_words(
            as_texts(rows), self.preparation, old, progress=progress.part(0, 0.15)
        )
        random = np.random.default_rng([self.random_state, len(self.losses_)])
        factors = Factors.start(len(stream.vocabulary), self.dimensions, random)
        place = [stream.vocabulary.lookup[term] for term in old.terms]
        d = self.dimensions
        for i, (vectors, biases, learned) in enumerate(
            (
                (factors.words, factors.word_biases, self.words_),
                (factors.contexts, factors.context_biases, self.contexts_),
            )
        ):
            vectors[place, 0, :d] = learned
            vectors[place, 1] = self.sums_[:, i, None]
            biases[place, 0] = self.biases_[:, i]
            biases[place, 1] = self.sums_[:, 2 + i]
        known = np.zeros(len(stream.vocabulary), dtype=bool)
        known[place] = self.words_.any(axis=1)
        new.losses_ = list(self.losses_)
        new._learn(stream, factors, (), progress, known=known, mass=self.mass_)
        share = np.float32(old.documents / stream.vocabulary.documents)
        new.mean_ = share * self.mean_ + (1 - share) * new.mean_
        return new

    def _learn(
        self,
        stream: WordStream,
        factors: Factors,
        notes: tuple[str, ...],
        progress: Progress,
        *,
        known: Bools,
        mass: float = 0.0,
    ) -> sparse.csr_matrix:
        """Go through the pairs of the stream; ``known`` words have vectors already."""
        counts = cooccurrence(
            stream.ids,
            stream.offsets,
            len(stream.vocabulary),
            window=self.window,
            weighting=self.weighting,
            positions=stream.positions,
            progress=progress.part(0.15, 0.25),
        )
        known = known | (np.diff(counts.indptr) > 0)
        self.mass_ = mass + float(counts.data.sum(dtype=np.float64))
        if counts.nnz == 0:
            notes += ("No two words stand near each other: nothing to learn.",)
        else:
            self._pass(counts, factors, mass, progress.part(0.25, 0.97))
        d = self.dimensions
        learned = [
            values[:, 0, :d] * known[:, None] for values in (factors.words, factors.contexts)
        ]
        self.words_, self.contexts_ = learned
        biases = (factors.word_biases, factors.context_biases)
        self.biases_ = np.stack([values[:, 0] for values in biases], axis=1)
        sums = [values[:, 1, :d].mean(axis=1) for values in (factors.words, factors.contexts)]
        self.sums_ = np.stack([*sums, *(values[:, 1] for values in biases)], axis=1)
        weighted = self._take(stream, self.words_ + self.contexts_, notes)
        progress.update(1.0, f"{len(stream.vocabulary):,} words, {d} dimensions")
        return weighted

    def _pass(
        self, counts: sparse.csr_matrix, factors: Factors, mass: float, progress: Progress
    ) -> None:
        """All passes, from where an interrupted attempt left off; appends to ``losses_``."""
        weighing, learning = progress.part(0, 0.02), progress.part(0.02, 1)
        pairs = weigh_pairs(
            counts,
            x_max=self.x_max,
            alpha=self.alpha,
            dimensions=self.dimensions,
            progress=weighing,
        )
        if mass:
            pairs.logs[...] += np.float32(np.log(self.mass_ / (self.mass_ - mass)))
        begun = len(self.losses_)
        passes = self.passes or _enough_passes(int((np.diff(counts.indptr) > 0).sum()), counts.nnz)
        sums = [zlib.crc32(values.data) for values in (counts.indices, counts.data)]
        task = [str(value) for value in (*self._settings(), *counts.shape, *sums, begun)]
        saved = progress.saved()
        if saved is not None and saved.get("task") == task and factors.take(saved):
            self.losses_ = [float(loss) for loss in saved["losses"]]
        for i in range(len(self.losses_) - begun, passes):
            message = f"Pass {i + 1} of {passes}"
            loss = learn_pass(
                factors,
                pairs,
                learning_rate=self.learning_rate,
                random=np.random.default_rng([self.random_state, begun + i, 1]),
                progress=learning.part(i / passes, (i + 1) / passes),
                message=message,
            )
            if not np.isfinite(loss):
                raise BadParam(
                    f"With learning_rate={self.learning_rate:g} the vectors grew beyond all bounds "
                    f"in pass {i + 1}.",
                    hint="Choose a smaller learning rate.",
                )
            self.losses_.append(loss)
            learning.update((i + 1) / passes, message, train_loss=loss, pass_=len(self.losses_))
            progress.save(lambda: {**factors.state(), "losses": list(self.losses_), "task": task})

    def _settings(self) -> list[Value]:
        return [getattr(self, param.name) for param in PARAMS] + [self.random_state]

    def _check(self) -> None:
        """Raise a BadParam for a setting that learning cannot work with."""
        for param in PARAMS:
            param.check(getattr(self, param.name))

    def state(self) -> State:
        """What was learned; the words' vectors follow from w and c."""
        state = super().state()
        del state["vectors"]
        own = {name: getattr(self, f"{name}_") for name in _LEARNED}
        return {**state, **own, "mass": self.mass_, "losses": list(self.losses_)}

    def load_state(self, state: State) -> Self:
        """Take over what another encoder learned. See :class:`Encoder`."""
        words = numbers(state, "words", (None, self.dimensions))
        n = len(words)
        learned = {
            "words": words,
            "contexts": numbers(state, "contexts", words.shape),
            "biases": numbers(state, "biases", (n, 2)),
            "sums": numbers(state, "sums", (n, 4)),
        }
        mass, losses = part(state, "mass", float), part(state, "losses", list)
        if not all(isinstance(value, float) and np.isfinite(value) for value in (mass, *losses)):
            raise BadModelFile("This model cannot be used: its record of learning is damaged.")
        vectors = unit_rows(words + learned["contexts"])
        super().load_state({**state, "vectors": vectors})
        for name, values in learned.items():
            setattr(self, f"{name}_", values.astype(np.float32, copy=False))
        self.mass_, self.losses_ = mass, list(losses)
        return self


_LEARNED = ("words", "contexts", "biases", "sums")
_STEPS = 3300  # of a word's vector, after which few-label accuracy did not rise any more


def _enough_passes(words: float, pairs: float) -> int:
    return int(min(max(round(_STEPS * words / max(pairs, 1)), 5), 100))


PARAMS: tuple[Param, ...] = (
    Param(
        "dimensions",
        "int",
        200,
        "How many numbers describe a word and a text: fewer are coarser, more cost more.",
        low=2,
        high=1000,
        scale="log",
    ),
    Param(
        "window",
        "int",
        30,
        "How far apart two words may stand to count as neighbours; 0 takes the whole text. "
        "With few texts a wide one finds enough neighbours.",
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
        "passes",
        "int",
        None,
        "How often all pairs of neighbours are gone through; too many learn the accidents of "
        "this pool by heart. None: as the size of the pool asks for.",
        low=1,
        high=1000,
        scale="log",
        optional=True,
    ),
    Param(
        "x_max",
        "float",
        3.0,
        "Pairs that meet this often, or more, count fully. Very large collections take 100.",
        label="Full weight from",
        low=0.01,
        high=1e6,
        scale="log",
        advanced=True,
    ),
    Param(
        "alpha",
        "float",
        0.75,
        "How steeply rarer pairs count less: 0 takes all alike.",
        label="Fall of the weight",
        low=0.0,
        high=2.0,
        advanced=True,
    ),
    Param(
        "learning_rate",
        "float",
        0.025,
        "Size of the first steps; where the loss jumps about, make it smaller.",
        low=1e-4,
        high=1.0,
        scale="log",
        advanced=True,
    ),
)


def _make(settings: Mapping[str, Value], seed: int) -> GloVeEncoder:
    own: dict[str, Any] = {param.name: settings[param.name] for param in PARAMS}
    return GloVeEncoder(TextPreparation.from_settings(settings), **own, random_state=seed)


def _estimate(size: PoolSize, settings: Mapping[str, Value]) -> Estimate:
    """From rates measured on 20 Newsgroups: the text, the pairs, the passes."""
    preparation = TextPreparation.from_settings(settings)
    text = text_cost(size, preparation)
    groups = preparation.ngram_max
    if groups > 1:  # read twice
        text = replace(text, seconds=2 * text.seconds)
    tokens = size.characters / 12 * groups
    n = size.characters / 350 * groups
    # a word of a long text has more neighbours, and long texts have more words
    neighbours = 2 * tokens / max(size.rows, 1)
    window = int(settings["window"] or 0) * groups
    pairs = tokens * (min(2 * window, neighbours) if window else neighbours)
    stored = min(pairs / 2, n * n)
    width = 16 + int(settings["dimensions"] or 1)
    passes = int(settings["passes"] or _enough_passes(n, stored))
    seconds = 6.5e-8 * pairs + 6.5e-10 * stored * width * passes
    megabytes = (tokens * 40 + stored * 24 + n * 28 * width) / 2**20
    return Estimate(text.seconds + seconds / cores(), text.memory_mb + megabytes)


METHOD = Method(
    key="glove",
    title="Word vectors (GloVe)",
    learns="What words mean, from how often they meet: close vectors for words that meet often.",
    when="When word vectors are to be compared with PPMI's, or a model is to learn on later.",
    cost="Some fifteen seconds for ten thousand texts.",
    source="Pennington, Socher & Manning 2014, GloVe: global vectors for word representation",
    modalities=("text",),
    params=(*PARAMS, *TEXT_PARAMS),
    make=_make,
    estimate=_estimate,
    insight="words",
    continues=True,
)
