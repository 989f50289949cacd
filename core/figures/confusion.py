"""Truth against answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.evaluate.results import Evaluation
from core.figures.style import BLUE, ORANGE, SMALL, Chart, chart, faint, labels, names_axis, plain

#: Up to so many classes counts are written into the cells (smaller ones beyond the first number),
#: names below the columns, and names beside the lines. A phone has 18 pixels for each of 14
#: columns, and no more.
_ROOMY, _COUNTED, _COLUMNS_NAMED, _NAMED = 8, 14, 14, 40

#: From this share of a line on a cell is strong.
_STRONG = 0.3
_ON_BLUE, _ON_ORANGE = "#F7FAFF", "#1B2230"


def confusion(evaluation: Evaluation) -> Chart:
    """Test rows by truth (lines) and answer (columns), each line coloured by its shares.

    Right answers are blue, wrong ones orange. Each cell with rows is also a point with
    ``customdata`` (truth, said, rows), so that a page can let people select it.
    """
    counts = np.asarray(evaluation.test.confusion, dtype=np.int64)
    names = evaluation.classes
    k = len(names)
    sizes = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(sizes, 1)
    right = np.eye(k, dtype=bool)
    traces: list[Any] = [
        _heat(np.where(right, shares, np.nan), BLUE, "Right"),
        _heat(np.where(~right & (counts > 0), shares, np.nan), ORANGE, "Wrong"),
    ]
    truth, said = np.nonzero(counts)
    traces.append(
        go.Scatter(
            x=said.tolist(),
            y=truth.tolist(),
            mode="markers",
            name="Cells",
            marker={"symbol": "square", "size": max(4, min(26, 300 // max(k, 1))), "opacity": 0},
            text=[f"{counts[i, j]:,}" for i, j in zip(truth, said, strict=True)],
            customdata=[
                [int(i), int(j), int(counts[i, j])] for i, j in zip(truth, said, strict=True)
            ],
            hovertext=[
                _hover(plain(names[i]), plain(names[j]), int(counts[i, j]), int(sizes[i, 0]))
                for i, j in zip(truth, said, strict=True)
            ],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    )
    if k <= _COUNTED:
        traces += _counts(counts, shares, SMALL if k <= _ROOMY else 9)
    side = min(900, max(260, 24 * k)) if k <= _NAMED else 560
    lines = names_axis(names, length=14)
    lines |= {"range": [k - 0.5, -0.5], "title": {"text": "Truth"}}
    columns: dict[str, Any] = {
        "range": [-0.5, k - 0.5],
        "title": {"text": "Answer" if k <= _COLUMNS_NAMED else "Answer, in the same order"},
        "showgrid": False,
        "tickmode": "array",
        "tickvals": list(range(k)),
        "ticktext": labels(names, 14),
        "tickangle": -90 if k > 3 else 0,
    }
    if k > _COLUMNS_NAMED:
        columns["showticklabels"] = False
    if k > _NAMED:
        lines["showticklabels"] = False
    return chart(
        traces, height=side + 130, alt=_alt(evaluation, counts), xaxis=columns, yaxis=lines
    )


def _counts(counts: Any, shares: Any, size: int) -> list[Any]:
    """The counts as texts: in the theme's colour on pale cells, in their own on strong ones.

    What is strong hides the page behind it, so one colour does for the light and the dark theme.
    """
    found = []
    for name, some in (
        ("Counts", (counts > 0) & (shares < _STRONG)),
        ("Counts on strong cells", (counts > 0) & (shares >= _STRONG)),
    ):
        truth, said = np.nonzero(some)
        font: dict[str, Any] = {"size": size}
        if name != "Counts":
            font["color"] = [
                _ON_BLUE if i == j else _ON_ORANGE for i, j in zip(truth, said, strict=True)
            ]
        found.append(
            go.Scatter(
                x=said.tolist(),
                y=truth.tolist(),
                mode="text",
                name=name,
                text=[f"{counts[i, j]:,}" for i, j in zip(truth, said, strict=True)],
                textfont=font,
                hoverinfo="skip",
            )
        )
    return found


def _heat(shares: Any, colour: str, name: str) -> go.Heatmap:
    return go.Heatmap(
        z=[[None if np.isnan(v) else round(float(v), 4) for v in row] for row in shares],
        zmin=0,
        zmax=1,
        # pale, where the theme's text can be read on it, or strong, which has its own (_counts)
        colorscale=[
            [0, faint(colour, 0.06)],
            [0.1, faint(colour, 0.18)],
            [_STRONG, faint(colour, 0.26)],
            [_STRONG, faint(colour, 0.82)],
            [1, faint(colour, 1)],
        ],
        showscale=False,
        xgap=1,
        ygap=1,
        hoverinfo="skip",
        hoverongaps=False,
        name=name,
    )


def _hover(truth: str, said: str, rows: int, of: int) -> str:
    share = f"{100 * rows / max(of, 1):.1f} %"
    if truth == said:
        return f"<b>{truth}</b>: {rows:,} of {of:,} rows right ({share})"
    return f"<b>{truth}</b> taken for <b>{said}</b>:<br>{rows:,} of {of:,} rows ({share})"


def _alt(evaluation: Evaluation, counts: Any) -> str:
    right, rows = int(np.trace(counts)), int(counts.sum())
    text = f"Confusion matrix of {rows:,} test rows, {right:,} of them right"
    wrong = counts - np.diag(np.diagonal(counts))
    if wrong.sum() == 0:
        return text + "."
    truth, said = np.unravel_index(int(wrong.argmax()), wrong.shape)
    return (
        f"{text}; the commonest mistake is {evaluation.classes[int(truth)]} taken for "
        f"{evaluation.classes[int(said)]}, {int(wrong[truth, said]):,} times."
    )
