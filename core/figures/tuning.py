"""A search for good settings: its course, its choices, what mattered, score against cost."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

import plotly.graph_objects as go

from core.evaluate.tuning.configuration import label_of, words
from core.evaluate.tuning.results import Trial
from core.evaluate.words import percent
from core.figures.style import (
    BLUE,
    GREY,
    ORANGE,
    SMALL,
    Chart,
    chart,
    faint,
    labels,
    names_axis,
    note,
    plain,
)

Cost: TypeAlias = Literal["train", "size", "speed"]

_MOST_BARS = 8
_LEAST = 0.005  # a share that is written as 1 % at least
_COSTS: Mapping[Cost, tuple[str, Callable[[Trial], float | None]]] = {
    "train": ("Seconds to learn and train", lambda t: _sum(t.learn_seconds, t.train_seconds)),
    "size": ("MB that was learned", lambda t: None if t.size is None else t.size / 2**20),
    "speed": ("Seconds to classify 1,000 rows", lambda t: t.row_seconds),
}


def course(
    trials: Sequence[Trial],
    *,
    last: int,
    budget: float,
    chosen: int | None = None,
    names: Mapping[str, str] | None = None,
) -> Chart:
    """Score against time: a dot a trial, the best so far as a line, the default as another.

    Parameters
    ----------
    trials : sequence of Trial
        Those without a score are left out.
    last : int
        The rung that scores are comparable on; dots of trials that did not get there are hollow.
    budget : float
        Seconds; the width of the picture.
    chosen : int, optional
        Number of the trial that is handed out.
    names : mapping, optional
        Of fitted encoders, by id.
    """
    scored = [one for one in trials if one.scores and one.at is not None]
    there = sorted((t for t in scored if len(t.scores) > last), key=lambda t: t.at or 0)
    traces: list[Any] = []
    notes = []
    best: list[tuple[float, float]] = []
    for one in there:
        score = one.scores[last]
        if not best or score > best[-1][1]:
            best.append((one.at or 0, score))
    if best:
        best.append((budget, best[-1][1]))
        traces.append(
            go.Scatter(
                x=[x for x, _ in best],
                y=[y for _, y in best],
                mode="lines",
                line={"color": BLUE, "width": 2, "shape": "hv"},
                hoverinfo="skip",
            )
        )
    for done in (False, True):
        some = [t for t in scored if (len(t.scores) > last) == done]
        if some:
            traces.append(_dots(some, done, names, chosen))
    shapes = []
    default = next((t for t in there if t.number == 0), None)
    if default is not None:
        level = default.scores[last]
        shapes.append(_level(level))
        notes.append(
            note(
                f"Default settings · {percent(level)}",
                xref="paper",
                x=0,
                xanchor="left",
                y=level,
                yanchor="top",
                yshift=-3,
            )
        )
    values = [one.scores[min(last, len(one.scores) - 1)] for one in scored]
    low, high = min(values, default=0.0), max(values, default=1.0)
    span = max(high - low, 0.02)
    return chart(
        traces,
        height=320,
        alt=_course_alt(there, last, len(scored)),
        xaxis={"title": {"text": "Seconds"}, "range": [0, budget * 1.02], "showgrid": False},
        yaxis={
            "title": {"text": "Validation rows right"},
            "tickformat": ".0%" if span >= 0.05 else ".1%",
            "range": [low - 0.15 * span, high + 0.15 * span],
            "nticks": 5,
        },
        shapes=shapes,
        annotations=notes,
    )


def mattered(importance: Mapping[str, float]) -> Chart:
    """How much of the differences between scores each choice explains by itself."""
    found = sorted(importance.items(), key=lambda item: -item[1])[:_MOST_BARS]
    found = [item for item in found if item[1] >= _LEAST] or found[:1]
    values = [share for _, share in found]
    names = [label_of(name) for name, _ in found]
    return chart(
        [
            go.Bar(
                x=values,
                y=list(range(len(found))),
                orientation="h",
                marker={"color": BLUE},
                text=[f"{100 * share:.0f} %" for share in values],
                textposition="outside",
                textfont={"size": SMALL - 1},
                cliponaxis=False,
                customdata=labels(names, 40),
                hovertemplate="%{customdata}: %{x:.0%} of the differences<extra></extra>",
            )
        ],
        height=max(160, 26 * len(found) + 70),
        alt=(
            "Which choice mattered: "
            + ", ".join(
                f"{name} {100 * share:.0f} %" for name, share in zip(names, values, strict=True)
            )
            + "."
            if found
            else "Which choice mattered: too few settings were tried to say."
        ),
        xaxis={
            "title": {"text": "Share of the differences explained"},
            "tickformat": ".0%",
            "range": [0, max([*values, 0.05]) * 1.25],
            "nticks": 4,
        },
        yaxis=names_axis(names, length=22),
    )


def pareto(
    trials: Sequence[Trial],
    cost: Cost,
    *,
    rung: int,
    chosen: int | None = None,
    names: Mapping[str, str] | None = None,
) -> Chart:
    """Score against cost: on the line are the trials that none beats in both.

    Parameters
    ----------
    trials : sequence of Trial
        Those that finished ``rung`` and whose cost is known are shown.
    cost : {"train", "size", "speed"}
        What is paid.
    """
    title, of = _COSTS[cost]
    shown = [(t, max(c, 1e-4)) for t in trials if len(t.scores) > rung and (c := of(t)) is not None]
    front = _front([(c, t.scores[rung]) for t, c in shown])
    places = [c for _, c in shown]
    scores = [t.scores[rung] for t, _ in shown]
    span = max(max(scores, default=1.0) - min(scores, default=0.0), 0.01)
    traces: list[Any] = []
    if front:
        traces.append(
            go.Scatter(
                x=[x for x, _ in front],
                y=[y for _, y in front],
                mode="lines",
                line={"color": faint(GREY, 0.8), "width": 1.5, "shape": "hv", "dash": "dot"},
                hoverinfo="skip",
            )
        )
    traces.append(
        go.Scatter(
            x=places,
            y=scores,
            mode="markers",
            marker={
                "size": [13 if t.number == chosen else 9 for t, _ in shown],
                "color": [_colour(t, chosen) for t, _ in shown],
            },
            customdata=[plain(words(t.configuration, names)) for t, _ in shown],
            hovertemplate="<b>%{customdata}</b><br>%{y:.1%} of the validation rows right<br>"
            + title
            + ": %{x:.3g}<extra></extra>",
        )
    )
    return chart(
        traces,
        height=320,
        alt=_pareto_alt(shown, front, title, rung),
        xaxis={"type": "log", "title": {"text": title}, "showgrid": False, **_decades(places)},
        yaxis={
            "title": {"text": "Validation rows right"},
            "tickformat": ".1%",
            "range": [
                min(scores, default=0.0) - 0.15 * span,
                max(scores, default=1.0) + 0.2 * span,
            ],
            "nticks": 5,
        },
    )


def _dots(
    some: Sequence[Trial], done: bool, names: Mapping[str, str] | None, chosen: int | None
) -> go.Scatter:
    colours = [_colour(one, chosen) for one in some]
    return go.Scatter(
        x=[one.at for one in some],
        y=[one.scores[-1] for one in some],
        mode="markers",
        marker={
            "size": [13 if one.number == chosen else 8 for one in some],
            "color": colours if done else "rgba(0,0,0,0)",
            "line": {"color": colours, "width": 0 if done else 1.5},
        },
        customdata=[plain(words(one.configuration, names)) for one in some],
        hovertemplate="<b>%{customdata}</b><br>%{y:.1%} of the validation rows right"
        + ("" if done else ", on part of the splits or rows")
        + "<extra></extra>",
    )


def _colour(one: Trial, chosen: int | None) -> str:
    if one.number == chosen:
        return ORANGE
    return BLUE if one.configuration.encoder.learns else GREY


def _level(level: float) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": level,
        "y1": level,
        "line": {"color": GREY, "width": 1.5, "dash": "dot"},
    }


def _front(found: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Cost and score of what no other beats in both, from cheap to dear."""
    front: list[tuple[float, float]] = []
    for cost, score in sorted(found, key=lambda pair: (pair[0], -pair[1])):
        if not front or score > front[-1][1]:
            front.append((cost, score))
    return front


