"""Where data comes from: kept sets, built-in sets, and files of one's own."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import jobs
from core.data.catalogue import built_in
from core.jobs.requests import DataRef, LoadRequest
from core.store.records import DatasetRecord
from ui import deleting, faults, forms, shell
from ui.wording import ago


def choose(kept: Sequence[DatasetRecord], *, start_with_file: bool = False) -> None:
    """Draw the ways to get a data set; leaves for it as soon as one is chosen."""
    ways = ["Built in", "Your own file"]
    if kept:
        ways.insert(0, "On this server")
    way = st.segmented_control(
        "Where from",
        ways,
        default="Your own file" if start_with_file else ways[0],
        required=True,
        key="data_way",
        label_visibility="collapsed",
    )
    if way == "On this server":
        _kept(kept)
    elif way == "Built in":
        _built_in()
    else:
        _file()


def _kept(kept: Sequence[DatasetRecord]) -> None:
    from core.store import datasets

    by_key = {record.fingerprint: record for record in kept}
    chosen = st.selectbox(
        "Data set",
        list(by_key),
        format_func=lambda key: (
            f"{by_key[key].title} · {shell.size_of(by_key[key])} · {ago(by_key[key].created)}"
        ),
        key="data_kept",
    )
    with st.container(horizontal=True):
        if st.button("Open", type="primary", key="data_open"):
            shell.use_data(chosen)
            shell.go("data", data=chosen[:12])
        with deleting.popover():
            st.markdown(
                f"Delete **{shell.plain(by_key[chosen].title)}** from this server? Its finished runs "
                "keep their figures, but their rows can no longer be read."
            )
            if deleting.button("Delete it", key="data_delete"):
                datasets.delete(chosen)
                if st.session_state.get("data") == chosen:
                    del st.session_state["data"]
                st.toast("The data set is deleted.", icon=":material/delete:")
                shell.go("data")


def _built_in() -> None:
    sets = built_in()
    key = st.radio(
        "Data set",
        list(sets),
        format_func=lambda k: sets[k].title,
        captions=[entry.about for entry in sets.values()],
        key="data_built_in",
    )
    options = forms.settings_form(sets[key].params, key=f"data_{key}")
    if sets[key].network:
        st.caption("It is fetched once over the network, then kept on this server.")
    if st.button("Open this set", type="primary", key="data_open_built_in"):
        run = jobs.submit(LoadRequest(data=DataRef(name=key, options=options)))
        shell.go("data", run=run.id)


_TABLES = ("csv", "tsv", "txt", "parquet", "jsonl", "ndjson", "json", "xlsx", "xls")
_PICTURES = ("zip", "npz")


def _file() -> None:
    upload = st.file_uploader(
        "A table, or pictures",
        type=[*_TABLES, *_PICTURES],
        help="Tables: CSV, TSV, Parquet, JSON Lines or Excel, up to 500,000 rows. Pictures: a zip of "
        "PNG and JPEG files in a folder for each class, or NumPy arrays (npz). Up to 200 MB. It "
        "stays on this server.",
        key="data_upload",
    )
    if upload is None:
        st.caption(
            "**Texts**: one column of texts; if you have labels, a column of labels, empty where a "
            "row has none; if you have a split, a column that says train or test. **Values**: the "
            "same, with columns of numbers and categories instead of texts. **Pictures**: a zip "
            "with a folder for each class; pictures outside of these have no label."
        )
        return
    with faults.shown():
        if upload.name.lower().endswith(_PICTURES):
            from ui import bring_pictures

            bring_pictures.draw(upload)
        else:
            from ui import bring_table

            bring_table.draw(upload)
