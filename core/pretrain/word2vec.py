"""Word2Vec: word vectors that foretell which words stand near each other, by gensim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, Self

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from core.errors import BadModelFile
from core.params import Param, Value
from core.pretrain.base import Estimate, Method, PoolSize
from core.pretrain.compiled import cores
from core.pretrain.rows import as_texts, numbers, part
from core.pretrain.tfidf import text_cost
from core.pretrain.word_slices import LONGEST, enough_passes, pieces_of, rates, slice_words, slices
from core.pretrain.word_stream import WordStream, read_more_words
from core.pretrain.word_vectors import WordVectorEncoder
from core.progress import SILENT, Progress
from core.text.preparation import DEFAULT_PREPARATION, TEXT_PARAMS, TextPreparation
from core.types import Floats, Rows, State


class Word2VecEncoder(WordVectorEncoder):
    """Texts by the meaning of their words, learned by Word2Vec (Mikolov et al. 2013).

    Skip-gram foretells the neighbours of a word from its vector, CBOW a word from the sum of
    its neighbours' vectors, both against words drawn at random ("negative samples"). gensim
    (Řehůřek & Sojka 2010) learns; the vocabulary, the tokens, the order of the texts (anew each
    pass) and the falling learning rate are ours, so that it is held against other methods on the
    same words, and stops when it is asked to.

    A text is the sum of its words' vectors weighted by TF-IDF, minus the mean of the pool's
    texts, scaled to length 1; a text without any known word is a row of zeros.

    Parameters
    ----------
    preparation : TextPreparation
        How texts become terms.
    dimensions : int, default=100
        Length of the vectors.
    architecture : {"skip-gram", "cbow"}
        What is foretold from what.
    window : int, default=8
        Words up to this far apart count as neighbours; each place draws its own reach from 1
        to ``window``, so that close ones count more.
    negative : int, default=5
        Random words a true one is told apart from.
    passes : int, optional
        How often all texts are gone through; None takes ten for a million words, more for
        fewer (by the square root, at most 100) and fewer for more (at least 5), counting those
        that were learned from before.
    learning_rate : float, default=0.025
        Size of the first steps; it falls evenly to 0.4 % of that.
    subsampling : float, default=0.001
        Share of all words from which on a word is left out now and then; 0 leaves out none.
    deterministic : bool, default=True
        Learn with one core. Several change the same vectors at the same time without waiting
        for each other, so that no two fits are alike, and losses are added up incompletely.
    random_state : int, default=0
        For the first vectors, the order of the texts and what is drawn.

    Attributes
    ----------
    text_, vectors_, mean_, notes_
        See :class:`WordVectorEncoder`.
    lengths_ : ndarray of float32, shape (n_terms,)
        Lengths that the vectors had before they were scaled to 1.
    outputs_ : ndarray of float16, shape (n_terms, dimensions)
        What foretold words are compared with; learning goes on from it.
    totals_ : ndarray of int64, shape (n_terms,)
        How often each term stood in the pool.
    losses_ : list of float
        Mean loss of a word, pass after pass.
    """

    def __init__(
        self,
        preparation: TextPreparation = DEFAULT_PREPARATION,
        *,
        dimensions: int = 100,
        architecture: Literal["skip-gram", "cbow"] = "skip-gram",
        window: int = 8,
        negative: int = 5,
        passes: int | None = None,
        learning_rate: float = 0.025,
        subsampling: float = 0.001,
        deterministic: bool = True,
        random_state: int = 0,
    ) -> None:
        self.preparation = preparation
        self.dimensions = dimensions
        self.architecture = architecture
        self.window = window
        self.negative = negative
        self.passes = passes
        self.learning_rate = learning_rate
        self.subsampling = subsampling
        self.deterministic = deterministic
        self.random_state = random_state

    def _fit(self, rows: Rows, progress: Progress) -> sparse.csr_matrix:
        self._check()
        stream, notes = self._read(rows, progress.part(0, 0.1))
        self.totals_ = np.bincount(stream.ids, minlength=len(stream.vocabulary))
        self.losses_: list[float] = []
        model = self._model()
        return self._learn(model, stream, notes, progress)

    def continued(self, rows: Rows, *, progress: Progress = SILENT) -> Self:
        """A new encoder that has learned from ``rows`` after what this one had learned.

        The vocabulary grows by the words that the new rows bring; known words start from what
        was learned, new ones at random, and ``passes`` more follow over the new rows alone.
        What they say differently is forgotten little by little. The mean that is taken off
        weighs old and new texts by their number.
        """
        check_is_fitted(self)
        new: Self = clone(self)
        new._check()
        old = self.text_.vocabulary_
        stream = read_more_words(
            as_texts(rows), self.preparation, old, progress=progress.part(0, 0.1)
        )
        place = np.asarray([stream.vocabulary.lookup[term] for term in old.terms])
        new.totals_ = np.bincount(stream.ids, minlength=len(stream.vocabulary))
        new.totals_[place] += self.totals_
        new.losses_ = list(self.losses_)
        model = new._model()
        model.wv.vectors[place] = self.vectors_ * self.lengths_[:, None]
        model.syn1neg[place] = self.outputs_
        new._learn(model, stream, (), progress)
        share = np.float32(old.documents / stream.vocabulary.documents)
        new.mean_ = share * self.mean_ + (1 - share) * new.mean_
        return new

    def _check(self) -> None:
        for param in PARAMS:
            param.check(getattr(self, param.name))

    def _model(self) -> Any:
        """A model of gensim that has not learned; its words are the ids of our terms."""
        from gensim.models import Word2Vec  # takes a second: only when something is fitted

        model = Word2Vec(
            vector_size=self.dimensions,
            sg=int(self.architecture == "skip-gram"),
            window=self.window,
            negative=self.negative,
            sample=self.subsampling,
            alpha=self.learning_rate,
            min_count=0,
            sorted_vocab=0,  # a term's id is its row
            workers=1 if self.deterministic else cores(),
            # gensim takes a seed of 32 bits, and keys of vectors are numbers, whose hash is fixed
            seed=self.random_state % 2**32,
            compute_loss=True,
        )
        model.lifecycle_events = None  # would grow with every slice
        model.build_vocab_from_freq(dict(enumerate(self.totals_.tolist())))
        return model

    def _learn(
        self, model: Any, stream: WordStream, notes: tuple[str, ...], progress: Progress
    ) -> sparse.csr_matrix:
        """All passes, then the vectors as those of this encoder."""
        pieces = pieces_of(stream.offsets)
        words = int(sum(len(piece) for piece in pieces))
        each = slice_words(self.dimensions, self.architecture, self.window, self.negative)
        step = model.workers * each
        model.batch_words = max(1, min(LONGEST, each))
        passes = self.passes or enough_passes(int(self.totals_.sum()))
        total = passes * words
        begun = self._resume(model, passes, progress)
        before = len(self.losses_) - begun
        for pass_ in range(begun, passes):
            # each pass has a seed of its own: going on after an interruption changes nothing
            number = before + pass_
            model.random = np.random.RandomState([self.random_state % 2**32, number])
            order = np.random.default_rng([self.random_state, number]).permutation(len(pieces))
            loss, trained, done = 0.0, 0, pass_ * words
            for size, sentences in slices(stream.ids, pieces, order, step):
                first, last = rates(self.learning_rate, done, size, total)
                used, _ = model.train(
                    sentences,
                    total_words=size,
                    epochs=1,
                    start_alpha=first,
                    end_alpha=last,
                    compute_loss=True,
                )
                # gensim sums in 32 bits and starts anew with each call, so ours stays exact
                loss += float(model.running_training_loss)
                trained, done = trained + used, done + size
                progress.update(
                    0.1 + 0.85 * done / total, f"Pass {pass_ + 1} of {passes}: learning"
                )
            self.losses_.append(loss / max(trained, 1))
            progress.update(
                0.1 + 0.85 * done / total,
                f"Pass {pass_ + 1} of {passes} done",
                train_loss=self.losses_[-1],
                pass_=number + 1,
            )
            progress.save(
                lambda pass_=pass_: {  # type: ignore[misc]
                    "pass": pass_ + 1,
                    "vectors": model.wv.vectors,
                    "outputs": model.syn1neg,
                    "losses": list(self.losses_),
                }
            )
        if model.workers > 1:
            notes += (
                f"Learned with {model.workers} cores at once: the same seed gives slightly "
                "different vectors each time.",
            )
        return self._finish(model, stream, notes, progress)

    def _resume(self, model: Any, passes: int, progress: Progress) -> int:
        """Take over what an interrupted attempt has kept; the number of its passes."""
        kept = progress.saved()
        if kept is None:
            return 0
        try:
            vectors = numbers(kept, "vectors", model.wv.vectors.shape)
            outputs = numbers(kept, "outputs", model.syn1neg.shape)
            done, losses = part(kept, "pass", int), part(kept, "losses", list)
        except BadModelFile:
            return 0
        if not 0 < done <= passes or len(losses) != len(self.losses_) + done:
            return 0
        model.wv.vectors[:] = vectors
        model.syn1neg[:] = outputs
        self.losses_ = [float(loss) for loss in losses]
        return int(done)

    def _finish(
        self, model: Any, stream: WordStream, notes: tuple[str, ...], progress: Progress
    ) -> sparse.csr_matrix:
        vectors: Floats = model.wv.vectors
        # a word that every draw left out, or that stands alone in its text, has learned nothing,
        # but its random start does no harm: it is as short as the others began
        self.lengths_ = np.linalg.norm(vectors, axis=1).astype(np.float32)
        self.outputs_ = model.syn1neg.astype(np.float16)
        weighted = self._take(stream, vectors, notes)
        progress.update(1.0, f"{len(stream.vocabulary):,} words, {self.dimensions} dimensions")
        return weighted

    def state(self) -> State:
        """What was learned, as plain arrays and values."""
        return {
            **super().state(),
            "lengths": self.lengths_,
            "outputs": self.outputs_,
            "totals": self.totals_,
            "losses": list(self.losses_),
        }

    def load_state(self, state: State) -> Self:
        """Take over what another encoder learned. See :class:`Encoder`."""
        super().load_state(state)
        lengths = numbers(state, "lengths", (len(self.vectors_),))
        outputs = numbers(state, "outputs", self.vectors_.shape)
        totals = numbers(state, "totals", (len(self.vectors_),))
        losses = part(state, "losses", list)
        if totals.dtype.kind != "i" or totals.min(initial=0) < 0:
            raise BadModelFile("This model cannot be used: its counts of words are damaged.")
        if not all(isinstance(loss, float) for loss in losses):
            raise BadModelFile("This model cannot be used: its losses are no numbers.")
        self.lengths_, self.outputs_ = lengths.astype(np.float32), outputs.astype(np.float16)
        self.totals_, self.losses_ = totals.astype(np.int64), list(losses)
        return self


PARAMS: tuple[Param, ...] = (
    Param(
        "dimensions",
        "int",
        100,
        "How many numbers describe a word and a text: fewer are coarser, more cost more.",
        low=1,
        high=1000,
        scale="log",
    ),
    Param(
        "architecture",
        "choice",
        "skip-gram",
        "Skip-gram foretells neighbours from a word and is better with little text; CBOW foretells "
        "a word from its neighbours and is several times faster.",
        choices=("skip-gram", "cbow"),
        choice_labels={"skip-gram": "Skip-gram", "cbow": "CBOW"},
    ),
    Param(
        "window",
        "int",
        8,
        "How far apart two words may stand to count as neighbours.",
        low=1,
        high=100,
    ),
    Param(
        "passes",
        "int",
        None,
        "How often all texts are gone through; none takes ten for a million words and more for "
        "fewer.",
        low=1,
        high=200,
        scale="log",
        optional=True,
    ),
    Param(
        "deterministic",
        "bool",
        True,
        "Learn with one core, so that the same seed gives the same vectors again. Off: with all "
        "cores, faster, and slightly different each time.",
        label="Exactly repeatable",
    ),
    Param(
        "negative",
        "int",
        5,
        "How many random words a true neighbour is told apart from.",
        label="Random words a neighbour",
        low=1,
        high=50,
        advanced=True,
    ),
    Param(
        "learning_rate",
        "float",
        0.025,
        "Size of the first steps: smaller is steadier, larger is quicker.",
        low=1e-4,
        high=0.5,
        scale="log",
        advanced=True,
    ),
    Param(
        "subsampling",
        "float",
        0.001,
        "Words that make up a larger share of the texts are left out now and then; 0 leaves out "
        "none.",
        low=0.0,
        high=1.0,
        advanced=True,
    ),
)


def _make(settings: Mapping[str, Value], seed: int) -> Word2VecEncoder:
    own: dict[str, Any] = {param.name: settings[param.name] for param in PARAMS}
    return Word2VecEncoder(TextPreparation.from_settings(settings), **own, random_state=seed)


def _estimate(size: PoolSize, settings: Mapping[str, Value]) -> Estimate:
    """From rates measured on 20 Newsgroups: the text, then pairs by dimensions by passes."""
    preparation = TextPreparation.from_settings(settings)
    text = text_cost(size, preparation)
    if preparation.ngram_max > 1:  # read twice
        text = replace(text, seconds=2 * text.seconds)
    tokens = size.characters / 12 * preparation.ngram_max
    n = size.characters / 350 * preparation.ngram_max
    own = {name: float(settings[name] or 0) for name in ("window", "negative", "dimensions")}
    pairs = (own["window"] + 1) * (own["negative"] + 1)
    if settings["architecture"] == "cbow":
        pairs = own["window"] + own["negative"] + 2
    work = tokens * float(settings["passes"] or enough_passes(tokens)) * pairs
    seconds = 2.0 + work * (1.2e-7 + 3e-10 * own["dimensions"])
    if not settings["deterministic"]:
        seconds /= cores()
    megabytes = 60 + (tokens * 20 + n * (4 * own["dimensions"] * 4 + 300)) / 2**20
    return Estimate(text.seconds + seconds, text.memory_mb + megabytes)


METHOD = Method(
    key="word2vec",
    title="Word vectors (Word2Vec)",
    learns="What words mean, by foretelling which words stand near them.",
    when="For plenty of text: on small pools counting (PPMI) is faster and as good.",
    cost="Some minutes for ten thousand long texts on one core; the loss shows how it goes.",
    source=(
        "Mikolov, Chen, Corrado & Dean 2013, Efficient estimation of word representations in "
        "vector space; Mikolov et al. 2013, Distributed representations of words and phrases "
        "and their compositionality"
    ),
    modalities=("text",),
    params=(*PARAMS, *TEXT_PARAMS),
    make=_make,
    estimate=_estimate,
    insight="words",
    continues=True,
)
