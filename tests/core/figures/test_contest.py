from __future__ import annotations

from core.evaluate.results import Interval
from core.figures.contest import Standing, cost, standings
from core.figures.style import BLUE, GREY

FOUND = [
    Standing("Word <b>vectors</b>", Interval(0.7, 0.65, 0.75), Interval(0.4, 0.3, 0.5), 4.0),
    Standing("LSA", Interval(0.65, 0.6, 0.7), Interval(0.35, 0.3, 0.4), 0.0),
    Standing("Nothing learned", Interval(0.6, 0.55, 0.65)),
]


def test_standings() -> None:
    chart = standings(FOUND)
    scores = [t for t in chart.figure.data if t.marker.size == 12]
    assert [t.x[0] for t in scores] == [0.7, 0.65, 0.6]
    assert [t.marker.color for t in scores] == [BLUE, BLUE, GREY]
    assert scores[0].error_x.arrayminus[0] == 0.7 - 0.65
    random = [t for t in chart.figure.data if t.name == "Random features"]
    assert [t.x[0] for t in random] == [0.4, 0.35]
    low, high = chart.figure.layout.xaxis.range
    assert low < 0.3
    assert high > 0.75
    assert "&lt;b&gt;" in chart.figure.layout.annotations[0].text
    assert chart.alt.startswith("Test accuracy, best first: Word")


def test_cost() -> None:
    chart = cost(FOUND)
    points = chart.figure.data[0]
    assert list(points.x) == [4.0, 0.1]  # a time below the clock's patience has a place too
    assert list(points.y) == [0.7, 0.65]
    assert chart.figure.layout.shapes[0].y0 == 0.6
    assert "LSA" in chart.alt


def test_nothing_to_show() -> None:
    assert standings([]).alt == "Scores: nothing was compared."
    assert cost([]).alt == "Score against seconds to learn: nothing was learned."
