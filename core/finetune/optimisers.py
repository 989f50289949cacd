"""What a step of gradient descent does with a gradient.

Each keeps its own memory, which :meth:`state` gives and :meth:`load_state` takes, so that a
halted training goes on exactly where it was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from core.finetune import step_kernels
from core.finetune.weights import Gradient, Weights
from core.types import Floats, Ints, State


class Optimiser(Protocol):
    """What a step does with a gradient.

    ``additive`` says that a step by the sum of two gradients is the sum of two steps: a penalty
    may then be applied apart from the loss, which keeps sparse steps sparse.
    """

    @property
    def additive(self) -> bool:
        """Whether steps add up."""
        ...

    def step(self, weights: Weights, gradient: Gradient, rate: float) -> None:
        """Change ``weights`` in place."""
        ...

    def state(self) -> State:
        """Its memory, as plain arrays and numbers."""
        ...

    def load_state(self, state: State) -> None:
        """Take over the memory of another."""
        ...


class PlainSteps:
    """W ← W − α ∂L/∂W (gradient descent: Cauchy 1847; on mini-batches: Robbins & Monro 1951)."""

    additive = True

    def step(self, weights: Weights, gradient: Gradient, rate: float) -> None:
        """See :class:`Optimiser`."""
        if gradient.columns is None:
            weights.coef[...] -= rate * gradient.coef
        else:
            weights.coef[gradient.columns] -= rate * gradient.coef
        weights.intercept[...] -= rate * gradient.intercept

    def state(self) -> State:
        """It remembers nothing."""
        return {}

    def load_state(self, state: State) -> None:
        """It remembers nothing."""


class _Remembering:
    """Keeps arrays of the shape of the weights, made at the first step."""

    additive = False
    _names: tuple[str, ...] = ()

    def __init__(self) -> None:
        self._steps = 0
        self._memory: dict[str, tuple[Floats, Floats]] = {}

    def _of(self, name: str, weights: Weights) -> tuple[Floats, Floats]:
        if name not in self._memory:
            self._memory[name] = (np.zeros_like(weights.coef), np.zeros_like(weights.intercept))
        return self._memory[name]

    def state(self) -> State:
        """Its memory, as plain arrays and numbers."""
        kept: dict[str, Any] = {"steps": self._steps}
        for name, (coef, intercept) in self._memory.items():
            kept[f"{name}_coef"], kept[f"{name}_intercept"] = coef.copy(), intercept.copy()
        return kept

    def load_state(self, state: State) -> None:
        """Take over the memory of another."""
        self._steps = int(state.get("steps", 0))
        self._memory = {
            name: (state[f"{name}_coef"].copy(), state[f"{name}_intercept"].copy())
            for name in self._names
            if f"{name}_coef" in state
        }


def _walked(weights: Weights, gradient: Gradient) -> Ints | None:
    """The columns of a sparse step on so many weights that one walk pays; None where not."""
    return gradient.columns if weights.coef.size >= step_kernels.MANY else None


class Momentum(_Remembering):
    """v ← μ v + ∂L/∂W, W ← W − α v (Polyak 1964, the heavy ball)."""

    _names = ("speed",)

    def __init__(self, momentum: float = 0.9) -> None:
        super().__init__()
        self.momentum = momentum

    def step(self, weights: Weights, gradient: Gradient, rate: float) -> None:
        """See :class:`Optimiser`."""
        self._steps += 1
        coef, intercept = self._of("speed", weights)
        intercept *= self.momentum
        intercept += gradient.intercept
        weights.intercept[...] -= rate * intercept
        if (columns := _walked(weights, gradient)) is not None:
            step_kernels.momentum(
                *(weights.coef, coef, columns, gradient.coef),
                keep=self.momentum,
                rate=rate,
            )
            return
        coef *= self.momentum
        if gradient.columns is None:
            coef += gradient.coef
        else:
            coef[gradient.columns] += gradient.coef
        weights.coef[...] -= rate * coef


class AdaGrad(_Remembering):
    """W ← W − α g / √Σg²: rare columns take larger steps (Duchi, Hazan & Singer 2011)."""

    _names = ("squares",)

    def __init__(self, epsilon: float = 1e-8) -> None:
        super().__init__()
        self.epsilon = epsilon

    def step(self, weights: Weights, gradient: Gradient, rate: float) -> None:
        """See :class:`Optimiser`."""
        self._steps += 1
        coef, intercept = self._of("squares", weights)
        intercept += gradient.intercept**2
        weights.intercept[...] -= rate * gradient.intercept / (np.sqrt(intercept) + self.epsilon)
        if (columns := _walked(weights, gradient)) is not None:
            step_kernels.adagrad(
                *(weights.coef, coef, columns, gradient.coef),
                rate=rate,
                least=self.epsilon,
            )
            return
        at: Any = slice(None) if gradient.columns is None else gradient.columns
        coef[at] += gradient.coef**2
        weights.coef[at] -= rate * gradient.coef / (np.sqrt(coef[at]) + self.epsilon)


class Adam(_Remembering):
    """Steps by the running mean of gradients over the root of that of their squares.

    Kingma & Ba 2015, Adam: a method for stochastic optimization, with its bias correction.
    """

    _names = ("mean", "square")

    def __init__(self, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8) -> None:
        super().__init__()
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon

    def step(self, weights: Weights, gradient: Gradient, rate: float) -> None:
        """See :class:`Optimiser`."""
        self._steps += 1
        mean, square = self._of("mean", weights), self._of("square", weights)
        at: Any = slice(None) if gradient.columns is None else gradient.columns
        # the root of the corrected mean of squares, and the corrected mean, in one factor each
        first = 1 - self.beta1**self._steps
        second = 1 - self.beta2**self._steps
        left = [(1, weights.intercept, gradient.intercept, slice(None))]
        if (columns := _walked(weights, gradient)) is None:
            left.append((0, weights.coef, gradient.coef, at))
        else:
            step_kernels.adam(
                *(weights.coef, mean[0], square[0], columns, gradient.coef),
                beta1=self.beta1,
                beta2=self.beta2,
                rate=rate / first,
                second=second,
                least=self.epsilon,
            )
        for place, values, derivative, where in left:
            m, v = mean[place], square[place]
            m *= self.beta1
            v *= self.beta2
            m[where] += (1 - self.beta1) * derivative
            v[where] += (1 - self.beta2) * derivative**2
            values[...] -= (rate / first) * m / (np.sqrt(v / second) + self.epsilon)


#: The optimisers by name; each is made afresh for a training.
OPTIMISERS: dict[str, Callable[[], Optimiser]] = {
    "plain": PlainSteps,
    "momentum": Momentum,
    "adagrad": AdaGrad,
    "adam": Adam,
}
