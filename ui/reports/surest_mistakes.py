"""The wrong answers that the model was surest of."""

from __future__ import annotations

import streamlit as st

from core.evaluate.results import Evaluation
from core.store.records import RunRecord
from ui import resources, rows
from ui.reports.base import Section


def draw(record: RunRecord, evaluation: Evaluation) -> None:
    """The wrong answers it was surest of."""
    from core.evaluate.mistakes import worst_mistakes

    found = worst_mistakes(resources.predictions(record.id), evaluation.classes, 50)
    if not found:
        st.success("It makes no mistake on the test rows.", icon=":material/check:")
        return
    st.markdown(
        "The wrong answers it was surest of, worst first. Some are wrong labels in the data: "
        "read them before you blame the model."
    )
    rows.mistakes(record, found, key="ev_mistakes")


SECTION = Section(
    key="surest", group="mistakes", title="Surest mistakes", order=20, draw=draw, needs_rows=True
)
