"""Runs held against each other: the parts of the page, and the short form on the Runs page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.errors import WarmstartError
from core.evaluate import versus_words
from core.evaluate.results import Interval
from core.evaluate.versus import FEWEST, MOST
from core.evaluate.words import p_words
from core.jobs.differing import what_differs
from core.jobs.versus import Compared
from ui import charts, shell
from ui.wording import plural, points


def compared(ids: str) -> Compared:
    """Runs compared, by their ids with commas between."""
    return _compared(_state(ids), ids)


def _state(ids: str) -> str:
    """Of finished runs nothing but the name changes."""
    from core.store import runs

    return json.dumps([(run_id, runs.get(run_id).name) for run_id in ids.split(",")])


@st.cache_resource(max_entries=32, show_spinner="Holding the runs against each other")
def _compared(state: str, _ids: str) -> Compared:
    from core.jobs.versus import compare_runs

    return compare_runs(_ids.split(","))


@st.cache_resource(max_entries=32, show_spinner=False)
def _charts(state: str, _ids: str) -> tuple[Any, Any]:
    from core.figures import versus

    found = _compared(state, _ids)
    return versus.standings(found.found, found.names), versus.pairs(found.found, found.names)


def in_short(run_ids: Sequence[str]) -> Compared | None:
    """The outcome in words, and the way to the whole comparison; None where there is none."""
    if len(run_ids) > MOST:
        st.caption(f"At most {MOST} runs are held against each other, row by row.")
        return None
    ids = ",".join(run_ids)
    try:
        found = compared(ids)
    except WarmstartError as error:
        st.caption(f":material/info: {shell.plain(error.words)}")
        return None
    with st.container(border=True):
        st.markdown(f"**{shell.plain(found.title)}.** {shell.plain(found.sentence)}")
        for remark in found.remarks:
            st.caption(f":material/info: {shell.plain(remark)}")
        shell.next_step("The whole comparison, pair by pair", "versus", runs=ids)
    return found


def show(ids: str) -> None:
    """The whole comparison."""
    found = compared(ids)
    with st.container(border=True):
        icon = ":material/trophy:" if found.found.winner else ":material/balance:"
        st.subheader(f"{icon} {shell.plain(found.title)}", anchor=False)
        st.markdown(shell.plain(found.sentence))
        for remark in found.remarks:
            st.caption(f":material/info: {shell.plain(remark)}")
    standings, pairs = _charts(_state(ids), ids)
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        st.markdown("**Where each stands**")
        charts.draw(standings, key="vs_standings")
    with right.container(border=True, height="stretch"):
        st.markdown("**Each against each, in points**")
        charts.draw(pairs, key="vs_pairs")
        st.caption(
            "By how much the run of the line is ahead of the run of the column. Filled: a clear "
            "difference, blue for the better one and orange for the worse."
        )
    st.subheader("Every pair", anchor=False)
    st.dataframe(
        pd.DataFrame(pair_lines(found)),
        hide_index=True,
        key="vs_table",
        alt="Every pair of runs with its difference, interval and test.",
    )
    st.caption(
        f"{versus_words.coverage(found.found)} p: exact McNemar test "
        f"after Holm's correction for {plural(len(found.found.pairs), 'pair')}. Only first "
        "and only second: test rows that just one of the kept models gets right. Macro F1 and log "
        "loss are of the kept models; in log loss lower is better."
    )
    _settings(found)


def pair_lines(found: Compared) -> list[dict[str, str]]:
    """A line of the table for each pair."""
    return [
        {
            "First": found.names[pair.first],
            "Second": found.names[pair.second],
            "Finding": versus_words.pair_words(pair),
            "Points of accuracy": _ranged(pair.gain),
            "p after correction": p_words(pair.p_corrected).removeprefix("p ").removeprefix("= "),
            "Only first": f"{pair.only_first:,}",
            "Only second": f"{pair.only_second:,}",
            "Macro F1": _ranged(pair.macro_f1),
            "Log loss": _plain_range(pair.log_loss),
        }
        for pair in found.found.pairs
    ]


def _ranged(interval: Interval) -> str:
    if interval.low is None or interval.high is None:
        return points(interval.value)
    return f"{points(interval.value)} ({points(interval.low)} to {points(interval.high)})"


def _plain_range(interval: Interval) -> str:
    def signed(value: float) -> str:
        return f"{value:+.3f}".replace("-", "−")

    if interval.low is None or interval.high is None:
        return signed(interval.value)
    return f"{signed(interval.value)} ({signed(interval.low)} to {signed(interval.high)})"


def _settings(found: Compared) -> None:
    keys = found.found.keys
    differing = what_differs([found.records[key] for key in keys])
    st.subheader("Settings that differ", anchor=False)
    if differing.empty:
        st.caption("All their settings are the same.")
        return
    differing.columns = pd.Index([found.names[key] for key in keys])
    st.dataframe(differing.astype(str), key="vs_settings", alt="Settings that differ.")


def take_along(ids: str) -> None:
    """The comparison as a file for a meeting."""
    st.download_button(
        "Download for a meeting",
        data=lambda: compared(ids).page(),
        file_name="comparison.html",
        mime="text/html",
        icon=":material/print:",
        on_click="ignore",
        key="vs_download",
        help="One HTML file that opens offline and prints on a page or two.",
    )


def need_several(chosen: Sequence[str]) -> str | None:
    """Why these cannot be compared, for a button that is off; None when they can."""
    if len(chosen) < FEWEST:
        return "Select two runs or more."
    if len(chosen) > MOST:
        return f"Select {MOST} runs at most."
    return None
