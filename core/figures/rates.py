"""The loss by learning rate, as a range test saw it."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from core.figures.style import BLUE, GREY, ORANGE, Chart, chart, note
from core.finetune.rate_finder import RateSweep


def rate_sweep(found: RateSweep) -> Chart:
    """Loss against learning rate, with the rate suggested and the one taken by default."""
    lines, notes = [], []
    top = float(found.losses.max())
    for rate, colour, words, side in (
        (found.automatic, GREY, "by default", "left"),
        (found.suggested, ORANGE, "falls fastest", "right"),
    ):
        lines.append(
            {
                "type": "line",
                "x0": rate,
                "x1": rate,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": colour, "width": 1.5, "dash": "dot"},
            }
        )
        notes.append(
            note(
                f"<b>{rate:.2g}</b> {words}",
                colour=colour,
                x=float(np.log10(rate)),
                y=top,
                yanchor="top",
                xanchor=side,
                yshift=0 if side == "left" else -18,
                xshift=5 if side == "left" else -5,
            )
        )
    return chart(
        [
            go.Scatter(
                x=found.rates.tolist(),
                y=found.losses.tolist(),
                mode="lines",
                name="Loss",
                line={"color": BLUE, "width": 2.5},
                hovertemplate="Learning rate %{x:.2g}: loss %{y:.4g}<extra></extra>",
            )
        ],
        height=260,
        alt=f"Loss by learning rate from {found.rates[0]:.2g} to {found.rates[-1]:.2g}; it falls "
        f"fastest at {found.suggested:.2g}.",
        xaxis={
            "title": {"text": "Learning rate"},
            "type": "log",
            "showgrid": False,
            "exponentformat": "power",
            "nticks": 6,
        },
        yaxis={"title": {"text": "Loss"}, "nticks": 5},
        shapes=lines,
        annotations=notes,
    )
