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


def test_names_of_costs_stay_apart() -> None:
    crowd = [
        Standing(f"Method {i}", Interval(0.7 - i / 1000, 0.6, 0.8), None, 0.0) for i in range(9)
    ]
    far = Standing("Far", Interval(0.9, 0.8, 0.95), None, 30.0)
    chart = cost([far, *crowd, FOUND[2]])
    shown = [note.text for note in chart.figure.layout.annotations]
    assert shown[0] == "Nothing learned"
    assert "Far" in shown
    assert "Method 0" in shown  # the better ones first
    assert len(shown) < 11  # the others are named by a hover alone
    assert list(chart.figure.data[0].customdata) == ["Far"] + [f"Method {i}" for i in range(9)]


def test_the_name_of_the_line_leaves_its_end_to_a_dot() -> None:
    def where(*dots: tuple[float, float]) -> tuple[str, str]:
        found = [Standing("M", Interval(score, 0, 1), None, seconds) for score, seconds in dots]
        note = cost(
            [*found, Standing("Nothing", Interval(0.6, 0.5, 0.7))]
        ).figure.layout.annotations[0]
        return note.xanchor, note.yanchor

    assert where((0.9, 1.0), (0.3, 100.0)) == ("right", "top")
    assert where((0.9, 1.0), (0.59, 100.0), (0.3, 10.0)) == ("left", "top")


def test_nothing_to_show() -> None:
    assert standings([]).alt == "Scores: nothing was compared."
    assert cost([]).alt == "Score against seconds to learn: nothing was learned."
