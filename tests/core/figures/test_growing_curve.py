"""The label curve while it is measured."""

from __future__ import annotations

from core.evaluate.curve import points_so_far
from core.figures.label_curve import growing_curve

POINTS = [
    {"train_loss": 0.4, "pass_": 1},
    {"labels": 20, "labels_per_class": 10, "draws": 1, "model_mean": 0.6, "baseline_mean": 0.4},
    {
        "labels": 20,
        "labels_per_class": 10,
        "draws": 2,
        "model_mean": 0.7,
        "model_low": 0.6,
        "model_high": 0.8,
        "baseline_mean": 0.5,
        "baseline_low": 0.4,
        "baseline_high": 0.6,
    },
    {"labels": 2, "labels_per_class": 1, "draws": 1, "model_mean": 0.3, "baseline_mean": 0.2},
]


def test_the_last_word_of_each_budget_counts() -> None:
    one, ten = points_so_far(POINTS)
    assert (one.labels_per_class, one.labels, one.model.value, one.model.low) == (1, 2, 0.3, None)
    assert (ten.model.value, ten.model.low, ten.model.high) == (0.7, 0.6, 0.8)
    assert len(ten.model_draws) == 2
    assert points_so_far([{"train_loss": 0.4}]) == ()


def test_all_labels_and_the_baseline_alone() -> None:
    [point] = points_so_far([{"labels": 50, "draws": 1, "model_mean": 0.9}])
    assert point.labels_per_class is None
    assert point.baseline is None
    chart = growing_curve([point], 2)
    assert [t.name for t in chart.figure.data] == ["Not pretrained"]


def test_both_lines_with_bands_where_they_are_known() -> None:
    known = {"model_low": 0.2, "model_high": 0.4, "baseline_low": 0.1, "baseline_high": 0.3}
    chart = growing_curve(points_so_far([*POINTS, POINTS[-1] | known]), 2)
    bands = [t for t in chart.figure.data if t.fill == "toself"]
    lines = [t for t in chart.figure.data if t.mode == "lines+markers"]
    assert len(bands) == 2
    assert [t.name for t in lines] == ["Pretrained", "Not pretrained"]
    assert list(lines[0].x) == [1, 10]
    assert chart.alt == (
        "Test accuracy against labels per class, so far at 2 label budgets: 70.0 % right with 10 "
        "labels per class, against 50.0 % without pretraining."
    )


def test_a_budget_under_way_waits_for_its_band() -> None:
    chart = growing_curve(points_so_far(POINTS), 2)
    lines = [t for t in chart.figure.data if t.mode == "lines+markers"]
    assert list(lines[0].x) == [10]
    assert "at 1 label budget:" in chart.alt
    first = growing_curve(points_so_far(POINTS[:2]), 2)  # better than nothing
    assert list(first.figure.data[0].x) == [10]
