"""Clusters on a map, and numbers of clusters beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.style import BLUE, GREY, KINDS, ORANGE, Chart, chart, note, plain, wrapped
from core.pretrain.cluster_quality import ClusteredRows, CountTried, clearest
from core.types import Ints

#: Clusters that have a colour of their own: the largest.
MOST_COLOURS = 8


def cluster_map(
    found: ClusteredRows, indices: Ints, texts: Sequence[str], *, only: int | None = None
) -> Chart:
    """Rows on a map, coloured by cluster: the largest clusters, or one of them alone.

    Each dot has ``customdata`` with its row's index in the data set.

    Parameters
    ----------
    found : ClusteredRows
        The rows, n of them.
    indices : ndarray of int, shape (n,)
        Their places in the data set.
    texts : sequence of str
        What each row is called in a hover.
    only : int, optional
        The cluster to show; all others are grey.
    """
    sizes = np.bincount(found.cluster)
    largest = np.argsort(-sizes, kind="stable")[:MOST_COLOURS]
    shown = [only] if only is not None else [int(c) for c in largest if sizes[c]]
    rest = ~np.isin(found.cluster, shown)
    groups = [(GREY, rest, "other clusters")] if rest.any() else []
    for place, cluster in enumerate(shown):
        colour = BLUE if only is not None else KINDS[place]
        groups.append((colour, found.cluster == cluster, f"cluster {cluster + 1}"))
    traces: list[Any] = []
    notes = []
    for colour, inside, name in groups:
        x, y = found.x[inside].astype(float), found.y[inside].astype(float)
        other = colour == GREY
        traces.append(
            go.Scatter(
                x=x.tolist(),
                y=y.tolist(),
                mode="markers",
                name=name,
                marker={
                    "color": colour,
                    "size": 4 if other else 6,
                    "opacity": 0.3 if other else 0.75,
                },
                customdata=indices[inside].tolist(),
                text=[
                    f"<b>{name if not other else f'cluster {found.cluster[i] + 1}'}</b>, "
                    f"row {indices[i]:,}<br>{wrapped(texts[int(i)])}"
                    for i in np.flatnonzero(inside)
                ],
                hovertemplate="%{text}<extra></extra>",
            )
        )
        if not other and len(x):
            number = name.removeprefix("cluster ")
            middle_x, middle_y = float(np.median(x)), float(np.median(y))
            notes.append(note(f"<b>{plain(number)}</b>", x=middle_x, y=middle_y))
    alone = f"; cluster {only + 1} stands out" if only is not None else ""
    return chart(
        traces,
        height=420,
        alt=f"Map of {len(indices):,} rows in {np.count_nonzero(sizes)} clusters{alone}.",
        xaxis={"visible": False},
        yaxis={"visible": False},
        annotations=notes,
    )


def counts_tried(tried: Sequence[CountTried], present: int) -> Chart:
    """How clear-cut clusters are, by their number; ``present`` is the number that the model has."""
    best = clearest(tried)
    counts = [one.count for one in tried]
    values = [one.silhouette for one in tried]
    low, high = min(0.0, *values), max(values)
    room = max(high - low, 0.01)
    return chart(
        [
            go.Scatter(
                x=counts,
                y=values,
                mode="lines+markers",
                name="Silhouette",
                line={"color": BLUE, "width": 2.5},
                marker={"color": BLUE, "size": 7},
                customdata=[100 * (1 - one.lost) for one in tried],
                hovertemplate="%{x} clusters: silhouette %{y:.3f}, which keep %{customdata:.0f} % "
                "of the differences<extra></extra>",
            )
        ],
        height=260,
        alt=f"Mean silhouette by number of clusters, from {counts[0]} to {counts[-1]}; it is "
        f"largest, {best.silhouette:.2f}, with {best.count} clusters.",
        xaxis={
            "title": {"text": "Clusters"},
            "type": "log",
            "tickvals": counts,
            "ticktext": [str(count) for count in counts],
            "showgrid": False,
        },
        yaxis={
            "title": {"text": "Mean silhouette"},
            "range": [low - 0.05 * room, high + 0.25 * room],
            "nticks": 5,
        },
        shapes=[
            {
                "type": "line",
                "x0": present,
                "x1": present,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": GREY, "width": 1.5, "dash": "dot"},
            }
        ]
        if counts[0] <= present <= counts[-1]
        else [],
        annotations=[
            note(
                f"<b>{best.count}: {best.silhouette:.2f}</b>",
                colour=ORANGE,
                x=float(np.log10(best.count)),
                y=best.silhouette,
                yanchor="bottom",
                yshift=6,
            )
        ],
    )
