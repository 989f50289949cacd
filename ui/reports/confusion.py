"""What is taken for what, down to the rows."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.evaluate.results import Evaluation
from core.store.records import RunRecord
from ui import charts, resources, rows, shell
from ui.reports.base import Section
from ui.wording import plural


def draw(record: RunRecord, evaluation: Evaluation) -> None:
    """The confusion matrix, and the rows behind one of its cells."""
    from core.evaluate.mistakes import cell_rows

    charts.draw(resources.run_chart(record.id, "confusion"), key="ev_confusion")
    table = [
        (count, truth, said)
        for truth, line in enumerate(evaluation.test.confusion)
        for said, count in enumerate(line)
        if count and truth != said
    ]
    if not table:
        st.success("It makes no mistake on the test rows.", icon=":material/check:")
        return
    table.sort(reverse=True)
    names = evaluation.classes
    st.markdown("**What is taken for what**")
    event = st.dataframe(
        pd.DataFrame([{"Truth": names[t], "Taken for": names[s], "Rows": c} for c, t, s in table]),
        hide_index=True,
        key="ev_cells",
        on_select="rerun",
        selection_mode="single-row",
        height=min(320, 36 * (len(table) + 1)),
        alt="Pairs of classes that are mixed up, most frequent first.",
    )
    picked = event["selection"]["rows"]  # type: ignore[index]
    if not picked:
        st.caption("Select a line to read its rows.")
        return
    _, truth, said = table[picked[0]]
    arrays = resources.predictions(record.id)
    indices = cell_rows(arrays, truth, said)
    st.markdown(
        f"**{plural(len(indices), 'row')} of {shell.plain(names[truth])} "
        f"taken for {shell.plain(names[said])}**"
    )
    rows.listing(record, indices[:50], key="ev_cell_rows")


SECTION = Section(key="confusion", group="mistakes", title="Confusion", order=10, draw=draw)
