"""Take a model further: choose new rows, start, and see which model came from which."""

from __future__ import annotations

import streamlit as st

from core import jobs
from core.data.dataset import POOLS, Pool
from core.jobs.continuing import continued_name, why_not_continued
from core.jobs.requests import DataRef, PretrainRequest
from core.store import datasets, models
from core.store.records import DatasetRecord, ModelRecord
from ui import shell
from ui.command import shell_text
from ui.wording import ago, number


def popover(record: ModelRecord) -> None:
    """The button that opens the choice of new rows; where it cannot be, it says why."""
    reason = why_not_continued(record)
    with st.popover(
        "Continue on new rows",
        icon=":material/fast_forward:",
        disabled=reason is not None,
        help=reason and shell.plain(reason),
    ):
        if reason is None:
            _form(record)


def _form(record: ModelRecord) -> None:
    st.markdown(
        "Makes a **new model** that goes on learning from where this one is. This one stays as it "
        "is. The settings stay the same."
    )
    fits = [one for one in datasets.list_all() if one.modality == record.modality]
    if not fits:
        st.caption("No data set of this kind is kept here. Open one on the Data page first.")
        return
    # the one at hand is most often what it has learned from already
    likely = (st.session_state.get("data"), *(one.fingerprint for one in fits))
    first = next((name for name in likely if name not in (None, record.dataset)), None)
    index = next((i for i, one in enumerate(fits) if one.fingerprint == first), 0)
    chosen: DatasetRecord = st.selectbox(
        "Data set",
        fits,
        index=index,
        format_func=lambda one: f"{one.title} · {shell.size_of(one)}",
        key=f"pt_continue_data_{record.id}",
    )
    pool = st.radio(
        "Rows",
        list(POOLS),
        format_func=lambda p: f"{POOLS[p]} ({number(_rows(chosen, p))})",
        key=f"pt_continue_pool_{record.id}",
    )
    if (chosen.fingerprint, pool) == (record.dataset, record.pool):
        st.caption("It has learned from these very rows already: they will count twice.")
    name = st.text_input(
        "Name",
        max_chars=80,
        placeholder=continued_name(record, chosen.title),
        key=f"pt_continue_name_{record.id}",
    )
    request = PretrainRequest(
        data=DataRef(fingerprint=chosen.fingerprint),
        method=record.method,
        pool=pool,
        seed=record.seed,
        name=name or "",
        parent=record.id,
    )
    empty = not _rows(chosen, pool)
    if st.button(
        "Start learning on",
        type="primary",
        icon=":material/play_arrow:",
        key="pt_continue_start",
        disabled=empty,
        help="There is no row to learn from in this pool." if empty else None,
    ):
        shell.go("pretrain", run=jobs.submit(request).id)
    st.caption("The same from a shell")
    st.code(shell_text(request, chosen), language="bash", wrap_lines=True)


def _rows(record: DatasetRecord, pool: Pool) -> int:
    """How many rows a pool has, by the record: nothing is opened for a choice not made yet."""
    labelled = record.labelled_train if pool != "unlabelled" else 0
    return labelled + (record.unlabelled if pool != "labelled" else 0)


def descent(record: ModelRecord) -> None:
    """Links to the models that this one continues, and to those that continue it."""
    before, after = models.ancestors(record), models.children(record.id)
    if not before and not after:
        return
    with st.container(border=True):
        if before:
            st.markdown("**It continues**" + (", the nearest first" if before[1:] else ""))
            for one in before:
                _link(one)
        if after:
            st.markdown("**Continued as**")
            for one in after:
                _link(one)


def _link(record: ModelRecord) -> None:
    icon = ":material/account_tree:"
    shell.next_step(shell.plain(record.name), "pretrain", icon=icon, model=record.id)
    st.caption(
        f"learned from {number(record.rows)} rows of {shell.plain(record.dataset_title)}, "
        f"{ago(record.created)}"
    )
