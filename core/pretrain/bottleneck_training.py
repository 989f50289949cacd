"""How an autoencoder learns: passes, noise, held-out rows, and where it goes on after a stop."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from core.data.duplicates import row_codes
from core.errors import BadModelFile
from core.pretrain.bottleneck import Noise, centred
from core.pretrain.compiled import blas_in_one_thread
from core.pretrain.mlp import Network
from core.pretrain.rows import numbers, part
from core.progress import Progress
from core.types import Floats, Ints, State

_HELD_OUT, _MOST_HELD_OUT, _FEWEST_ROWS = 0.1, 5_000, 20
_PATIENCE = 5  # passes without a lower error of held-out rows after which learning ends
_LAST_RATE = 0.05  # share of the learning rate that is left at the end
_BLOCK = 4e9  # multiplications between two reports, some 0.2 s
_STEP = 1.5e10  # multiplications of one mini-batch, at most


class Training:
    """One run of learning, from first weights to the best ones that were found.

    Parameters
    ----------
    layers : list of int
        Sizes of all layers.
    passes, batch_size, learning_rate, noise, noise_level
        See :class:`core.pretrain.bottleneck.Bottleneck`.
    seed : tuple of int
        Of all that is drawn.
    start : sequence of ndarray, optional
        Weights and intercepts to begin with; else they are drawn.

    Attributes
    ----------
    losses, validation_losses : list of float
        Mean squared errors, pass after pass.
    """

    def __init__(
        self,
        layers: list[int],
        *,
        passes: int,
        batch_size: int,
        learning_rate: float,
        noise: Noise,
        noise_level: float,
        seed: tuple[int, ...],
        start: Sequence[Floats] | None = None,
    ) -> None:
        self.passes = passes
        self.rate = learning_rate
        self.noise, self.level = noise, noise_level
        self.seed = seed
        self.work = 6.0 * sum(a * b for a, b in pairwise(layers))
        self.batch = max(min(batch_size, int(_STEP / self.work)), 1)
        self.network = Network(
            tuple(layers[1:-1]),
            batch_size=self.batch,
            learning_rate_init=learning_rate,
            random_state=seed[0],
        ).begin(layers[0])
        self.goes_on = start is not None
        if start is not None:
            self.network.put(start)
        self.best = [weights.copy() for weights in self.network.weights]
        self.losses: list[float] = []
        self.validation_losses: list[float] = []

    def run(self, X: Floats, mean: Floats, progress: Progress) -> list[Floats]:
        """Learn from rows; returns the weights and intercepts with the lowest error."""
        rows, held_out = self._split(X)
        with blas_in_one_thread():
            # one that goes on must become better than it was
            before = self._error(X, mean, held_out) if self.goes_on else np.inf
            self._resume(progress)
            while len(self.losses) < self.passes and self._falling(before):
                done = len(self.losses)
                here = progress.part(done / self.passes, (done + 1) / self.passes)
                loss = self._one_pass(X, mean, rows, here)
                validation_loss = self._error(X, mean, held_out)
                if validation_loss < min([before, *self.validation_losses]):
                    for kept, weights in zip(self.best, self.network.weights, strict=True):
                        kept[:] = weights
                self.losses.append(loss)
                self.validation_losses.append(validation_loss)
                here.update(
                    1.0,
                    f"Pass {done + 1} of {self.passes} done",
                    train_loss=loss,
                    validation_loss=validation_loss,
                    pass_=done + 1 + self.seed[1],
                )
                progress.save(self._kept)
        progress.update(1.0, f"{len(self.losses)} passes done")
        return self.best

    def _split(self, X: Floats) -> tuple[Ints, Ints]:
        """Rows to learn from and rows held out; all of them for both where there are few.

        Equal rows are on one side: the error of a row known by heart would go on falling.
        """
        n = len(X)
        if n < _FEWEST_ROWS:
            return np.arange(n), np.arange(n)
        order = np.random.default_rng(self.seed).permutation(n)
        most = min(int(n * _HELD_OUT), _MOST_HELD_OUT)
        copies = row_codes(X)
        drawn = pd.unique(copies[order])
        sizes = np.bincount(copies)[drawn]
        drawn, sizes = drawn[sizes <= most], sizes[sizes <= most]
        held_out = np.isin(copies, drawn[np.cumsum(sizes) <= most])
        if not held_out.any():  # hardly two rows differ
            return order[most:], np.sort(order[:most])
        return order[~held_out[order]], np.flatnonzero(held_out)

    def _falling(self, before: float) -> bool:
        """Whether the error has fallen lately."""
        errors = [before, *self.validation_losses]
        return len(errors) - 1 - int(np.argmin(errors)) < _PATIENCE

    def _one_pass(self, X: Floats, mean: Floats, rows: Ints, progress: Progress) -> float:
        done = len(self.losses)
        random = np.random.default_rng([*self.seed, done + 1])
        order = random.permutation(rows)
        block = self.batch * max(int(_BLOCK / (self.work * self.batch)), 1)
        spread = self._spread(X, mean, rows)
        total: float = 0.0
        for first in range(0, len(order), block):
            share = first / len(order)
            progress.update(share, f"Pass {done + 1} of {self.passes}")
            clean = centred(X[order[first : first + block]], mean)
            left = 1 - (done + share) / self.passes
            rate = self.rate * (_LAST_RATE + (1 - _LAST_RATE) * left)
            noisy = self._disturbed(clean, spread, random)
            total += len(clean) * self.network.learn(noisy, clean, rate)
        return total / len(order)

    def _spread(self, X: Floats, mean: Floats, rows: Ints) -> float:
        """Deviation of a value, over all columns."""
        if self.noise != "gaussian":
            return 0.0
        return float(np.sqrt(np.mean(centred(X[rows[:5_000]], mean) ** 2, dtype=np.float64)))

    def _disturbed(self, clean: Floats, spread: float, random: np.random.Generator) -> Floats:
        if self.noise == "gaussian":
            added = random.standard_normal(clean.shape, dtype=np.float32)
            added *= np.float32(self.level * spread)
            return added + clean
        if self.noise == "masking":
            return clean * (random.random(clean.shape, dtype=np.float32) >= self.level)
        return clean

    def _error(self, X: Floats, mean: Floats, rows: Ints) -> float:
        """Mean squared error of a value of these rows."""
        total: float = 0.0
        for first in range(0, len(rows), 2_048):
            clean = centred(X[rows[first : first + 2_048]], mean)
            gap = self.network.give_back(clean) - clean
            total += float(np.vdot(gap, gap))
        return float(total / (len(rows) * X.shape[1]))

    def _kept(self) -> State:
        return {
            "network": self.network.moments(),
            "best": {str(i): array.copy() for i, array in enumerate(self.best)},
            "losses": list(self.losses),
            "validation_losses": list(self.validation_losses),
        }

    def _resume(self, progress: Progress) -> None:
        """Go on from what an interrupted attempt has kept, where it fits."""
        kept = progress.saved()
        if kept is None:
            return
        try:
            losses, errors = (part(kept, name, list) for name in ("losses", "validation_losses"))
            best = [
                numbers(part(kept, "best", dict), str(i), mine.shape)
                for i, mine in enumerate(self.best)
            ]
            if not 0 < len(losses) == len(errors) <= self.passes:
                return
            self.network.take_moments(part(kept, "network", dict))
        except BadModelFile:
            return
        self.best = [array.copy() for array in best]
        self.losses = [float(loss) for loss in losses]
        self.validation_losses = [float(error) for error in errors]
