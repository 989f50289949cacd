"""Numbers through a bottleneck: a network that learns to give back what it was given."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal, Self, TypeAlias

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from core.errors import BadModelFile
from core.pretrain.rows import numbers, part
from core.progress import SILENT, Progress
from core.types import Floats, State

Noise: TypeAlias = Literal["none", "gaussian", "masking"]

_FAR = 20.0  # values further than this from their mean count as this far: squares must not overflow
_BLOCK = 4_096  # rows encoded or decoded at a time


class Bottleneck(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """An autoencoder (Hinton & Salakhutdinov 2006) of (n, d) numbers.

    The network d-hidden-k-hidden-d gives back its input as well as k numbers allow, by least
    squares. The hidden layers are ReLUs, bottleneck and output are linear; the mean is taken
    off first. scikit-learn's ``MLPRegressor`` learns, by Adam with a rate that falls evenly.
    With noise on the input it has to give back the clean row (Vincent et al. 2008).

    A tenth of the rows (at most 5,000) is held out; learning ends when their error has not
    fallen for five passes, and the weights with the lowest are kept. Of fewer than 20 rows
    none is held out, and the error is that of all.

    Parameters
    ----------
    dimensions : int, default=32
        Values of the bottleneck, k.
    hidden : int, default=256
        Values of the layer before it and of the layer after it; 0 leaves both out.
    passes : int, default=20
        How often the rows are gone through, at most.
    batch_size : int, default=128
        Rows of a step; very wide networks take fewer, so that a cancel is heard in time.
    learning_rate : float, default=0.003
        Size of the first steps.
    noise : {"none", "gaussian", "masking"}, default="none"
        What is done to inputs while it learns: something is added to values, or some are set
        to their mean.
    noise_level : float, default=0.25
        Deviation of what is added, in deviations of the data; or share of values set.
    random_state : int, RandomState or None
        For first weights, held-out rows, order and noise.

    Attributes
    ----------
    coefs_, intercepts_ : list of ndarray of float32
        Of each layer.
    mean_ : ndarray of float32, shape (d,)
        What is taken off first.
    losses_, validation_losses_ : list of float
        Mean squared error of a value, pass after pass: of the rows while they are learned,
        with their noise, and of the held-out rows afterwards, without.
    """

    def __init__(
        self,
        dimensions: int = 32,
        *,
        hidden: int = 256,
        passes: int = 20,
        batch_size: int = 128,
        learning_rate: float = 0.003,
        noise: Noise = "none",
        noise_level: float = 0.25,
        random_state: Any = None,
    ) -> None:
        self.dimensions = dimensions
        self.hidden = hidden
        self.passes = passes
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.noise = noise
        self.noise_level = noise_level
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, *, progress: Progress = SILENT) -> Self:
        """Learn from (n, d) rows; ``y`` is ignored."""
        X = validate_data(self, X, dtype=np.float32)
        self.mean_ = X.mean(axis=0, dtype=np.float64).astype(np.float32)
        self.losses_: list[float] = []
        self.validation_losses_: list[float] = []
        return self._learn(X, None, progress)

    def continued(self, X: Any, *, progress: Progress = SILENT) -> Self:
        """A new one that has gone on to learn from other rows, for ``passes`` at most.

        The mean stays, Adam starts anew, and what only the earlier rows had is forgotten
        little by little. Where no pass lowers the error of held-out new rows, it is as before.
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float32, reset=False)
        new: Self = clone(self)
        new.n_features_in_, new.mean_ = self.n_features_in_, self.mean_
        new.losses_, new.validation_losses_ = list(self.losses_), list(self.validation_losses_)
        return new._learn(X, [*self.coefs_, *self.intercepts_], progress)

    def _learn(self, X: Floats, start: Sequence[Floats] | None, progress: Progress) -> Self:
        from core.pretrain.bottleneck_training import Training  # brings much of scikit-learn

        training = Training(
            self.layers(X.shape[1]),
            passes=self.passes,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            noise=self.noise,
            noise_level=self.noise_level,
            seed=(int(check_random_state(self.random_state).randint(2**31 - 1)), len(self.losses_)),
            start=start,
        )
        weights = training.run(X, self.mean_, progress)
        layers = len(weights) // 2
        self.coefs_, self.intercepts_ = weights[:layers], weights[layers:]
        self.losses_ += training.losses
        self.validation_losses_ += training.validation_losses
        return self

    def layers(self, columns: int) -> list[int]:
        """Sizes of all layers for rows of that many values, input and output included."""
        around = [self.hidden] if self.hidden else []
        return [columns, *around, self.dimensions, *around, columns]

    def transform(self, X: Any) -> Floats:
        """The values of the bottleneck, (n, k) float32."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float32, reset=False, ensure_min_samples=0)
        middle = len(self.coefs_) // 2
        encoded = np.empty((len(X), self.dimensions), dtype=np.float32)
        for start in range(0, len(X), _BLOCK):
            rows = centred(X[start : start + _BLOCK], self.mean_)
            encoded[start : start + _BLOCK] = self._through(rows, range(middle))
        return encoded

    def inverse_transform(self, codes: Any) -> Floats:
        """Rows (n, d) float32 from values of the bottleneck (n, k)."""
        check_is_fitted(self)
        codes = np.asarray(codes, dtype=np.float32)
        middle, last = len(self.coefs_) // 2, len(self.coefs_)
        rows = np.empty((len(codes), len(self.mean_)), dtype=np.float32)
        for start in range(0, len(codes), _BLOCK):
            block = self._through(codes[start : start + _BLOCK], range(middle, last))
            rows[start : start + _BLOCK] = block + self.mean_
        return rows

    def _through(self, rows: Floats, layers: range) -> Floats:
        """Rows through some layers; the last of them, bottleneck or output, is linear."""
        for layer in layers:
            rows = rows @ self.coefs_[layer]
            rows += self.intercepts_[layer]
            if layer != layers[-1]:
                np.maximum(rows, 0, out=rows)
        return rows

    def state(self) -> State:
        """What was learned, as plain arrays and values."""
        check_is_fitted(self)
        return {
            "coefs": {str(i): array for i, array in enumerate(self.coefs_)},
            "intercepts": {str(i): array for i, array in enumerate(self.intercepts_)},
            "mean": self.mean_,
            "losses": list(self.losses_),
            "validation_losses": list(self.validation_losses_),
        }

    def load_state(self, state: State, columns: int) -> Self:
        """Take over what another learned from rows of that many values.

        Raises
        ------
        BadModelFile
            When a part is missing or shapes contradict each other.
        """
        sizes = self.layers(columns)
        coefs, intercepts = part(state, "coefs", dict), part(state, "intercepts", dict)
        shapes = list(pairwise(sizes))
        self.coefs_ = [_single(coefs, str(i), shape) for i, shape in enumerate(shapes)]
        self.intercepts_ = [_single(intercepts, str(i), (b,)) for i, (_, b) in enumerate(shapes)]
        self.mean_ = _single(state, "mean", (columns,))
        self.losses_, self.validation_losses_ = (
            _loss_list(state, name) for name in ("losses", "validation_losses")
        )
        self.n_features_in_ = columns
        return self

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags


def centred(rows: Floats, mean: Floats) -> Floats:
    """Rows without the mean; what is very far out is brought nearer."""
    values = rows - mean
    return np.clip(values, -_FAR, _FAR, out=values)


def _single(state: State, name: str, shape: tuple[int, ...]) -> Floats:
    return numbers(state, name, shape).astype(np.float32, copy=False)


def _loss_list(state: State, name: str) -> list[float]:
    losses = part(state, name, list)
    if not all(isinstance(loss, float) for loss in losses):
        raise BadModelFile("This model cannot be used: its losses are no numbers.")
    return list(losses)
