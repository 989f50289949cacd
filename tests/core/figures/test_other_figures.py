"""Figures of data, training and what was learned."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from core.data.dataset import UNLABELLED, Dataset
from core.data.profile import profile
from core.data.row_map import RowMap
from core.explain.words import WordContributions
from core.figures import data
from core.figures.contributions import MOST_WORDS, contributions
from core.figures.data import class_balance, lengths
from core.figures.learned import MOST_CLUSTERS, clusters, explained_variance
from core.figures.maps import row_map
from core.figures.style import BLUE, GREY, ORANGE
from core.figures.training import accuracies, losses
from core.pretrain.insights import Cluster, ExplainedVariance


def notes(chart: Any) -> list[str]:
    return [a.text for a in chart.figure.layout.annotations]


def texts(n: int = 40) -> Dataset:
    rows = np.array(["word " * (i + 1) for i in range(n)], dtype=object)
    labels = np.where(np.arange(n) % 4 == 0, 1, 0)
    labels[: n // 4] = UNLABELLED
    test = np.arange(n) >= n // 2
    return Dataset("t", "T", "text", rows, labels, ("<i>no</i>", "yes"), test)


def test_losses() -> None:
    chart = losses(
        [
            {"pass_": 1, "train_loss": 0.9, "validation_loss": 1.0},
            {"accuracy": 0.5, "labels": 3},  # a point of another kind
            {"pass_": 2, "train_loss": 0.5, "validation_loss": 0.6},
            {"pass_": 3, "train_loss": 0.3, "validation_loss": 0.7},
        ]
    )
    train, validation = chart.figure.data
    assert list(train.x) == list(validation.x) == [1, 2, 3]
    assert list(train.y) == [0.9, 0.5, 0.3]
    assert list(validation.y) == [1.0, 0.6, 0.7]
    assert (train.line.color, validation.line.color) == (GREY, BLUE)
    assert chart.figure.layout.shapes[0].x0 == 2
    assert notes(chart) == ["lowest after pass 2", "<b>Training</b>", "<b>Validation</b>"]
    assert chart.alt == (
        "Loss by pass: after 3 passes training loss 0.3 and validation loss 0.7 (lowest after "
        "pass 2)."
    )


def test_losses_as_they_come() -> None:
    assert losses([]).alt == "Loss by pass: nothing was recorded yet."
    one = losses([{"train_loss": 0.5}])
    assert one.figure.data[0].mode == "markers"
    overflowed = losses([{"train_loss": 0.5}, {"train_loss": float("inf")}, {"train_loss": 0.4}])
    assert list(overflowed.figure.data[0].y) == [0.5, 0.4]
    assert [t.name for t in overflowed.figure.data] == ["Training"]


def test_accuracies() -> None:
    points = [
        {"pass_": 1, "train_loss": 0.9, "train_accuracy": 0.5, "validation_accuracy": 0.4},
        {"pass_": 2, "train_loss": 0.5, "train_accuracy": 0.9, "validation_accuracy": 0.7},
        {"pass_": 3, "train_loss": 0.3, "train_accuracy": 1.0, "validation_accuracy": 0.6},
    ]
    chart = accuracies(points)
    assert list(chart.figure.data[1].y) == [0.4, 0.7, 0.6]
    assert chart.figure.layout.shapes[0].x0 == 2  # the highest, where losses have the lowest
    assert notes(chart)[0] == "highest after pass 2"
    assert chart.figure.layout.yaxis.tickformat == ".0%"
    assert chart.alt == (
        "Accuracy by pass: after 3 passes training accuracy 1 and validation accuracy 0.6 "
        "(highest after pass 2)."
    )


def test_class_balance() -> None:
    chart = class_balance(profile(texts()))
    train, test = chart.figure.data
    assert (train.name, test.name) == ("training", "test")
    assert list(train.x) == [8, 2]
    assert list(test.x) == [15, 5]
    assert list(chart.figure.layout.yaxis.ticktext) == ["&lt;i&gt;no&lt;/i&gt;", "yes"]
    assert notes(chart)[:2] == ["23", "7"]
    assert chart.alt == (
        "Class balance of 2 classes: the largest is <i>no</i> with 23 labelled rows, the smallest "
        "yes with 7."
    )


def test_class_balance_of_many_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "MOST_CLASSES", 4)
    labels = np.repeat(np.arange(6), [6, 5, 4, 3, 2, 1])
    rows = np.array(["a"] * 21, dtype=object)
    ds = Dataset("t", "T", "text", rows, labels, tuple("abcdef"), np.zeros(21, bool))
    chart = class_balance(profile(ds))
    assert list(chart.figure.layout.yaxis.ticktext) == ["a", "b", "e", "f"]
    assert chart.figure.layout.xaxis.title.text == "Labelled rows, 4 of 6 classes"


def test_no_classes() -> None:
    ds = texts()
    bare = dataclasses.replace(ds, labels=np.full(len(ds), UNLABELLED), classes=())
    assert class_balance(profile(bare)).alt == "Class balance: no row has a label."


def test_lengths() -> None:
    chart = lengths(profile(texts()))
    bins = chart.figure.data[1]
    assert sum(bins.y) == pytest.approx(40)  # every text is in one bin
    assert chart.figure.layout.shapes[0].x0 == 20.5
    assert notes(chart) == ["half are shorter than 20 words"]
    assert chart.alt == (
        "Lengths of the texts: half are shorter than 20 words; the shortest has 1, the longest 40."
    )


def test_lengths_of_texts_without_spaces_are_in_characters() -> None:
    rows = np.array(["文" * (20 + i) for i in range(10)], dtype=object)
    ds = Dataset("t", "T", "text", rows, np.zeros(10, int), ("a",), np.zeros(10, bool))
    assert "characters" in lengths(profile(ds)).alt


def test_equal_and_empty_lengths() -> None:
    rows = np.array(["two words"] * 5, dtype=object)
    ds = Dataset("t", "T", "text", rows, np.zeros(5, int), ("a",), np.zeros(5, bool))
    assert sum(lengths(profile(ds)).figure.data[1].y) == 5
    empty = dataclasses.replace(ds, rows=np.array([""] * 5, dtype=object))
    assert sum(lengths(profile(empty)).figure.data[1].y) == 5
    images = dataclasses.replace(ds, modality="image", rows=np.zeros((5, 2, 2)))
    assert lengths(profile(images)).alt == "Lengths: the rows are not texts."


def test_row_map() -> None:
    ds = texts(8)
    mapped = RowMap(
        indices=np.array([0, 2, 3, 4, 5]),
        x=np.array([0.0, 1, 2, 10, 4]),
        y=np.array([0.0, 1, 2, 10, 4]),
        test=ds.test[[0, 2, 3, 4, 5]],
        method="pca",
    )
    chart = row_map(mapped, ds)
    assert [t.name for t in chart.figure.data] == [
        "without a label",
        "&lt;i&gt;no&lt;/i&gt;",
        "yes",
    ]
    assert [list(t.customdata) for t in chart.figure.data] == [[0], [2, 3, 5], [4]]
    assert list(chart.figure.data[1].x) == [1, 2, 4]
    assert chart.figure.data[0].marker.color == GREY
    assert chart.figure.data[1].text[0] == ("<b>&lt;i&gt;no&lt;/i&gt;</b>, row 2<br>word word word")
    assert notes(chart) == []  # names stand in the legend, off the dots, the nameless last
    assert chart.figure.layout.showlegend
    assert chart.figure.layout.legend.y < 0
    ranks = [t.legendrank for t in chart.figure.data]
    assert ranks[0] > ranks[2] > ranks[1]
    assert chart.alt == "Map of 5 rows of T: rows that are alike lie close; 2 classes in colours."


def test_a_map_copes_with_no_labels_and_no_rows() -> None:
    ds = texts(8)
    together = RowMap(np.arange(8), np.zeros(8), np.zeros(8), ds.test, "pca")
    bare = dataclasses.replace(ds, labels=np.full(8, UNLABELLED))
    assert row_map(together, bare).alt.endswith("; none has a label.")
    assert not row_map(together, bare).figure.layout.showlegend  # there is nothing to tell apart
    nothing = RowMap(np.zeros(0, int), np.zeros(0), np.zeros(0), np.zeros(0, bool), "pca")
    assert len(row_map(nothing, ds).figure.data) == 0
    images = dataclasses.replace(ds, modality="image", rows=np.zeros((8, 2, 2)))
    assert row_map(together, images).figure.data[1].text[0].endswith("row 2")


def many(n: int, name: str = "c") -> tuple[RowMap, Dataset]:
    rows, names = np.zeros((n, 1, 1)), tuple(f"{name}{i:02}" for i in range(n))
    ds = Dataset("t", "T", "image", rows, np.arange(n), names, np.zeros(n, bool))
    return RowMap(np.arange(n), np.arange(n) * 1.0, np.arange(n) * 1.0, ds.test, "pca"), ds


def test_the_map_leaves_a_phone_the_room_for_its_legend() -> None:
    # 45 + 3 characters of 7 pixels: five entries in 330 pixels, lines of 20
    assert row_map(*many(5)).figure.layout.height == 440 + 20
    assert row_map(*many(6)).figure.layout.height == 440 + 40
    # 45 + 18 × 7 pixels: one a line
    assert row_map(*many(6, "a class of a long name")).figure.layout.height == 440 + 6 * 20
    assert row_map(*many(21)).figure.layout.showlegend
    assert not row_map(*many(22)).figure.layout.showlegend  # each dot names its class
    assert row_map(*many(22)).figure.layout.height == 440


def test_more_classes_than_colours_get_other_symbols() -> None:
    n = 12
    ds = Dataset(
        "t",
        "T",
        "image",
        np.zeros((n, 1, 1)),
        np.arange(n),
        tuple("abcdefghijkl"),
        np.zeros(n, bool),
    )
    mapped = RowMap(np.arange(n), np.arange(n) * 1.0, np.arange(n) * 1.0, ds.test, "pca")
    looks = {(t.marker.color, t.marker.symbol) for t in row_map(mapped, ds).figure.data}
    assert len(looks) == n


def test_explained_variance() -> None:
    ratio = np.array([0.3, 0.2, 0.1])
    chart = explained_variance(ExplainedVariance(ratio, np.cumsum(ratio)))
    line = chart.figure.data[0]
    assert list(line.x) == [1, 2, 3]
    assert list(line.y) == pytest.approx([0.3, 0.5, 0.6])
    assert list(line.customdata) == pytest.approx([30, 20, 10])
    assert chart.alt == (
        "Share of the variance kept: 3 components keep 60 %; half of that is in the first 1."
    )
    assert notes(chart) == ["<b>3 keep 60 %</b>", "half of that: the first 1"]
    one = explained_variance(ExplainedVariance(ratio[:1], ratio[:1]))
    assert notes(one) == []
    none = explained_variance(ExplainedVariance(np.zeros(0), np.zeros(0)))
    assert none.alt == "Share of the variance kept: 0 components keep 0 %."


def test_clusters() -> None:
    found = [
        Cluster(0, 5, (("moon", 1.0), ("<b>", 0.5)), (1,)),
        Cluster(1, 9, (("cat", 1.0),), (2,)),
    ]
    chart = clusters(found)
    assert list(chart.figure.data[0].x) == [9, 5]
    assert notes(chart) == ["2 · cat · 9", "1 · moon, &lt;b&gt; · 5"]
    assert chart.alt == "Sizes of 2 clusters, from 5 to 9 rows; the largest is number 2 (cat)."
    many = [Cluster(i, 100 - i, (), ()) for i in range(40)]
    assert len(clusters(many).figure.data[0].x) == MOST_CLUSTERS
    assert clusters(many).figure.layout.xaxis.title.text.endswith("the 25 largest of 40 clusters")
    assert clusters(many).alt.endswith("the largest is number 1.")
    assert clusters([]).alt == "Clusters: there are none."


def contribution(terms: list[str], values: list[float], exact: bool = True) -> WordContributions:
    spans = [(i, i + 1) for i in range(len(terms))]
    return WordContributions(spans, terms, np.array(values), 0.0, sum(values), 0, exact)


def test_contributions() -> None:
    chart = contributions(contribution(["a", "<b>", "a", "c"], [0.5, -0.25, 0.25, 0.004]))
    bars = chart.figure.data[0]
    assert list(bars.x) == [0.75, 0.004, -0.25]
    assert list(bars.text) == ["+0.75", "+0.004", "−0.25"]
    assert list(bars.marker.color) == [BLUE, BLUE, ORANGE]
    assert list(chart.figure.layout.yaxis.ticktext) == ["a", "c", "&lt;b&gt;"]
    assert chart.figure.layout.xaxis.title.text == "Added to the score"
    assert chart.alt == "Contributions of words: most speak for the class a, c; against it <b>."


def test_contributions_by_leaving_out() -> None:
    terms = [f"w{i}" for i in range(MOST_WORDS + 3)]
    chart = contributions(contribution(terms, [-float(i + 1) for i in range(len(terms))], False))
    assert len(chart.figure.data[0].x) == MOST_WORDS
    assert chart.figure.layout.xaxis.title.text == (
        "Fall of the score when left out, 12 of 15 words"
    )
    assert chart.alt == "Contributions of words: most speak against it w14, w13, w12."
    empty = contributions(contribution([], []))
    assert empty.alt == "Contributions of words: none speaks for or against the class."
