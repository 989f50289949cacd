"""What an autoencoder gives back, held against PCA, and what it loses."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from core.figures.style import BLUE, GREY, ORANGE, Chart, chart, names_axis, note
from core.pretrain.reconstruction import ColumnError, Reconstruction

#: The columns given back worst that are drawn.
MOST_COLUMNS = 12


def errors(found: Reconstruction) -> Chart:
    """Reconstruction errors of the model and of PCA with as many dimensions."""
    names = [f"PCA, {found.dimensions} numbers a row", f"Autoencoder, {found.dimensions}"]
    values = [found.pca_error, found.error]
    top = max(*values, 1e-12)
    return chart(
        [
            go.Bar(
                x=values,
                y=[0, 1],
                orientation="h",
                width=0.3,
                marker={"color": [GREY, BLUE]},
                hovertemplate="Mean squared error %{x:.3g}<extra></extra>",
            )
        ],
        height=170,
        alt=(
            f"Mean squared reconstruction error: PCA {found.pca_error:.3g}, the autoencoder "
            f"{found.error:.3g}, both with {found.dimensions} numbers a row."
        ),
        xaxis={
            "title": {"text": "Mean squared error of a value"},
            "range": [0, 1.05 * top],
            "nticks": 5,
        },
        yaxis={"visible": False, "range": [1.5, -0.75]},
        annotations=[
            note(
                f"<b>{name}: {value:.3g}</b>",
                colour=colour,
                x=0,
                y=place,
                xanchor="left",
                yanchor="bottom",
                yshift=9,
            )
            for place, (name, value, colour) in enumerate(
                zip(names, values, (GREY, BLUE), strict=True)
            )
        ],
    )


def lost_columns(found: Sequence[ColumnError]) -> Chart:
    """Columns of a table by the share of their variance that is lost, the worst first."""
    shown = list(found[:MOST_COLUMNS])
    title = "Variance lost"
    if len(shown) < len(found):
        title += f", {len(shown)} of {len(found)} columns"
    if shown:
        alt = (
            f"Variance lost by column: most of {shown[0].name} ({100 * shown[0].lost:.0f} %), "
            f"least of {found[-1].name} ({100 * found[-1].lost:.0f} %)."
        )
    else:
        alt = "Variance lost by column: no column varies."
    return chart(
        [
            go.Bar(
                x=[one.lost for one in shown],
                y=list(range(len(shown))),
                orientation="h",
                # no better than the mean: worth noticing
                marker={"color": [ORANGE if one.lost >= 0.5 else BLUE for one in shown]},
                hovertemplate="%{x:.0%} of the variance lost<extra></extra>",
            )
        ],
        height=max(150, 26 * len(shown) + 70),
        alt=alt,
        xaxis={
            "title": {"text": title},
            "tickformat": ".0%",
            "range": [0, max([1.0, *(one.lost for one in shown)])],
            "nticks": 5,
        },
        yaxis=names_axis([one.name for one in shown]),
    )
