"""Whether a score can be trusted: slices, faults, chance, and the price of not answering."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from core.evaluate.reject import RejectRule, RiskCoverage
from core.evaluate.results import Interval
from core.evaluate.robustness import Robustness
from core.evaluate.slices import Slice
from core.evaluate.stability import Stability
from core.evaluate.words import percent, points
from core.figures.style import (
    BLUE,
    GREY,
    KINDS,
    ORANGE,
    SMALL,
    Chart,
    chart,
    faint,
    label,
    names_axis,
    note,
    plain,
)

#: Slices shown, weakest first.
MOST_SLICES = 14
_MOST_POINTS = 400


def slices_chart(found: Sequence[Slice], overall: float) -> Chart:
    """The accuracy of the weakest slices with their 95 % intervals, against that of all rows.

    Parameters
    ----------
    found : sequence of Slice
        The weakest first; at least one.
    overall : float
        Accuracy on all test rows.
    """
    shown = list(found[:MOST_SLICES])
    # two names for one line each: what it is divided by, and which part it is
    names = [f"{one.dimension} {one.name}" for one in shown]
    traces = _dots(
        [one.accuracy for one in shown],
        [ORANGE if one.weak else BLUE for one in shown],
        [
            f"<b>{label(name, 50)}</b><br>{percent(one.accuracy.value)} right of "
            f"{one.rows:,} rows, {percent(one.rest)} elsewhere"
            for name, one in zip(names, shown, strict=True)
        ],
    )
    weak = sum(one.weak for one in found)
    return chart(
        traces,
        height=30 * len(shown) + 90,
        alt=f"Accuracy of {len(shown)} slices against {percent(overall)} on all test rows; {weak} "
        f"of {len(found)} are weaker by more than chance. Lowest: {names[0]} with "
        f"{percent(shown[0].accuracy.value)}.",
        xaxis={
            "title": {"text": "Right"},
            "tickformat": ".0%",
            "range": _range([one.accuracy for one in shown], overall),
            "nticks": 5,
        },
        yaxis=names_axis(names, length=30),
        shapes=[_upright(overall)],
        annotations=[
            note(
                f"all rows {percent(overall)}",
                x=overall,
                yref="paper",
                y=1.0,
                yanchor="bottom",
                xanchor="right" if overall > 0.5 else "left",
            )
        ],
        margin={"l": 8, "r": 12, "t": 26, "b": 8},
    )


def robustness_chart(found: Robustness) -> Chart:
    """The accuracy under each fault at each strength, against that on the rows as they are."""
    names = [f"{one.kind}, {one.strength}" for one in found.under]
    kinds = list(dict.fromkeys(one.kind for one in found.under))
    colours = [KINDS[kinds.index(one.kind) % len(KINDS)] for one in found.under]
    traces = _dots(
        [one.accuracy for one in found.under],
        colours,
        [
            f"<b>{plain(name)}</b><br>{percent(one.accuracy.value)} right, "
            f"{points(one.change.value)}"
            for name, one in zip(names, found.under, strict=True)
        ],
    )
    worst = min(found.under, key=lambda one: one.accuracy.value)
    return chart(
        traces,
        height=30 * len(names) + 90,
        alt=f"Accuracy on spoilt rows against {percent(found.whole.value)} on whole ones; lowest "
        f"with {worst.kind.lower()}, {worst.strength}: {percent(worst.accuracy.value)}.",
        xaxis={
            "title": {"text": "Right"},
            "tickformat": ".0%",
            "range": _range([one.accuracy for one in found.under], found.whole.value),
            "nticks": 5,
        },
        yaxis=names_axis(names, length=32),
        shapes=[_upright(found.whole.value)],
        annotations=[
            note(
                f"whole rows {percent(found.whole.value)}",
                x=found.whole.value,
                yref="paper",
                y=1.0,
                yanchor="bottom",
                xanchor="right" if found.whole.value > 0.5 else "left",
            )
        ],
        margin={"l": 8, "r": 12, "t": 26, "b": 8},
    )


def stability_chart(found: Sequence[tuple[str, Stability]]) -> Chart:
    """The accuracy of each training, a line for what was changed between them."""
    traces = []
    every = [value for _, one in found for value in one.accuracies]
    for place, (name, one) in enumerate(found):
        colour = KINDS[place % len(KINDS)]
        traces.append(
            go.Scatter(
                x=list(one.accuracies),
                y=[place] * len(one.accuracies),
                mode="markers",
                marker={
                    "color": faint(colour, 0.55),
                    "size": 13,
                    "line": {"color": colour, "width": 1.5},
                },
                hovertemplate=f"{plain(name)}: %{{x:.1%}}<extra></extra>",
            )
        )
    spread = max(every) - min(every)
    room = max(0.02, 0.3 * spread)
    return chart(
        traces,
        height=62 * len(found) + 70,
        alt="Accuracy of each training. "
        + " ".join(
            f"{name}: {percent(min(one.accuracies))} to {percent(max(one.accuracies))}."
            for name, one in found
        ),
        xaxis={
            "title": {"text": "Right on the test rows"},
            "tickformat": ".1%",
            "range": [max(0.0, min(every) - room), min(1.0 + room / 2, max(every) + room)],
            "nticks": 5,
        },
        yaxis=names_axis([name for name, _ in found]),
    )


def risk_coverage_chart(
    held_out: RiskCoverage, rule: RejectRule, *, test: tuple[float, float] | None = None
) -> Chart:
    """The error of the answers against the share of rows that is answered, on held-out rows.

    Parameters
    ----------
    held_out : RiskCoverage
        Of the rows that the threshold is chosen on; at least one.
    rule : RejectRule
        The threshold, and the error that it was chosen for.
    test : (coverage, error), optional
        What the threshold gives on the test rows; they had no say in it.
    """
    step = max(1, len(held_out.coverage) // _MOST_POINTS)
    coverage, error = held_out.coverage[::step].tolist(), held_out.error[::step].tolist()
    if step > 1:
        coverage.append(float(held_out.coverage[-1]))
        error.append(float(held_out.error[-1]))
    traces: list[Any] = [
        go.Scatter(
            x=coverage,
            y=error,
            mode="lines" if len(coverage) > 1 else "markers",
            line={"color": BLUE, "width": 2.5},
            hovertemplate="%{x:.0%} answered, %{y:.1%} of them wrong<extra>Held-out</extra>",
        )
    ]
    notes = [
        note(
            f"allowed {percent(rule.allowed_error)}",
            colour=ORANGE,
            xref="paper",
            x=0,
            xanchor="left",
            y=rule.allowed_error,
            yanchor="bottom",
        )
    ]
    highest = max([*error, rule.allowed_error])
    alt = f"Share of wrong answers by share of rows answered; {percent(error[-1])} when all are."
    for at, colour, name in (
        (
            None if rule.threshold is None else (rule.coverage, rule.error.value),
            BLUE,
            "held-out rows",
        ),
        (test, GREY, "test rows"),
    ):
        if at is None:
            continue
        highest = max(highest, at[1])
        traces.append(
            go.Scatter(
                x=[at[0]],
                y=[at[1]],
                mode="markers",
                marker={"color": colour, "size": 12},
                hovertemplate=f"At the threshold, {name}: %{{x:.0%}} answered, %{{y:.1%}} of them "
                "wrong<extra></extra>",
            )
        )
        notes.append(
            note(
                name,
                colour=colour,
                x=at[0],
                y=at[1],
                yshift=14 if colour == BLUE else -14,
                xanchor="right" if at[0] > 0.5 else "left",
            )
        )
        alt += f" At the threshold, {name}: {percent(at[0])} answered, {percent(at[1])} wrong."
    return chart(
        traces,
        height=300,
        alt=alt,
        xaxis={
            "title": {"text": "Rows answered"},
            "tickformat": ".0%",
            "range": [0, 1.03],
            "nticks": 6,
        },
        yaxis={
            "title": {"text": "Wrong answers"},
            "tickformat": ".0%",
            "range": [-0.02 * max(highest, 0.05), 1.15 * max(highest, 0.05)],
            "nticks": 5,
        },
        shapes=[
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": rule.allowed_error,
                "y1": rule.allowed_error,
                "line": {"color": ORANGE, "width": 1.5, "dash": "dot"},
            }
        ],
        annotations=notes,
    )


def _dots(values: Sequence[Interval], colours: list[str], hovers: list[str]) -> list[Any]:
    """Values with their intervals, a line each; the number stands at the interval's end."""
    places = list(range(len(values)))
    highs = [one.value if one.high is None else one.high for one in values]
    lows = [one.value if one.low is None else one.low for one in values]
    return [
        go.Scatter(
            x=[one.value for one in values],
            y=places,
            mode="markers",
            marker={"color": colours, "size": 10},
            cliponaxis=False,
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [high - one.value for one, high in zip(values, highs, strict=True)],
                "arrayminus": [one.value - low for one, low in zip(values, lows, strict=True)],
                "color": faint(GREY, 0.6),
                "thickness": 2,
                "width": 0,
            },
            customdata=hovers,
            hovertemplate="%{customdata}<extra></extra>",
        ),
        go.Scatter(
            x=highs,
            y=places,
            mode="text",
            text=[f"\u2002{percent(one.value)}" for one in values],  # room for the dot
            textposition="middle right",
            textfont={"size": SMALL - 1},
            cliponaxis=False,
            hoverinfo="skip",
        ),
    ]


def _range(values: Sequence[Interval], line: float) -> list[float]:
    """Room for all intervals, the line, and the numbers to the right."""
    low = min(line, *(one.bounds[0] for one in values))
    high = max(line, *(one.bounds[1] for one in values))
    span = max(high - low, 0.05)
    return [low - 0.06 * span, high + 0.22 * span]


def _upright(at: float) -> dict[str, Any]:
    return {
        "type": "line",
        "x0": at,
        "x1": at,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": GREY, "width": 1.5, "dash": "dot"},
    }
