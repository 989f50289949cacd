"""Figures of the report's sections show exactly the numbers they are given."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from core.evaluate.calibration import calibration
from core.evaluate.ranking import rank_class
from core.evaluate.threshold import effect
from core.evaluate.validation import Validation
from core.figures.calibration import reliability
from core.figures.fit import fit, learning_curve
from core.figures.ranking import precision_recall, roc
from core.figures.style import BLUE, GREY, ORANGE
from core.figures.threshold import costs
from tests.core.figures.made import evaluation, point, scores

POSITIVE = np.array([True, False, True, True, False])
SCORES = np.array([0.9, 0.8, 0.7, 0.7, 0.1])
LABELS = np.array([0, 0, 1, 1])
PROBA = np.column_stack([[0.9, 0.2, 0.6, 0.1], [0.1, 0.8, 0.4, 0.9]])


def texts(chart: Any) -> str:
    return " | ".join(note.text for note in chart.figure.layout.annotations)


def test_roc_and_precision_recall() -> None:
    ours = rank_class(POSITIVE, SCORES, "<b>a</b>")
    theirs = rank_class(POSITIVE, SCORES[::-1], "<b>a</b>")
    chart = roc(ours, theirs)
    model = chart.figure.data[2]
    assert ours.roc is not None
    assert (tuple(model.x), tuple(model.y)) == (ours.roc.x, ours.roc.y)
    assert [line.line.color for line in chart.figure.data[1:]] == [GREY, BLUE]
    assert "Area <b>0.667</b>" in texts(chart)
    assert "probability" not in model.customdata[0]  # nothing is taken at the start
    assert model.customdata[1].endswith("from a probability of 0.900 on")
    chart = precision_recall(ours)
    guess, line = chart.figure.data
    assert tuple(guess.y) == (0.6, 0.6)
    assert ours.precision_recall is not None
    assert tuple(line.y) == ours.precision_recall.y
    assert "the average precision is 0.833" in chart.alt


def test_a_class_without_rows_is_an_empty_chart() -> None:
    none = rank_class(np.zeros(5, bool), SCORES, "a")
    assert len(roc(none).figure.data) == 1
    assert len(precision_recall(none).figure.data) == 1


def test_reliability_shows_bins_and_counts() -> None:
    sure = np.array([0.75] * 30 + [0.95] * 5)
    truth = np.array([0] * 15 + [1] * 15 + [0] * 5)
    found = calibration(truth, np.column_stack([sure, 1 - sure]))
    chart = reliability(found)
    _, points, bars = chart.figure.data
    assert points.x == pytest.approx((0.75, 0.95))
    assert tuple(points.y) == (0.5, 1.0)
    assert tuple(points.marker.opacity) == (1.0, 0.35)  # five rows tell little
    assert tuple(bars.y) == (30, 5)
    beside = reliability(found, found)
    assert [t.name for t in beside.figure.data][1:3] == ["as trained", "now"]


def test_costs_by_threshold() -> None:
    held_out = Validation(np.arange(4), LABELS, PROBA)
    found = effect(held_out, LABELS, PROBA, 0, miss_cost=3)
    chart = costs(found, held_out, LABELS, PROBA, "spam")
    dotted, chosen_on, ours = chart.figure.data
    # one missed at 3 and one false alarm on four rows
    assert tuple(dotted.y) == (1000, 1000)
    assert (tuple(chosen_on.y), ours.y[0]) == (tuple(ours.y), 500)
    (line,) = chart.figure.layout.shapes
    assert (line.x0, line.line.color) == (found.threshold, ORANGE)
    assert f"<b>{found.threshold:.2f}</b> chosen" in texts(chart)


def test_parts_beside_each_other() -> None:
    chart = fit(dataclasses.replace(evaluation(), validation=scores(0.5, {})))
    assert [trace.x[0] for trace in chart.figure.data] == [1.0, 0.5, 0.55]
    assert list(chart.figure.layout.yaxis.ticktext) == [
        "Training rows",
        "Held-out labels",
        "Test rows",
    ]
    assert len(fit(evaluation()).figure.data) == 2
    assert "held-out" not in fit(evaluation()).alt


def test_learning_curve() -> None:
    points = tuple(
        dataclasses.replace(point(budget, labels, share, None), train=1 - labels / 1000)
        for budget, labels, share in ((1, 3, 0.3), (5, 15, 0.5), (None, 120, 0.6))
    )
    chart = learning_curve(dataclasses.replace(evaluation(), curve=points))
    train, test = chart.figure.data
    assert tuple(train.x) == tuple(test.x) == (3, 15, 120)
    assert tuple(train.y) == (0.997, 0.985, 0.88)
    assert tuple(test.y) == (0.3, 0.5, 0.6)
    old = learning_curve(evaluation())  # kept no training accuracy
    assert old.figure.data[0].x is None or not len(old.figure.data[0].x)
    assert old.alt.endswith("on the test rows.")
