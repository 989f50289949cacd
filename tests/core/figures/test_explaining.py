"""Charts of explanations show the numbers they were given, and say what they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.explain.classes import ClassWords
from core.explain.dependence import Dependence
from core.explain.important import ImportantColumns
from core.explain.tables import ColumnContributions
from core.figures.contributions import MOST_WORDS, class_words, columns, importance
from core.figures.dependence import dependence


def found(exact: bool) -> ColumnContributions:
    return ColumnContributions(
        columns=["age", "<b>job</b>", "town"],
        values=np.array([0.25, -0.5, 0.0]),
        errors=np.zeros(3) if exact else np.array([0.02, 0.05, 0.01]),
        base=0.4,
        score=0.15,
        label=0,
        exact=exact,
    )


def test_exact_columns() -> None:
    chart = columns(found(exact=True))
    bar = chart.figure.data[0]
    assert list(bar.x) == [0.25, 0.0, -0.5]
    assert list(bar.text) == ["+0.25", "0", "−0.50"]
    assert chart.figure.layout.xaxis.title.text == "Added to the score"
    assert chart.figure.layout.yaxis.ticktext[2] == "&lt;b&gt;job&lt;/b&gt;"
    assert bar.error_x.array is None
    assert chart.alt == (
        "Contributions of columns: most speak for the class age; against it <b>job</b>."
    )


def test_sampled_columns_show_two_standard_errors() -> None:
    chart = columns(found(exact=False))
    assert list(chart.figure.data[0].error_x.array) == pytest.approx([0.04, 0.02, 0.1])
    assert [note.text for note in chart.figure.layout.annotations] == [
        "+0.25 ± 0.04",
        "0 ± 0.02",
        "−0.50 ± 0.10",
    ]
    assert chart.figure.layout.xaxis.title.text == "Added to the probability"
    low, high = chart.figure.layout.xaxis.range
    assert low < -0.6
    assert high > 0.29


def test_words_of_a_class_keep_room_for_both_sides() -> None:
    words = ClassWords(
        label=0,
        speaking=tuple((f"for {i}", 20.0 - i) for i in range(12)),
        opposing=tuple((f"against {i}", i - 9.0) for i in range(3)),
    )
    chart = class_words(words, exact=True)
    shown = list(chart.figure.data[0].customdata)
    assert len(shown) == MOST_WORDS
    assert shown[0] == "for 0"
    assert shown[-3:] == ["against 2", "against 1", "against 0"]
    assert chart.figure.layout.xaxis.title.text == "Added to the score by the word"
    title = class_words(words, exact=False).figure.layout.xaxis.title.text
    assert title == "Mean fall of the score when left out"
    alone = class_words(ClassWords(0, (), ()), exact=True)
    assert alone.alt == "Contributions of words: none speaks for or against the class."


def test_importance() -> None:
    chart = importance(ImportantColumns(["a", "b"], np.array([0.1, 0.3]), exact=False, rows=30))
    assert list(chart.figure.data[0].x) == [0.3, 0.1]
    assert chart.figure.layout.xaxis.title.text == "Mean part of the probability"


def curve(kind: Any, values: list[Any]) -> Dependence:
    n = len(values)
    lines = np.linspace(0, 1, 3 * n).reshape(3, n)
    return Dependence("age", kind, values, lines.mean(axis=0), lines, label=1, rows=3)


def test_dependence_on_numbers() -> None:
    chart = dependence(curve("number", [1, 2, 5]), "<i>high</i>", here=2)
    assert len(chart.figure.data) == 4
    assert list(chart.figure.data[-1].x) == [1, 2, 5]
    assert list(chart.figure.data[-1].y) == pytest.approx([0.375, 0.5, 0.625])
    assert chart.figure.layout.shapes[0].x0 == 2
    assert [note.text for note in chart.figure.layout.annotations] == ["<b>mean</b>", "this row"]
    assert chart.alt == (
        "Mean probability of <i>high</i> by age, over 3 rows: lowest 0.38 at 1, highest 0.62 at 5."
    )
    assert not dependence(curve("number", [1, 2, 5]), "high").figure.layout.shapes


def test_dependence_on_dates_travels() -> None:
    days = list(pd.date_range("2024-01-01", periods=3))
    chart = dependence(curve("date", days), "late", here=days[1])
    assert "2024-01-03" in chart.alt
    assert "2024-01-02" in chart.figure.to_json()


def test_dependence_on_categories() -> None:
    chart = dependence(curve("category", ["red", "<u>blue</u>", True]), "high", here="red")
    assert list(chart.figure.layout.yaxis.ticktext) == ["red", "&lt;u&gt;blue&lt;/u&gt;", "yes"]
    means = chart.figure.data[-1]
    assert list(means.x) == pytest.approx([0.375, 0.5, 0.625])
    assert means.marker.color[0] != means.marker.color[1]
