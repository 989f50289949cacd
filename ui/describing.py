"""What people write on a run: the same fields on the report and on the page of runs."""

from __future__ import annotations

import streamlit as st

from core.store import describing
from core.store.records import RunRecord
from ui import faults


def fields(record: RunRecord, key: str) -> None:
    """Name, note, tags and star of a run, and a button that keeps them."""
    with st.form(f"{key}_{record.id}", border=False):
        name = st.text_input(
            "Name",
            record.name[: describing.NAME_LENGTH],
            max_chars=describing.NAME_LENGTH,
            key=f"{key}_name_{record.id}",
        )
        note = st.text_area(
            "What was tried, and why",
            record.note,
            max_chars=describing.NOTE_LENGTH,
            height=140,
            key=f"{key}_note_{record.id}",
            placeholder="Fewer components, because the small classes were mixed up …",
        )
        known = describing.all_tags()
        tags = st.multiselect(
            "Tags",
            list(dict.fromkeys([*record.tags, *known])),
            default=list(record.tags),
            accept_new_options=True,
            max_selections=describing.MOST_TAGS,
            placeholder="Choose some, or type a new one",
            key=f"{key}_tags_{record.id}",
        )
        starred = st.toggle("Star", record.starred, key=f"{key}_star_{record.id}")
        saved = st.form_submit_button("Save", icon=":material/save:")
    if saved:
        with faults.shown():
            describing.describe(record.id, name=name, note=note, tags=tags, starred=starred)
            st.toast("Saved.", icon=":material/check:")
            st.rerun()
