"""Values by hand, and slopes against differences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.finetune.losses import LOSSES, HingeLoss, SoftmaxLoss, SquaredHingeLoss, SquaredLoss

SCORES = np.array([[2.0, 0.0], [0.5, 0.5]])
TARGETS = np.array([[1.0, 0.0], [0.0, 1.0]])


@pytest.mark.parametrize(
    ("loss", "rows"),
    [
        (SquaredLoss(), [0.5 * (1 + 0), 0.5 * (0.25 + 0.25)]),
        (SoftmaxLoss(), [np.log(1 + np.exp(-2)), np.log(2)]),
        (HingeLoss(), [0 + 1, 1.5 + 0.5]),
        (SquaredHingeLoss(), [0 + 1, 2.25 + 0.25]),
    ],
)
def test_by_hand(loss, rows):
    assert loss.value(SCORES, TARGETS) == pytest.approx(np.mean(rows))
    weights = np.array([3.0, 0.0])
    assert loss.value(SCORES, TARGETS, weights) == pytest.approx(3 * rows[0] / 2)


@pytest.mark.parametrize("name", sorted(LOSSES))
@given(seed=st.integers(0, 1000))
def test_the_slope_is_that_of_the_value(name, seed):
    loss = LOSSES[name]()
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(4, 3))
    targets = np.eye(3)[rng.integers(0, 3, 4)]
    weights = rng.random(4) + 0.1
    slope = loss.slope(scores, targets, weights)
    step = 1e-6
    for i, j in np.ndindex(*scores.shape):
        if name == "hinge" and abs(1 - abs(scores[i, j])) < 1e-5:
            continue  # no slope at the kink
        up, down = scores.copy(), scores.copy()
        up[i, j] += step
        down[i, j] -= step
        found = (loss.value(up, targets, weights) - loss.value(down, targets, weights)) / (2 * step)
        assert slope[i, j] == pytest.approx(found, abs=1e-6)


@pytest.mark.parametrize("name", ["squared", "softmax", "squared_hinge"])
@given(seed=st.integers(0, 1000))
def test_the_curvature_is_a_bound(name, seed):
    """The slope changes by at most curvature times the change of the scores."""
    loss = LOSSES[name]()
    rng = np.random.default_rng(seed)
    one, two = rng.normal(scale=3, size=(2, 1, 4))
    targets = np.eye(4)[rng.integers(0, 4, 1)]
    change = np.linalg.norm(loss.slope(one, targets) - loss.slope(two, targets))
    assert change <= loss.curvature * np.linalg.norm(one - two) + 1e-12
