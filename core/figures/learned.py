"""What a pretrained model learned."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.style import BLUE, ORANGE, Chart, chart, faint, label, note, plain
from core.pretrain.insights import Cluster, ExplainedVariance

#: The largest clusters that are drawn.
MOST_CLUSTERS = 25


def explained_variance(found: ExplainedVariance) -> Chart:
    """How much of the differences between rows the first components keep together."""
    total = np.asarray(found.cumulative, dtype=float)
    n = len(total)
    last = float(total[-1]) if n else 0.0
    half = int(np.argmax(total >= last / 2)) + 1 if n else 0
    top = min(1.0, 1.25 * last) if last > 0 else 1.0
    alt = f"Share of the variance kept: {n} components keep {100 * last:.0f} %"
    alt += f"; half of that is in the first {half}." if n > 1 else "."
    notes = []
    if n > 1:
        notes = [
            note(
                f"<b>{n} keep {100 * last:.0f} %</b>",
                colour=BLUE,
                x=n,
                y=last,
                xanchor="right",
                yanchor="bottom",
                yshift=5,
            ),
            note(
                f"half of that: the first {half}",
                colour=ORANGE,
                x=half,
                y=float(total[half - 1]),
                xanchor="left",
                yanchor="top",
                xshift=6,
                yshift=-2,
            ),
        ]
    return chart(
        [
            go.Scatter(
                x=list(range(1, n + 1)),
                y=total.tolist(),
                mode="lines" if n > 1 else "markers",
                name="Together",
                line={"color": BLUE, "width": 2.5},
                fill="tozeroy",
                fillcolor=faint(BLUE, 0.14),
                customdata=[100 * float(share) for share in found.ratio],
                hovertemplate="The first %{x} keep %{y:.1%}; this one alone %{customdata:.2f} %"
                "<extra></extra>",
            )
        ],
        height=260,
        alt=alt,
        xaxis={"title": {"text": "Components"}, "showgrid": False, "nticks": 6},
        yaxis={
            "title": {"text": "Variance kept"},
            "tickformat": ".0%",
            "range": [0, max(top, 1.12 * last)],
            "nticks": 5,
        },
        annotations=notes,
    )


def clusters(found: Sequence[Cluster]) -> Chart:
    """The sizes of the clusters, each with its strongest words above its bar."""
    ordered = sorted(found, key=lambda cluster: -cluster.size)
    shown = ordered[:MOST_CLUSTERS]
    most = max((cluster.size for cluster in shown), default=1)
    notes = []
    for place, cluster in enumerate(shown):
        words = ", ".join(term for term, _ in cluster.terms[:4])
        notes.append(
            note(
                f"{cluster.index + 1} · {label(words, 44)} · {cluster.size:,}",
                x=0,
                y=place,
                xanchor="left",
                yanchor="bottom",
                yshift=5,
            )
        )
    title = "Rows"
    if len(shown) < len(ordered):
        title += f", the {len(shown)} largest of {len(ordered)} clusters"
    return chart(
        [
            go.Bar(
                x=[cluster.size for cluster in shown],
                y=list(range(len(shown))),
                orientation="h",
                width=0.26,
                marker={"color": BLUE},
                customdata=[
                    plain(", ".join(term for term, _ in cluster.terms[:8])) for cluster in shown
                ],
                hovertemplate="%{x:,} rows<br>%{customdata}<extra></extra>",
            )
        ],
        height=max(160, 34 * len(shown) + 70),
        alt=_alt(ordered),
        xaxis={
            "title": {"text": title},
            "range": [0, 1.02 * max(most, 1)],
            "nticks": 5,
            "tickformat": ",",
        },
        yaxis={"visible": False, "range": [len(shown) - 0.6, -0.9]},
        annotations=notes,
    )


def _alt(ordered: Sequence[Cluster]) -> str:
    if not ordered:
        return "Clusters: there are none."
    first = ordered[0]
    text = (
        f"Sizes of {len(ordered)} clusters, from {ordered[-1].size:,} to {first.size:,} rows; "
        f"the largest is number {first.index + 1}"
    )
    words = ", ".join(term for term, _ in first.terms[:4])
    return f"{text} ({words})." if words else f"{text}."
