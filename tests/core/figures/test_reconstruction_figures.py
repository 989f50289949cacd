"""Figures of what an autoencoder gives back."""

from __future__ import annotations

import numpy as np

from core.figures.reconstruction import MOST_COLUMNS, errors, lost_columns
from core.figures.style import BLUE, GREY, ORANGE
from core.pretrain.reconstruction import ColumnError, Reconstruction

NOTHING = np.zeros((0, 0), dtype=np.float32)


def test_errors() -> None:
    chart = errors(Reconstruction(NOTHING, NOTHING, 0.0121, 0.0174, 32))
    bars = chart.figure.data[0]
    assert list(bars.x) == [0.0174, 0.0121]
    assert list(bars.marker.color) == [GREY, BLUE]
    assert [a.text for a in chart.figure.layout.annotations] == [
        "<b>PCA, 32 numbers a row: 0.0174</b>",
        "<b>Autoencoder, 32: 0.0121</b>",
    ]
    assert chart.alt == (
        "Mean squared reconstruction error: PCA 0.0174, the autoencoder 0.0121, both with 32 "
        "numbers a row."
    )
    assert "NaN" not in errors(Reconstruction(NOTHING, NOTHING, 0, 0, 1)).figure.to_json()


def test_lost_columns() -> None:
    chart = lost_columns([ColumnError("<b>age</b>", 0.8), ColumnError("size", 0.1)])
    assert list(chart.figure.data[0].x) == [0.8, 0.1]
    assert list(chart.figure.data[0].marker.color) == [ORANGE, BLUE]
    assert list(chart.figure.layout.yaxis.ticktext) == ["&lt;b&gt;age&lt;/b&gt;", "size"]
    assert chart.alt == (
        "Variance lost by column: most of <b>age</b> (80 %), least of size (10 %)."
    )
    many = lost_columns([ColumnError(str(i), 0.5) for i in range(30)])
    assert len(many.figure.data[0].x) == MOST_COLUMNS
    assert many.figure.layout.xaxis.title.text == "Variance lost, 12 of 30 columns"
    assert lost_columns([]).alt == "Variance lost by column: no column varies."
