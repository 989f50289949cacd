"""A self-organising map: its ridges, its classes, its planes, and the rows of a cell."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from core.data.dataset import UNLABELLED
from core.errors import NotFound
from core.figures import som as figures
from core.pretrain.som_map import places
from core.store import datasets
from core.store.records import ModelRecord
from ui import charts, resources, rows, shell
from ui.wording import number, percent

_PLANES = 6
_ROWS = 50


def show(record: ModelRecord) -> None:
    """The map of a model."""
    encoder = resources.encoder(record.id)
    learned = encoder.map_
    at = places(encoder.height, encoder.width, encoder.topology)
    left, right = st.columns(2)
    left.metric(
        "Quantization error",
        f"{learned.quantization_error_:.3g}",
        border=True,
        help="Mean distance of a row to the typical row of its cell: the smaller, the closer the "
        "cells fit. It has the unit of the rows, so compare it between maps of the same data only.",
    )
    right.metric(
        "Topographic error",
        percent(learned.topographic_error_),
        border=True,
        help="Rows whose two nearest cells do not touch: the smaller, the better neighbours on "
        "the map are neighbours in the data.",
    )
    st.subheader("Which rows lie where", anchor=False)
    try:
        datasets.get(record.dataset)
        cells, indices, counts = _cells(record.id, record.dataset, record.pool)
    except NotFound as error:
        st.caption(f"{error.message} So only the map itself can be shown.")
        cells = None
    if cells is not None:
        classes = resources.dataset(record.dataset).classes
        event = charts.draw(
            figures.hits(counts, at, encoder.topology, classes),
            key="pt_som_hits",
            on_select="rerun",
            selection_mode="points",
        )
        st.caption(
            (
                "A cell has the colour of its commonest class, the clearer the fewer others it holds. "
                if classes
                else ""
            )
            + "Select a cell to read its rows."
        )
        _chosen(record, event, cells, indices)
    st.subheader("Where groups part", anchor=False)
    charts.draw(figures.u_matrix(learned.u_matrix(), at, encoder.topology), key="pt_som_u")
    st.caption(
        "Dark cells differ from their neighbours: they are ridges between groups that are alike inside."
    )
    _planes(encoder, at)


def _chosen(record: ModelRecord, event: Any, cells: np.ndarray, indices: np.ndarray) -> None:
    points = event["selection"]["points"] if event else []
    if not points:
        return
    cell = int(points[0]["customdata"][0])
    mine = indices[cells == cell]
    st.markdown(f"**Cell {cell + 1}: {number(len(mine))} rows**")
    if not len(mine):
        st.caption("No row of this pool lies there.")
        return
    st.dataframe(
        rows.table(resources.dataset(record.dataset), mine[:_ROWS]),
        hide_index=True,
        key="pt_som_rows",
        column_config=rows.COLUMNS,
        alt="Rows of the selected cell.",
    )


def _planes(encoder: Any, at: np.ndarray) -> None:
    """The numbers that differ most over the map, one small map each."""
    weights = encoder.map_.weights_
    names = encoder.first_.names
    st.subheader("One number at a time", anchor=False)
    spread = weights.std(axis=0)
    chosen = st.multiselect(
        "Numbers",
        list(range(len(names))),
        default=np.argsort(-spread, kind="stable")[:_PLANES].tolist(),
        format_func=lambda i: names[i],
        max_selections=12,
        key="pt_som_planes",
        help="Those that differ most over the map come first.",
    )
    if not chosen:
        return
    with st.grid(3, min_column_width=220):
        for i in chosen:
            with st.container(border=True):
                st.caption(shell.plain(names[i]))
                charts.draw(
                    figures.plane(weights[:, i], at, encoder.topology, names[i]),
                    key=f"pt_som_plane_{i}",
                )
    st.caption("Blue above the mean of the map, orange below.")


@st.cache_data(max_entries=8, show_spinner="Sorting rows into cells")
def _cells(model_id: str, fingerprint: str, pool: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    dataset = resources.dataset(fingerprint)
    indices = dataset.pool_rows(pool)  # type: ignore[arg-type]
    indices = indices[:: max(1, len(indices) // 5000)]
    encoder = resources.encoder(model_id)
    cells = encoder.cells(dataset.take(indices))
    m, k = len(encoder.map_.weights_), max(len(dataset.classes), 1)
    labels = np.asarray(dataset.labels)[indices]
    counts = np.zeros((m, k), dtype=int)
    if dataset.classes:
        known = labels != UNLABELLED
        np.add.at(counts, (cells[known], labels[known]), 1)
    else:
        np.add.at(counts, (cells, 0), 1)
    return cells, indices, counts
