"""Charts of two domains show exactly what was found."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.row_map import RowMap
from core.evaluate.across_results import Across, Entry, Point
from core.evaluate.results import Comparison, Interval
from core.figures import domains
from core.figures.style import GREEN, GREY, RED
from core.transfer.domains.discrepancy import Discrepancy
from core.transfer.domains.distance import DomainDistance
from core.transfer.domains.label_shift import LabelShift
from core.transfer.domains.pair import pair
from core.transfer.domains.proxy import ProxyDistance, Telling
from core.transfer.domains.vocabulary import Overlap
from tests.core.transfer.domains.made_pairs import reviews, table


def distance(*, texts: bool = True, nothing: bool = False) -> DomainDistance:
    of_source = () if nothing else (Telling("<book>", 0.6, 0.8, 0.1), Telling("read", 0.2, 0.4, 0))
    of_target = () if nothing else (Telling("pan", 0.3, 0.0, 0.5),)
    return DomainDistance(
        "Books", "Pans", 10, 10, ProxyDistance(1.5, 0.1, of_source, of_target),
        Discrepancy(0.2, 0.01, 99, 1.0), Overlap(1, 2, 3, 0.2, 0.5, 0.5) if texts else None,
        None, ("bad", "good"),
    )  # fmt: skip


def against(value: float, kind: str) -> Comparison:
    return Comparison(kind, Interval(value, value - 0.01, value + 0.01), 0.01, 5, 3, 1, 100)


def report(*, curve: bool = True, scored: bool = True) -> Across:
    one = Interval(0.7, 0.65, 0.75) if scored else None
    two = Interval(0.8, 0.75, 0.85) if scored else None
    entries = (
        Entry("source_only", "Source alone", accuracy=one),
        Entry("coral", "CORAL", accuracy=two, over_source=against(0.1, "helped")),
        Entry("importance", "Importance", accuracy=one, over_source=against(-0.1, "hurt")),
        Entry("msda", "mSDA", failed="No."),
    )
    points = tuple(
        Point(budget, labels, Interval(0.8, 0.7, 0.9), Interval(0.6), Interval(0.2), "helped")
        for budget, labels in ((1, 2), (5, 10), (None, 40))
    )
    return Across(
        "Books", "Pans", ("bad", "good"), 100, 90, 50, 0, 1, "logistic", entries,
        Interval(0.5), "coral", "asked", points if curve else (),
    )  # fmt: skip


def test_bars_of_what_tells_point_to_their_domain():
    chart = domains.telling(distance())
    assert [bar.x[0] for bar in chart.figure.data] == [-0.6, -0.2, 0.3]
    assert "<book>" not in chart.figure.to_json()
    assert "in 80.0" in chart.figure.data[0].hovertemplate
    assert chart.alt == "Bars of what tells Books from Pans, first <book>, read, pan."
    assert (
        "mean 0.8 in Books" in domains.telling(distance(texts=False)).figure.data[0].hovertemplate
    )
    assert domains.telling(distance(nothing=True)).figure.data == ()
    assert len(domains.telling(distance(), top=1).figure.data) == 2


def test_the_map_has_both_domains():
    found = pair(reviews("books"), reviews("pans"))
    both = found.as_dataset()
    where = np.arange(4, dtype=np.float32)
    mapped = RowMap(np.array([0, 1, 40, 41]), where, where, np.zeros(4, bool), "pca")
    chart = domains.shared_map(mapped, both)
    assert [trace.name for trace in chart.figure.data] == ["Books", "Pans"]
    assert chart.figure.data[1].x == (2.0, 3.0)
    assert "numberbooks0" in chart.figure.data[0].text[0]
    rows = pair(table(), table(seed=1)).as_dataset()
    assert domains.shared_map(mapped, rows).figure.data[0].text[0] == "<b>Table 0</b>"


def test_shares_of_the_classes_have_their_range():
    shift = LabelShift((0.5, 0.5), (0.2, 0.8), (0.1, 0.7), (0.3, 0.9))
    chart = domains.class_shares(shift, ("bad", "good"), ("Books", "Pans"))
    source, target = chart.figure.data
    assert source.x == (0.5, 0.5)
    assert target.x == (0.2, 0.8)
    assert target.error_x.array == pytest.approx((0.1, 0.1))
    without = LabelShift((0.5, 0.5), (0.2, 0.8))
    bars = domains.class_shares(without, ("bad", "good"), ("Books", "Pans")).figure.data[1]
    assert bars.error_x.array == (0.0, 0.0)


def test_ways_stand_best_first_with_the_source_as_a_line():
    chart = domains.ways(report())
    assert [trace.name for trace in chart.figure.data] == ["CORAL", "Source alone", "Importance"]
    assert [trace.marker.color for trace in chart.figure.data] == [GREEN, GREY, RED]
    assert chart.figure.layout.shapes[0].x0 == 0.7
    assert "CORAL, kept" in chart.figure.layout.annotations[0].text
    assert "the highest is CORAL" in chart.alt
    assert domains.ways(report(scored=False)).alt == "Test accuracy of 0 ways from Books to Pans."


def test_the_curve_has_both_lines_and_their_bands():
    chart = domains.replacing(report())
    lines = [trace for trace in chart.figure.data if trace.name]
    assert [line.name for line in lines] == ["With Books", "Pans alone"]
    assert lines[0].x == (1.0, 5.0, 20.0)
    assert lines[1].y == (0.6, 0.6, 0.6)
    assert chart.figure.layout.xaxis.ticktext == ("1", "5", "all")


@pytest.mark.parametrize(
    "chart", [domains.telling(distance()), domains.ways(report()), domains.replacing(report())]
)
def test_charts_travel(chart):
    assert "NaN" not in chart.figure.to_json()
    assert chart.alt.endswith(".")
