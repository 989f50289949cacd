"""Across domains: how a labelled source and a target differ, and how to carry answers across."""

import streamlit as st

from core import jobs
from core.errors import WarmstartError
from core.finetune import heads
from core.finetune.adaptations import adaptations_for
from core.jobs.adapting import ADAPT_PARAMS
from core.jobs.requests import AdaptRequest, DataRef
from ui import command, domains, faults, forms, live, shell

asked = st.query_params.get("run")
shell.start("domains")
if asked:
    record = live.follow(asked)
    if record.dataset:
        shell.use_data(record.dataset)
    domains.show(record)
    with st.container(horizontal=True):
        shell.next_step("Try it on a row of your own", "predict", run=record.id)
        shell.next_step("Other domains or ways", "domains", data=(record.dataset or "")[:12])
    st.stop()

records = domains.loaded()
data = shell.current_data()
if not records:
    domains.empty()
    st.stop()
at_hand = data.fingerprint if data else next(iter(records))
source, target = domains.choose(records, at_hand)
if source == target:
    st.info(
        "Source and target are the same rows. Choose two domains, or two data sets: bring another "
        "file, or bring this one again and name its domain column.",
        title="Choose two that differ.",
        icon=":material/compare_arrows:",
    )
    shell.next_step("Load another data set", "data")
    st.stop()
key = domains.key_of(source, target)
try:
    found = domains.paired(key, source, target)
except WarmstartError as error:
    faults.show(error)
    shell.next_step("Load another data set", "data")
    st.stop()

st.header("How they differ", anchor=False)
opened = st.session_state.setdefault("dm_compared", [])
if key in opened:
    domains.differences(key, found)
else:
    st.markdown(
        "How far are they apart, and in what? Some seconds; training rows only, labels of the "
        "target are not read."
    )
    if st.button("Compare them", icon=":material/compare_arrows:", key="dm_compare"):
        opened.append(key)
        st.rerun()

st.header("Carry the source's labels across", anchor=False)
if not found.can_carry:
    st.info(
        "Adapting carries labels of at least two classes across, which are named alike on both "
        "sides. Choose a labelled source.",
        title=f"{shell.plain(found.source_name)} has no labels that could be carried across.",
        icon=":material/label_off:",
    )
    st.stop()
offered = {k: one for k, one in adaptations_for(found.modality).items() if k != domains.HIDDEN}
ways = st.pills(
    "Ways to try, beside the source alone",
    list(offered),
    selection_mode="multi",
    default=list(offered),
    format_func=lambda one: offered[one].title,
    key=f"dm_ways_{found.modality}",
)
with st.expander("What these ways do", icon=":material/help:"):
    for one in offered.values():
        st.markdown(f"**{one.title}**: {one.help}")
        st.caption(one.source)
simple = [param for param in ADAPT_PARAMS if param.name == "labels_per_class"]
more = [param for param in ADAPT_PARAMS if param.advanced]
specs = heads()


def further() -> None:
    """What few people change."""
    with st.grid(2, min_column_width=220, vertical_alignment="bottom"):
        st.selectbox(
            "Head",
            list(specs),
            index=list(specs).index("logistic"),
            format_func=lambda one: specs[one].title,
            key="dm_head",
            help="The classifier on top, the same for all ways. CORAL needs a linear one.",
        )
        st.selectbox(
            "Classifier to keep",
            [None, *ways],
            format_func=lambda one: offered[one].title if one else "What validation prefers",
            key="dm_keep",
            help="The kept one answers on the Predict page. Test rows never decide.",
        )


settings = forms.settings_form([*simple, *more], key="dm", more=further)
request = AdaptRequest(
    data=DataRef(fingerprint=target.record.fingerprint),
    source=DataRef(fingerprint=source.record.fingerprint),
    source_domain=source.domain,
    target_domain=target.domain,
    ways=tuple(ways),
    keep=st.session_state.get("dm_keep"),
    head=st.session_state.get("dm_head") or "logistic",
    **settings,
)
with st.container(border=True):
    st.markdown(
        f"**{len(found.labelled_source):,}** labelled rows of {shell.plain(found.source_name)} to "
        f"learn from, **{len(found.target):,}** training rows of "
        f"{shell.plain(found.target_name)} without labels, **{len(found.test):,}** test rows."
    )
    if not len(found.test):
        st.caption(
            ":material/info: The target has no labelled test rows. A classifier can be made, but "
            "its score can only be guessed at."
        )
    reason = None if ways else "Choose at least one way."
    if st.button(
        "Adapt and measure",
        type="primary",
        icon=":material/play_arrow:",
        key="dm_start",
        disabled=reason is not None,
        help=reason,
    ):
        with faults.shown():
            run = jobs.submit(request)
            shell.go("domains", run=run.id)
command.show(request)
