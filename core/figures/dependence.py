"""How the answer follows one column."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from core.explain.dependence import Dependence, as_written
from core.figures.style import (
    BLUE,
    GREY,
    ORANGE,
    Chart,
    chart,
    faint,
    label,
    labels,
    names_axis,
    note,
)


def dependence(found: Dependence, class_name: str, *, here: Any = None) -> Chart:
    """The mean probability of a class over the values of a column, above lines of single rows.

    Parameters
    ----------
    found : Dependence
        What was computed.
    class_name : str
        Name of the class.
    here : object, optional
        The value that a row at hand has; marked.
    """
    alt = _alt(found, class_name)
    if found.kind == "category":
        return _categories(found, here, alt)
    traces: list[Any] = [
        go.Scatter(
            x=found.values,
            y=line.tolist(),
            mode="lines",
            line={"color": faint(GREY, 0.28), "width": 1},
            hoverinfo="skip",
        )
        for line in found.lines
    ]
    traces.append(
        go.Scatter(
            x=found.values,
            y=found.mean.tolist(),
            mode="lines+markers",
            line={"color": BLUE, "width": 3},
            marker={"size": 5},
            hovertemplate="%{x}: %{y:.3f}<extra></extra>",
        )
    )
    notes = [
        note(
            "<b>mean</b>",
            colour=BLUE,
            x=found.values[-1],
            y=float(found.mean[-1]),
            xanchor="right",
            yanchor="bottom",
            yshift=4,
        )
    ]
    shapes = []
    if here is not None:
        shapes.append(
            {
                "type": "line",
                "x0": here,
                "x1": here,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": ORANGE, "width": 1.5, "dash": "dot"},
            }
        )
        notes.append(note("this row", colour=ORANGE, x=here, y=1, yref="paper", yanchor="bottom"))
    return chart(
        traces,
        height=300,
        alt=alt,
        margin={"l": 8, "r": 12, "t": 24, "b": 8},
        xaxis={"title": {"text": label(found.column, 40)}, "nticks": 6},
        yaxis={"title": {"text": "Probability"}, "range": [0, 1.02], "nticks": 6},
        annotations=notes,
        shapes=shapes,
    )


def _categories(found: Dependence, here: Any, alt: str) -> Chart:
    names = [as_written(value) for value in found.values]
    colours = [ORANGE if here is not None and value == here else BLUE for value in found.values]
    spread = [
        go.Scatter(
            x=line.tolist(),
            y=list(range(len(names))),
            mode="markers",
            marker={"color": faint(GREY, 0.3), "size": 4},
            hoverinfo="skip",
        )
        for line in found.lines
    ]
    means = go.Scatter(
        x=found.mean.tolist(),
        y=list(range(len(names))),
        mode="markers",
        marker={"color": colours, "size": 11},
        customdata=labels(names, 40),
        hovertemplate="%{customdata}: %{x:.3f}<extra></extra>",
    )
    notes = [note("mean", colour=BLUE, x=float(found.mean[0]), y=0, yanchor="bottom", yshift=6)]
    return chart(
        [*spread, means],
        height=max(160, 26 * len(names) + 80),
        alt=alt,
        xaxis={"title": {"text": "Probability"}, "range": [-0.02, 1.02], "nticks": 6},
        yaxis=names_axis(names),
        annotations=notes,
    )


def _alt(found: Dependence, class_name: str) -> str:
    low, high = int(found.mean.argmin()), int(found.mean.argmax())
    return (
        f"Mean probability of {class_name} by {found.column}, over {found.rows} rows: lowest "
        f"{found.mean[low]:.2f} at {as_written(found.values[low])}, highest "
        f"{found.mean[high]:.2f} at {as_written(found.values[high])}."
    )
