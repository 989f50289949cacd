"""Thresholds by cost: chosen on held-out rows alone, counted on the test rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.errors import BadParam
from core.evaluate import threshold
from core.evaluate.threshold import Count, choose, cost_curve, count, effect, said_with
from core.evaluate.validation import Validation

SHARES = st.sampled_from([0.0, 0.1, 0.2, 0.35, 0.5, 0.8, 1.0])


def test_the_class_is_said_from_its_threshold_on() -> None:
    proba = np.array([[0.3, 0.5, 0.2], [0.2, 0.4, 0.4], [0.9, 0.1, 0.0], [0.3, 0.3, 0.4]])
    assert said_with(proba, 0, 0.3).tolist() == [0, 1, 0, 0]
    assert said_with(proba, 0, 0.95).tolist() == [1, 1, 1, 2]
    assert said_with(proba, 0, 0.0).tolist() == [0, 0, 0, 0]


def test_mistakes_about_one_class() -> None:
    labels, said = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 0, 1, 1])
    found = count(labels, said, 0)
    assert found == Count(rows=5, positives=2, missed=1, false_alarms=1, right=2)
    assert found.cost(5) == 6


def test_a_dear_miss_lowers_the_threshold() -> None:
    labels = np.array([0, 0, 1, 1])
    scores = np.array([0.9, 0.2, 0.6, 0.1])
    # taking 0.2 costs one false alarm (0.6); not taking it costs one miss
    assert 0.1 < choose(labels, scores, 0, 5) <= 0.2
    assert 0.6 < choose(labels, scores, 0, 0.5) <= 0.9
    # between 0.1 and 0.2 lies the one for exact probabilities
    assert choose(labels, scores, 0, 5) == pytest.approx(1 / 6)


@given(
    hnp.arrays(int, 12, elements=st.integers(0, 2)),
    hnp.arrays(float, 12, elements=SHARES),
    st.sampled_from([0.1, 1.0, 5.0, 50.0]),
)
@settings(max_examples=80)
def test_no_other_threshold_is_cheaper(labels: Any, scores: Any, miss_cost: float) -> None:
    chosen = choose(labels, scores, 0, miss_cost)

    def cost(at: float) -> float:
        called = scores >= at
        return float(miss_cost * ((labels == 0) & ~called).sum() + ((labels != 0) & called).sum())

    others = [cost(at) for at in (0.0, 0.05, 0.15, 0.3, 0.4, 0.6, 0.9, 1.0, 1.1)]
    assert cost(chosen) == pytest.approx(min(others))


@pytest.mark.parametrize("cost", [0.0, -1.0, 1e9, float("nan")])
def test_a_cost_out_of_range(cost: float) -> None:
    with pytest.raises(BadParam, match="cannot cost"):
        choose(np.array([0, 1]), np.array([0.5, 0.5]), 0, cost)


def two_classes(n: int, seed: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    share = rng.beta(0.6, 2, n)
    return (rng.random(n) >= share).astype(int), np.column_stack([share, 1 - share])


def test_the_effect_is_counted_on_test_rows() -> None:
    labels, proba = two_classes(400, 0)
    truth, test = two_classes(2_000, 1)
    found = effect(Validation(np.arange(400), labels, proba), truth, test, 0, miss_cost=5)
    assert found.in_theory == pytest.approx(1 / 6)
    # exact probabilities: what is best on many rows is about what theory says
    assert found.threshold == pytest.approx(1 / 6, abs=0.08)
    before = count(truth, test.argmax(axis=1), 0)
    after = count(truth, said_with(test, 0, found.threshold), 0)
    assert (found.likeliest, found.with_threshold) == (before, after)
    assert found.saved.value == pytest.approx((before.cost(5) - after.cost(5)) / 2)
    assert found.saved.low is not None
    assert found.saved.low > 0
    assert found.likeliest_held_out.positives == (labels == 0).sum()
    assert not found.few


def test_the_test_rows_have_no_say_in_it() -> None:
    labels, proba = two_classes(100, 0)
    held_out = Validation(np.arange(100), labels, proba)
    truth, test = two_classes(300, 1)
    one = effect(held_out, truth, test, 0, miss_cost=5)
    other = effect(held_out, 1 - truth, test[:, ::-1], 0, miss_cost=5)
    assert one.threshold == other.threshold
    assert one.saved != other.saved


def test_no_difference_seen_is_no_certainty_and_few_rows_are_said() -> None:
    labels, proba = np.array([0, 1]), np.array([[0.9, 0.1], [0.1, 0.9]])
    held_out = Validation(np.arange(2), labels, proba)
    found = effect(held_out, labels, proba, 0, miss_cost=1)
    assert found.saved.value == 0
    assert found.saved.low is not None
    assert found.saved.high is not None
    assert found.saved.low < 0 < found.saved.high
    assert found.few
    assert threshold.FEW == 20
    empty = effect(held_out, labels[:0], proba[:0], 0, miss_cost=1)
    assert empty.saved.value == 0


def test_cost_at_each_threshold() -> None:
    labels, scores = np.array([0, 0, 1, 1]), np.array([0.9, 0.2, 0.6, 0.1])
    at = np.array([0.0, 0.2, 0.5, 1.0])
    # false alarms 2, 1, 1, 0; missed 0, 0, 1, 2
    assert cost_curve(labels, scores, 0, 3, at) == pytest.approx([500, 250, 1000, 1500])
