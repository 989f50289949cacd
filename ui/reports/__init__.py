"""The sections of a run's report, found in this folder: any module with a ``SECTION`` is one."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import streamlit as st

from core.errors import NotFound
from core.evaluate.results import Evaluation
from core.store import datasets
from core.store.records import RunRecord
from ui import faults, shell
from ui.reports.base import GROUPS, Group, Section

#: Up to so many sections of a group stand one below the other; more are chosen from.
_STACKED = 2


@cache
def sections() -> dict[Group, tuple[Section, ...]]:
    """The sections of each group that has any, in order."""
    found: list[Section] = []
    for info in pkgutil.iter_modules(__path__):
        section = getattr(importlib.import_module(f"{__name__}.{info.name}"), "SECTION", None)
        if isinstance(section, Section):
            found.append(section)
    found.sort(key=lambda section: (section.order, section.title))
    grouped = {group: tuple(s for s in found if s.group == group) for group in GROUPS}
    return {group: members for group, members in grouped.items() if members}


def show(record: RunRecord, evaluation: Evaluation) -> None:
    """One tab a group; of these only the open one is computed.

    Which tab is open, and which section of it, stands in the address (``ev_tab``,
    ``ev_<group>``).
    """
    groups = sections()
    if evaluation.comparison is None:  # an overview is of what pretraining bought
        groups = {group: members for group, members in groups.items() if group != "overview"}
    tabs = st.tabs(
        [GROUPS[group] for group in groups], key="ev_tab", bind="query-params", on_change="rerun"
    )
    for tab, (group, members) in zip(tabs, groups.items(), strict=True):
        if tab.open:
            with tab:
                _group(group, members, record, evaluation)


def _group(
    group: Group, members: tuple[Section, ...], record: RunRecord, evaluation: Evaluation
) -> None:
    if len(members) > _STACKED:
        titles = {section.key: section.title for section in members}
        key = st.segmented_control(
            GROUPS[group],
            list(titles),
            default=members[0].key,
            required=True,
            format_func=lambda k: titles[k],
            key=f"ev_{group}",
            bind="query-params",
            label_visibility="collapsed",
        )
        members = tuple(section for section in members if section.key == key)
    for section in members:
        with st.container(key=f"ev_section_{section.key}"), faults.shown():
            st.subheader(section.title, anchor=False)
            why = _without_rows(record) if section.needs_rows else None
            why = why or section.absent(record, evaluation)
            if why is None:
                section.draw(record, evaluation)
            else:
                st.caption(f":material/info: {shell.plain(why)}")


def _without_rows(record: RunRecord) -> str | None:
    try:
        datasets.get(record.dataset or "")
    except NotFound:
        return "Its data set is not kept here, so its rows cannot be looked at."
    return None
