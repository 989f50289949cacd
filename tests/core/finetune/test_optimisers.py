"""Two steps of each by hand; sparse gradients; going on from a kept memory."""

from __future__ import annotations

import numpy as np
import pytest

from core.finetune import step_kernels
from core.finetune.optimisers import OPTIMISERS, AdaGrad, Adam, Momentum, PlainSteps
from core.finetune.weights import Gradient, Weights


def _start() -> Weights:
    return Weights(np.array([[1.0], [2.0]]), np.array([0.5]))


FIRST = Gradient(np.array([[4.0], [0.0]]), np.array([1.0]))
SECOND = Gradient(np.array([[1.0], [-2.0]]), np.array([1.0]))


@pytest.mark.parametrize(
    ("optimiser", "coef", "intercept"),
    [
        (PlainSteps(), [1 - 0.1 * 4 - 0.1 * 1, 2 + 0.1 * 2], 0.5 - 0.2),
        # speeds: 4, then 0.5 * 4 + 1 = 3; 0, then -2; 1, then 1.5
        (Momentum(0.5), [1 - 0.1 * 4 - 0.1 * 3, 2 + 0.1 * 2], 0.5 - 0.1 - 0.15),
        (
            AdaGrad(0),
            [1 - 0.1 - 0.1 / np.sqrt(17), 2 + 0.1],
            0.5 - 0.1 - 0.1 / np.sqrt(2),
        ),
    ],
)
def test_two_steps_by_hand(optimiser, coef, intercept):
    weights = _start()
    with np.errstate(invalid="ignore"):  # 0 / 0 where nothing was seen and nothing guards it
        optimiser.step(weights, FIRST, 0.1)
        weights.coef[np.isnan(weights.coef)] = 2.0
        optimiser.step(weights, SECOND, 0.1)
    np.testing.assert_allclose(weights.coef[:, 0], coef)
    np.testing.assert_allclose(weights.intercept, [intercept])


def test_adam_by_hand():
    weights, optimiser = _start(), Adam(0.9, 0.99, 0.0)
    with np.errstate(invalid="ignore"):
        optimiser.step(weights, FIRST, 0.1)
    # the first step is the rate times the sign of the gradient
    assert weights.coef[0, 0] == pytest.approx(0.9)
    assert weights.intercept[0] == pytest.approx(0.4)
    weights.coef[1, 0] = 2.0
    optimiser.step(weights, SECOND, 0.1)
    mean = (0.9 * 0.1 * 4 + 0.1 * 1) / (1 - 0.81)
    square = (0.99 * 0.01 * 16 + 0.01 * 1) / (1 - 0.9801)
    assert weights.coef[0, 0] == pytest.approx(0.9 - 0.1 * mean / np.sqrt(square))


@pytest.mark.parametrize("name", sorted(OPTIMISERS))
def test_a_sparse_gradient_is_as_good_as_a_dense_one(name):
    dense, sparse = _start(), _start()
    one, two = OPTIMISERS[name](), OPTIMISERS[name]()
    for value in (3.0, -1.0, 2.0):
        full = Gradient(np.array([[0.0], [value]]), np.array([value]))
        part = Gradient(np.array([[value]]), np.array([value]), np.array([1]))
        one.step(dense, full, 0.1)
        two.step(sparse, part, 0.1)
    np.testing.assert_allclose(dense.coef, sparse.coef)
    np.testing.assert_allclose(dense.intercept, sparse.intercept)


@pytest.mark.parametrize("name", sorted(OPTIMISERS))
def test_goes_on_from_its_memory(name):
    whole, halted = _start(), _start()
    one, two = OPTIMISERS[name](), OPTIMISERS[name]()
    for gradient in (FIRST, SECOND, FIRST):
        one.step(whole, gradient, 0.1)
    two.step(halted, FIRST, 0.1)
    fresh = OPTIMISERS[name]()
    fresh.load_state(two.state())
    for gradient in (SECOND, FIRST):
        fresh.step(halted, gradient, 0.1)
    np.testing.assert_array_equal(whole.coef, halted.coef)
    np.testing.assert_array_equal(whole.intercept, halted.intercept)


@pytest.mark.parametrize("name", ["momentum", "adagrad", "adam"])
def test_many_weights_are_stepped_alike(name, monkeypatch):
    rng = np.random.default_rng(0)
    start = Weights(rng.normal(size=(50, 3)), rng.normal(size=3))
    ends = []
    for many in (0, 10**9):
        monkeypatch.setattr(step_kernels, "MANY", many)
        draws, weights, optimiser = np.random.default_rng(1), start.copy(), OPTIMISERS[name]()
        for _ in range(5):
            columns = np.flatnonzero(draws.random(50) < 0.3)
            slope = draws.normal(size=(len(columns), 3))
            optimiser.step(weights, Gradient(slope, slope.sum(axis=0), columns), 0.1)
        nothing = np.empty(0, dtype=np.int64)
        optimiser.step(weights, Gradient(np.empty((0, 3)), np.zeros(3), nothing), 0.1)
        ends.append((weights, optimiser.state()))
    (one, kept), (two, other) = ends
    np.testing.assert_allclose(one.coef, two.coef, rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(one.intercept, two.intercept)
    for key in kept:
        np.testing.assert_allclose(kept[key], other[key], rtol=1e-12, atol=1e-14)
