"""Budgets, points, and labels saved, on curves small enough to read."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.evaluate import curve as module
from core.evaluate.curve import budgets, curve_point, in_order, labels_saved
from core.evaluate.results import CurvePoint, Interval


def labels(*sizes: int) -> np.ndarray:
    return np.repeat(np.arange(len(sizes)), sizes)


@pytest.mark.parametrize(
    ("sizes", "own", "expected"),
    [
        ((100, 100), 5, [5, 1, 2, 10, 20, 50, None]),
        ((100, 100), 7, [7, 1, 2, 5, 10, 20, 50, None]),
        ((100, 100), None, [None, 1, 2, 5, 10, 20, 50]),
        ((12, 12), 5, [5, 1, 2, 10, None]),
        ((10, 10), 5, [5, 1, 2, None]),  # 10 of each is all labels
        ((30, 4, 4), 2, [2, 1, None]),  # two of three classes stop at 4
        ((30, 30, 4), 2, [2, 1, 5, 10, 20, None]),
        ((10, 10), 40, [40, 1, 2, 5]),  # asks for more than there is: that is all
    ],
)
def test_budgets(sizes: tuple[int, ...], own: int | None, expected: list[int | None]) -> None:
    assert budgets(labels(*sizes), own) == expected


def test_no_curve_is_the_own_budget() -> None:
    assert budgets(labels(100, 100), 5, curve=False) == [5]


def test_all_labels_only_where_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHEAP_ROWS", 199)
    assert budgets(labels(100, 100), 5) == [5, 1, 2, 10, 20, 50]
    assert budgets(labels(100, 100), None)[0] is None


def test_curve_point() -> None:
    model = np.array([[1, 1, 1, 0], [1, 0, 1, 0]], bool)
    point = curve_point(2, 6, model, ~model)
    assert point.model.value == pytest.approx(5 / 8)
    assert point.model_draws == (0.75, 0.5)
    assert point.baseline is not None
    assert point.baseline.value == pytest.approx(3 / 8)
    assert point.baseline_draws == (0.25, 0.5)
    alone = curve_point(None, 6, model)
    assert alone.baseline is None
    assert alone.baseline_draws == ()
    assert in_order([alone, point]) == (point, alone)


def point(budget: int | None, model: float, baseline: float | None, n: int = 0) -> CurvePoint:
    below = None if baseline is None else Interval(baseline)
    return CurvePoint(budget, n, Interval(model), below, (model,))


def test_saved_labels_are_read_off_in_logarithms() -> None:
    curve = [point(5, 0.6, 0.3), point(10, 0.7, 0.5), point(40, 0.8, 0.7)]
    saved = labels_saved(curve, 5, 4)
    assert saved is not None
    # 0.6 is half-way from 0.5 to 0.7, so half-way from 10 to 40 in logarithms
    assert saved.needed_per_class == pytest.approx(20)
    assert saved.saved == 60
    assert not saved.at_least


def test_saved_labels_not_reached() -> None:
    saved = labels_saved([point(5, 0.6, 0.3), point(10, 0.7, 0.5)], 5, 4)
    assert saved is not None
    assert saved.needed_per_class is None
    assert saved.at_least
    assert saved.saved == 20


def test_all_labels_stand_at_their_mean() -> None:
    curve = [point(5, 0.6, 0.3), point(None, 0.9, 0.6, n=80)]
    saved = labels_saved(curve, 5, 4)
    assert saved is not None
    assert saved.needed_per_class == pytest.approx(20)


def test_a_falling_baseline_is_flattened() -> None:
    # 0.5, 0.7, 0.5, 0.8 becomes 0.5, 0.6, 0.6, 0.8: 0.7 lies between the last two
    curve = [point(1, 0.7, 0.5), point(2, 0, 0.7), point(5, 0, 0.5), point(20, 0, 0.8)]
    saved = labels_saved(curve, 1, 10)
    assert saved is not None
    assert saved.needed_per_class == pytest.approx(math.sqrt(5 * 20))


def test_reached_exactly_at_a_plateau_takes_its_start() -> None:
    curve = [point(1, 0.5, 0.2), point(2, 0, 0.5), point(5, 0, 0.5)]
    saved = labels_saved(curve, 1, 1)
    assert saved is not None
    assert saved.needed_per_class == pytest.approx(2)


@pytest.mark.parametrize(
    "curve",
    [
        [point(5, 0.3, 0.3), point(10, 0.5, 0.5)],
        [point(5, 0.2, 0.3)],
        [point(5, 0.2, None)],
        [point(10, 0.9, 0.3)],
    ],
)
def test_nothing_saved(curve: list[CurvePoint]) -> None:
    assert labels_saved(curve, 5, 4) is None


def test_one_measured_budget_promises_nothing() -> None:
    saved = labels_saved([point(5, 0.6, 0.3)], 5, 4)
    assert saved is not None
    assert (saved.saved, saved.at_least) == (0, True)


def test_pooling_that_lifts_the_own_point_needs_no_more_labels() -> None:
    # 0.5 and 0.1 become 0.3 and 0.3; the model's 0.2 at 2 labels is below that already
    curve = [point(1, 0, 0.5), point(2, 0.2, 0.1), point(5, 0, 0.6)]
    saved = labels_saved(curve, 2, 10)
    assert saved is not None
    assert saved.needed_per_class == pytest.approx(2)
    assert saved.saved == 0
