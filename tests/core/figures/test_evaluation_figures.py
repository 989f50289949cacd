"""Figures of evaluations hold the numbers of the evaluation, and say the main one in words."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from core.evaluate.results import ClassScores, Interval
from core.figures.comparison import compare_runs
from core.figures.confusion import confusion
from core.figures.gain import MOST_CLASSES, gain_interval, gain_per_class
from core.figures.label_curve import label_curve
from core.figures.style import BLUE, GREEN, GREY, ORANGE, RED
from tests.core.figures.made import alone, evaluation, point, scores


def trace(chart: Any, name: str) -> Any:
    return next(t for t in chart.figure.data if t.name == name)


def notes(chart: Any) -> list[str]:
    return [a.text for a in chart.figure.layout.annotations]


def test_label_curve() -> None:
    chart = label_curve(evaluation())
    model, baseline = trace(chart, "Pretrained"), trace(chart, "Not pretrained")
    assert list(model.x) == list(baseline.x) == [1, 5, 20, 40]  # 120 labels of 3 classes
    assert list(model.y) == [0.3, 0.53, 0.62, 0.65]
    assert list(baseline.y) == [0.14, 0.31, 0.49, 0.58]
    assert model.line.color == BLUE
    assert baseline.line.color == GREY
    bands = [t for t in chart.figure.data if t.fill == "toself"]
    assert list(bands[0].y) == pytest.approx([0.32, 0.55, 0.64, 0.67, 0.62, 0.59, 0.50, 0.27])
    assert all(band.mode == "lines" and band.line.width == 0 for band in bands)  # no dots
    saved = trace(chart, "Labels saved")
    assert list(saved.x) == [5, 27.4, 27.4]  # along the score, then down to the axis
    assert list(saved.y[:2]) == [0.53, 0.53]
    assert saved.y[2] == chart.figure.layout.yaxis.range[0]
    assert saved.line.color == ORANGE
    axis = chart.figure.layout.xaxis
    assert axis.type == "log"
    assert list(axis.ticktext) == ["1", "5", "20", "all"]
    assert notes(chart) == [
        "<b>Pretrained</b>",
        "<b>Not pretrained</b>",
        "5 labels here = 27 there",
    ]
    assert chart.alt == (
        "Test accuracy against labels per class: with 5 labels per class 53.0 % right, against "
        "31.0 % without pretraining; the baseline needs about 27 labels per class for the same."
    )
    assert "5 labels per class (15 in all)" in model.customdata[1]


def test_label_curve_names_follow_the_lines() -> None:
    upside_down = dataclasses.replace(
        evaluation(),
        curve=tuple(point(k, 3 * k, 0.2, 0.6) for k in (1, 5)),
        labels_saved=None,
    )
    annotations = label_curve(upside_down).figure.layout.annotations
    assert [a.text for a in annotations] == ["<b>Not pretrained</b>", "<b>Pretrained</b>"]
    assert [a.yanchor for a in annotations] == ["bottom", "top"]
    # each leans away from the middle, so neither leaves the plot
    assert [a.xanchor for a in annotations] == ["right", "left"]


@pytest.mark.parametrize(
    ("needed", "place"),
    [
        (2.0, 0.5),  # falls left of the middle: the name has its half for itself
        (100**0.55, 0.55),  # falls through the name: it begins at the line, on the right
        (100**0.8, 0.8),  # no room on the right: it ends at the line
        (99.0, 0.5),  # far on the right
    ],
)
def test_no_line_strikes_through_a_name(needed: float, place: float) -> None:
    made = dataclasses.replace(
        evaluation(),
        curve=tuple(point(k, 3 * k, 0.2 + 0.001 * k, 0.1 + 0.001 * k) for k in (1, 5, 100)),
        labels_saved=dataclasses.replace(evaluation().labels_saved, needed_per_class=needed),
    )
    lower = label_curve(made).figure.layout.annotations[1]
    assert lower.text == "<b>Not pretrained</b>"
    assert lower.x == pytest.approx(2 * place)
    assert lower.xanchor == ("right" if place == 0.8 else "left")


def test_label_curve_of_a_baseline() -> None:
    chart = label_curve(alone())
    assert trace(chart, "Not pretrained").line.color == GREY
    assert not any(t.name == "Pretrained" for t in chart.figure.data)
    assert "against" not in chart.alt.split(":")[1]


def test_label_curve_of_one_point() -> None:
    one = dataclasses.replace(evaluation(), curve=(point(5, 15, 0.5, 0.4),), labels_saved=None)
    chart = label_curve(one)
    assert len(chart.figure.data) == 2
    assert [a.xanchor for a in chart.figure.layout.annotations] == ["center", "center"]


def test_ticks_that_would_print_over_each_other() -> None:
    close = dataclasses.replace(
        evaluation(), curve=(point(5, 15, 0.5, 0.4), point(50, 150, 0.6, 0.5),
                             point(None, 165, 0.7, 0.6)), labels_saved=None
    )  # fmt: skip
    assert list(label_curve(close).figure.layout.xaxis.ticktext) == ["5", "all"]


def test_one_label_is_singular() -> None:
    saved = evaluation().labels_saved
    assert saved is not None
    one = dataclasses.replace(
        evaluation(),
        labels_per_class=1,
        labels_saved=dataclasses.replace(saved, per_class=1, needed_per_class=4.2),
    )
    assert "1 label here = 4 there" in notes(label_curve(one))


@pytest.mark.parametrize(("kind", "colour"), [("helped", GREEN), ("hurt", RED), ("unclear", GREY)])
def test_gain_interval(kind: Any, colour: str) -> None:
    base = evaluation()
    assert base.comparison is not None
    sign = -1 if kind == "hurt" else 1
    gain = Interval(sign * 0.22, min(sign * 0.18, sign * 0.26), max(sign * 0.18, sign * 0.26))
    made = dataclasses.replace(
        base, comparison=dataclasses.replace(base.comparison, kind=kind, gain=gain)
    )
    chart = gain_interval(made)
    dot = trace(chart, "Gain")
    assert list(dot.x) == pytest.approx([sign * 22])
    assert dot.marker.color == colour
    assert list(dot.error_x.array) == pytest.approx([4])
    assert list(dot.error_x.arrayminus) == pytest.approx([4])
    assert list(trace(chart, "Draws").x) == pytest.approx([21, 23])
    low, high = chart.figure.layout.xaxis.range
    assert low < min(0, 100 * gain.value)
    assert high > max(0, 100 * gain.value)
    word = {"helped": "helped: +22.0", "hurt": "hurt: −22.0", "unclear": "No clear"}[kind]
    assert word in chart.alt


def test_gain_of_one_draw_has_no_dots() -> None:
    single = dataclasses.replace(
        evaluation(),
        curve=tuple(
            dataclasses.replace(p, model_draws=p.model_draws[:1], baseline_draws=p.baseline_draws[:1])
            for p in evaluation().curve
        ),
    )  # fmt: skip
    assert [t.name for t in gain_interval(single).figure.data] == ["Gain"]


def test_gain_per_class() -> None:
    chart = gain_per_class(evaluation())
    bars = chart.figure.data[0]
    assert list(bars.x) == pytest.approx([50, 0, -15])
    assert list(bars.text) == ["+50.0", "0.0", "−15.0"]
    assert list(bars.marker.color) == [BLUE, BLUE, GREY]
    assert list(chart.figure.layout.yaxis.ticktext) == ["alpha", "&lt;b&gt;bold&lt;/b&gt;", "gamma"]
    assert chart.alt == (
        "Gain in recall by class: pretraining is ahead in 1 of 3 classes; most in alpha "
        "(+50.0 points), least in gamma (−15.0 points)."
    )


def test_gain_of_many_classes_shows_both_ends() -> None:
    classes = [f"class {i}" for i in range(77)]
    many = dataclasses.replace(
        evaluation(),
        test=scores(0.5, {name: i / 100 for i, name in enumerate(classes)}),
        baseline_test=scores(0.5, dict.fromkeys(classes, 0.3)),
    )
    chart = gain_per_class(many)
    assert len(chart.figure.data[0].x) == MOST_CLASSES
    names = chart.figure.layout.yaxis.ticktext
    assert (names[0], names[-1]) == ("class 76", "class 0")
    assert chart.figure.layout.xaxis.title.text.endswith("20 of 77 classes")


def test_gain_without_test_rows() -> None:
    empty = dataclasses.replace(evaluation(), test=scores(0, {}), baseline_test=scores(0, {}))
    assert gain_per_class(empty).alt == "Gain by class: there are no test rows."


@pytest.mark.parametrize("figure", [gain_interval, gain_per_class])
def test_no_gain_without_a_baseline(figure: Any) -> None:
    with pytest.raises(ValueError, match="There is no baseline to compare with"):
        figure(alone())


def test_confusion() -> None:
    chart = confusion(evaluation())
    right, wrong = trace(chart, "Right"), trace(chart, "Wrong")
    assert [list(row) for row in right.z] == [
        [0.8, None, None],
        [None, 0.5, None],
        [None, None, 0.4],
    ]
    assert [list(row) for row in wrong.z] == [
        [None, 0.2, None],
        [None, None, 0.5],
        [0.6, None, None],
    ]
    cells = trace(chart, "Cells")
    assert [list(c) for c in cells.customdata] == [
        [0, 0, 8],
        [0, 1, 2],
        [1, 1, 5],
        [1, 2, 5],
        [2, 0, 6],
        [2, 2, 4],
    ]
    assert list(cells.text) == ["8", "2", "5", "5", "6", "4"]
    assert list(cells.x) == [0, 1, 1, 2, 0, 2]
    assert list(cells.y) == [0, 0, 1, 1, 2, 2]
    assert cells.hovertext[1] == (
        "<b>alpha</b> taken for <b>&lt;b&gt;bold&lt;/b&gt;</b>:<br>2 of 10 rows (20.0 %)"
    )
    assert chart.alt == (
        "Confusion matrix of 30 test rows, 17 of them right; the commonest mistake is gamma taken "
        "for alpha, 6 times."
    )


def test_counts_can_be_read_on_strong_and_on_pale_cells() -> None:
    chart = confusion(evaluation())
    pale, strong = trace(chart, "Counts"), trace(chart, "Counts on strong cells")
    assert list(pale.text) == ["2"]  # 2 of 10 rows
    assert pale.textfont.color is None  # the theme's
    assert list(strong.text) == ["8", "5", "5", "6", "4"]
    assert list(strong.textfont.color) == ["#F7FAFF", "#F7FAFF", "#1B2230", "#1B2230", "#F7FAFF"]
    # a strong cell lets little of the page through, whatever its theme
    strongest = [place for place in trace(chart, "Right").colorscale if place[0] >= 0.3]
    assert [colour[1].split(",")[-1] for colour in strongest] == ["0.26)", "0.82)", "1)"]


def test_confusion_without_mistakes() -> None:
    clean = dataclasses.replace(evaluation(), test=scores(1, {}, [[3, 0, 0], [0, 0, 0], [0, 0, 2]]))
    chart = confusion(clean)
    assert chart.alt == "Confusion matrix of 5 test rows, 5 of them right."
    assert trace(chart, "Right").z[1][1] == 0  # a class without test rows


@pytest.mark.parametrize(
    ("k", "columns", "lines", "counted"), [(8, True, True, True), (20, False, True, False),
                                           (100, False, False, False)]
)  # fmt: skip
def test_confusion_of_many_classes(k: int, columns: bool, lines: bool, counted: bool) -> None:
    many = dataclasses.replace(
        evaluation(),
        classes=tuple(f"class {i}" for i in range(k)),
        test=scores(1, {}, [[int(i == j) for j in range(k)] for i in range(k)]),
    )
    layout = confusion(many).figure.layout
    assert (layout.xaxis.showticklabels is not False) == columns
    assert (layout.yaxis.showticklabels is not False) == lines
    assert any(t.name == "Counts" for t in confusion(many).figure.data) == counted
    assert layout.height < 1100


def test_compare_runs() -> None:
    chart = compare_runs(
        [
            ("Word <vectors>", Interval(0.75, 0.72, 0.77), "helped"),
            ("Others", Interval(0.6, 0.55, 0.66), "hurt"),
            ("TF-IDF", Interval(0.65), None),
            ("K-means", Interval(0.7, 0.6, 0.8), "unclear"),
        ]
    )
    assert [t.x[0] for t in chart.figure.data] == [0.75, 0.6, 0.65, 0.7]
    assert [t.y[0] for t in chart.figure.data] == [0, 1, 2, 3]
    assert [t.marker.color for t in chart.figure.data] == [GREEN, RED, GREY, GREY]
    assert [t.marker.symbol for t in chart.figure.data] == [
        "triangle-up",
        "triangle-down",
        "circle",
        "circle",
    ]
    assert chart.figure.data[0].error_x.arrayminus[0] == pytest.approx(0.03)
    assert chart.figure.data[2].error_x.array[0] == 0
    assert notes(chart)[0] == "Word &lt;vectors&gt; · <b>75.0 %</b>"
    assert chart.alt == ("Test accuracy of 4 runs: the highest is Word <vectors> with 75.0 %.")
    assert compare_runs([]).alt == "Runs side by side: none is selected."


def test_perfect_agreement_draws_an_interval_anyway() -> None:
    one = compare_runs([("a", Interval(1.0, 1.0, 1.0), None)])
    low, high = one.figure.layout.xaxis.range
    assert low < 1.0 < high


def test_class_scores_are_matched_by_name() -> None:
    made = evaluation()
    assert made.baseline_test is not None
    shuffled = dataclasses.replace(
        made,
        baseline_test=dataclasses.replace(
            made.baseline_test, per_class=tuple(reversed(made.baseline_test.per_class))
        ),
    )
    assert isinstance(made.test.per_class[0], ClassScores)
    assert list(gain_per_class(shuffled).figure.data[0].x) == pytest.approx([50, 0, -15])
