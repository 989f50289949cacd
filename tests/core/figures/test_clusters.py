"""Clusters on a map, and how many there are."""

from __future__ import annotations

import numpy as np

from core.figures.clusters import MOST_COLOURS, cluster_map, counts_tried
from core.figures.style import BLUE, GREY
from core.pretrain.cluster_quality import ClusteredRows, CountTried


def rows(clusters: list[int]) -> ClusteredRows:
    n = len(clusters)
    places = np.arange(n, dtype=np.float32)
    return ClusteredRows(np.asarray(clusters), np.zeros(n), places, places)


def test_each_cluster_is_a_colour_and_a_number() -> None:
    chart = cluster_map(rows([0, 1, 1, 1]), np.array([7, 8, 9, 30]), ["<b>", "b", "c", "d"])
    # the largest first
    assert [trace.name for trace in chart.figure.data] == ["cluster 2", "cluster 1"]
    assert list(chart.figure.data[1].customdata) == [7]
    assert chart.figure.data[1].text[0] == "<b>cluster 1</b>, row 7<br>&lt;b&gt;"
    assert [one.text for one in chart.figure.layout.annotations] == ["<b>2</b>", "<b>1</b>"]
    assert chart.figure.layout.annotations[0].x == 2  # the middle of 1, 2, 3
    assert chart.alt == "Map of 4 rows in 2 clusters."


def test_one_cluster_can_stand_out() -> None:
    chart = cluster_map(rows([0, 1, 1]), np.arange(3), ["a", "b", "c"], only=0)
    others, chosen = chart.figure.data
    assert others.marker.color == GREY
    assert list(others.customdata) == [1, 2]
    assert "cluster 2" in others.text[0]
    assert chosen.marker.color == BLUE
    assert chart.alt.endswith("; cluster 1 stands out.")


def test_beyond_the_largest_clusters_are_grey() -> None:
    many = [*range(MOST_COLOURS + 2)] * 2 + [3]
    chart = cluster_map(rows(many), np.arange(len(many)), [""] * len(many))
    assert chart.figure.data[0].marker.color == GREY
    assert len(chart.figure.data[0].x) == 4
    assert len(chart.figure.data) == MOST_COLOURS + 1
    assert chart.figure.data[1].name == "cluster 4"


def test_the_clearest_number_is_named() -> None:
    tried = [CountTried(2, 0.2, 0.8), CountTried(4, 0.6, 0.3), CountTried(10, -0.1, 0.1)]
    chart = counts_tried(tried, 4)
    line = chart.figure.data[0]
    assert list(line.x) == [2, 4, 10]
    assert list(line.y) == [0.2, 0.6, -0.1]
    np.testing.assert_allclose(line.customdata, [20, 70, 90])
    assert chart.figure.layout.annotations[0].text == "<b>4: 0.60</b>"
    assert chart.figure.layout.shapes[0].x0 == 4
    assert "0.60, with 4 clusters" in chart.alt
    # a number that was not tried has no line
    assert not counts_tried(tried, 50).figure.layout.shapes
