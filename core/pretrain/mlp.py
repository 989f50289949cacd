"""The engine of the autoencoder: scikit-learn's MLP, with a bottleneck that is not bent.

Loaded only when something learns: it brings much of scikit-learn with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.neural_network import MLPRegressor
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer
from sklearn.utils import check_random_state

from core.errors import BadModelFile
from core.pretrain.rows import numbers, part
from core.types import Floats, State


class Network(MLPRegressor):  # type: ignore[misc]
    """An ``MLPRegressor`` of ReLU layers whose middle layer is linear.

    scikit-learn bends every hidden layer alike, and a bottleneck of ReLUs loses half of each
    axis. Gradients, Adam and mini-batches are scikit-learn's, in float32. :meth:`begin` makes it
    ready for ``partial_fit`` without learning yet, so that weights can be put in first.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int
        An odd number of layers; the middle one is the bottleneck.
    batch_size : int
        Rows of a step.
    learning_rate_init : float
        Size of the first steps.
    random_state : int or None
        For the first weights.
    """

    batch_size: int

    def __init__(
        self,
        hidden_layer_sizes: tuple[int, ...] = (32,),
        *,
        batch_size: int = 256,
        learning_rate_init: float = 0.001,
        random_state: int | None = None,
    ) -> None:
        super().__init__(
            hidden_layer_sizes=hidden_layer_sizes,
            batch_size=batch_size,
            learning_rate_init=learning_rate_init,
            random_state=random_state,
            alpha=0.0,
            shuffle=False,  # rows come in an order that is drawn anew for each pass
            n_iter_no_change=np.inf,
        )

    def begin(self, columns: int) -> Network:
        """Draw the first weights for rows of that many values."""
        sizes = [columns, *self.hidden_layer_sizes, columns]
        self._random_state = check_random_state(self.random_state)
        self._initialize(np.empty((1, columns), dtype=np.float32), sizes, np.float32)
        self._optimizer = AdamOptimizer(self.weights, self.learning_rate_init)
        self.n_features_in_ = columns
        return self

    @property
    def weights(self) -> list[Floats]:
        """All weights, then all intercepts; changed in place as it learns."""
        return [*self.coefs_, *self.intercepts_]

    def put(self, weights: Sequence[Floats]) -> None:
        """Overwrite all weights."""
        for mine, new in zip(self.weights, weights, strict=True):
            mine[:] = new

    def learn(self, noisy: Floats, rows: Floats, rate: float) -> float:
        """One pass over these rows in mini-batches; their mean squared error on the way."""
        self._optimizer.learning_rate_init = rate
        whole = self.batch_size
        self.batch_size = min(whole, len(rows))
        try:
            # one column must be flat, or it is taken for a mistake
            self.partial_fit(noisy, rows.ravel() if rows.shape[1] == 1 else rows)
        finally:
            self.batch_size = whole
        return 2 * float(self.loss_)  # scikit-learn halves it

    def give_back(self, rows: Floats) -> Floats:
        """What the network makes of rows."""
        layers: list[Any] = [rows] + [None] * len(self.coefs_)
        given: Floats = self._forward_pass(layers)[-1]
        return given

    def _forward_pass_fast(self, X: Floats, check_input: bool = True) -> Floats:
        return self.give_back(X)  # so that ``predict`` is of the same network

    def _forward_pass(self, activations: list[Any]) -> list[Any]:
        middle = len(self.hidden_layer_sizes) // 2 + 1
        last = len(self.coefs_)
        for layer, (weights, intercept) in enumerate(
            zip(self.coefs_, self.intercepts_, strict=True), start=1
        ):
            values = activations[layer - 1] @ weights
            values += intercept
            # scikit-learn takes the slope of a ReLU for 1 wherever its value is not 0, which
            # is right for a linear layer too
            if layer not in (middle, last):
                np.maximum(values, 0, out=values)
            activations[layer] = values
        return activations

    def moments(self) -> State:
        """Weights and what Adam remembers, from which learning goes on exactly."""
        adam = self._optimizer
        return {
            "steps": int(adam.t),
            "weights": _numbered(self.weights),
            "first": _numbered(adam.ms),
            "second": _numbered(adam.vs),
        }

    def take_moments(self, state: State) -> None:
        """Go on from what another kept.

        Raises
        ------
        BadModelFile
            When it does not fit this network.
        """
        shapes = [mine.shape for mine in self.weights]
        weights, first, second = (
            [numbers(part(state, name, dict), str(i), shape) for i, shape in enumerate(shapes)]
            for name in ("weights", "first", "second")
        )
        steps = part(state, "steps", int)
        if steps < 0:
            raise BadModelFile("This model cannot be used: its number of steps is damaged.")
        self.put(weights)
        # copies: what was read belongs to whoever keeps it
        self._optimizer.t = steps
        self._optimizer.ms = [array.copy() for array in first]
        self._optimizer.vs = [array.copy() for array in second]


def _numbered(arrays: Sequence[Floats]) -> State:
    return {str(i): array.copy() for i, array in enumerate(arrays)}
