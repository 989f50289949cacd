"""Encoders ranked before fine-tuning: mean ranks with their ranges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from core.figures.style import BLUE, GREY, Chart, chart, faint, label, note, plain


@dataclass(frozen=True)
class Placed:
    """One line of the chart.

    Attributes
    ----------
    name : str
        For people.
    mean, low, high : float
        Mean rank over the scores, and its range.
    tied : bool
        Whether its range overlaps that of the first.
    pick : bool
        Whether it is the one to take.
    """

    name: str
    mean: float
    low: float
    high: float
    tied: bool
    pick: bool = False


def board(found: Sequence[Placed]) -> Chart:
    """Mean ranks with their ranges, best first; those tied with the first on a shaded band.

    Parameters
    ----------
    found : sequence of Placed
        Best first.
    """
    traces, notes = [], []
    for place, one in enumerate(found):
        colour = BLUE if one.tied else GREY
        traces.append(
            go.Scatter(
                x=[one.mean],
                y=[place],
                mode="markers",
                name=plain(one.name),
                marker={
                    "color": colour,
                    "size": 14 if one.pick else 10,
                    "symbol": "diamond" if one.pick else "circle",
                },
                error_x={
                    "type": "data",
                    "symmetric": False,
                    "array": [one.high - one.mean],
                    "arrayminus": [one.mean - one.low],
                    "color": colour,
                    "thickness": 2.5,
                    "width": 0,
                },
                hovertemplate=f"<b>{plain(one.name)}</b><br>mean rank {one.mean:.1f}, range "
                f"{one.low:.1f} to {one.high:.1f}<extra></extra>",
            )
        )
        notes.append(
            note(
                f"<b>{label(one.name, 34)}</b>" if one.pick else label(one.name, 34),
                xref="paper",
                x=0,
                xanchor="left",
                y=place,
                yanchor="bottom",
                yshift=8,
            )
        )
        if one.pick:  # at the right, which the best ranks leave free
            notes.append(
                note(
                    "<b>take this one</b>",
                    xref="paper",
                    x=1,
                    xanchor="right",
                    y=place,
                    yanchor="bottom",
                    yshift=8,
                )
            )
    shapes = []
    if found and sum(one.tied for one in found) > 1:
        shapes.append(
            {
                "type": "rect",
                "layer": "below",
                "xref": "x",
                "yref": "paper",
                "x0": found[0].low,
                "x1": found[0].high,
                "y0": 0,
                "y1": 1,
                "line": {"width": 0},
                "fillcolor": faint(BLUE, 0.1),
            }
        )
    return chart(
        traces,
        height=max(150, 46 * len(found) + 70),
        alt=_alt(found),
        xaxis={
            "title": {"text": "Mean rank over the scores (1 is best)"},
            "range": [0.6, max((one.high for one in found), default=1.0) + 0.4],
            "nticks": 8,
        },
        yaxis={"visible": False, "range": [len(found) - 0.6, -0.8]},
        annotations=notes,
        shapes=shapes,
    )


def _alt(found: Sequence[Placed]) -> str:
    if not found:
        return "Mean ranks: nothing was ranked."
    lines = ", ".join(
        f"{one.name} {one.mean:.1f} ({one.low:.1f} to {one.high:.1f})"
        + (", to take" if one.pick else "")
        for one in found
    )
    return f"Mean ranks over the scores, best first: {lines}."