def _decades(places: Sequence[float]) -> dict[str, Any]:
    """A logarithmic axis with few round numbers on it."""
    low, high = min(places, default=0.1), max(places, default=1.0)
    steps = [1.0] if high / low >= 100 else [1.0, 2.0, 5.0]
    if high / low < 6:
        steps = [1.0, 1.5, 2.0, 3.0, 5.0, 7.0]
    ticks = [s * 10.0**p for p in range(-5, 6) for s in steps]
    ticks = [t for t in ticks if 0.7 * low <= t <= 1.4 * high] or [low]
    return {
        "tickmode": "array",
        "tickvals": ticks,
        "ticktext": [f"{tick:g}" for tick in ticks],
        "range": [math.log10(low) - 0.15, math.log10(high) + 0.15],
    }


def _sum(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first + second


def _course_alt(there: Sequence[Trial], last: int, count: int) -> str:
    if not there:
        return f"Score against time: {count} settings have a first score."
    best = max(there, key=lambda one: one.scores[last])
    return (
        f"Score against time: {len(there)} of {count} settings went through the whole "
        f"cross-validation; the best has {percent(best.scores[last])}, "
        f"{words(best.configuration)}."
    )


def _pareto_alt(
    shown: Sequence[tuple[Trial, float]],
    front: Sequence[tuple[float, float]],
    title: str,
    rung: int,
) -> str:
    if not shown:
        return f"Score against {title.lower()}: nothing was measured."
    best = [
        f"{words(t.configuration)} ({percent(t.scores[rung])}, {c:.3g})"
        for t, c in sorted(shown, key=lambda pair: pair[1])
        if (c, t.scores[rung]) in front
    ]
    return f"Score against {title[0].lower() + title[1:]}; not beaten in both: {'; '.join(best)}."
