"""What pretraining gained: in all, and class by class."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from core.evaluate.results import ClassScores, Evaluation
from core.evaluate.words import points, verdict_title
from core.figures.style import (
    BLUE,
    GREY,
    SMALL,
    VERDICT_COLOURS,
    Chart,
    chart,
    faint,
    names_axis,
    note,
    plain,
)

#: With more classes, only those at both ends are drawn.
MOST_CLASSES = 20


def gain_interval(evaluation: Evaluation) -> Chart:
    """The difference in accuracy with its 95 % interval, and the draws it stands on.

    Raises
    ------
    ValueError
        When there is no comparison.
    """
    comparison = evaluation.comparison
    if comparison is None:
        raise ValueError("There is no baseline to compare with.")
    gain = comparison.gain
    low = gain.value if gain.low is None else gain.low
    high = gain.value if gain.high is None else gain.high
    colour = VERDICT_COLOURS[comparison.kind]
    point = evaluation.point
    draws = (
        []
        if point is None
        else [100 * (a - b) for a, b in zip(point.model_draws, point.baseline_draws, strict=True)]
    )
    traces: list[Any] = []
    if len(draws) > 1:
        traces.append(
            go.Scatter(
                x=draws,
                y=[1] * len(draws),
                mode="markers",
                name="Draws",
                marker={"color": faint(GREY, 0.6), "size": 9},
                hovertemplate="One draw of labels: %{x:+.1f} points<extra></extra>",
            )
        )
    traces.append(
        go.Scatter(
            x=[100 * gain.value],
            y=[0],
            mode="markers",
            name="Gain",
            marker={"color": colour, "size": 13},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [100 * (high - gain.value)],
                "arrayminus": [100 * (gain.value - low)],
                "color": colour,
                "thickness": 3,
                "width": 0,
            },
            hovertemplate=f"{points(gain.value)}<br>95 % interval {points(low, unit=False)} to "
            f"{points(high, unit=False)}<extra></extra>",
        )
    )
    ends = [0.0, 100 * low, 100 * high, *draws]
    span = max(max(ends) - min(ends), 2.0)
    notes = [
        note(
            f"<b>{points(gain.value)}</b>",
            colour=colour,
            x=100 * gain.value,
            y=0,
            yshift=20,
            xanchor=_anchor(100 * gain.value, ends),
        )
    ]
    if len(draws) > 1:
        notes.append(
            note(f"{len(draws)} draws", colour=GREY, xref="paper", x=0, xanchor="left", y=1.55)
        )
    return chart(
        traces,
        height=190,
        alt=f"{verdict_title(evaluation)}. The difference is {points(gain.value)}, "
        f"95 % interval {points(low, unit=False)} to {points(high)}.",
        xaxis={
            "title": {"text": "Points of accuracy gained"},
            "range": [min(ends) - 0.1 * span, max(ends) + 0.1 * span],
        },
        yaxis={"visible": False, "range": [-0.8, 2.0 if len(draws) > 1 else 1.0]},
        shapes=[_zero()],
        annotations=notes,
    )


def gain_per_class(evaluation: Evaluation) -> Chart:
    """How many more rows of each class are recognised, largest gain first.

    Raises
    ------
    ValueError
        When there is no baseline.
    """
    if evaluation.baseline_test is None:
        raise ValueError("There is no baseline to compare with.")
    before = {c.name: c.recall.value for c in evaluation.baseline_test.per_class}
    gains = [(c, c.recall.value - before[c.name]) for c in evaluation.test.per_class]
    gains.sort(key=lambda pair: -pair[1])
    shown = gains
    if len(gains) > MOST_CLASSES:
        half = MOST_CLASSES // 2
        shown = gains[:half] + gains[-half:]
    values = [100 * gain for _, gain in shown]
    reach = max(max(map(abs, values), default=0.0), 1.0)
    low, high = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
    room = 0.26 * max(high - low, reach)  # for the numbers beside the bars
    title = "Points of recall gained"
    if len(shown) < len(gains):
        title += f", {len(shown)} of {len(gains)} classes"
    return chart(
        [
            go.Bar(
                x=values,
                y=list(range(len(shown))),
                orientation="h",
                marker={"color": [BLUE if value >= 0 else GREY for value in values]},
                text=[points(gain, unit=False) for _, gain in shown],
                textposition="outside",
                textfont={"size": SMALL - 1},
                cliponaxis=False,
                customdata=[_hover(c, before[c.name]) for c, _ in shown],
                hovertemplate="%{customdata}<extra></extra>",
            )
        ],
        height=max(180, 22 * len(shown) + 70),
        alt=_alt(gains),
        xaxis={
            "title": {"text": title},
            "range": [low - (room if low < 0 else 0.02 * room), high + room],
            "nticks": 5,
        },
        yaxis=names_axis([c.name for c, _ in shown], length=16),
        shapes=[_zero()],
    )


def _hover(scores: ClassScores, before: float) -> str:
    return (
        f"<b>{plain(scores.name)}</b>, {scores.support:,} test rows<br>"
        f"{100 * scores.recall.value:.1f} % recognised, without pretraining {100 * before:.1f} %"
    )


def _alt(gains: list[tuple[ClassScores, float]]) -> str:
    if not gains:
        return "Gain by class: there are no test rows."
    ahead = sum(gain > 0 for _, gain in gains)
    (best, most), (worst, least) = gains[0], gains[-1]
    return (
        f"Gain in recall by class: pretraining is ahead in {ahead} of {len(gains)} classes; most "
        f"in {best.name} ({points(most)}), least in {worst.name} ({points(least)})."
    )


def _anchor(value: float, ends: list[float]) -> str:
    """Where a label above a value leans: away from the zero line, and inside the plot."""
    share = (value - min(ends)) / max(max(ends) - min(ends), 1e-9)
    if value >= 0:
        return "left" if share < 0.7 else "right"
    return "right" if share > 0.3 else "left"


def _zero() -> dict[str, Any]:
    return {
        "type": "line",
        "x0": 0,
        "x1": 0,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": GREY, "width": 1},
    }
