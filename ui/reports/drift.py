"""Are the rows of today like the training rows?"""

from __future__ import annotations

import hashlib
from typing import Any

import pandas as pd
import streamlit as st

from core.evaluate.drift import FEWEST_ROWS, drift_sentence
from core.evaluate.results import Evaluation
from core.store.records import RunRecord
from ui import faults, resources, shell
from ui.reports.base import Section

_TYPES = ["csv", "tsv", "txt", "parquet", "jsonl", "ndjson", "json", "xlsx", "xls"]


def absent(record: RunRecord, evaluation: Evaluation) -> str | None:
    """A file of rows holds texts or values, no pictures."""
    if resources.dataset(record.dataset or "").modality == "image":
        return "Whether new rows drift away is told for texts and tables; these are pictures."
    return None


@st.cache_resource(max_entries=8, show_spinner="Comparing them with the training rows")
def _drift(key: str, _record: RunRecord, _frame: Any, _column: str | None) -> Any:
    from core.jobs.drifting import drift_of_table

    return drift_of_table(
        _record.id,
        resources.dataset(_record.dataset or ""),
        resources.classifier(_record.id),
        _frame,
        text_column=_column,
    )


def draw(record: RunRecord, evaluation: Evaluation) -> None:
    """A file in; whether its rows differ from the training rows, and in what."""
    from core.data.reading import read_table

    dataset = resources.dataset(record.dataset or "")
    st.markdown(
        "A score holds for rows like those it was measured on. Bring a batch of new rows, without "
        "labels, to see whether they still are like the training rows."
    )
    upload = st.file_uploader(
        f"New rows, at least {FEWEST_ROWS}", type=_TYPES, key=f"ev_drift_file_{record.id}"
    )
    if upload is None:
        return
    content = upload.getvalue()
    with faults.shown():
        frame = read_table(content, upload.name).frame
        column = _column(record, dataset, frame) if dataset.modality == "text" else None
        digest = hashlib.sha256(content).hexdigest()
        found = _drift(f"{record.id}|{digest}|{column}", record, frame, column)
        show = st.warning if found.drifted else st.success
        show(
            shell.plain(drift_sentence(found)),
            icon=":material/trending_down:" if found.drifted else ":material/check:",
        )
        _table(found)


def _column(record: RunRecord, dataset: Any, frame: pd.DataFrame) -> str:
    from core.data.columns import guess_columns

    columns = list(frame.columns)
    likely = dataset.options.get("text_column")
    if likely not in columns:
        likely = guess_columns(frame).text
    chosen = st.selectbox(
        "Text column",
        columns,
        index=columns.index(likely) if likely in columns else 0,
        key=f"ev_drift_column_{record.id}",
    )
    return str(chosen)


def _table(found: Any) -> None:
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "What": one.what,
                    "Training rows": one.trained,
                    "These rows": one.batch,
                    "p, corrected": one.p_value,
                    "Differs": "yes" if one.differs else "",
                }
                for one in found.differences[:50]
            ]
        ),
        hide_index=True,
        key="ev_drift",
        column_config={"p, corrected": st.column_config.NumberColumn(format="%.3g")},
        alt="What was compared, in the training rows and in the new ones, most telling first.",
    )
    st.caption(
        "AUC: how well a classifier tells new rows from training rows that it had not seen; 0.5 is "
        "guessing (Lopez-Paz & Oquab 2017). Below it each fact by itself: Kolmogorov–Smirnov for "
        "numbers, chi-squared for kinds, corrected for their number (Holm)."
    )


SECTION = Section(
    key="drift", group="trust", title="Drift", order=70, draw=draw, needs_rows=True, absent=absent
)
