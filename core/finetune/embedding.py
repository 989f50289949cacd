"""Moving word vectors and a linear head together by gradient descent."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from scipy import sparse
from scipy.special import log_softmax, softmax

from core.errors import BadParam
from core.finetune.threads import one_thread
from core.finetune.training import hold_out
from core.pretrain.word_vectors import WordVectorEncoder
from core.progress import Progress
from core.types import Floats, Ints, Rows

#: Gives a head's weights (k, d) and intercepts (k,), trained on the rows at these places.
Probe: TypeAlias = Callable[[Ints], tuple[Floats, Floats]]

_BATCH = 64
_HELD = 0.2
_PATIENCE = 3


@dataclass(frozen=True, eq=False)
class Tuned:
    """Word vectors and head after tuning, and after how many passes."""

    encoder: WordVectorEncoder
    coef: Floats
    intercept: Floats
    passes: int


@dataclass(eq=False)
class _Model:
    """What moves: the vectors of the words that occur, weights and intercepts."""

    vectors: Floats
    coef: Floats
    intercept: Floats
    mean: Floats

    def texts(self, counts: Any) -> tuple[Floats, Floats]:
        """Rows of length 1 and their length before; a text without a known word is 0."""
        sums = np.asarray(counts @ self.vectors) - self.mean
        sums[np.diff(counts.indptr) == 0] = 0
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        lengths[lengths == 0] = 1
        return sums / lengths, lengths

    def loss(self, counts: Any, codes: Ints) -> float:
        """Mean softmax loss."""
        rows, _ = self.texts(counts)
        logs = log_softmax(rows @ self.coef.T + self.intercept, axis=1)
        return float(-logs[np.arange(len(codes)), codes].mean())

    def step(self, counts: Any, codes: Ints, rate: float) -> None:
        """One step of gradient descent on a batch, through the scaling to length 1."""
        rows, lengths = self.texts(counts)
        slope = softmax(rows @ self.coef.T + self.intercept, axis=1)
        slope[np.arange(len(codes)), codes] -= 1
        slope /= len(codes)
        by_row = slope @ self.coef
        # what points along a row changes its length alone, which is scaled away
        by_sum = (by_row - rows * (rows * by_row).sum(axis=1, keepdims=True)) / lengths
        by_sum[np.diff(counts.indptr) == 0] = 0
        self.vectors -= rate * np.asarray(counts.T @ by_sum)
        self.coef -= rate * slope.T @ rows
        self.intercept -= rate * slope.sum(axis=0)


def tune(
    encoder: WordVectorEncoder,
    rows: Rows,
    codes: Ints,
    probe: Probe,
    *,
    units: Ints | None = None,
    rate: float,
    passes: int,
    seed: int,
    progress: Progress,
) -> Tuned | None:
    """Go on from a fitted head, moving the vectors of the words that occur as well.

    How many passes help is found on rows held out, from a head that has not seen them; that many
    are then made on all rows, from a head of all rows.

    Parameters
    ----------
    encoder : WordVectorEncoder
        Fitted; stays as it is.
    rows : Rows, shape (n,)
        The labelled texts.
    codes : ndarray of int, shape (n,)
        Their classes, 0 to k - 1.
    probe : callable
        Trains a head on the encoded rows at some places.
    units : ndarray of int, shape (n,), optional
        Which rows belong together (:mod:`core.data.units`).
    rate, passes, seed
        Of the descent.
    progress : Progress
        Told the losses of each pass.

    Returns
    -------
    Tuned or None
        None where no row can be held out, or no pass helped on those that were.

    Raises
    ------
    BadParam
        When the encoder weighs words in a way whose gradient is not known here, or the rate is
        too high.
    """
    counts = sparse.csr_matrix(encoder.text_.transform(rows), dtype=np.float64)
    used = np.unique(counts.indices)
    counts = counts[:, used]
    held = hold_out(codes, _HELD, units=units, seed=seed)
    if not held.any() or not len(used):
        return None

    def begin(places: Ints) -> _Model:
        coef, intercept = probe(places)
        return _Model(
            encoder.vectors_[used].astype(np.float64),
            np.array(coef, dtype=np.float64),
            np.array(intercept, dtype=np.float64),
            encoder.mean_.astype(np.float64),
        )

    kept, out = np.flatnonzero(~held), np.flatnonzero(held)
    with one_thread():
        model = begin(kept)
        _check_texts(model, counts, encoder, rows)
        best = _count_passes(
            model, counts, codes, kept, out, rate, passes, seed, progress.part(0.0, 0.6)
        )
        if not best:
            return None
        model = begin(np.arange(len(codes)))
        for number in range(best):
            progress.update(0.6 + 0.4 * number / best, "Tuning head and vectors on all rows")
            _pass(model, counts, codes, np.arange(len(codes)), rate, seed + number)
    tuned = copy.copy(encoder)
    vectors = encoder.vectors_.copy()
    vectors[used] = model.vectors
    tuned._set(vectors)
    return Tuned(tuned, model.coef, model.intercept, best)


def _count_passes(  # noqa: PLR0917
    model: _Model,
    counts: Any,
    codes: Ints,
    kept: Ints,
    out: Ints,
    rate: float,
    passes: int,
    seed: int,
    progress: Progress,
) -> int:
    """After how many passes the loss on the rows held out is lowest."""
    lowest = first = model.loss(counts[out], codes[out])
    best = 0
    for number in range(1, passes + 1):
        _pass(model, counts, codes, kept, rate, seed + number - 1)
        now = model.loss(counts[out], codes[out])
        progress.update(
            number / passes,
            f"Tuning head and vectors: pass {number} of at most {passes}",
            pass_=number,
            train_loss=model.loss(counts[kept], codes[kept]),
            validation_loss=now,
        )
        if not np.isfinite(now) or now > 10 * first + 10:
            raise BadParam(
                f"The learning rate {rate:g} of the vectors is too high: after {number} passes the "
                "loss had grown instead of fallen.",
                hint="Try a tenth of it.",
            )
        if now < lowest:
            lowest, best = now, number
        elif number - best >= _PATIENCE:
            break
    return best


def _pass(  # noqa: PLR0917
    model: _Model, counts: Any, codes: Ints, places: Ints, rate: float, seed: int
) -> None:
    order = places[np.random.default_rng(seed).permutation(len(places))]
    for start in range(0, len(order), _BATCH):
        batch = order[start : start + _BATCH]
        model.step(counts[batch], codes[batch], rate)


def _check_texts(model: _Model, counts: Any, encoder: WordVectorEncoder, rows: Rows) -> None:
    """The model must encode as the encoder does, or its gradient would be of another function."""
    few = slice(0, 20)
    ours, _ = model.texts(counts[few])
    if not np.allclose(ours, encoder.transform(rows[few]), atol=1e-4):
        raise BadParam(
            "This model puts words together in a way that cannot be tuned with the head.",
            hint="Take word vectors weighed by TF-IDF without further parts, or the strategy "
            "'frozen'.",
        )
