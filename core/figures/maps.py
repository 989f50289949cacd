"""Rows as dots on a plane."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from core.data.dataset import UNLABELLED, Dataset
from core.data.row_map import RowMap
from core.figures.style import BASELINE, CATEGORIES, Chart, figure, shorten
from core.types import Bools


def row_map(found: RowMap, dataset: Dataset) -> Chart:
    """Each row a dot, coloured by its class; rows without a label are grey.

    With more classes than colours, the largest get one each and the others share grey.
    """
    labels = np.asarray(dataset.labels)[found.indices]
    codes, counts = np.unique(labels[labels != UNLABELLED], return_counts=True)
    largest = [int(code) for code in codes[np.argsort(-counts, kind="stable")]]
    named = largest[: len(CATEGORIES)]
    made = figure(height=520)
    rest = ~np.isin(labels, named)
    if rest.any():
        title = "no label" if (labels[rest] == UNLABELLED).all() else "others and no label"
        _dots(made, found, rest, title, colour=BASELINE, dataset=dataset)
    for place, code in enumerate(named):
        _dots(
            made,
            found,
            labels == code,
            dataset.classes[code],
            colour=CATEGORIES[place],
            dataset=dataset,
        )
    made.update_layout(
        showlegend=True,
        legend={"orientation": "h", "y": -0.02, "yanchor": "top", "x": 0, "itemsizing": "constant"},
    )
    made.update_xaxes(visible=False)
    made.update_yaxes(visible=False)
    return Chart(
        made,
        f"Map of {len(found.indices):,} rows of {dataset.title}, {len(codes)} classes coloured.",
    )


def _dots(
    made: go.Figure, found: RowMap, mask: Bools, title: str, *, colour: str, dataset: Dataset
) -> None:
    indices = found.indices[mask]
    made.add_scattergl(
        x=found.x[mask],
        y=found.y[mask],
        mode="markers",
        name=shorten(title, 22),
        marker={"size": 5, "color": colour, "opacity": 0.3 if colour == BASELINE else 0.85},
        customdata=[_words(dataset, int(index)) for index in indices],
        hovertemplate=f"{title}<br>%{{customdata}}<extra></extra>",
    )


def _words(dataset: Dataset, index: int) -> str:
    """What a dot is, in one line, with nothing that plotly would take for markup."""
    if dataset.modality != "text":
        return f"row {index}"
    text = " ".join(str(dataset.rows[index])[:90].split())
    return f"row {index}: " + text.replace("&", "&amp;").replace("<", "&lt;")
