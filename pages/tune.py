"""Tune: good settings within a budget of seconds; then one click to use them."""

import streamlit as st

from core import jobs
from core.finetune import heads, strategies
from core.jobs.requests import DataRef, TuneRequest
from core.pretrain import methods_for
from core.store import models, runs
from ui import command, forms, live, shell, tuning
from ui.wording import number

asked = st.query_params.get("run")
shell.start("tune")
if asked:
    found = runs.get(asked)
    if found.dataset:
        shell.use_data(found.dataset)
    progress, below = st.container(), st.container()
    if found.live:
        with below:
            tuning.live(asked)
    elif found.state != "done":
        with below:
            tuning.so_far(found)
    with progress:
        record = live.follow(asked)
    tuning.show(record)
    with st.container(horizontal=True):
        shell.next_step("Search again", "tune", data=(record.dataset or "")[:12])
        shell.next_step("Search on from here", "tune", on=record.id)
        shell.next_step("Fine-tune by hand", "finetune")
    st.stop()

data = shell.need_data()
if len(data.classes) < 2 or not data.labelled_train or not data.labelled_test:
    st.warning(
        "A search needs labelled rows of at least two classes to learn from and to judge by, and "
        "test rows for the report afterwards.",
        title="This data set has no labels to tune by.",
    )
    shell.next_step("Choose data", "data")
    st.stop()

before = st.query_params.get("on")
if before:
    earlier = runs.get(before)
    st.info(
        f"The best settings of {shell.plain(earlier.name)} are tried first.",
        icon=":material/resume:",
    )

st.subheader("Time", anchor=False)
quick = {30: "30 s", 60: "1 min", 120: "2 min", 300: "5 min", 900: "15 min"}
seconds = st.segmented_control(
    "How long may it look?",
    list(quick),
    default=60,
    required=True,
    format_func=quick.__getitem__,
    key="tn_seconds",
    persist_state="session",
    help="It ends in time, also in the middle of a fit. Longer finds better settings where there "
    "are many rows; with few labels a minute is plenty.",
)

st.subheader("Labels", anchor=False)
with st.grid(2, min_column_width=220, vertical_alignment="bottom"):
    everything = st.toggle(
        "Use every label",
        key="tn_all",
        persist_state="session",
        help=f"{number(data.labelled_train)} labelled rows may be learned from.",
    )
    per_class = st.number_input(
        "Labels per class",
        min_value=2,
        max_value=forms.MOST_LABELS,
        value=5,
        step=1,
        key="tn_labels",
        persist_state="session",
        disabled=bool(everything),
        help="How many rows of each class may show their label. Part of them is held out in turn to "
        "judge by, so it takes at least two.",
    )

with st.expander("What may be tried", icon=":material/tune:"):
    st.caption(
        "Left empty, it tries what is known to do well on rows of this kind, as far as it fits "
        "into the time. Models of the library that learned from this data set go first: they cost "
        "no time. The default settings always take part."
    )
    offered = {
        m.key: m.title
        for m in methods_for(data.modality)
        if not any(param.kind == "file" for param in m.params)
    }
    methods = st.multiselect(
        "Methods, with variants of their settings",
        list(offered),
        format_func=offered.__getitem__,
        key=f"tn_methods_{data.modality}",
        placeholder="What is known to do well",
    )
    library = {record.id: record for record in models.list_all(modality=data.modality)}
    kept = st.multiselect(
        "Models of the library",
        list(library),
        format_func=lambda key: f"{library[key].name} · learned from {library[key].dataset_title}",
        key=f"tn_models_{data.modality}",
        placeholder="None",
        disabled=not library,
        help="The only one chosen, without methods, is the default that all others are held against."
        if library
        else "The library has no model for this kind of rows yet.",
    )
    ways = {
        key: one.title
        for key, one in strategies().items()
        if one.needs_model and not one.needs_source
    }
    chosen_ways = st.multiselect(
        "Strategies",
        list(ways),
        format_func=ways.__getitem__,
        key="tn_strategies",
        placeholder="All that fit",
    )
    specs = heads()
    chosen_heads = st.multiselect(
        "Heads",
        list(specs),
        format_func=lambda key: specs[key].title,
        key="tn_heads",
        placeholder="The linear ones",
    )
    with st.grid(2, min_column_width=200, vertical_alignment="bottom"):
        trials = st.number_input(
            "Settings tried, at most",
            min_value=1,
            max_value=300,
            value=None,
            step=1,
            key="tn_trials",
            placeholder="as many as the time allows",
            help="With a limit that is reached before the time is over, the same seed gives the "
            "same result on any machine.",
        )
        seed = st.number_input(
            "Seed",
            min_value=0,
            value=0,
            step=1,
            key="tn_seed",
            persist_state="session",
            help="Draws the labelled rows, the folds and what is tried.",
        )

request = TuneRequest(
    data=DataRef(fingerprint=data.fingerprint),
    seconds=float(seconds),
    labels_per_class=None if everything else int(per_class or 2),
    methods=tuple(methods),
    models=tuple(kept),
    strategies=tuple(chosen_ways),
    heads=tuple(chosen_heads),
    trials=None if trials is None else int(trials),
    start_from=before,
    seed=int(seed or 0),
)
with st.container(border=True):
    st.markdown(
        "Only labelled training rows are used, held out in turn to judge by. The "
        f"{number(data.labelled_test)} test rows are not touched before you fine-tune with what was "
        "found."
    )
    if st.button("Find good settings", type="primary", icon=":material/search:", key="tn_start"):
        shell.go("tune", run=jobs.submit(request).id)
command.show(request, data)
