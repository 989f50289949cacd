"""Data: choose or bring a data set, see what is in it, and what would fool you."""

import streamlit as st

from core.store import datasets
from ui import column_views, data_views, live, picture_views, shell, sources

shell.start("data")

asked = st.query_params.get("run")
if asked:
    st.session_state["loading"] = asked
    record = live.follow(asked)
    if record.dataset:
        shell.use_data(record.dataset)
    shell.go("data", data=(record.dataset or "")[:12])

record = shell.current_data()
if record is None:
    shell.say_if_unknown()
start = st.query_params.get("data_start")
with st.expander(
    "Choose another data set" if record else "Choose a data set",
    expanded=record is None or start == "file",
    icon=":material/database:",
    key=f"data_choose_{record.fingerprint[:8] if record else ''}",  # folds up for a new one
):
    sources.choose(datasets.list_all(), start_with_file=start == "file")

if record is None:
    st.stop()
st.query_params["data"] = record.fingerprint[:12]

st.header(shell.plain(record.title), anchor=False)
if record.about:
    st.caption(shell.plain(record.about))
data_views.numbers(record)
data_views.notes(record)

views = {"Checks": data_views.checks}
if record.modality == "image":
    views["Pictures"] = picture_views.gallery
elif record.modality == "tabular":
    views["Columns"] = column_views.columns
views |= {
    "Classes": data_views.classes,
    "Rows": data_views.rows_table,
    "Map": data_views.map_of_rows,
}
if record.modality == "text":
    views |= {"Words": data_views.words, "Preparation": data_views.preparation}
tabs = st.tabs(list(views), key="data_tab", on_change="rerun", bind="query-params")
for tab, draw in zip(tabs, views.values(), strict=True):
    if tab.open:
        with tab:
            draw(record)

with st.container(horizontal=True):
    shell.next_step(
        "Learn from these rows without labels", "pretrain", data=record.fingerprint[:12]
    )
    if record.classes:
        shell.next_step("Fine-tune on a few labels", "finetune", data=record.fingerprint[:12])
