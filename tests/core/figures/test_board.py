"""The chart of encoders ranked before fine-tuning."""

from __future__ import annotations

from core.figures.board import Placed, board
from core.figures.style import BLUE, GREY

FOUND = [
    Placed("Word <vectors>", 1.5, 1.0, 2.4, tied=True),
    Placed("K-means", 2.0, 1.4, 3.0, tied=True, pick=True),
    Placed("Random", 4.0, 3.5, 4.0, tied=False),
]


def test_ties_and_the_pick_are_visible() -> None:
    chart = board(FOUND)
    markers = [trace.marker for trace in chart.figure.data]
    assert [m.color for m in markers] == [BLUE, BLUE, GREY]
    assert [m.symbol for m in markers] == ["circle", "diamond", "circle"]
    assert markers[1].size > markers[0].size
    band = chart.figure.layout.shapes[0]
    assert (band.x0, band.x1) == (1.0, 2.4)
    texts = [note.text for note in chart.figure.layout.annotations]
    assert texts[0] == "Word &lt;vectors&gt;"
    assert texts[1:3] == ["<b>K-means</b>", "<b>take this one</b>"]
    told = chart.figure.layout.annotations[2]
    assert (told.x, told.xanchor, told.y) == (1, "right", 1)  # opposite the names
    assert chart.alt == (
        "Mean ranks over the scores, best first: Word <vectors> 1.5 (1.0 to 2.4), K-means 2.0 "
        "(1.4 to 3.0), to take, Random 4.0 (3.5 to 4.0)."
    )


def test_a_clear_first_has_no_band() -> None:
    chart = board([Placed("a", 1.0, 1.0, 1.0, tied=True), Placed("b", 2.0, 2.0, 2.0, tied=False)])
    assert not chart.figure.layout.shapes


def test_nothing_ranked() -> None:
    assert board([]).alt == "Mean ranks: nothing was ranked."
