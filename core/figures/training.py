"""Losses while a head learns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.figures.style import NOTICE, PRETRAINED, Chart, figure

_SERIES = (
    ("train_loss", "Training", PRETRAINED),
    ("validation_loss", "Validation", NOTICE),
)


def losses(points: Sequence[Mapping[str, Any]]) -> Chart:
    """Training and validation loss, pass by pass; the best validation pass is marked.

    ``points`` are reports of progress; those without a loss are passed over.
    """
    made = figure(height=280)
    said = []
    for key, title, colour in _SERIES:
        series = [
            (float(point.get("pass_", place)), float(point[key]))
            for place, point in enumerate(points, start=1)
            if isinstance(point.get(key), int | float)
        ]
        if not series:
            continue
        x, y = [place for place, _ in series], [value for _, value in series]
        made.add_scatter(
            x=x,
            y=y,
            mode="lines",
            line={"color": colour, "width": 2.2},
            name=title,
            hovertemplate=f"{title}, pass %{{x:.0f}}: %{{y:.4f}}<extra></extra>",
        )
        made.add_annotation(
            x=x[-1],
            y=y[-1],
            text=f"<b>{title}</b>",
            font={"color": colour},
            showarrow=False,
            xanchor="right",
            yanchor="bottom",
            yshift=4,
        )
        said.append(f"{title.lower()} loss from {y[0]:.3f} to {y[-1]:.3f} in {len(y)} passes")
        if key == "validation_loss":
            best = min(range(len(y)), key=y.__getitem__)
            made.add_scatter(
                x=[x[best]],
                y=[y[best]],
                mode="markers",
                marker={"size": 9, "color": colour, "symbol": "circle-open", "line": {"width": 2}},
                hovertemplate=f"Best, pass {x[best]:.0f}: {y[best]:.4f}<extra></extra>",
                name="Best",
            )
    made.update_xaxes(title_text="Pass over the labelled rows")
    made.update_yaxes(title_text="Loss", rangemode="tozero")
    return Chart(made, "; ".join(said).capitalize() + "." if said else "No losses yet.")
