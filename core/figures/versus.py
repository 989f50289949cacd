"""Runs held against each other: where each stands, and every pair."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from core.evaluate.versus import Versus
from core.evaluate.words import percent, points
from core.figures.style import (
    BLUE,
    GREY,
    ORANGE,
    SMALL,
    Chart,
    chart,
    faint,
    label,
    labels,
    note,
    plain,
)


def standings(found: Versus, names: Mapping[str, str]) -> Chart:
    """Test accuracy with 95 % intervals, best first; blue are the leader and what is level with it.

    Parameters
    ----------
    found : Versus
    names : mapping of str to str
        What the runs are called.
    """
    bounds = [(one.low, one.high) for one in (found.accuracy[key] for key in found.keys)]
    low = min(bound[0] or 0.0 for bound in bounds)
    high = max(1.0 if bound[1] is None else bound[1] for bound in bounds)
    span = max(high - low, 0.02)
    traces, notes = [], []
    for place, key in enumerate(found.keys):
        score = found.accuracy[key]
        colour = BLUE if key in found.level else GREY
        draws = found.shared
        traces.append(
            go.Scatter(
                x=[score.value],
                y=[place],
                mode="markers",
                name=plain(names[key]),
                marker={"color": colour, "size": 12},
                error_x={
                    "type": "data",
                    "symmetric": False,
                    "array": [(score.high or score.value) - score.value],
                    "arrayminus": [score.value - (score.low or 0.0)],
                    "color": colour,
                    "thickness": 2.5,
                    "width": 0,
                },
                hovertemplate=f"<b>{plain(names[key])}</b><br>{percent(score.value)}, 95 % "
                f"interval {100 * (score.low or 0.0):.1f} to {100 * (score.high or 0.0):.1f}<br>"
                f"{draws} {'draw' if draws == 1 else 'draws'} of labels<extra></extra>",
            )
        )
        notes.append(
            note(
                f"{label(names[key], 32)} · <b>{percent(score.value)}</b>",
                xref="paper",
                x=0,
                xanchor="left",
                y=place,
                yanchor="bottom",
                yshift=8,
            )
        )
    best = found.keys[0]
    return chart(
        traces,
        height=max(150, 48 * len(found.keys) + 70),
        alt=f"Test accuracy of {len(found.keys)} runs on the same rows: {names[best]} leads with "
        f"{percent(found.accuracy[best].value)}.",
        xaxis={
            "title": {
                "text": f"Test rows right{_over(found)} (blue: not clearly behind)",
            },
            "tickformat": ".0%" if span > 0.08 else ".1%",
            "range": [low - 0.06 * span, high + 0.06 * span],
            "nticks": 5,
        },
        yaxis={"visible": False, "range": [len(found.keys) - 0.6, -0.8]},
        annotations=notes,
    )


def _over(found: Versus) -> str:
    if not found.uneven:
        return ""
    return f", {found.shared} shared {'draw' if found.shared == 1 else 'draws'}"


def pairs(found: Versus, names: Mapping[str, str]) -> Chart:
    """Each run against each: points of accuracy by which the run of the line is better.

    Filled where the difference is clear: blue for the better, orange for the worse. Columns have
    the numbers of the lines.
    """
    keys = found.keys
    numbered = [
        f"{i}. {name}" for i, name in enumerate(labels([names[key] for key in keys], 20), start=1)
    ]
    fill: list[list[float | None]] = []
    hovers: list[list[str]] = []
    notes: list[dict[str, Any]] = []
    for y, first in enumerate(keys):
        fill.append([])
        hovers.append([])
        for x, second in enumerate(keys):
            if first == second:
                fill[-1].append(None)
                hovers[-1].append("")
                continue
            pair = found.pair(first, second)
            sign = 1 if pair.first == first else -1
            value = sign * pair.gain.value
            ends = sorted((sign * (pair.gain.low or 0.0), sign * (pair.gain.high or 0.0)))
            fill[-1].append((1.0 if value > 0 else -1.0) if pair.clear else 0.0)
            hovers[-1].append(
                f"<b>{plain(names[first])}</b> against {plain(names[second])}<br>"
                f"{points(value)}, 95 % interval {points(ends[0], unit=False)} to "
                f"{points(ends[1], unit=False)}<br>"
                f"{'clear' if pair.clear else 'no clear difference'}, corrected p = "
                f"{pair.p_corrected:.2g}"
            )
            text = points(value, unit=False)
            notes.append(
                note(
                    f"<b>{text}</b>" if pair.clear else text,
                    x=x,
                    y=y,
                    font={"size": SMALL if len(keys) <= 6 else SMALL - 2},
                )
            )
    return chart(
        [
            go.Heatmap(
                z=fill,
                x=list(range(len(keys))),
                y=list(range(len(keys))),
                zmin=-1,
                zmax=1,
                colorscale=[[0, faint(ORANGE, 0.45)], [0.5, faint(GREY, 0.10)],
                            [1, faint(BLUE, 0.40)]],
                showscale=False,
                xgap=3,
                ygap=3,
                customdata=hovers,
                hovertemplate="%{customdata}<extra></extra>",
                hoverongaps=False,
            )
        ],
        height=44 * len(keys) + 60,
        alt="Differences in accuracy of every pair of runs; "
        f"{sum(pair.clear for pair in found.pairs)} of {len(found.pairs)} are clear.",
        xaxis={
            "tickmode": "array",
            "tickvals": list(range(len(keys))),
            "ticktext": [f"{i}." for i in range(1, len(keys) + 1)],
            "side": "top",
            "showgrid": False,
        },
        yaxis={
            "tickmode": "array",
            "tickvals": list(range(len(keys))),
            "ticktext": numbered,
            "range": [len(keys) - 0.5, -0.5],
            "showgrid": False,
        },
        annotations=notes,
    )  # fmt: skip
