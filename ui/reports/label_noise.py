"""Labels that are probably wrong, to be read and reviewed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.evaluate.results import Evaluation
from core.store.records import RunRecord
from ui import resources, rows, shell
from ui.reports import examining
from ui.reports.base import Section
from ui.wording import number

_SHOWN = 100


def draw(record: RunRecord, evaluation: Evaluation) -> None:
    """What was estimated in words, the suspects as a table, and all of them as a file."""
    st.markdown(
        "Every label is asked about by a classifier that had not learned it, with all other "
        "labels at hand. Where it is confidently of another opinion, the label may be wrong."
    )
    finding = examining.finding(record, "noise")
    if finding is None:
        return
    st.markdown(shell.plain(finding.result["sentence"]))
    kept = examining.arrays(finding.examination)
    if len(kept["noise_rows"]):
        _suspects(record, evaluation, kept)
    st.caption(
        "Confident learning (Northcutt, Jiang & Chuang 2021). Test rows are asked about too and "
        "learned from by nobody. Read before you change a label: a hard row looks like a wrong "
        "one. Changing test labels to what a model says makes its score look better than it is."
    )
    examining.again(record, "noise")


def _suspects(record: RunRecord, evaluation: Evaluation, kept: dict[str, np.ndarray]) -> None:
    dataset = resources.dataset(record.dataset or "")
    total = len(kept["noise_rows"])
    frame = _frame(dataset, evaluation, kept, slice(0, _SHOWN))
    event = st.dataframe(
        frame,
        hide_index=True,
        key="ev_noise",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            **rows.COLUMNS,
            **{
                name: st.column_config.ProgressColumn(min_value=0.0, max_value=1.0, format="%.2f")
                for name in ("Given, probability", "Likelier, probability")
            },
        },
        alt="Rows whose label is probably wrong, the clearest first.",
    )
    if total > _SHOWN:
        st.caption(f"The {number(_SHOWN)} clearest of {number(total)}; the file has all.")
    st.download_button(
        "Download all as CSV",
        data=lambda: (
            _frame(dataset, evaluation, kept, slice(None), whole=True)
            .to_csv(index=False)
            .encode("utf-8-sig")
        ),
        file_name="labels-to-review.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="ev_noise_download",
    )
    picked = event["selection"]["rows"]  # type: ignore[index]
    if picked:
        rows.read(dataset, int(kept["noise_rows"][picked[0]]))


def _frame(
    dataset: Any,
    evaluation: Evaluation,
    kept: dict[str, np.ndarray],
    part: slice,
    *,
    whole: bool = False,
) -> pd.DataFrame:
    picked = kept["noise_rows"][part]
    frame = rows.table(dataset, picked).drop(columns=["Label"])
    if whole and dataset.modality == "text":
        frame["Text"] = [str(text) for text in dataset.take(picked)]
    if whole and "Image" in frame:
        frame = frame.drop(columns=["Image"])
    names = np.array(evaluation.classes, dtype=object)
    frame.insert(1, "Given", names[kept["noise_given"][part]])
    frame.insert(2, "Likelier", names[kept["noise_likely"][part]])
    frame.insert(3, "Given, probability", kept["noise_given_proba"][part])
    frame.insert(4, "Likelier, probability", kept["noise_likely_proba"][part])
    return frame


SECTION = Section(
    key="label_noise", group="trust", title="Label noise", order=40, draw=draw, needs_rows=True
)
