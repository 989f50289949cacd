"""Clusters: their sizes, their words, their typical rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core.store import datasets
from core.store.records import ModelRecord
from ui import charts, resources, rows


def show(record: ModelRecord) -> None:
    """The clusters of a model."""
    from core.figures.learned import clusters as figure

    st.subheader("Its clusters", anchor=False)
    found, indices = _found_clusters(record)
    charts.draw(figure(found), key="pt_clusters")
    table = pd.DataFrame(
        [
            {"Cluster": c.index + 1, "Rows": c.size, "Top words": [term for term, _ in c.terms]}
            for c in found
        ]
    )
    event = st.dataframe(
        table,
        hide_index=True,
        key="pt_cluster_table",
        row_height=44,
        on_select="rerun",
        selection_mode="single-row",
        column_config={"Top words": st.column_config.ListColumn(width="large")},
        alt="Clusters with size and top words.",
    )
    picked = event["selection"]["rows"]  # type: ignore[index]
    if not picked:
        st.caption("Select a cluster to read its typical rows.")
        return
    typical = indices[np.asarray(found[picked[0]].rows, dtype=int)]
    st.dataframe(
        rows.table(resources.dataset(record.dataset), typical),
        hide_index=True,
        key="pt_cluster_rows",
        column_config=rows.COLUMNS,
        alt="Typical rows of the cluster.",
    )


@st.cache_data(max_entries=8, show_spinner="Sorting rows into clusters")
def _cluster_rows(model_id: str, fingerprint: str, pool: str) -> tuple[object, np.ndarray]:
    from core.pretrain.insights import clusters

    dataset = resources.dataset(fingerprint)
    indices = dataset.pool_rows(pool)  # type: ignore[arg-type]
    indices = indices[:: max(1, len(indices) // 3000)]
    return clusters(resources.encoder(model_id), dataset.take(indices)), indices


def _found_clusters(record: ModelRecord) -> tuple[list, np.ndarray]:  # type: ignore[type-arg]
    datasets.get(record.dataset)  # says in words when the data set was deleted
    return _cluster_rows(record.id, record.dataset, record.pool)  # type: ignore[return-value]
