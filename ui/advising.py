"""A short form about the situation, and the plan that comes of it."""

from __future__ import annotations

from typing import Any, cast

import streamlit as st

from core import jobs
from core.errors import WarmstartError
from core.jobs.advising import Advice, advise, request_of
from core.jobs.requests import DataRef
from core.store.records import DatasetRecord
from core.transfer.advice import Situation
from core.types import Modality
from ui import estimates, faults, shell
from ui.command import shell_text
from ui.wording import number, points

_FEW = 5  # labels a class to start with
_KINDS = {"text": "Texts", "image": "Pictures", "tabular": "Rows of a table"}
_TIMES = {10: "10 seconds", 60: "A minute", 600: "10 minutes", 3600: "An hour", 86400: "A day"}


def form(data: DatasetRecord | None) -> None:
    """Ask six questions, show the plan, and carry it out with one click."""
    mark = data.fingerprint[:8] if data else "none"
    st.caption(
        f"Filled in from {shell.plain(data.title)}; change what is not so."
        if data
        else "Describe what you have. With a data set open the plan can be carried out at once."
    )
    with st.container(border=True):
        kind = st.segmented_control(
            "What kind of data?",
            list(_KINDS),
            default=data.modality if data else "text",
            required=True,
            format_func=_KINDS.get,
            key=f"ch_kind_{mark}",
        )
        with st.grid(3, min_column_width=180, vertical_alignment="bottom"):
            rows = st.number_input(
                "How many rows?",
                min_value=1,
                value=data.labelled_train + data.unlabelled if data else 5000,
                key=f"ch_rows_{mark}",
                help="To learn from, with and without a label; not those kept for the test.",
            )
            labels = st.number_input(
                "How many labels to learn from?",
                min_value=0,
                value=min(data.labelled_train, _FEW * max(1, len(data.classes))) if data else 60,
                key=f"ch_labelled_{mark}",
                help=f"This data set has {number(data.labelled_train)}; the plan starts with {_FEW} "
                "a class, as the other pages do."
                if data and data.labelled_train > _FEW * len(data.classes)
                else "Of the rows above.",
            )
            classes = st.number_input(
                "How many classes?",
                min_value=1,
                value=max(1, len(data.classes)) if data else 5,
                key=f"ch_classes_{mark}",
            )
        seconds = st.select_slider(
            "How much time to learn?",
            list(_TIMES),
            value=600,
            format_func=lambda value: _TIMES[value],
            key="ch_time",
            persist_state="session",
        )
        explained = st.toggle(
            "Answers must be explained",
            key="ch_explained",
            persist_state="session",
            help="Each answer is then a sum over words, pixels or columns that can be shown.",
        )
        may_leave = st.toggle(
            "Rows may be sent to others",
            key="ch_leave",
            persist_state="session",
            help="Nothing is sent by this program either way; it widens what the plan can suggest.",
        )
    try:
        situation = Situation(
            modality=cast(Modality, kind),
            rows=int(rows),
            labels=int(labels),
            classes=int(classes),
            seconds=float(seconds),
            explained=bool(explained),
            may_leave=bool(may_leave),
        )
        same = data is not None and data.modality == kind
        told = advise(
            situation,
            size=estimates.pool_size(data.fingerprint, "all")
            if same and data and int(rows) == data.labelled_train + data.unlabelled
            else None,
            without=data.fingerprint if same and data else None,
        )
    except WarmstartError as error:
        faults.show(error)
        return
    _plan(told)
    _carry_out(told, situation, data)


def _plan(told: Advice) -> None:
    st.subheader("The plan", anchor=False)
    with st.container(border=True):
        for place, one in enumerate(told.plan.choices):
            st.markdown(f"**{place + 1}. {shell.plain(one.what)}**  \n{shell.plain(one.why)}")
    st.markdown("**What finished runs here say**")
    if not told.evidence:
        st.caption(
            "None on other data sets yet: the gains above are of the benchmark's sets. Runs of your "
            "own will count as they finish."
        )
    for place, one in enumerate(told.evidence[:5]):
        with st.container(key=f"ch_evidence_{place}"):
            shell.next_step(
                f"{points(one.gain)} points over learning nothing on {one.title}",
                _page(one.run),
                run=one.run,
            )


def _page(run: str) -> str:
    from core.store import runs
    from ui.site import OF_KIND

    return OF_KIND[runs.get(run).kind]


def _carry_out(told: Advice, situation: Situation, data: DatasetRecord | None) -> None:
    """One click that starts the plan, where there is a data set that it fits."""
    if data is None or data.modality != situation.modality:
        st.caption("Open a data set of this kind, and one click carries the plan out.")
        shell.next_step("Choose data", "data")
        return
    reason = _why_not(data)
    per_class = max(1, round(situation.per_class))
    budget = None if situation.labels >= data.labelled_train else per_class
    request = request_of(told.plan, DataRef(fingerprint=data.fingerprint), labels_per_class=budget)
    labels = "every label" if budget is None else f"{number(per_class)} labels per class"
    if st.button(
        "Carry it out",
        type="primary",
        icon=":material/play_arrow:",
        key="ch_carry_out",
        disabled=reason is not None,
        help=reason,
    ):
        with faults.shown():
            shell.go("evaluate", run=jobs.submit(request).id)
    st.caption(f"On {shell.plain(data.title)}, with {labels}; the report opens by itself.")
    with st.expander("The same from a shell", icon=":material/terminal:"):
        st.code(shell_text(request, data), language="bash", wrap_lines=True)


def _why_not(data: DatasetRecord) -> str | None:
    counts: dict[str, Any] = {
        "no classes to tell apart": len(data.classes) >= 2,
        "no labelled training rows": data.labelled_train,
        "no labelled test rows, so nothing could be measured": data.labelled_test,
    }
    missing = [what for what, there in counts.items() if not there]
    return f"This data set has {missing[0]}." if missing else None
