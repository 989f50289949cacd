"""How much hangs on chance: which labels it saw, and its seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.evaluate.results import Evaluation
from core.store.records import RunRecord
from ui import charts, resources, rows
from ui.reports import examining
from ui.reports.base import Section
from ui.wording import percent

_KINDS = {"labels": "Other labels", "seeds": "Other seeds"}


@st.cache_resource(max_entries=16, show_spinner=False)
def _stability(examination: str, _result: Any) -> Any:
    from core.evaluate.examination_json import stability_from_json
    from core.figures.trust import stability_chart

    found = [
        (title, stability_from_json(_result[key]))
        for key, title in _KINDS.items()
        if key in _result
    ]
    return found, stability_chart(found)


def draw(record: RunRecord, evaluation: Evaluation) -> None:
    """The spread in words, each training as a point, and the rows that change most."""
    st.markdown(
        "The same recipe trained again: on other labels, and on the same labels with other seeds. "
        "What changes from one to another is luck."
    )
    finding = examining.finding(record, "stability")
    if finding is None:
        point = evaluation.point
        if point is not None and len(point.model_draws) > 1:
            st.markdown(
                f"Known already: over {len(point.model_draws)} draws of labels the accuracy lay "
                f"between {percent(min(point.model_draws))} and {percent(max(point.model_draws))}."
            )
        return
    found, chart = _stability(finding.examination, finding.result)
    if "labels" not in finding.result:
        st.caption("It learned from every label there is, so no others can be drawn.")
    st.markdown(finding.result["sentence"])
    with st.container(border=True):
        charts.draw(chart, key="ev_stability_chart")
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Changed": title,
                    "Trainings": len(one.accuracies),
                    "Mean": percent(one.mean.value),
                    "95 %": f"{percent(one.mean.low)} to {percent(one.mean.high)}",
                    "Spread (SD)": f"{100 * one.spread:.2f} points",
                    "Two agree on": percent(one.agreement),
                    "All agree on": percent(one.unanimous),
                }
                for title, one in found
            ]
        ),
        hide_index=True,
        key="ev_stability",
        alt="Mean, spread and agreement of the trainings.",
    )
    _rows(record, finding.examination)
    examining.again(record, "stability")


def _rows(record: RunRecord, examination: str) -> None:
    kept = examining.arrays(examination)
    agreed = kept.get("stability_labels", kept.get("stability_seeds"))
    if agreed is None:
        return
    order = np.argsort(agreed, kind="stable")[:50]
    order = order[agreed[order] < 1]
    if not len(order):
        return
    dataset = resources.dataset(record.dataset or "")
    picked = kept["stability_rows"][order]
    frame = rows.table(dataset, picked)
    frame.insert(1, "Agreement", agreed[order])
    st.markdown("**Test rows whose answer changes most**")
    st.dataframe(
        frame,
        hide_index=True,
        key="ev_stability_rows",
        column_config={
            **rows.COLUMNS,
            "Agreement": st.column_config.ProgressColumn(
                min_value=0.0,
                max_value=1.0,
                format="%.2f",
                help="Share of the pairs of trainings that say the same of this row.",
            ),
        },
        alt="Test rows on which the trainings disagree.",
    )


SECTION = Section(
    key="stability", group="trust", title="Stability", order=30, draw=draw, needs_rows=True
)
