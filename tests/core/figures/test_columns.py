"""Figures of the columns of a table show exactly the numbers they are given."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.data.column_profile import column_profiles, correlations, missingness
from core.figures.columns import correlation_map, distribution, missing_shares
from core.figures.style import Chart

FRAME = pd.DataFrame(
    {
        "age": [1, 2, 2, 3, 9],
        "<b>job</b>": ["cook", "cook", None, "clerk", "cook"],
        "day": pd.to_datetime(["2024-01-01", "2024-01-03", None, "2024-01-02", "2024-02-01"]),
        "twice": [2, 4, 4, 6, 18],
        "against": [-1.0, -2, np.nan, -3, -9],
    }
)


def charts() -> list[Chart]:
    found = correlations(FRAME)
    assert found is not None
    some = [distribution(profile) for profile in column_profiles(FRAME)]
    return [*some, correlation_map(found), missing_shares(missingness(FRAME))]


@pytest.mark.parametrize("chart", charts())
def test_charts_travel(chart: Chart) -> None:
    text = chart.figure.to_json()
    assert "NaN" not in text
    assert chart.alt.endswith(".")
    assert "<b>job" not in text
    assert chart.figure.layout.title.text is None


def test_numbers() -> None:
    chart = distribution(column_profiles(FRAME)[0])
    (bars,) = chart.figure.data
    assert list(bars.x) == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert list(bars.y) == [1, 2, 1, 0, 0, 0, 0, 0, 1]
    assert chart.alt == "Distribution of age: from 1 to 9, half of the values are at most 2."


def test_dates_are_written_as_such() -> None:
    chart = distribution(column_profiles(FRAME)[2])
    assert "from 2024-01-01 to 2024-02-01" in chart.alt
    assert chart.figure.layout.xaxis.ticktext[0] == "2024-01-01"


def test_categories_and_the_rest() -> None:
    chart = distribution(column_profiles(FRAME)[1])
    assert list(chart.figure.data[0].x) == [3, 1]
    assert chart.alt == "Values of <b>job</b>: 2 different ones; the commonest is cook with 3 rows."
    many = pd.DataFrame({"x": [f"v{i}" for i in range(10)] * 30})
    chart = distribution(column_profiles(many)[0])
    assert list(chart.figure.data[0].x) == [30] * 8 + [60]
    assert "2 others" in chart.figure.layout.yaxis.ticktext


def test_odd_columns() -> None:
    odd = pd.DataFrame({"same": [5.0, 5.0], "none": [None, None], "nan": [np.nan, np.nan]})
    same, none, nan = (distribution(profile) for profile in column_profiles(odd))
    assert list(same.figure.data[0].y) == [2]
    assert "0 different ones." in none.alt
    assert "0 different ones." in nan.alt


def test_correlations() -> None:
    found = correlations(FRAME)
    assert found is not None
    chart = correlation_map(found)
    at = {name: i for i, name in enumerate(found.names)}
    z = chart.figure.data[0].z
    assert z[at["age"]][at["twice"]] == 1
    assert z[at["age"]][at["against"]] == -1
    assert z[0][0] is None
    assert "+1.00" in chart.alt or "\N{MINUS SIGN}1.00" in chart.alt


def test_missing() -> None:
    chart = missing_shares(missingness(FRAME))
    assert list(chart.figure.data[0].x) == pytest.approx([0.2, 0.2, 0.2])
    assert chart.alt.startswith("Missing values in 3 columns; most in <b>job</b>: 20.0 %")
    assert missing_shares(missingness(FRAME[["age"]])).alt == "No value is missing."
