"""What each threshold of a class costs, on the rows it is chosen on and on the test rows."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from core.evaluate.threshold import Effect, cost_curve
from core.evaluate.validation import Validation
from core.figures.style import BLUE, GREY, ORANGE, Chart, chart, label, note
from core.types import Floats, Ints

_STEPS = np.linspace(0.005, 0.995, 199)


def costs(effect: Effect, held_out: Validation, labels: Ints, proba: Floats, name: str) -> Chart:
    """Cost for each 1,000 rows by threshold; the chosen one, and what no threshold costs.

    Parameters
    ----------
    effect : Effect
        The threshold chosen on ``held_out``.
    held_out : Validation
    labels, proba : ndarray, shapes (n,) and (n, k)
        The test rows.
    name : str
        Of the class.
    """
    code, miss = effect.code, effect.miss_cost
    ours = cost_curve(labels, proba[:, code], code, miss, _STEPS)
    chosen_on = cost_curve(held_out.labels, held_out.proba[:, code], code, miss, _STEPS)
    without = 1000 * effect.likeliest.cost(miss) / max(effect.likeliest.rows, 1)
    top = float(max(min(ours.max(), 4 * max(without, ours.min(), 1)), without * 1.2, 1))
    at = min(max(effect.threshold, 0.0), 1.0)
    late = at > 0.5
    lines = [
        go.Scatter(
            x=[0, 1],
            y=[without, without],
            mode="lines",
            line={"color": GREY, "width": 1.5, "dash": "dot"},
            hovertemplate=f"Likeliest class, test rows: {without:.1f}<extra></extra>",
        ),
        *(
            go.Scatter(
                x=_STEPS.tolist(),
                y=values.tolist(),
                mode="lines",
                name=words,
                line={"color": colour, "width": 2.5},
                hovertemplate=f"{words}, from %{{x:.2f}} on: %{{y:.1f}}<extra></extra>",
            )
            for words, colour, values in (
                ("Held-out labels", GREY, chosen_on),
                ("Test rows", BLUE, ours),
            )
        ),
    ]
    return chart(
        lines,
        height=320,
        alt=f"Cost by threshold of {name}: chosen is {effect.threshold:.3f}; on the test rows the "
        f"likeliest class costs {without:.1f} false alarms for each 1,000 rows.",
        xaxis={
            "title": {"text": f"Said from this probability on: {label(name, 24)}"},
            "range": [0, 1],
            "nticks": 6,
            "showgrid": False,
        },
        yaxis={
            "title": {"text": "Cost for each 1,000 rows"},
            "range": [0, top],
            "nticks": 5,
        },
        margin={"l": 8, "r": 12, "t": 30, "b": 8},
        shapes=[
            {
                "type": "line",
                "x0": at,
                "x1": at,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": ORANGE, "width": 1.5},
            }
        ],
        annotations=[
            note(
                f"<b>{effect.threshold:.2f}</b> chosen",
                colour=ORANGE,
                x=at,
                yref="paper",
                y=1,
                yanchor="bottom",
                xanchor="right" if late else "left",
                xshift=-5 if late else 5,
            ),
        ],
    )
