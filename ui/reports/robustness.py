"""What faults in the rows cost: typing errors, lost words, shifted pictures, gaps."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from core.evaluate.results import Evaluation
from core.store.records import RunRecord
from ui import charts
from ui.reports import examining
from ui.reports.base import Section
from ui.wording import number, percent, points


@st.cache_resource(max_entries=16, show_spinner=False)
def _robustness(examination: str, _result: Any) -> Any:
    from core.evaluate.examination_json import robustness_from_json
    from core.figures.trust import robustness_chart

    found = robustness_from_json(_result)
    return found, robustness_chart(found)


def draw(record: RunRecord, evaluation: Evaluation) -> None:
    """The worst in words, every fault at every strength as a chart and a table."""
    st.markdown(
        "The same test rows, spoilt as they may come in practice. Nothing is trained again."
    )
    finding = examining.finding(record, "robustness")
    if finding is None:
        return
    found, chart = _robustness(finding.examination, finding.result)
    st.markdown(finding.result["sentence"])
    with st.container(border=True):
        charts.draw(chart, key="ev_robustness_chart")
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Fault": one.kind,
                    "Strength": one.strength,
                    "Right": percent(one.accuracy.value),
                    "Change (points)": points(one.change.value),
                    "95 %": f"{points(one.change.low)} to {points(one.change.high)}",
                    "Beyond chance": "yes" if one.harms else "",
                }
                for one in found.under
            ]
        ),
        hide_index=True,
        key="ev_robustness",
        alt="Accuracy under each fault at each strength, with the change and its interval.",
    )
    st.caption(
        f"On {number(found.rows)} test rows, of which {percent(found.whole.value)} are right as "
        "they are. The change is paired: the same rows, whole and spoilt."
    )
    examining.again(record, "robustness")


SECTION = Section(
    key="robustness", group="trust", title="Robustness", order=60, draw=draw, needs_rows=True
)
