"""Reliability: how often answers are right, by how sure they are."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from core.evaluate.calibration import BINS, FEW_IN_BIN, Bin, Calibration
from core.evaluate.words import percent
from core.figures.style import BLUE, GREY, Chart, chart, faint, note


def reliability(found: Calibration, before: Calibration | None = None) -> Chart:
    """A point a bin with its 95 % interval, above the number of rows in it.

    Bins of fewer than 20 rows are faint. ``before`` is drawn in grey beside it: the answers
    before a temperature was applied.
    """
    traces: list[Any] = [
        go.Scatter(
            x=[0, 1],
            y=[0, 1],
            mode="lines",
            line={"color": GREY, "width": 1, "dash": "dot"},
            hoverinfo="skip",
        )
    ]
    named = [("as trained", GREY, before.bins)] if before is not None else []
    for name, colour, bins in [*named, ("now" if before else "", BLUE, found.bins)]:
        traces.append(_points(bins, name, colour))
    most = max((one.rows for one in found.bins), default=1)
    traces.append(
        go.Bar(
            x=[(one.low + one.high) / 2 for one in found.bins],
            y=[one.rows for one in found.bins],
            width=0.9 / BINS,
            marker={"color": faint(BLUE, 0.45)},
            yaxis="y2",
            text=[f"{one.rows:,}" for one in found.bins],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y:,} rows<extra></extra>",
        )
    )
    lowest = min((one.low for one in found.bins), default=0.0)
    notes = [
        note(
            "surer than right", x=1.0, y=0.06, xanchor="right", yanchor="bottom", colour=GREY
        ),
        note(
            "less sure than right", x=max(0.0, lowest), y=0.98, xanchor="left", yanchor="top",
            colour=GREY,
        ),
    ]  # fmt: skip
    return chart(
        traces,
        height=400,
        alt=_alt(found),
        xaxis={
            "title": {"text": "How sure the answer is"},
            "tickformat": ".0%",
            "range": [max(-0.02, lowest - 0.04), 1.03],
            "nticks": 6,
            "anchor": "y2",
        },
        yaxis={
            "title": {"text": "Answers that are right"},
            "tickformat": ".0%",
            "range": [-0.02, 1.05],
            "domain": [0.33, 1.0],
            "nticks": 5,
        },
        yaxis2={
            "title": {"text": "Rows"},
            "domain": [0.0, 0.22],
            "range": [0, 1.3 * most],
            "anchor": "x",
            "nticks": 2,
            "showgrid": False,
            "showticklabels": False,
        },
        annotations=notes,
    )


def _points(bins: tuple[Bin, ...], name: str, colour: str) -> go.Scatter:
    lows = [one.right.value if one.right.low is None else one.right.low for one in bins]
    highs = [one.right.value if one.right.high is None else one.right.high for one in bins]
    return go.Scatter(
        x=[one.confidence for one in bins],
        y=[one.right.value for one in bins],
        mode="markers+lines",
        name=name,
        line={"color": faint(colour, 0.5), "width": 1.5},
        marker={
            "color": colour,
            "size": 9,
            "opacity": [0.35 if one.rows < FEW_IN_BIN else 1.0 for one in bins],
        },
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [high - one.right.value for one, high in zip(bins, highs, strict=True)],
            "arrayminus": [one.right.value - low for one, low in zip(bins, lows, strict=True)],
            "color": faint(colour, 0.6),
            "thickness": 1.5,
            "width": 0,
        },
        customdata=[
            f"{name + ': ' if name else ''}{percent(one.confidence)} sure on average, "
            f"{percent(one.right.value)} right<br>95 % interval {100 * low:.1f} to "
            f"{100 * high:.1f}, {one.rows:,} {'row' if one.rows == 1 else 'rows'}"
            for one, low, high in zip(bins, lows, highs, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _alt(found: Calibration) -> str:
    return (
        f"Share of right answers by how sure they are, for {found.rows:,} test rows: on average "
        f"{percent(found.confidence)} sure and {percent(found.accuracy)} right; the calibration "
        f"error is {100 * found.ece.value:.1f} points."
    )
