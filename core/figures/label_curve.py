"""Score against labels per class, pretrained and baseline."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.evaluate.results import CurvePoint, Evaluation, Interval, LabelsSaved
from core.evaluate.words import budget_words, percent
from core.figures.style import BLUE, GREY, ORANGE, Chart, chart, faint, note

#: Share of the width that the longest name takes on a phone.
_NAME_WIDTH = 0.45


def label_curve(evaluation: Evaluation) -> Chart:
    """Test accuracy at each label budget with its 95 % band, and the labels saved."""
    return _draw(
        evaluation.curve,
        len(evaluation.classes),
        own=evaluation.point,
        saved=evaluation.labels_saved,
        alt=_alt(evaluation),
    )


def growing_curve(points: Sequence[CurvePoint], classes: int) -> Chart:
    """The label curve of an experiment under way: the budgets that were measured so far.

    Parameters
    ----------
    points : sequence of CurvePoint
        At least one (:func:`core.evaluate.curve.points_so_far`). A budget whose band is not known
        yet is left out as soon as another one's is: a band must not seem narrow there.
    classes : int
        Number of classes.
    """
    points = [point for point in points if point.model.low is not None] or points
    last = points[-1]
    many = "1 label budget" if len(points) == 1 else f"{len(points)} label budgets"
    alt = f"Test accuracy against labels per class, so far at {many}"
    alt += f": {percent(last.model.value)} right with {budget_words(last.labels_per_class)}"
    if last.baseline is not None:
        alt += f", against {percent(last.baseline.value)} without pretraining"
    return _draw(points, classes, own=None, saved=None, alt=alt + ".")


def _draw(
    points: Sequence[CurvePoint],
    classes: int,
    *,
    own: CurvePoint | None,
    saved: LabelsSaved | None,
    alt: str,
) -> Chart:
    places = [_place(point, classes) for point in points]
    mine = next((i for i, p in enumerate(points) if p is own), None)
    paired = all(point.baseline is not None for point in points)
    lines = [("Pretrained", BLUE, [p.model for p in points])]
    if paired:
        lines.append(("Not pretrained", GREY, [p.baseline for p in points if p.baseline]))
    else:
        lines = [("Not pretrained", GREY, lines[0][2])]

    traces: list[Any] = []
    for _, colour, values in lines:
        if len(points) > 1:
            traces.append(_band(places, values, colour))
    for name, colour, values in lines:
        traces.append(
            go.Scatter(
                x=places,
                y=[value.value for value in values],
                mode="lines+markers",
                name=name,
                line={"color": colour, "width": 2.5},
                marker={"color": colour, "size": [11 if i == mine else 7 for i in _count(points)]},
                customdata=[_hover(name, p, v) for p, v in zip(points, values, strict=True)],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    bottom, top = _range([value for _, _, values in lines for value in values])
    drop = None if saved is None or own is None else saved.needed_per_class
    notes = _names(lines, places, drop=drop)
    if saved is not None and saved.needed_per_class is not None and own is not None:
        height = own.model.value
        traces.append(
            go.Scatter(
                x=[saved.per_class, saved.needed_per_class, saved.needed_per_class],
                y=[height, height, bottom],  # down to the axis, where the number stands
                mode="lines",
                name="Labels saved",
                line={"color": ORANGE, "width": 2.5, "dash": "dot"},
                hoverinfo="skip",
            )
        )
        many = "label" if saved.per_class == 1 else "labels"
        at = math.log10(saved.needed_per_class)
        late = at > (math.log10(min(places)) + math.log10(max(places))) / 2
        notes.append(
            note(
                f"{saved.per_class} {many} here = {saved.needed_per_class:.0f} there",
                colour=ORANGE,
                x=at,
                xanchor="right" if late else "left",
                xshift=-6 if late else 6,
                y=bottom,
                yanchor="bottom",
            )
        )
    left, right = math.log10(min(places)), math.log10(max(places))
    pad = 0.06 * (right - left) if right > left else 0.5
    ticks = _ticks(points, places)
    return chart(
        traces,
        height=340,
        alt=alt,
        xaxis={
            "type": "log",
            "tickmode": "array",
            "tickvals": [place for place, _ in ticks],
            "ticktext": [text for _, text in ticks],
            "range": [left - pad, right + pad],
            "title": {"text": "Labels per class"},
            "showgrid": False,
        },
        yaxis={
            "tickformat": ".0%",
            "range": [bottom, top],
            "title": {"text": "Test rows right"},
            "nticks": 6,
        },
        annotations=notes,
    )


def _place(point: CurvePoint, classes: int) -> float:
    return float(point.labels_per_class or max(point.labels / max(classes, 1), 1))


def _count(points: Sequence[CurvePoint]) -> range:
    return range(len(points))


def _band(places: Sequence[float], values: Sequence[Interval], colour: str) -> go.Scatter:
    # one closed shape: two lines filled between would show their end points
    upper = [v.value if v.high is None else v.high for v in values]
    lower = [v.value if v.low is None else v.low for v in values]
    return go.Scatter(
        x=[*places, *reversed(places)],
        y=[*upper, *reversed(lower)],
        mode="lines",
        fill="toself",
        fillcolor=faint(colour, 0.16),
        line={"width": 0, "color": faint(colour, 0.0)},
        hoverinfo="skip",
    )


def _range(values: Sequence[Interval]) -> tuple[float, float]:
    low = min(v.value if v.low is None else v.low for v in values)
    high = max(v.value if v.high is None else v.high for v in values)
    span = max(high - low, 0.05)
    # room below for the labels saved, room above for a name
    return max(low - 0.22 * span, -0.12 * span), high + 0.14 * span


def _names(
    lines: Sequence[tuple[str, str, Sequence[Interval]]],
    places: Sequence[float],
    *,
    drop: float | None = None,
) -> list[dict[str, Any]]:
    """A name above the upper line and one below the lower, where rising lines leave room.

    Both stand at the middle, so that either has half the width for itself. Where the line of the
    labels saved falls down at ``drop`` through the lower one, that stands beside it: to the right
    where there is room, else to the left.
    """
    x = np.log10(places)
    middle = (x[0] + x[-1]) / 2

    def at(place: float, values: Sequence[float]) -> float:
        return float(np.interp(place, x, values))

    low, leans, edge_at = middle, "left", middle
    falls = math.nan if drop is None else (math.log10(drop) - x[0]) / max(x[-1] - x[0], 1e-9)
    if 0.5 - _NAME_WIDTH / 4 <= falls <= 0.5 + _NAME_WIDTH:
        low = edge_at = x[0] + falls * (x[-1] - x[0])
        if falls > 1 - _NAME_WIDTH:  # as low as the line is where the name begins
            leans, edge_at = "right", low - _NAME_WIDTH * (x[-1] - x[0])
    order = sorted(lines, key=lambda line: -at(middle, [v.value for v in line[2]]))
    notes = []
    for i, (name, colour, values) in enumerate(order):
        above = i == 0
        ends = [v.high if above else v.low for v in values]
        edge = [v.value if end is None else end for v, end in zip(values, ends, strict=True)]
        notes.append(
            note(
                f"<b>{name}</b>",
                colour=colour,
                x=float(middle if above else low),
                y=at(middle if above else edge_at, edge),
                xanchor=("right" if above else leans) if len(places) > 1 else "center",
                yanchor="bottom" if above else "top",
                xshift=(-6 if above or leans == "right" else 6) if len(places) > 1 else 0,
                yshift=4 if above else -4,
            )
        )
    return notes


def _ticks(points: Sequence[CurvePoint], places: Sequence[float]) -> list[tuple[float, str]]:
    ticks: list[tuple[float, str]] = []
    for point, place in zip(points, places, strict=True):
        text = "all" if point.labels_per_class is None else f"{point.labels_per_class:,}"
        # a tick too close to the next would print over it
        if ticks and place / ticks[-1][0] < 1.35 and text == "all":
            ticks.pop()
        ticks.append((place, text))
    return ticks


def _hover(name: str, point: CurvePoint, value: Interval) -> str:
    low = value.value if value.low is None else value.low
    high = value.value if value.high is None else value.high
    draws = len(point.model_draws)
    return (
        f"<b>{name}</b>, {budget_words(point.labels_per_class)} ({point.labels:,} in all)<br>"
        f"{percent(value.value)} right, 95 % interval {100 * low:.1f} to {100 * high:.1f}<br>"
        f"mean of {draws} {'draw' if draws == 1 else 'draws'}"
    )


def _alt(evaluation: Evaluation) -> str:
    point = evaluation.point
    text = "Test accuracy against labels per class"
    if point is not None:
        text += f": with {budget_words(point.labels_per_class)} {percent(point.model.value)} right"
        if point.baseline is not None:
            text += f", against {percent(point.baseline.value)} without pretraining"
    saved = evaluation.labels_saved
    if saved is not None and saved.needed_per_class is not None:
        text += (
            f"; the baseline needs about {saved.needed_per_class:.0f} labels per class for the same"
        )
    return text + "."
