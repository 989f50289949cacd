"""Rows on a map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.data.dataset import UNLABELLED, Dataset
from core.data.row_map import RowMap
from core.figures.style import GREY, KINDS, SMALL, Chart, chart, label, plain, wrapped

#: So many classes, rows without a label counted as one, are named in the legend.
MOST_NAMED = 21
#: In pixels: the width of a chart on a phone; of a legend's entry its mark, a character and a line.
_PHONE, _BESIDE, _CHARACTER, _LINE = 330, 45, 7, 20
#: Second round of the colours for further classes.
_SYMBOLS = ("circle", "diamond", "square", "cross")


def row_map(mapped: RowMap, dataset: Dataset) -> Chart:
    """Rows as dots, coloured by class.

    Each dot has ``customdata`` with its index in the data set. Classes are named in a legend below
    the map, where no name covers a dot; of more than ``MOST_NAMED`` each dot names its own.
    """
    codes = np.asarray(dataset.labels)[mapped.indices]
    x, y = np.asarray(mapped.x, float), np.asarray(mapped.y, float)
    traces: list[Any] = []
    present = [int(code) for code in np.unique(codes)]
    names = {
        code: label(dataset.classes[code], 18) if code != UNLABELLED else "without a label"
        for code in present
    }
    for code in present:  # rows without a label first: they lie below the others
        inside = codes == code
        named = code != UNLABELLED
        traces.append(
            go.Scatter(
                x=x[inside].tolist(),
                y=y[inside].tolist(),
                mode="markers",
                name=names[code],
                legendrank=1 + (code if named else len(dataset.classes)),
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
    legend, below = _legend(list(names.values())) if 1 < len(names) <= MOST_NAMED else ({}, 0)
    hidden = {"visible": False, "fixedrange": False}
    return chart(
        traces,
        height=440 + below,
        alt=_alt(mapped, dataset, codes),
        showlegend=bool(legend),
        legend=legend,
        dragmode="pan",
        xaxis=hidden | {"range": _range(x)},
        yaxis=hidden | {"range": _range(y)},
    )


def _legend(names: Sequence[str]) -> tuple[dict[str, Any], int]:
    """A legend below the map, and how much of the height a phone needs for it, in pixels."""
    widest = max(len(name) for name in names)
    columns = max(1, _PHONE // (_BESIDE + _CHARACTER * widest))
    legend = {
        "orientation": "h",
        "x": 0,
        "y": -0.02,
        "yanchor": "top",
        "font": {"size": SMALL},
        "itemsizing": "constant",
        "maxheight": 1,
    }
    return legend, _LINE * math.ceil(len(names) / columns)


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
