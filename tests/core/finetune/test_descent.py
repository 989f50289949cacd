from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from core.finetune.descent import Descent
from core.finetune.losses import SquaredLoss
from core.finetune.rates import largest_curvature
from core.finetune.weights import Weights, gradient, one_hot

X2 = np.array([[1.0, 2.0], [3.0, 4.0]])
Y2 = np.eye(2)


def some_rows(n=40, d=5, k=3, seed=0):
    rng = np.random.default_rng(seed)
    codes = np.arange(n) % k
    return rng.standard_normal((n, d)) + codes[:, None], one_hot(codes, k), codes


def test_one_step_by_hand():
    # ŷ = 0, so ∂L/∂ŷ = (0 − y)/2; ∂L/∂W = Xᵀ(−y/2) = −Xᵀ/2, ∂L/∂b = (−1/2, −1/2)
    descent = Descent(X2, Y2, rate=0.1)
    descent.advance()
    np.testing.assert_allclose(descent.weights.coef, [[0.05, 0.15], [0.1, 0.2]], rtol=1e-15)
    np.testing.assert_allclose(descent.weights.intercept, [0.05, 0.05], rtol=1e-15)
    assert descent.passes == 1


def test_the_second_step_by_hand():
    # ŷ = X W + b = [[.3, .6], [.6, 1.3]] with the weights above, each plus nothing else
    descent = Descent(X2, Y2, rate=0.1)
    descent.advance()
    scores = np.array([[0.05 + 0.2 + 0.05, 0.15 + 0.4 + 0.05], [0.15 + 0.4 + 0.05, 1.3]])
    np.testing.assert_allclose(descent.scores, scores, rtol=1e-14)
    slope = (scores - Y2) / 2
    expected = np.array([[0.05, 0.15], [0.1, 0.2]]) - 0.1 * X2.T @ slope
    descent.advance()
    np.testing.assert_allclose(descent.weights.coef, expected, rtol=1e-14)


def test_the_loss_is_half_the_mean_squared_length():
    loss = SquaredLoss()
    assert loss.value(np.zeros((2, 2)), Y2) == 0.5
    assert loss.value(np.array([[2.0, 0.0], [0.0, 1.0]]), Y2) == 0.25


def test_the_gradient_is_that_of_the_loss():
    X, targets, _ = some_rows(n=7)
    rng = np.random.default_rng(1)
    weights = Weights(rng.standard_normal((5, 3)), rng.standard_normal(3))
    loss = SquaredLoss()
    found = gradient(X, loss.slope(weights.scores(X), targets))
    small = 1e-6
    for name in ("coef", "intercept"):
        numbers, derived = getattr(weights, name), getattr(found, name)
        for place in np.ndindex(numbers.shape):
            kept = numbers[place]
            numbers[place] = kept + small
            above = loss.value(weights.scores(X), targets)
            numbers[place] = kept - small
            below = loss.value(weights.scores(X), targets)
            numbers[place] = kept
            assert derived[place] == pytest.approx((above - below) / (2 * small), abs=1e-7)


def test_ends_at_the_least_squares_solution():
    X, targets, _ = some_rows()
    descent = Descent(X, targets, rate=1 / largest_curvature(X))
    for _ in range(3000):
        descent.advance()
    ones = np.hstack([X, np.ones((len(X), 1))])
    solution = np.linalg.lstsq(ones, targets, rcond=None)[0]
    np.testing.assert_allclose(descent.weights.coef, solution[:-1], atol=1e-6)
    np.testing.assert_allclose(descent.weights.intercept, solution[-1], atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 10_000), st.integers(2, 20), st.integers(1, 6), st.floats(0.05, 0.99), st.data()
)
def test_the_loss_falls_at_any_rate_below_the_bound(seed, n, d, share, data):
    scale = data.draw(st.sampled_from([0.01, 1.0, 50.0]))
    rng = np.random.default_rng(seed)
    X = scale * rng.standard_normal((n, d))
    targets = one_hot(rng.integers(0, 3, n), 3)
    exact = np.linalg.norm(np.hstack([X, np.ones((n, 1))]), 2) ** 2 / n
    descent = Descent(X, targets, rate=share * 2 / exact)
    before = descent.loss.value(descent.scores, targets)
    for _ in range(20):
        descent.advance()
        now = descent.loss.value(descent.scores, targets)
        assert now <= before + 1e-12
        before = now


