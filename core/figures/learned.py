"""What a pretrained model learned."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.figures.style import NOTICE, PRETRAINED, Chart, bar_height, figure, shorten
from core.pretrain.insights import Cluster, ExplainedVariance

#: So many clusters are drawn, the largest.
SHOWN = 30


def explained_variance(found: ExplainedVariance) -> Chart:
    """The share of the variance that each component adds, and the sum so far."""
    ratio = np.asarray(found.ratio, dtype=float)
    total = np.asarray(found.cumulative, dtype=float)
    places = list(range(1, len(ratio) + 1))
    made = figure(height=280)
    made.add_bar(
        x=places,
        y=ratio.tolist(),
        marker={"color": PRETRAINED},
        hovertemplate="Component %{x}: %{y:.2%}<extra></extra>",
    )
    made.add_scatter(
        x=places,
        y=total.tolist(),
        mode="lines",
        line={"color": NOTICE, "width": 2.2},
        hovertemplate="The first %{x} together: %{y:.1%}<extra></extra>",
    )
    if places:
        made.add_annotation(
            x=places[-1],
            y=float(total[-1]),
            text=f"<b>together {total[-1]:.0%}</b>",
            font={"color": NOTICE},
            showarrow=False,
            xanchor="right",
            yanchor="bottom",
            yshift=4,
        )
    made.update_layout(bargap=0.1)
    made.update_xaxes(title_text="Component", showgrid=False)
    made.update_yaxes(title_text="Share of the variance", tickformat=".0~%", rangemode="tozero")
    if not places:
        return Chart(made, "No component.")
    return Chart(
        made,
        f"{len(places)} components keep {total[-1]:.0%} of the variance; the first {ratio[0]:.1%}.",
    )


def clusters(found: Sequence[Cluster]) -> Chart:
    """How many rows each cluster has, with its first words, largest on top."""
    largest = sorted(found, key=lambda cluster: cluster.size)[-SHOWN:]
    places = list(range(len(largest)))
    names = [", ".join(term for term, _ in cluster.terms[:3]) for cluster in largest]
    made = figure(height=bar_height(len(largest), each=22))
    made.add_bar(
        x=[cluster.size for cluster in largest],
        y=places,
        orientation="h",
        marker={"color": PRETRAINED},
        customdata=[
            f"cluster {cluster.index + 1}: {name}"
            for cluster, name in zip(largest, names, strict=True)
        ],
        hovertemplate="%{customdata}, %{x:,} rows<extra></extra>",
    )
    made.update_layout(bargap=0.25)
    made.update_xaxes(title_text="Rows")
    made.update_yaxes(
        tickvals=places, ticktext=[shorten(name, 28) for name in names], showgrid=False
    )
    if not largest:
        return Chart(made, "No cluster.")
    return Chart(
        made,
        f"{len(found)} clusters; the largest has {largest[-1].size:,} rows ({names[-1]}), "
        f"the smallest shown {largest[0].size:,}.",
    )
