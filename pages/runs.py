"""Runs: every job on this server; open, compare, run again, delete."""

import streamlit as st

from core import jobs
from core.store import runs
from core.store.describing import all_tags
from ui import bundles, comparison, deleting, describing, faults, shell
from ui.site import OF_KIND
from ui.tables import KINDS, STATES, runs_table
from ui.wording import plural

shell.start("runs")
jobs.sweep()

with st.grid(3, min_column_width=200):
    kind = st.selectbox(
        "Kind",
        [None, *reversed(KINDS)],
        format_func=lambda k: "All kinds" if k is None else KINDS[k],
        key="runs_kind",
        bind="query-params",
    )
    state = st.selectbox(
        "State",
        [None, *STATES],
        format_func=lambda s: "All states" if s is None else STATES[s],
        key="runs_state",
        bind="query-params",
    )
    words = st.text_input("Name, note or data contains", key="runs_text", icon=":material/search:")
tags = all_tags()
with st.container(horizontal=True, vertical_alignment="center"):
    starred = st.toggle("With a star", key="runs_star", bind="query-params")
    tag = None
    if tags:
        tag = st.pills(
            "Tag", tags[:20], key="runs_tag", bind="query-params", label_visibility="collapsed"
        )
bundles.bring()

records = runs.list_all(
    kind=kind,
    states=None if state is None else [state],
    starred=bool(starred),
    tag=tag,
    limit=500,
    brief=True,
)
if words:
    asked = words.lower()
    records = [r for r in records if asked in f"{r.name} {r.note} {r.dataset_title}".lower()]
if not records:
    with st.container(border=True):
        st.markdown(
            "**No run fits.**"
            if kind or state or words or starred or tag
            else "**Nothing has been run yet.**"
        )
        shell.next_step("To the example on the home page", "home")
    st.stop()

# a table with nothing selected after a deletion: else the next run would take the place of the
# deleted one, with "Delete for good" still open beside it
turn = st.session_state.get("runs_turn", 0)
chosen = runs_table(
    records,
    key=f"runs_table_{turn}" if turn else "runs_table",
    selection="multi-row",
    kinds=True,
)
if not chosen:
    st.caption("Select one run to open it, several fine-tunings to compare them.")
    st.stop()

with st.container(horizontal=True, vertical_alignment="center"):
    if len(chosen) == 1:
        only = chosen[0]
        place = OF_KIND[only.kind]
        if st.button("Open", type="primary", icon=":material/open_in_new:", key="runs_open"):
            shell.go(place, run=only.id)
        if only.live:
            if st.button("Cancel", icon=":material/cancel:", key="runs_cancel"):
                jobs.cancel(only.id)
                st.rerun()
        elif st.button(
            "Run again",
            icon=":material/replay:",
            key="runs_again",
            help="The same request as a new run.",
        ):
            again = jobs.again(only.id)
            shell.go(place, run=again.id)
    if len(chosen) == 1:
        with st.popover("Name and notes", icon=":material/edit_note:", key="runs_describe"):
            describing.fields(chosen[0], "runs_describe")
    ended = [record for record in chosen if not record.live]
    with deleting.popover(
        disabled=not ended,
        help=None if ended else "A run that is under way cannot be deleted: cancel it first.",
    ):
        named = f"**{shell.plain(ended[0].name)}**" if len(ended) == 1 else f"{len(ended)} runs"
        st.markdown(
            f"Delete {named} with report, classifier and examinations? "
            "This cannot be undone. Pretrained models stay in the library."
        )
        if deleting.button("Delete for good", key="runs_delete"):
            with faults.shown():
                # examinations first: the others take what is about them along
                for record in sorted(ended, key=lambda one: one.kind != "examine"):
                    runs.delete(record.id)
                st.toast(f"{plural(len(ended), 'run')} deleted.", icon=":material/delete:")
                st.session_state["runs_turn"] = turn + 1
                st.rerun()

comparable = [r for r in chosen if r.kind == "finetune" and r.state == "done"]
if len(comparable) > 1:
    comparison.side_by_side(comparable)
elif len(chosen) > 1:
    st.caption("Only finished fine-tunings can be compared.")
