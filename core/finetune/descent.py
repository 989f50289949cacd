"""Gradient descent on a linear model: one pass after another, each a step or a few.

The recipe is ŷ = W x + b, W ← W − α ∂L/∂W, b ← b − α ∂L/∂b. What the loss is
(:mod:`core.finetune.losses`) and what a step does with its gradient
(:mod:`core.finetune.optimisers`) are objects of their own. A :class:`Descent` can be halted
between any two passes: :meth:`Descent.state` is all there is to carry on from, because the order
of the rows in a pass depends on the seed and the number of the pass alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from core.finetune.losses import Loss, SquaredLoss
from core.finetune.optimisers import Optimiser, PlainSteps
from core.finetune.schedules import Schedule
from core.finetune.weights import Gradient, Weights, gradient
from core.types import Floats, Ints, Matrix, State


class Descent:
    """One training, advanced pass by pass.

    Parameters
    ----------
    X : Matrix of float64, shape (n, d)
        Encoded rows, dense or CSR.
    targets : ndarray, shape (n, k)
        What the scores should become.
    rate : float
        The learning rate α.
    batch_size : int, optional
        Rows a step; None takes all of them, in the order they stand in.
    loss, optimiser
        What is minimised and how.
    seed : int
        Of the order of the rows in each pass of mini-batches.
    spread : ndarray of int, shape (n,), optional
        Classes of the rows. Their shares are then kept about equal in all batches of a pass,
        so that the intercept does not run after whichever classes a batch happens to hold.
    start : Weights, optional
        Where to start from; zeros when None. Copied.
    l2 : float, default=0.0
        Strength of the penalty l2/2 ‖W − W₀‖² that is added to the loss.
    towards : Weights, optional
        W₀, and intercepts that the intercepts are pulled to. Without, weights are pulled to
        zero and intercepts are not penalised.
    row_weights : ndarray, shape (n,), optional
        How much each row counts; best with mean 1.
    clip : float, optional
        Longest gradient of a step; longer ones are shortened (Pascanu, Mikolov & Bengio 2013).
    schedule : Schedule, optional
        How the rate changes; constant when None.

    Attributes
    ----------
    weights : Weights
        As of now; the next pass changes them in place.
    passes : int
        Passes made.
    """

    def __init__(
        self,
        X: Matrix,
        targets: Floats,
        *,
        rate: float,
        batch_size: int | None = None,
        loss: Loss | None = None,
        optimiser: Optimiser | None = None,
        seed: int = 0,
        spread: Ints | None = None,
        start: Weights | None = None,
        l2: float = 0.0,
        towards: Weights | None = None,
        row_weights: Floats | None = None,
        clip: float | None = None,
        schedule: Schedule | None = None,
    ) -> None:
        n, k = targets.shape
        self.X: Any = X
        self.targets = targets
        self.rate = rate
        self.batch_size = n if batch_size is None else min(batch_size, n)
        self.loss: Loss = SquaredLoss() if loss is None else loss
        self.optimiser: Optimiser = PlainSteps() if optimiser is None else optimiser
        self.seed = seed
        self.spread = spread
        self.weights = Weights.zeros(X.shape[1], k) if start is None else start.copy()
        self.l2 = l2
        self.towards = towards
        self.row_weights = row_weights
        self.clip = clip
        self.schedule = Schedule() if schedule is None else schedule
        self.passes = 0
        self._scores: Floats | None = None

    @property
    def scores(self) -> Floats:
        """Scores of the training rows under the present weights, shape (n, k)."""
        if self._scores is None:
            self._scores = self.weights.scores(self.X)
        return self._scores

    @property
    def train_loss(self) -> float:
        """Loss of the training rows under the present weights, without the penalty."""
        return self.loss.value(self.scores, self.targets, self.row_weights)

    @property
    def objective(self) -> float:
        """What is minimised: the loss of the training rows and the penalty."""
        return self.train_loss + self._penalty()

    @property
    def present_rate(self) -> float:
        """The learning rate of the next step."""
        return self.rate * self.schedule.factor(self.passes)

    def state(self) -> State:
        """All that a descent of the same rows and settings needs to go on from here."""
        return {
            "coef": self.weights.coef.copy(),
            "intercept": self.weights.intercept.copy(),
            "passes": self.passes,
            "optimiser": self.optimiser.state(),
        }

    def load_state(self, state: State) -> None:
        """Go on from where another one was."""
        self.weights = Weights(state["coef"].copy(), state["intercept"].copy())
        self.optimiser.load_state(state["optimiser"])
        self.passes = int(state["passes"])
        self._scores = None

    def advance(self, between: Callable[[], None] = lambda: None) -> None:
        """Make one pass over the rows; ``between`` is called after each step."""
        # too high a rate may overflow: whoever drives the descent looks at the loss
        with np.errstate(over="ignore", invalid="ignore"):
            if self.batch_size == len(self.targets):
                # the scores of all rows were measured after the pass before
                slope = self.loss.slope(self.scores, self.targets, self.row_weights)
                self._step(self.X, slope, self.passes)
                between()
            else:
                self._mini_batches(between)
        self.passes += 1

    def _mini_batches(self, between: Callable[[], None]) -> None:
        order = self.order()
        # one shuffled copy is cheaper than picking scattered rows for every step
        X, targets = self.X[order], self.targets[order]
        weights = None if self.row_weights is None else self.row_weights[order]
        for start in range(0, len(order), self.batch_size):
            rows = slice(start, start + self.batch_size)
            batch = X[rows]
            some = None if weights is None else weights[rows]
            slope = self.loss.slope(self.weights.scores(batch), targets[rows], some)
            self._step(batch, slope, self.passes + start / len(order))
            between()

    def order(self) -> Ints:
        """The rows in the order in which the next pass of mini-batches takes them."""
        rng = np.random.default_rng([self.seed, self.passes])
        order = rng.permutation(len(self.targets))
        if self.spread is None:
            return order
        # class by class in random order, then each class at even distances over the pass
        order = order[np.argsort(self.spread[order], kind="stable")]
        sizes = np.bincount(self.spread)
        rank = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        place = (rank + rng.random(len(order))) / np.repeat(sizes, sizes)
        dealt: Ints = order[np.argsort(place)]
        return dealt

    def _step(self, X: Matrix, slope: Floats, done: float) -> None:
        rate = self.rate * self.schedule.factor(done)
        found = gradient(X, slope)
        if self.l2 and self.optimiser.additive and self.clip is None:
            self._pull(rate)
        elif self.l2:
            found = self._with_penalty(found)
        if self.clip is not None:
            found = _clipped(found, self.clip)
        self.optimiser.step(self.weights, found, rate)
        self._scores = None

    def _penalty(self) -> float:
        if not self.l2:
            return 0.0
        away = self.weights.coef - (0.0 if self.towards is None else self.towards.coef)
        total = float(np.vdot(away, away))
        if self.towards is not None:
            off = self.weights.intercept - self.towards.intercept
            total += float(np.vdot(off, off))
        return 0.5 * self.l2 * total

    def _pull(self, rate: float) -> None:
        """The penalty's share of a step, in place."""
        share = rate * self.l2
        self.weights.coef[...] *= 1 - share
        if self.towards is not None:
            self.weights.coef[...] += share * self.towards.coef
            self.weights.intercept[...] -= share * (self.weights.intercept - self.towards.intercept)

    def _with_penalty(self, found: Gradient) -> Gradient:
        coef = self.l2 * self.weights.coef
        intercept = found.intercept
        if self.towards is not None:
            coef -= self.l2 * self.towards.coef
            intercept = intercept + self.l2 * (self.weights.intercept - self.towards.intercept)
        if found.columns is None:
            coef += found.coef
        else:
            coef[found.columns] += found.coef
        return Gradient(coef, intercept)


def _clipped(found: Gradient, longest: float) -> Gradient:
    squares = np.vdot(found.coef, found.coef) + np.vdot(found.intercept, found.intercept)
    length = float(np.sqrt(squares))
    if length <= longest:
        return found
    share = longest / length
    return Gradient(found.coef * share, found.intercept * share, found.columns)
