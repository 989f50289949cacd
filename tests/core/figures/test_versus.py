"""Figures and the printed page of a comparison show exactly its numbers."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from core.evaluate.versus import Entrant, versus
from core.figures.style import BLUE, GREY
from core.figures.versus import pairs, standings
from core.report.versus import printed

TRUTH = np.arange(300) % 2


def found() -> tuple[object, dict[str, str]]:
    entrants = []
    for key, wrong in (("a", 9), ("b", 12), ("c", 100)):
        said = TRUTH.copy()
        said[:wrong] = 1 - said[:wrong]
        entrants.append(Entrant(key, key, np.eye(2)[said]))
    return versus(entrants, TRUTH), {"a": "Vectors", "b": "<b>Topics</b>", "c": "Nothing"}


def test_standings() -> None:
    compared, names = found()
    chart = standings(compared, names)  # type: ignore[arg-type]
    assert [trace.x[0] for trace in chart.figure.data] == [0.97, 0.96, 2 / 3]
    assert [trace.marker.color for trace in chart.figure.data] == [BLUE, BLUE, GREY]
    assert "&lt;b&gt;Topics" in chart.figure.layout.annotations[1].text
    assert "Vectors leads with 97.0 %" in chart.alt


def test_pairs() -> None:
    compared, names = found()
    chart = pairs(compared, names)  # type: ignore[arg-type]
    assert [list(line) for line in chart.figure.data[0].z] == [
        [None, 0.0, 1.0],
        [0.0, None, 1.0],
        [-1.0, -1.0, None],
    ]
    assert [note.text for note in chart.figure.layout.annotations] == [
        "+1.0",
        "<b>+30.3</b>",
        "−1.0",
        "<b>+29.3</b>",
        "<b>−30.3</b>",
        "<b>−29.3</b>",
    ]
    assert "2 of 3 are clear" in chart.alt
    assert "<b>Topics" not in str(chart.figure.layout.yaxis.ticktext)


def test_printed() -> None:
    compared, names = found()
    settings = pd.DataFrame(
        [["svm", "tree", "svm"], ["8", "—", "—"]], index=["head", "only_one"], columns=range(3)
    )
    page = printed(
        compared,  # type: ignore[arg-type]
        names,
        title="No clear winner",
        sentence="All is <well>.",
        remarks=["One is left out."],
        settings=settings,
        made=datetime(2026, 11, 25, 18, 30),
    )
    assert "<h1>No clear winner</h1>" in page
    assert "All is &lt;well&gt;." in page
    assert "&lt;b&gt;Topics&lt;/b&gt; · 96.0 %" in page
    assert "<b>Topics" not in page
    assert "+30.3 (" in page
    assert "<td>head</td><td>svm</td><td>tree</td><td>svm</td>" in page
    assert "only_one" not in page
    assert page.count('<tr class="clear">') == 2
    assert "2026-11-25 18:30 UTC" in page
    assert "http" not in page.replace("http-equiv", "")
    bare = printed(compared, names, title="x", sentence="y")  # type: ignore[arg-type]
    assert "Settings that" not in bare
