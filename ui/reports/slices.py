"""Where it is weak: the accuracy on parts of the test rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.evaluate.results import Evaluation
from core.evaluate.slices import FEWEST_ROWS, slices_sentence
from core.jobs.examined import findings
from core.store.records import RunRecord
from ui import charts, resources, rows, shell
from ui.reports import examining
from ui.reports.base import Section
from ui.wording import plural


@st.cache_resource(max_entries=16, show_spinner="Looking at parts of the test rows")
def _slices(key: str, _record: RunRecord) -> Any:
    """Groupings, slices and their chart; ``key`` names the run and its examination."""
    from core.figures.trust import slices_chart
    from core.jobs.slicing import slices_of

    arrays = resources.predictions(_record.id)
    by, found = slices_of(_record, resources.dataset(_record.dataset or ""), arrays)
    right = float(np.mean(arrays["test_proba"].argmax(axis=1) == arrays["test_labels"]))
    return by, found, slices_chart(found, right) if found else None


def draw(record: RunRecord, evaluation: Evaluation) -> None:
    """The weakest parts in words, as a chart and as a table that leads to rows."""
    clusters = findings(record).get("clusters")
    seen = clusters.examination if clusters else "no clusters"
    by, found, chart = _slices(f"{record.id} with {seen}", record)
    st.markdown(shell.plain(slices_sentence(found)))
    if chart is not None:
        with st.container(border=True):
            charts.draw(chart, key="ev_slices_chart")
        _table(record, by, found)
    st.caption(
        "Test rows by length or brightness, by domain, group and every further column of the data, "
        f"and by groups of alike rows. Groups of fewer than {FEWEST_ROWS} rows are left out. The "
        "p-value says how often chance alone would put so many mistakes into one slice, corrected "
        "for looking at all of them (Holm)."
    )
    if clusters is None:
        st.markdown("**Groups of alike rows**")
        examining.finding(record, "clusters")


def _table(record: RunRecord, by: Any, found: Any) -> None:
    from core.evaluate.slices import slice_rows

    event = st.dataframe(
        pd.DataFrame(
            [
                {
                    "By": one.dimension,
                    "Slice": one.name,
                    "Rows": one.rows,
                    "Right": one.accuracy.value,
                    "95 %": f"{one.accuracy.low:.2f}–{one.accuracy.high:.2f}",
                    "Elsewhere": one.rest,
                    "p, corrected": one.p_value,
                }
                for one in found
            ]
        ),
        hide_index=True,
        key="ev_slices",
        on_select="rerun",
        selection_mode="single-row",
        height=min(420, 36 * (len(found) + 1)),
        column_config={
            "Slice": st.column_config.TextColumn(width="medium"),
            "Right": st.column_config.ProgressColumn(min_value=0.0, max_value=1.0, format="%.3f"),
            "Elsewhere": st.column_config.NumberColumn(format="%.3f"),
            "p, corrected": st.column_config.NumberColumn(format="%.3g"),
        },
        alt="Slices of the test rows with accuracy and interval, weakest first.",
    )
    picked = event["selection"]["rows"]  # type: ignore[index]
    if not picked:
        st.caption("Select a line to read the mistakes in it.")
        return
    one = found[picked[0]]
    arrays = resources.predictions(record.id)
    inside = slice_rows(by, one)
    wrong = inside[arrays["test_proba"][inside].argmax(axis=1) != arrays["test_labels"][inside]]
    title = f"{shell.plain(one.dimension)} {shell.plain(one.name)}"
    if not len(wrong):
        st.markdown(f"**No mistake in {title}.**")
        return
    st.markdown(f"**{plural(len(wrong), 'mistake')} in {title}**")
    rows.listing(record, arrays["test_rows"][wrong][:50], key="ev_slice_rows")


SECTION = Section(key="slices", group="trust", title="Slices", order=20, draw=draw, needs_rows=True)
