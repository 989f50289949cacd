"""Several encoders on equal terms: scores with intervals, and what they cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from core.evaluate.results import Interval
from core.evaluate.words import percent
from core.figures.placing import Box, Dot, beside, free, size_of
from core.figures.style import BLUE, GREY, Chart, chart, label, note, plain, shorten

NOTHING = "Nothing learned"


@dataclass(frozen=True)
class Standing:
    """One line of the charts.

    Attributes
    ----------
    name : str
        For people.
    accuracy : Interval
        On the test rows.
    random : Interval, optional
        What random features of the same size reach.
    seconds : float, optional
        What the learning took; None for what learned nothing.
    """

    name: str
    accuracy: Interval
    random: Interval | None = None
    seconds: float | None = None


def standings(found: Sequence[Standing]) -> Chart:
    """Scores with their 95 % intervals, best first; random features of the same size beside."""
    shown = [bound for s in found for i in (s.accuracy, s.random) if i for bound in i.bounds]
    low, high = min(shown, default=0.0), max(shown, default=1.0)
    span = max(high - low, 0.02)
    traces: list[Any] = []
    notes = []
    for place, one in enumerate(found):
        learned = one.seconds is not None
        traces.append(_score(one.name, one.accuracy, place, BLUE if learned else GREY))
        if one.random is not None:
            traces.append(
                go.Scatter(
                    x=[one.random.value],
                    y=[place],
                    mode="markers",
                    name="Random features",
                    marker={"color": GREY, "symbol": "x-thin-open", "size": 9, "line_width": 2},
                    hovertemplate=f"Random features of the size of {plain(one.name)}: "
                    f"{percent(one.random.value)}<extra></extra>",
                )
            )
        notes.append(
            note(
                f"{label(one.name, 34)} · <b>{percent(one.accuracy.value)}</b>",
                xref="paper",
                x=0,
                xanchor="left",
                y=place,
                yanchor="bottom",
                yshift=8,
            )
        )
    return chart(
        traces,
        height=max(150, 48 * len(found) + 70),
        alt=_alt(found),
        xaxis={
            "title": {"text": "Test rows right (× random features of the same size)"},
            "tickformat": ".0%",
            "range": [low - 0.05 * span, high + 0.05 * span],
            "nticks": 5,
        },
        yaxis={"visible": False, "range": [len(found) - 0.6, -0.8]},
        annotations=notes,
    )


def _score(name: str, score: Interval, place: int, colour: str) -> go.Scatter:
    low, high = score.bounds
    return go.Scatter(
        x=[score.value],
        y=[place],
        mode="markers",
        name=plain(name),
        marker={"color": colour, "size": 12},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [high - score.value],
            "arrayminus": [score.value - low],
            "color": colour,
            "thickness": 2.5,
            "width": 0,
        },
        hovertemplate=f"<b>{plain(name)}</b><br>{percent(score.value)}, 95 % interval "
        f"{100 * low:.1f} to {100 * high:.1f}<extra></extra>",
    )


def cost(found: Sequence[Standing]) -> Chart:
    """Score against the seconds that the learning took; what learned nothing is a line.

    Names stand beside their dots where they cover nothing, those that come first before others.
    """
    learned = [one for one in found if one.seconds is not None]
    nothing = next((one for one in found if one.seconds is None), None)
    places = [max(float(one.seconds or 0), 0.1) for one in learned]
    scores = [one.accuracy.value for one in learned]
    level = None if nothing is None else nothing.accuracy.value
    levels = scores if level is None else [*scores, level]
    span = max(max(levels, default=1.0) - min(levels, default=0.0), 0.02)
    across = _around(list(map(math.log10, places)), 0.15, 0.15)
    up = _around(levels, 0.15 * span, 0.2 * span)
    dots = [
        (_share(math.log10(place), across), _share(score, up))
        for place, score in zip(places, scores, strict=True)
    ]
    notes, shapes = [], []
    taken: list[Box] = []
    if level is not None:
        at = _share(level, up)
        corner, box = _corner(at, dots, NOTHING)
        notes.append(note(NOTHING, colour=GREY, xref="paper", y=level, **corner))
        taken += [box, (0.0, at - 0.01, 1.0, at + 0.01)]
        shapes.append(
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": level,
                "y1": level,
                "line": {"color": GREY, "width": 1.5, "dash": "dot"},
            }
        )
    names = [label(one.name, 24) for one in learned]
    shown = [shorten(one.name, 24) for one in learned]  # as long as it looks: without escapes
    for name, place, score, where in zip(
        names, places, scores, beside(dots, shown, taken=taken), strict=True
    ):
        if where is not None:  # else a hover names it
            notes.append(note(name, x=math.log10(place), y=score, **where))
    ticks = _ticks(min(places, default=1.0), max(places, default=1.0))
    return chart(
        [
            go.Scatter(
                x=places,
                y=scores,
                mode="markers",
                marker={"color": BLUE, "size": 11},
                customdata=[plain(one.name) for one in learned],
                hovertemplate="<b>%{customdata}</b><br>%{x:.3g} s to learn, %{y:.1%} of the test "
                "rows right<extra></extra>",
            )
        ],
        height=320,
        alt=_cost_alt(learned),
        xaxis={
            "type": "log",
            "title": {"text": "Seconds to learn"},
            "showgrid": False,
            "tickmode": "array",
            "tickvals": ticks,
            "ticktext": [f"{tick:g}" for tick in ticks],
            "range": across,
        },
        yaxis={
            "title": {"text": "Test rows right"},
            "tickformat": ".0%",
            "range": up,
            "nticks": 5,
        },
        annotations=notes,
        shapes=shapes,
    )


def _corner(at: float, dots: Sequence[Dot], text: str) -> tuple[dict[str, Any], Box]:
    """An end of a level line, above or below it, where its name covers no dot; and its box."""
    wide, tall = size_of(text)
    corners = []
    for x, xanchor, left in ((1, "right", 1 - wide), (0, "left", 0.0)):
        for yanchor, bottom, shift in (("top", at - tall, -3), ("bottom", at, 3)):
            where = {"x": x, "xanchor": xanchor, "yanchor": yanchor, "yshift": shift}
            corners.append((where, (left, bottom, left + wide, bottom + tall)))
    return next((one for one in corners if free(one[1], dots)), corners[0])


def _around(values: Sequence[float], below: float, above: float) -> list[float]:
    """The range of an axis, with room at both ends."""
    return [min(values, default=0.0) - below, max(values, default=1.0) + above]


def _share(value: float, within: Sequence[float]) -> float:
    return (value - within[0]) / (within[1] - within[0])


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers for a logarithmic axis: all of 1, 2, 5 on a short one, else powers of ten."""
    steps = (1.0, 2.0, 5.0) if high / low < 100 else (1.0,)
    every = [step * 10.0**power for power in range(-2, 6) for step in steps]
    return [tick for tick in every if 0.7 * low <= tick <= 1.4 * high]


def _alt(found: Sequence[Standing]) -> str:
    if not found:
        return "Scores: nothing was compared."
    lines = ", ".join(f"{one.name} {percent(one.accuracy.value)}" for one in found)
    return f"Test accuracy, best first: {lines}."


def _cost_alt(found: Sequence[Standing]) -> str:
    if not found:
        return "Score against seconds to learn: nothing was learned."
    lines = ", ".join(
        f"{one.name} {percent(one.accuracy.value)} in {one.seconds or 0:.3g} s" for one in found
    )
    return f"Score against seconds to learn: {lines}."
