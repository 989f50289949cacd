"""Rows on a map."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.data.dataset import UNLABELLED, Dataset
from core.data.row_map import RowMap
from core.figures.style import GREY, KINDS, Chart, chart, label, note, plain, wrapped

#: Second round of the colours for further classes.
_SYMBOLS = ("circle", "diamond", "square", "cross")


def row_map(mapped: RowMap, dataset: Dataset) -> Chart:
    """Rows as dots, coloured by class, with each class named where most of it lies.

    Each dot has ``customdata`` with its index in the data set. Names that would print over each
    other are left out, those of small classes first.
    """
    codes = np.asarray(dataset.labels)[mapped.indices]
    x, y = np.asarray(mapped.x, float), np.asarray(mapped.y, float)
    traces: list[Any] = []
    present = [int(code) for code in np.unique(codes)]
    for code in present:  # rows without a label first: they lie below the others
        inside = codes == code
        named = code != UNLABELLED
        traces.append(
            go.Scatter(
                x=x[inside].tolist(),
                y=y[inside].tolist(),
                mode="markers",
                name=plain(dataset.classes[code]) if named else "without a label",
                marker={
                    "color": KINDS[code % len(KINDS)] if named else GREY,
                    "symbol": _SYMBOLS[(code // len(KINDS)) % len(_SYMBOLS)] if named else "circle",
                    "size": 6 if named else 4,
                    "opacity": 0.75 if named else 0.35,
                },
                customdata=[int(i) for i in mapped.indices[inside]],
                text=[_hover(dataset, int(i), code) for i in mapped.indices[inside]],
                hovertemplate="%{text}<extra></extra>",
            )
        )
    hidden = {"visible": False, "fixedrange": False}
    return chart(
        traces,
        height=460,
        alt=_alt(mapped, dataset, codes),
        dragmode="pan",
        xaxis=hidden | {"range": _range(x)},
        yaxis=hidden | {"range": _range(y)},
        annotations=_names(x, y, codes, dataset),
    )


def _names(x: Any, y: Any, codes: Any, dataset: Dataset) -> list[dict[str, Any]]:
    classes, sizes = np.unique(codes[codes != UNLABELLED], return_counts=True)
    placed: list[tuple[float, float]] = []
    notes = []
    spans = [max(high - low, 1e-9) for low, high in (_range(x), _range(y))]
    for code in classes[np.argsort(-sizes, kind="stable")]:
        inside = codes == code
        at = float(np.median(x[inside])), float(np.median(y[inside]))
        # in shares of the map: a name takes about a third of a phone's width, and one line
        if any(
            abs(at[0] - a) / spans[0] < 0.3 and abs(at[1] - b) / spans[1] < 0.045 for a, b in placed
        ):
            continue
        placed.append(at)
        share = (at[0] - _range(x)[0]) / spans[0]
        notes.append(
            note(
                f"<b>{label(dataset.classes[int(code)], 16)}</b>",
                x=at[0],
                y=at[1],
                xanchor="left" if share < 0.2 else "right" if share > 0.8 else "center",
            )
        )
    return notes


def _range(values: Any) -> list[float]:
    if not len(values):
        return [0.0, 1.0]
    low, high = float(values.min()), float(values.max())
    pad = 0.04 * max(high - low, 1e-6)
    return [low - pad, high + pad]


def _hover(dataset: Dataset, index: int, code: int) -> str:
    name = plain(dataset.classes[code]) if code != UNLABELLED else "without a label"
    if dataset.modality != "text":
        return f"<b>{name}</b>, row {index:,}"
    return f"<b>{name}</b>, row {index:,}<br>{wrapped(str(dataset.rows[index]))}"


def _alt(mapped: RowMap, dataset: Dataset, codes: Any) -> str:
    named = len(np.unique(codes[codes != UNLABELLED]))
    text = f"Map of {len(mapped.indices):,} rows of {dataset.title}: rows that are alike lie close"
    if not named:
        return f"{text}; none has a label."
    return f"{text}; {named} classes in colours."
