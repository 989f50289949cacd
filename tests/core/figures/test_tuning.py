"""The charts of a search."""

from __future__ import annotations

from itertools import pairwise

import pytest

from core.evaluate.tuning.configuration import Configuration, EncoderChoice
from core.evaluate.tuning.results import Trial
from core.figures.parallel import _in_lines, parallel
from core.figures.style import BLUE, GREY, ORANGE
from core.figures.tuning import course, mattered, pareto

PLAIN, LSA = EncoderChoice.of("tfidf"), EncoderChoice.of("lsa")


def trial(number: int, one: Configuration, *scores: float, cost: float = 1.0) -> Trial:
    return Trial(number, one, scores, 0.01, 10.0 * (number + 1), cost, 0.5, cost / 10, 2**20)


TRIALS = (
    trial(0, Configuration.of(PLAIN), 0.6, 0.62),
    trial(1, Configuration.of(PLAIN, "logistic"), 0.5),
    trial(2, Configuration.of(LSA), 0.7, 0.66, cost=4.0),
    trial(3, Configuration.of(LSA, head_settings={"C": 3.0}), 0.65, 0.64, cost=8.0),
    Trial(4, Configuration.of(LSA, "gradient"), failure="It would not."),
)


def test_course() -> None:
    chart = course(TRIALS, last=1, budget=60, chosen=2)
    best, hollow, dots = chart.figure.data
    assert list(best.x) == [10.0, 30.0, 60]
    assert list(best.y) == [0.62, 0.66, 0.66]
    assert list(hollow.y) == [0.5]
    assert hollow.marker.color == "rgba(0,0,0,0)"
    assert list(dots.y) == [0.62, 0.66, 0.64]
    assert list(dots.marker.color) == [GREY, ORANGE, BLUE]
    assert chart.figure.layout.shapes[0].y0 == 0.62
    assert "Default settings · 62.0 %" in chart.figure.layout.annotations[0].text
    assert chart.alt.startswith("Score against time: 3 of 4 settings went through")


def test_parallel() -> None:
    chart = parallel(TRIALS, importance={"svm.C": 0.9}, chosen=2)
    names = [note.text for note in chart.figure.layout.annotations if note.text.startswith("<b>")]
    assert names == [
        "<b>Encoder</b>",
        "<b>Head</b>",
        "<b>Strictness (C)</b>",
        "<b>Score</b>",
    ]
    tops = [(shape.y0, shape.y1) for shape in chart.figure.layout.shapes]
    assert len(tops) == 4  # a band each
    lines = {line.line.color: line for line in chart.figure.data}
    # the one handed out: LSA, the SVM, C = 1, then the best first score; from band to band
    between = [y for (_, end), (start, _) in pairwise(tops) for y in (end, start, None)]
    assert list(lines[ORANGE].y) == between
    assert lines[ORANGE].x[7] == 1
    others = next(line for colour, line in lines.items() if colour.startswith("rgba"))
    # logistic regression has no axis where only the SVM's strictness varied: its line goes on
    # behind that band
    assert list(others.y) == between * 2
    slope = [x for x in others.x[12:18] if x is not None]
    assert slope[0] > slope[1] > slope[2] > slope[3]
    assert "handed out: LSA / PCA · Linear SVM." in chart.alt


def test_fitted_encoders_go_by_their_names() -> None:
    mine = EncoderChoice("ppmi", {}, "0123456789ab")
    some = [*TRIALS[:2], trial(5, Configuration.of(mine), 0.5)]
    chart = parallel(some, names={"0123456789ab": "<b>Mine</b> on My texts"})
    shown = [note.text for note in chart.figure.layout.annotations]
    assert "&lt;b&gt;Mine&lt;/b&gt;" in shown
    assert "0123456789ab" not in str(shown)


def test_values_of_an_axis_do_not_cover_each_other() -> None:
    assert _in_lines({0.0: "1", 0.5: "3", 1.0: "10"}) == [
        (0.0, "1", 0, "left"),
        (1.0, "10", 0, "right"),
        (0.5, "3", 0, "center"),
    ]
    close = _in_lines({0.0: "0.1", 0.98: "0.9", 0.99: "0.95", 1.0: "0.99", 0.97: "0.8"})
    assert [(text, line) for _, text, line, _ in close] == [
        ("0.1", 0),
        ("0.99", 0),
        ("0.95", 1),
        ("0.9", 2),
    ]  # and no room for 0.8
    assert _in_lines({}) == []
    (one,) = _in_lines({0.5: "a name that is much too long for it"})
    assert one[1] == "a name that…long for it"


def test_mattered() -> None:
    chart = mattered({"svm.C": 0.2, "encoder": 0.7})
    bars = chart.figure.data[0]
    assert list(bars.x) == [0.7, 0.2]
    assert list(chart.figure.layout.yaxis.ticktext) == ["Encoder", "Strictness (C)"]
    assert chart.alt == "Which choice mattered: Encoder 70 %, Strictness (C) 20 %."


@pytest.mark.parametrize(
    ("cost", "places"),
    [("train", [1.5, 4.5, 8.5]), ("size", [1, 1, 1]), ("speed", [0.1, 0.4, 0.8])],
)
def test_pareto(cost: str, places: list[float]) -> None:
    chart = pareto(TRIALS, cost, rung=1, chosen=2)  # type: ignore[arg-type]
    front, dots = chart.figure.data
    assert list(dots.x) == places
    assert list(dots.y) == [0.62, 0.66, 0.64]
    # the third is dearer and worse than the second
    assert list(front.y) == ([0.66] if cost == "size" else [0.62, 0.66])
    assert "TF-IDF" in chart.alt or cost == "size"


def test_names_of_users_are_no_markup() -> None:
    mine = EncoderChoice("ppmi", {}, "0123456789ab")
    some = [trial(0, Configuration.of(mine), 0.5, 0.6)]
    names = {"0123456789ab": "<b>mine</b>"}
    for chart in (
        course(some, last=1, budget=20, names=names),
        pareto(some, "size", rung=1, names=names),
    ):
        assert "&lt;b&gt;mine" in chart.figure.data[-1].customdata[0]


def test_nothing_yet() -> None:
    assert course([], last=0, budget=30).alt == "Score against time: 0 settings have a first score."
    assert parallel([]).alt == "Choices of the settings tried: none has a score yet."
    assert mattered({}).alt == "Which choice mattered: too few settings were tried to say."
    assert (
        pareto([], "train", rung=0).alt
        == "Score against seconds to learn and train: nothing was measured."
    )


def test_they_travel() -> None:
    for chart in (
        course(TRIALS, last=1, budget=60),
        parallel(TRIALS),
        mattered({"encoder": 0.5}),
        pareto(TRIALS, "train", rung=1),
    ):
        text = chart.figure.to_json()
        assert "NaN" not in text
        assert len(text) < 50_000
