"""What pretraining bought: the labels saved, and in which classes it helped."""

from __future__ import annotations

import streamlit as st

from core.evaluate import words
from core.evaluate.results import Evaluation
from core.store.records import RunRecord
from ui import charts, report, resources
from ui.reports.base import Section


def absent(record: RunRecord, evaluation: Evaluation) -> str | None:
    """A baseline alone bought nothing."""
    if evaluation.comparison is None:
        return "Nothing was pretrained in this run, so there is nothing to hold it against."
    return None


def draw(record: RunRecord, evaluation: Evaluation) -> None:
    """The label curve (or the difference, where one budget was measured) and the classes."""
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        if len(evaluation.curve) > 1:
            st.markdown("**How many labels does it save?**")
            charts.draw(resources.run_chart(record.id, "label_curve"), key="ev_curve")
            if evaluation.labels_saved is not None:
                st.caption(words.saved_sentence(evaluation))
            report.more_labels(evaluation)
        else:
            st.markdown("**The difference, with its interval**")
            charts.draw(resources.run_chart(record.id, "gain_interval"), key="ev_gain")
    with right.container(border=True, height="stretch"):
        st.markdown("**Where it helped, class by class**")
        charts.draw(resources.run_chart(record.id, "gain_per_class"), key="ev_classes")
        st.caption("Of the two kept models, from the first draw of labels.")
    report.of_the_kept_model(evaluation)


SECTION = Section(
    key="overview", group="overview", title="What pretraining bought", draw=draw, absent=absent
)
