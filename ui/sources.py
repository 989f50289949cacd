"""Where data comes from: kept sets, built-in sets, and files of one's own."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import jobs
from core.data.catalogue import built_in
from core.jobs.requests import DataRef, LoadRequest
from core.store.records import DatasetRecord
from ui import faults, forms, shell
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
        with st.popover("Delete", icon=":material/delete:"):
            st.markdown(
                f"Delete **{shell.plain(by_key[chosen].title)}** from this server? Its finished runs "
                "keep their figures, but their rows can no longer be read."
            )
            if st.button("Delete it", type="primary", key="data_delete"):
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


def _file() -> None:
    from core.data.reading import read_table

    upload = st.file_uploader(
        "A file with one text in each row",
        type=["csv", "tsv", "txt", "parquet", "jsonl", "ndjson", "json", "xlsx", "xls"],
        help="CSV, TSV, Parquet, JSON Lines or Excel, up to 200 MB and 500,000 rows. It stays on "
        "this server.",
        key="data_upload",
    )
    if upload is None:
        st.caption(
            "One column of texts; if you have labels, a column of labels, empty where a row has "
            "none; if you have a split, a column that says train or test."
        )
        return
    with faults.shown():
        table = read_table(upload.getvalue(), upload.name)
        _columns(table, upload.name)


def _columns(table: object, name: str) -> None:
    """Let the person say which column is what, with a preview, and make the data set."""
    from core.data.columns import guess_columns
    from core.data.table import dataset_from_table
    from core.store import datasets

    frame = table.frame  # type: ignore[attr-defined]
    guess = guess_columns(frame)
    columns = list(frame.columns)
    for note in table.notes:  # type: ignore[attr-defined]
        st.caption(f":material/info: {shell.plain(note)}")
    none = "(none)"
    with st.grid(3, min_column_width=200):
        text = st.selectbox(
            "Text column",
            columns,
            index=columns.index(guess.text) if guess.text in columns else 0,
            key=f"data_text_{name}",
            help="What is to be classified.",
        )
        label = st.selectbox(
            "Label column",
            [none, *columns],
            index=columns.index(guess.label) + 1 if guess.label in columns else 0,
            key=f"data_label_{name}",
            help="Rows where it is empty are learned from without labels.",
        )
        split = st.selectbox(
            "Split column",
            [none, *columns],
            index=columns.index(guess.split) + 1 if guess.split in columns else 0,
            key=f"data_split_{name}",
            help="Says train or test. Without one, a quarter of the labelled rows is kept for the "
            "test: each class in proportion, duplicates on one side.",
        )
    st.dataframe(frame.head(8), hide_index=True, key="data_preview", alt="First rows of the file.")
    st.caption(f"{len(frame):,} rows, {len(columns)} columns. The first eight are shown.")
    if st.button("Use this file", type="primary", key="data_use"):
        dataset = dataset_from_table(
            table,
            text_column=text,
            label_column=None if label == none else label,
            split_column=None if split == none else split,
            name=name,
        )
        kept = datasets.save(dataset)
        shell.use_data(kept.fingerprint)
        shell.go("data", data=kept.fingerprint[:12])
