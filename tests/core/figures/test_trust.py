from __future__ import annotations

import numpy as np
import pytest

from core.evaluate.reject import reject_rule, risk_coverage
from core.evaluate.results import Interval
from core.evaluate.robustness import Robustness, UnderFault
from core.evaluate.slices import Slice
from core.evaluate.stability import Stability
from core.figures.style import BLUE, ORANGE
from core.figures.trust import (
    MOST_SLICES,
    risk_coverage_chart,
    robustness_chart,
    slices_chart,
    stability_chart,
)


def test_slices_show_the_weakest_in_orange() -> None:
    found = [
        Slice("shop", "<b>east</b>", 40, Interval(0.5, 0.35, 0.65), 0.9, 0.001),
        *[Slice("n", str(i), 20, Interval(0.9, 0.7, 0.97), 0.85, 1.0) for i in range(20)],
    ]
    made = slices_chart(found, 0.86)
    dots, numbers = made.figure.data
    assert numbers.text[0] == "\u200250.0 %"
    assert len(dots.x) == MOST_SLICES
    assert list(dots.marker.color[:2]) == [ORANGE, BLUE]
    assert dots.x[0] == 0.5
    assert dots.error_x.arrayminus[0] == pytest.approx(0.15)
    assert "<b>east" not in str(made.figure.layout.yaxis.ticktext)
    assert "1 of 21 are weaker by more than chance" in made.alt
    assert made.figure.layout.shapes[0].x0 == 0.86


def test_faults_stand_against_whole_rows() -> None:
    found = Robustness(
        100,
        Interval(0.9, 0.8, 0.95),
        (
            UnderFault("Typos", "1 word in 4", Interval(0.7, 0.6, 0.8), Interval(-0.2, -0.3, -0.1)),
            UnderFault("Case", "ALL CAPITALS", Interval(0.9, 0.8, 0.95), Interval(0.0, 0.0, 0.0)),
        ),
    )
    made = robustness_chart(found)
    assert list(made.figure.data[0].x) == [0.7, 0.9]
    assert len(set(made.figure.data[0].marker.color)) == 2
    assert made.alt.endswith("lowest with typos, 1 word in 4: 70.0 %.")


def test_stability_has_a_line_for_each_change() -> None:
    one = Stability((0.7, 0.8), Interval(0.75), 0.07, 0.9, 0.8, 50)
    made = stability_chart([("Other labels", one), ("Other seeds", one)])
    assert [list(trace.y) for trace in made.figure.data] == [[0, 0], [1, 1]]
    assert "Other labels: 70.0 % to 80.0 %." in made.alt


def test_risk_against_coverage_with_threshold_and_test_rows() -> None:
    sure = np.linspace(0, 1, 1000)
    right = sure > 0.4
    rule = reject_rule(sure, right)
    made = risk_coverage_chart(risk_coverage(sure, right), rule, test=(0.5, 0.06))
    line, chosen, test = made.figure.data
    assert len(line.x) <= 502
    assert line.x[-1] == 1.0
    assert line.y[-1] == pytest.approx(1 - right.mean())
    assert chosen.x[0] == rule.coverage
    assert (test.x[0], test.y[0]) == (0.5, 0.06)
    assert "test rows: 50.0 % answered, 6.0 % wrong." in made.alt


def test_no_threshold_and_a_single_row() -> None:
    rule = reject_rule(np.array([0.7]), np.array([True]))
    made = risk_coverage_chart(risk_coverage([0.7], [True]), rule)
    assert len(made.figure.data) == 1
    assert made.alt.endswith("0.0 % when all are.")