def test_the_loss_grows_above_the_bound():
    X, targets, _ = some_rows()
    exact = np.linalg.norm(np.hstack([X, np.ones((len(X), 1))]), 2) ** 2 / len(X)
    descent = Descent(X, targets, rate=1.05 * 2 / exact)
    for _ in range(100):
        descent.advance()
    assert descent.loss.value(descent.scores, targets) > 1


@pytest.mark.parametrize("batch_size", [None, 7])
def test_sparse_rows_go_the_way_of_dense_ones(batch_size):
    X, targets, codes = some_rows(d=12)
    X[X < 1] = 0  # most batches now miss some column
    dense = Descent(X, targets, rate=0.01, batch_size=batch_size, spread=codes)
    thin = Descent(sparse.csr_matrix(X), targets, rate=0.01, batch_size=batch_size, spread=codes)
    for _ in range(5):
        dense.advance()
        thin.advance()
    np.testing.assert_allclose(thin.weights.coef, dense.weights.coef, rtol=1e-12)
    np.testing.assert_allclose(thin.weights.intercept, dense.weights.intercept, rtol=1e-12)


def test_a_sparse_gradient_names_the_columns_it_is_about():
    X = sparse.csr_matrix(np.array([[0.0, 2.0, 0.0, 1.0], [0.0, 0.0, 0.0, 3.0]]))
    found = gradient(X, np.array([[1.0, 0.0], [0.0, 1.0]]))
    assert found.columns.tolist() == [1, 3]
    assert found.coef.tolist() == [[2, 0], [1, 3]]
    assert found.intercept.tolist() == [1, 1]


def test_each_pass_sees_every_row_once_in_an_order_of_its_own():
    X, targets, codes = some_rows()
    descent = Descent(X, targets, rate=0.0, batch_size=7, spread=codes, seed=1)
    orders = []
    for _ in range(3):
        orders.append(descent.order().tolist())
        descent.advance()
    assert all(sorted(order) == list(range(40)) for order in orders)
    assert len({tuple(order) for order in orders}) == 3


def test_batches_hold_the_classes_in_their_shares():
    codes = np.array([0] * 60 + [1] * 30)
    descent = Descent(np.zeros((90, 1)), one_hot(codes, 2), rate=0.0, batch_size=9, spread=codes)
    dealt = codes[descent.order()].reshape(10, 9)
    # 6 and 3 a batch, give or take the one row that falls on either side of each border
    assert set(dealt.sum(axis=1)) <= {2, 3, 4}


def test_the_seed_decides_the_batches():
    X, targets, codes = some_rows()

    def learned(seed, spread):
        descent = Descent(X, targets, rate=0.01, batch_size=7, spread=spread, seed=seed)
        descent.advance()
        return descent.weights.coef

    for spread in (None, codes):
        np.testing.assert_array_equal(learned(1, spread), learned(1, spread))
        assert not np.allclose(learned(1, spread), learned(2, spread), rtol=1e-6)


def test_carries_on_where_another_was_halted():
    X, targets, codes = some_rows()
    whole = Descent(X, targets, rate=0.01, batch_size=7, spread=codes, seed=5)
    for _ in range(4):
        whole.advance()
    first = Descent(X, targets, rate=0.01, batch_size=7, spread=codes, seed=5)
    first.advance()
    first.advance()
    second = Descent(X, targets, rate=0.01, batch_size=7, spread=codes, seed=5, start=first.weights)
    second.passes = first.passes
    second.advance()
    second.advance()
    np.testing.assert_array_equal(second.weights.coef, whole.weights.coef)
    assert first.weights.coef is not second.weights.coef


def test_says_when_a_step_is_done():
    X, targets, _ = some_rows()
    steps = []
    Descent(X, targets, rate=0.01, batch_size=7).advance(lambda: steps.append(1))
    assert len(steps) == 6
    Descent(X, targets, rate=0.01).advance(lambda: steps.append(1))
    assert len(steps) == 7
