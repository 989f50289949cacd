"""Clusters: where they lie, their sizes, their words, their typical rows, and how many to ask for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.errors import NotFound
from core.store import datasets
from core.store.records import ModelRecord
from ui import charts, faults, pictures, resources, rows
from ui.wording import number

_ROWS = 3_000  # that clusters are read from
_MAPPED = 1_500  # on the map; silhouettes are quadratic in it
_TRIED = 1_000  # for numbers of clusters
_CENTRES = 64


def show(record: ModelRecord) -> None:
    """The clusters of a model."""
    from core.pretrain.insights import centre_pictures, clusters

    st.subheader("Its clusters", anchor=False)
    centres = centre_pictures(resources.encoder(record.id))
    try:
        datasets.get(record.dataset)
    except NotFound as error:
        _overview(clusters(resources.encoder(record.id)), centres)
        st.caption(f"{error.message} So its rows cannot be shown.")
        return
    found, indices = _clusters(record.id, record.dataset, record.pool)
    _overview(found, centres)
    picked = _table(found, centres, of_texts=record.modality == "text")
    if picked is None:
        st.caption("Select a cluster to see where it lies and to read its typical rows.")
    else:
        typical = indices[np.asarray(found[picked].rows, dtype=int)]
        st.dataframe(
            rows.table(resources.dataset(record.dataset), typical),
            hide_index=True,
            key="pt_cluster_rows",
            column_config=rows.COLUMNS,
            alt="Typical rows of the cluster.",
        )
    _map(record, picked)
    _how_many(record, len(found))


def _overview(found: list[Any], centres: np.ndarray | None) -> None:
    """All clusters at a glance; pixels have no names that say anything, so pictures are shown."""
    if centres is None:
        from core.figures.learned import clusters as figure

        charts.draw(figure(found), key="pt_clusters")
        return
    shown = centres[:_CENTRES]
    st.image(
        pictures.strip(list(shown), size=56, columns=8),
        output_format="PNG",
        alt=f"Mean pictures of {len(shown)} clusters, the largest cluster first.",
    )
    st.caption(
        f"The mean picture of each cluster, the largest first: {number(len(shown))} of "
        f"{number(len(centres))}."
    )


def _table(found: list[Any], centres: np.ndarray | None, *, of_texts: bool) -> int | None:
    lines: dict[str, list[Any]] = {
        "Cluster": [c.index + 1 for c in found],
        "Rows": [c.size for c in found],
    }
    what = "Top words" if of_texts else "What sets it apart"
    columns: dict[str, Any] = {what: st.column_config.TextColumn(width=230)}
    if centres is None:
        lines[what] = [", ".join(term for term, _ in c.terms) for c in found]
    else:
        lines["Mean picture"] = [rows.picture(centres[c.index], 40) for c in found]
        columns = {"Mean picture": st.column_config.ImageColumn()}
    event = st.dataframe(
        pd.DataFrame(lines),
        hide_index=True,
        key="pt_cluster_table",
        row_height=44 if centres is not None else 72,
        on_select="rerun",
        selection_mode="single-row",
        column_config=columns,
        alt="Clusters with their sizes, and what sets each apart.",
    )
    picked = event["selection"]["rows"]  # type: ignore[index]
    return picked[0] if picked else None


def _map(record: ModelRecord, picked: int | None) -> None:
    from core.figures.clusters import MOST_COLOURS, cluster_map

    st.subheader("Where they lie", anchor=False)
    found, indices, texts = _mapped(record.id, record.dataset, record.pool)
    charts.draw(cluster_map(found, indices, texts, only=picked), key="pt_cluster_map")
    count = len(resources.encoder(record.id).centres_.cluster_centers_)
    if picked is None and count > MOST_COLOURS:
        st.caption(
            f"{number(len(indices))} rows along the two directions in which clusters differ most; "
            f"the {MOST_COLOURS} largest clusters in colours."
        )
    else:
        st.caption(
            f"{number(len(indices))} rows along the two directions in which clusters differ most."
        )
    inside = found.cluster == picked
    if picked is not None and not inside.any():
        st.caption("None of the rows on the map is in the selected cluster.")
        return
    mean = found.score if picked is None else float(found.silhouette[inside].mean())
    st.metric(
        "Mean silhouette" if picked is None else f"Mean silhouette of cluster {picked + 1}",
        f"{mean:.2f}",
        border=True,
        help="How much nearer rows are to their own cluster than to the next: 1 is clear-cut, 0 "
        "lies between two clusters, below 0 most are nearer to another.",
    )


def _how_many(record: ModelRecord, present: int) -> None:
    from core.figures.clusters import counts_tried
    from core.pretrain.cluster_quality import clearest

    st.subheader("How many clusters?", anchor=False)
    asked = f"pt_tried_{record.id}"
    if not st.session_state.get(asked):
        st.caption(
            f"This model has {present}. Other numbers can be tried on a sample of its rows; it takes "
            "a few seconds."
        )
        st.button(
            "Try other numbers",
            key="pt_try_counts",
            on_click=lambda: st.session_state.update({asked: True}),
        )
        return
    with faults.shown():
        tried = _tried(record.id, record.dataset, record.pool)
        charts.draw(counts_tried(tried, present), key="pt_counts")
        best = clearest(tried)
        st.caption(
            f"Clusters are most clear-cut when there are {best.count}"
            + (", but not by themselves: all values are low." if best.silhouette < 0.1 else ".")
            + " More of them describe a row more finely, and often serve a classifier better: "
            "compare both with few labels."
        )


def _sample(fingerprint: str, pool: str, most: int) -> np.ndarray:
    indices = resources.dataset(fingerprint).pool_rows(pool)  # type: ignore[arg-type]
    return indices[:: -(-len(indices) // most)]


@st.cache_data(max_entries=8, show_spinner="Sorting rows into clusters")
def _clusters(model_id: str, fingerprint: str, pool: str) -> tuple[list[Any], np.ndarray]:
    from core.pretrain.insights import clusters

    indices = _sample(fingerprint, pool, _ROWS)
    taken = resources.dataset(fingerprint).take(indices)
    return clusters(resources.encoder(model_id), taken), indices


@st.cache_data(max_entries=8, show_spinner="Drawing the map")
def _mapped(model_id: str, fingerprint: str, pool: str) -> tuple[Any, np.ndarray, list[str]]:
    from core.pretrain.cluster_quality import clustered

    dataset = resources.dataset(fingerprint)
    indices = _sample(fingerprint, pool, _MAPPED)
    texts = [
        str(dataset.rows[i]) if dataset.modality == "text" else rows.label_of(dataset, int(i))
        for i in indices
    ]
    return clustered(resources.encoder(model_id), dataset.take(indices)), indices, texts


@st.cache_data(max_entries=8, show_spinner="Trying numbers of clusters")
def _tried(model_id: str, fingerprint: str, pool: str) -> list[Any]:
    from core.pretrain.cluster_quality import try_counts

    indices = _sample(fingerprint, pool, _TRIED)
    return try_counts(resources.encoder(model_id), resources.dataset(fingerprint).take(indices))
