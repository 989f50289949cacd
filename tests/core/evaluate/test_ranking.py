"""ROC and precision–recall: by hand, against scikit-learn, and how honest the intervals are."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

from core.evaluate import ranking
from core.evaluate.ranking import newcombe, rank_class, rankings

POSITIVE = np.array([True, False, True, True, False])
SCORES = np.array([0.9, 0.8, 0.7, 0.7, 0.1])


def test_by_hand() -> None:
    found = rank_class(POSITIVE, SCORES, "a")
    assert (found.positives, found.rows, found.share) == (3, 5, 0.6)
    # pairs in order: 0.9 beats both others, each 0.7 beats 0.1 alone
    assert found.auc is not None
    assert found.auc.value == pytest.approx(4 / 6)
    # precision 1 at the first row, 3/4 at the two that are level
    assert found.average_precision is not None
    assert found.average_precision.value == pytest.approx(1 / 3 + 2 / 3 * 3 / 4)
    assert found.roc is not None
    assert found.roc.x == (0, 0, 0.5, 0.5, 1)
    assert found.roc.y == pytest.approx((0, 1 / 3, 1 / 3, 1, 1))
    assert found.roc.thresholds == (np.inf, 0.9, 0.8, 0.7, 0.1)
    assert found.precision_recall is not None
    assert found.precision_recall.x == pytest.approx((1 / 3, 1 / 3, 1, 1))
    assert found.precision_recall.y == pytest.approx((1, 0.5, 0.75, 0.6))


@given(
    hnp.arrays(bool, 40),
    hnp.arrays(float, 40, elements=st.sampled_from([i / 8 for i in range(9)])),
)
@settings(max_examples=30)
def test_as_scikit_learn(positive: Any, scores: Any) -> None:
    found = rank_class(positive, scores, "a")
    if positive.all() or not positive.any():
        assert found.auc is None
        assert found.average_precision is None
        assert found.roc is None
        return
    for interval, value in (
        (found.auc, roc_auc_score(positive, scores)),
        (found.average_precision, average_precision_score(positive, scores)),
    ):
        assert interval is not None
        assert interval.value == pytest.approx(value)
        assert interval.low is not None
        assert interval.high is not None
        assert 0 <= interval.low <= interval.value <= interval.high <= 1
    precision, recall, _ = precision_recall_curve(positive, scores)
    assert found.precision_recall is not None
    assert found.precision_recall.x == pytest.approx(recall[:-1][::-1])
    assert found.precision_recall.y == pytest.approx(precision[:-1][::-1])


def test_a_perfect_ranking_of_few_rows_is_no_certainty() -> None:
    positive = np.arange(20) < 5
    found = rank_class(positive, np.linspace(1, 0, 20), "a")
    for interval in (found.auc, found.average_precision):
        assert interval is not None
        assert interval.value == 1
        assert interval.low is not None
        assert interval.low < 0.9
        assert interval.high == 1


def test_newcombe_solves_its_equation() -> None:
    low, high = newcombe(0.8, 10, 30)
    for theta in (low, high):
        spread = 1 + 19 * (1 - theta) / (2 - theta) + 19 * theta / (1 + theta)
        error = np.sqrt(theta * (1 - theta) * spread / 300)
        assert abs(0.8 - theta) == pytest.approx(1.959964 * error, abs=1e-3)
    assert newcombe(0.0, 3, 3)[0] == 0


def test_many_rows_are_put_into_cells_without_moving_the_interval() -> None:
    rng = np.random.default_rng(0)
    positive = rng.random(4_000) < 0.3
    scores = rng.normal(size=4_000) + positive
    found = rank_class(positive, scores, "a").auc
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    # Hanley and McNeil's standard error, for a binormal model close to the truth
    a, yes, no = found.value, positive.sum(), (~positive).sum()
    q1, q2 = a / (2 - a), 2 * a * a / (1 + a)
    error = np.sqrt((a * (1 - a) + (yes - 1) * (q1 - a * a) + (no - 1) * (q2 - a * a)) / yes / no)
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * error, rel=0.25)


def test_long_curves_are_thinned_between_their_ends() -> None:
    rng = np.random.default_rng(0)
    positive = rng.random(5_000) < 0.5
    found = rank_class(positive, rng.random(5_000) + 0.3 * positive, "a")
    for curve in (found.roc, found.precision_recall):
        assert curve is not None
        assert len(curve.x) <= ranking.POINTS + 2
        assert list(curve.x) == sorted(curve.x)
    assert found.roc is not None
    assert (found.roc.x[0], found.roc.y[0], found.roc.x[-1], found.roc.y[-1]) == (0, 0, 1, 1)


def test_all_classes_and_their_mean() -> None:
    truth = np.array([0, 0, 1, 1])
    proba = np.array([[0.9, 0.1, 0], [0.4, 0.6, 0], [0.6, 0.4, 0], [0.2, 0.8, 0]])
    found = rankings(truth, proba, ["a", "b", "never"])
    assert [one.name for one in found.classes] == ["a", "b", "never"]
    assert found.classes[2].auc is None
    expected = np.mean(
        [
            np.mean([proba[i, c] > proba[j, c] for i, j in itertools.product(own, rest)])
            for c, own, rest in ((0, (0, 1), (2, 3)), (1, (2, 3), (0, 1)))
        ]
    )
    assert found.macro_auc is not None
    assert found.macro_auc.value == pytest.approx(expected)
    assert found.macro_average_precision is not None
    none = rankings(np.zeros(3, int), np.ones((3, 1)), ["only"])
    assert none.macro_auc is None
