"""Losses and accuracies, pass by pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.style import BLUE, GREY, ORANGE, Chart, chart, note


def losses(points: Sequence[Mapping[str, Any]]) -> Chart:
    """Training and validation loss of a gradient descent.

    Parameters
    ----------
    points : sequence of mapping
        What was reported on the way. Points with "train_loss" count, with "validation_loss"
        where there is one; "pass_" is their place, or else their order.
    """
    return _by_pass(points, "loss")


def accuracies(points: Sequence[Mapping[str, Any]]) -> Chart:
    """Training and validation accuracy of a gradient descent; ``points`` as for :func:`losses`."""
    return _by_pass(points, "accuracy")


def _by_pass(points: Sequence[Mapping[str, Any]], of: str) -> Chart:
    kept = [point for point in points if _number(point.get(f"train_{of}")) is not None]
    passes = [int(point.get("pass_", i + 1)) for i, point in enumerate(kept)]
    traces: list[Any] = []
    notes: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    best_of, best_words = (np.argmin, "lowest") if of == "loss" else (np.argmax, "highest")
    alt = f"{of.capitalize()} by pass: nothing was recorded yet."
    if kept:
        alt = f"{of.capitalize()} by pass: after {passes[-1]:,} passes "
    ends = []
    for key, name, colour in (
        (f"train_{of}", "Training", GREY),
        (f"validation_{of}", "Validation", BLUE),
    ):
        known = [
            (place, value)
            for place, value in zip(passes, (_number(p.get(key)) for p in kept), strict=True)
            if value is not None
        ]
        if not known:
            continue
        x, y = [place for place, _ in known], [value for _, value in known]
        traces.append(
            go.Scatter(
                x=x,
                y=y,
                mode="lines" if len(x) > 1 else "markers",
                name=name,
                line={"color": colour, "width": 2.5},
                marker={"color": colour, "size": 7},
                hovertemplate=f"{name} {of} after pass %{{x}}: %{{y:.4g}}<extra></extra>",
            )
        )
        ends.append((name, colour, x, y))
        alt += ("and " if len(ends) > 1 else "") + f"{name.lower()} {of} {y[-1]:.3g} "
        if key.startswith("validation") and len(y) > 1:
            best = int(best_of(y))
            shapes.append(
                {
                    "type": "line",
                    "x0": x[best],
                    "x1": x[best],
                    "yref": "paper",
                    "y0": 0,
                    "y1": 1,
                    "line": {"color": ORANGE, "width": 1.5, "dash": "dot"},
                }
            )
            late = best > 0.6 * (len(x) - 1)
            notes.append(
                note(
                    f"{best_words} after pass {x[best]:,}",
                    colour=ORANGE,
                    x=x[best],
                    yref="paper",
                    y=1 if of == "loss" else 0,  # where the lines leave room
                    yanchor="top" if of == "loss" else "bottom",
                    xanchor="right" if late else "left",
                    xshift=-4 if late else 4,
                )
            )
            alt += f"({best_words} after pass {x[best]:,}) "
    top = max((end[3][-1] for end in ends), default=0.0)
    for name, colour, x, y in ends:
        above = y[-1] == top
        notes.append(
            note(
                f"<b>{name}</b>",
                colour=colour,
                x=x[-1],
                y=y[-1],
                xanchor="right" if len(x) > 1 else "left",
                yanchor="bottom" if above else "top",
                yshift=5 if above else -5,
            )
        )
    return chart(
        traces,
        height=280,
        alt=alt.strip().rstrip(".") + ".",
        xaxis={"title": {"text": "Pass over the training rows"}, "showgrid": False, "nticks": 6},
        yaxis={
            "title": {"text": of.capitalize()},
            "nticks": 5,
            "range": _range(ends),
            "tickformat": ".0%" if of == "accuracy" else None,
        },
        annotations=notes,
        shapes=shapes,
    )


def _number(value: Any) -> float | None:
    # a loss that overflowed has no place on a chart
    return float(value) if isinstance(value, (int, float)) and np.isfinite(value) else None


def _range(ends: Sequence[tuple[str, str, list[int], list[float]]]) -> list[float] | None:
    values = [value for end in ends for value in end[3]]
    if not values:
        return None
    span = max(max(values) - min(values), 1e-9)
    return [min(values) - 0.14 * span, max(values) + 0.14 * span]
