"""ROC and precision–recall of each class."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.evaluate.ranking import Rankings
from core.evaluate.results import Evaluation, Interval
from core.store.records import RunRecord
from ui import charts, resources
from ui.reports import cached
from ui.reports.base import Section


def draw(record: RunRecord, evaluation: Evaluation) -> None:
    """Areas of all classes with their intervals, and the curves of one."""
    state = cached.state_of(record.id)
    ours: Rankings = cached.rankings(state, record.id, baseline=False)
    theirs: Rankings | None = None
    if "baseline_proba" in resources.predictions(record.id):
        theirs = cached.rankings(state, record.id, baseline=True)
    if ours.macro_auc is None:
        st.caption("The test rows are all of one class, so there is nothing to rank.")
        return
    st.markdown(
        f"Over the classes the area under the ROC curve is **{_ranged(ours.macro_auc)}** and the "
        f"average precision **{_ranged(ours.macro_average_precision)}** on average."
    )
    ranked = [code for code, one in enumerate(ours.classes) if one.auc is not None]
    # the weakest first: that is where there is something to look at
    ranked.sort(key=lambda code: _value(ours.classes[code].average_precision))
    code = st.selectbox(
        "Class",
        ranked,
        format_func=lambda c: evaluation.classes[c],
        key=f"ev_rank_class_{record.id}",
        help="The one with the lowest average precision comes first.",
    )
    roc, precision_recall = cached.ranking_charts(state, record.id, code)
    left, right = st.columns(2)
    with left.container(border=True):
        st.markdown("**ROC**")
        charts.draw(roc, key="ev_roc")
        st.caption("Dotted: a blind guess.")
    with right.container(border=True):
        st.markdown("**Precision and recall**")
        charts.draw(precision_recall, key="ev_pr")
        one = ours.classes[code]
        beside = (
            f"; grey: not pretrained, {_value(theirs.classes[code].average_precision):.3f}"
            if theirs
            else ""
        )
        st.caption(
            f"Average precision {_value(one.average_precision):.3f}{beside}. Dotted: a guess."
        )
    st.dataframe(
        pd.DataFrame([_line(ours, theirs, code) for code in ranked]),
        hide_index=True,
        key="ev_rank_table",
        column_config={
            name: st.column_config.NumberColumn(format="%.3f")
            for name in ("Area", "Area without", "Average precision", "Average precision without")
        },
        alt="Area under the ROC curve and average precision of each class.",
    )
    st.caption(
        "Area: how often a row of the class gets a higher probability of it than another row; "
        "0.5 is a blind guess. Average precision: the precision at each row of the class found, "
        "averaged; a blind guess reaches the class's share of the rows. "
        + ("Without: not pretrained." if theirs else "")
    )


def _line(ours: Rankings, theirs: Rankings | None, code: int) -> dict[str, object]:
    one = ours.classes[code]
    line: dict[str, object] = {
        "Class": one.name,
        "Test rows": one.positives,
        "Area": _value(one.auc),
        "Area, 95 %": _bounds(one.auc),
        "Average precision": _value(one.average_precision),
        "Average precision, 95 %": _bounds(one.average_precision),
    }
    if theirs is not None:
        line["Area without"] = _value(theirs.classes[code].auc)
        line["Average precision without"] = _value(theirs.classes[code].average_precision)
    return line


def _value(interval: Interval | None) -> float:
    return 0.0 if interval is None else interval.value


def _bounds(interval: Interval | None) -> str:
    if interval is None or interval.low is None or interval.high is None:
        return ""
    return f"{interval.low:.3f}–{interval.high:.3f}"


def _ranged(interval: Interval | None) -> str:
    return f"{_value(interval):.3f} ({_bounds(interval)})"


SECTION = Section(
    key="ranking", group="scores", title="ROC and precision–recall", order=20, draw=draw
)
