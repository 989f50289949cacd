"""Scores: equal to scikit-learn's, to hand-made cases, honest about empty classes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from core.evaluate.intervals import proportion, wilson
from core.evaluate.metrics import confusion_matrix, log_losses, score
from core.evaluate.results import Interval


def sure(said: list[int], k: int) -> np.ndarray:
    return np.eye(k)[said]


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 6), st.integers(1, 60), st.integers(0, 10_000))
def test_equal_to_scikit_learn(k: int, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, k, n)
    proba = rng.dirichlet(np.ones(k), size=n)
    said = proba.argmax(axis=1)
    names = [f"c{i}" for i in range(k)]
    found = score(truth, proba, names, replicates=10)

    present = np.unique(truth)
    assert found.rows == n
    assert found.accuracy.value == pytest.approx(reference.accuracy_score(truth, said))
    precision, recall, f1, support = reference.precision_recall_fscore_support(
        truth, said, labels=present, zero_division=0
    )
    assert [c.name for c in found.per_class] == [names[c] for c in present]
    assert [c.support for c in found.per_class] == list(support)
    assert [c.precision.value for c in found.per_class] == pytest.approx(precision)
    assert [c.recall.value for c in found.per_class] == pytest.approx(recall)
    assert [c.f1.value for c in found.per_class] == pytest.approx(f1)
    assert found.macro_precision.value == pytest.approx(precision.mean())
    assert found.macro_recall.value == pytest.approx(recall.mean())
    assert found.balanced_accuracy == found.macro_recall
    assert found.macro_f1.value == pytest.approx(f1.mean())
    assert found.log_loss.value == pytest.approx(
        reference.log_loss(truth, proba, labels=np.arange(k))
    )
    assert (
        np.array(found.confusion) == reference.confusion_matrix(truth, said, labels=np.arange(k))
    ).all()
    for one in (found.macro_precision, found.macro_recall, found.macro_f1, found.log_loss):
        assert one.low is None or one.low <= one.value <= one.high


def test_by_hand() -> None:
    # truth a a a b b, said a a b b a
    found = score(np.array([0, 0, 0, 1, 1]), sure([0, 0, 1, 1, 0], 2), ["a", "b"])
    assert found.confusion == ((2, 1), (1, 1))
    a, b = found.per_class
    assert a.recall == proportion(2, 3)
    assert a.precision == proportion(2, 3)
    assert b.recall == proportion(1, 2)
    assert a.f1.value == pytest.approx(2 / 3)
    assert b.f1.value == pytest.approx(1 / 2)
    low, high = wilson(2, 4)  # 2 right of the 4 rows that are a or called a
    assert a.f1.low == pytest.approx(2 * low / (1 + low))
    assert a.f1.high == pytest.approx(2 * high / (1 + high))
    assert found.accuracy == proportion(3, 5)
    assert found.macro_f1.value == pytest.approx(7 / 12)


def test_log_loss_is_clipped() -> None:
    eps = np.finfo(float).eps
    losses = log_losses(np.array([0, 1]), np.array([[0.0, 1.0], [0.0, 1.0]]))
    assert losses == pytest.approx([-np.log(eps), eps])


def test_a_class_without_rows_is_left_out() -> None:
    found = score(np.array([0, 0, 2, 2]), sure([0, 1, 2, 2], 3), ["a", "b", "c"])
    assert [c.name for c in found.per_class] == ["a", "c"]
    assert found.macro_recall.value == pytest.approx(0.75)
    assert found.confusion == ((1, 1, 0), (0, 0, 0), (0, 0, 2))


def test_a_class_never_predicted_has_no_precision_interval() -> None:
    found = score(np.array([0, 0, 1]), sure([0, 0, 0], 2), ["a", "b"])
    assert found.per_class[1].precision == Interval(0.0)
    assert found.per_class[1].recall.low == 0.0
    assert found.macro_precision.high is not None
    assert found.macro_precision.high > found.macro_precision.value


def test_perfect_scores_do_not_claim_certainty() -> None:
    truth = np.repeat([0, 1, 2], 20)
    found = score(truth, sure(list(truth), 3), ["a", "b", "c"])
    for one in (
        found.accuracy,
        found.balanced_accuracy,
        found.macro_precision,
        found.macro_f1,
        found.per_class[0].f1,
    ):
        assert one.value == one.high == 1.0
        assert one.low is not None
        assert one.low < 0.99


def test_no_rows() -> None:
    found = score(np.zeros(0, int), np.zeros((0, 2)), ["a", "b"])
    assert found.rows == 0
    assert found.accuracy == Interval(0.0)
    assert found.per_class == ()
    assert found.confusion == ((0, 0), (0, 0))


def test_ties_go_to_the_first_class() -> None:
    found = score(np.array([0, 1]), np.full((2, 2), 0.5), ["a", "b"])
    assert found.confusion == ((1, 0), (1, 0))


def test_confusion_matrix_of_small_integers() -> None:
    truth = np.array([19, 0], dtype=np.int8)  # 19 * 20 does not fit eight bits
    assert confusion_matrix(truth, truth, 20)[19, 19] == 1


def test_the_bootstrap_covers_macro_f1() -> None:
    """Over 200 samples from a known confusion, 95 % intervals miss about ten times."""
    rng = np.random.default_rng(11)
    rates = np.array([[0.7, 0.2, 0.1], [0.15, 0.75, 0.1], [0.25, 0.15, 0.6]]) / 3
    right, truth, said = rates.diagonal(), rates.sum(axis=1), rates.sum(axis=0)
    true_f1 = (2 * right / (truth + said)).mean()
    misses = 0
    for seed in range(200):
        counts = rng.multinomial(150, rates.ravel())
        cells = np.repeat(np.arange(9), counts)
        found = score(cells // 3, sure(list(cells % 3), 3), "abc", replicates=200, seed=seed)
        assert found.macro_f1.low is not None
        assert found.macro_f1.high is not None
        misses += not found.macro_f1.low <= true_f1 <= found.macro_f1.high
    # a binomial of 200 at 5 % exceeds 20 in 1 of 500 cases and falls to 1 in 1 of 2,000
    assert 1 < misses <= 20
