"""Home: what this is, three ways to start, and what was done last."""

import streamlit as st

from core import jobs
from core.jobs.requests import DataRef, FinetuneRequest, LoadRequest, PretrainRequest
from core.store import runs
from ui import shell
from ui.site import PLACES
from ui.tables import runs_table

shell.start("home", title="Home", intro=False)
st.title("What would pretraining buy you?", anchor=False)
st.markdown(shell.BY_KEY["home"].purpose)

with st.grid(3, min_column_width=260):
    with st.container(border=True, height="stretch", vertical_alignment="distribute"):
        with st.container():
            st.subheader(":material/bolt: Try it now", anchor=False)
            st.caption(
                "Real texts, built in: the documentation of scipy, 13 topics, 5 labels each. "
                "A verdict in under a minute."
            )
        if st.button("Run the example", type="primary", width="stretch", key="home_example"):
            run = jobs.submit(
                FinetuneRequest(
                    data=DataRef(name="python_docs"),
                    pretrain=PretrainRequest(data=DataRef(name="python_docs"), method="ppmi"),
                    draws=10,  # the luck of the labelled rows is most of the interval
                    name="Word vectors on Python docs",
                )
            )
            shell.go("evaluate", run=run.id)
    with st.container(border=True, height="stretch", vertical_alignment="distribute"):
        with st.container():
            st.subheader(":material/newspaper: 20 Newsgroups", anchor=False)
            st.caption(
                "The classic: 18,846 posts in 20 groups. Fetched once, about 14 MB, "
                "then kept on this server."
            )
        if st.button("Open 20 Newsgroups", width="stretch", key="home_newsgroups"):
            run = jobs.submit(LoadRequest(data=DataRef(name="twenty_newsgroups")))
            shell.go("data", run=run.id)
    with st.container(border=True, height="stretch", vertical_alignment="distribute"):
        with st.container():
            st.subheader(":material/upload_file: Your own file", anchor=False)
            st.caption(
                "Texts or columns of values in a table (CSV, Excel, Parquet, JSON Lines), or a zip "
                "of pictures by class. Rows without a label are welcome: they are learned from too."
            )
        if st.button("Choose a file", width="stretch", key="home_file"):
            shell.go("data", data_start="file")

st.subheader("How it goes", anchor=False)
steps = [
    place
    for place in PLACES
    if place.key in ("data", "pretrain", "choose", "finetune", "evaluate", "predict")
]
with st.grid(3, min_column_width=220):
    for position, place in enumerate(steps, start=1):
        with st.container():
            st.page_link(place.file, label=f"**{position} {place.title}**", icon=place.icon)
            st.caption(place.purpose)

recent = runs.list_all(kind="finetune", limit=8, brief=True)
if recent:
    st.subheader("Recent runs", anchor=False)
    chosen = runs_table(recent, key="home_recent", selection="single-row")
    if chosen:
        shell.go("evaluate", run=chosen[0].id)
    st.caption("Select a run to open its report.")
