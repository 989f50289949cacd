"""Test rows that nearly repeat a training row, and the score without them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.evaluate.results import Evaluation, Interval
from core.store.records import RunRecord
from ui import resources, rows
from ui.reports import examining
from ui.reports.base import Section
from ui.wording import number, percent

_SHOWN = 100


def draw(record: RunRecord, evaluation: Evaluation) -> None:
    """How many, what the score is without them, and the pairs side by side."""
    st.markdown(
        "A test row that stands among the training rows, or nearly so, is answered by remembering. "
        "It makes a score look better than it is on new rows."
    )
    finding = examining.finding(record, "duplicates")
    if finding is None:
        return
    from core.evaluate.examination_json import duplicate_effect_from_json
    from core.evaluate.near_duplicates import MEANING

    effect = duplicate_effect_from_json(finding.result)
    st.markdown(finding.result["sentence"])
    dataset = resources.dataset(record.dataset or "")
    if effect.repeated:
        with st.grid(3, min_column_width=150):
            for title, interval, count in (
                ("All test rows", effect.accuracy, effect.rows),
                ("Without repeats", effect.without, effect.rows - effect.repeated),
                ("Repeats alone", effect.on_repeated, effect.repeated),
            ):
                st.metric(
                    title,
                    percent(interval.value) if count else "–",
                    border=True,
                    height="stretch",
                    help=f"Share right of {number(count)} rows. {_range(interval)}",
                )
        _pairs(dataset, examining.arrays(finding.examination))
    st.caption(
        f"Nearly the same: {MEANING[dataset.modality][:1].lower()}{MEANING[dataset.modality][1:]} "
        "Compared with all training rows, labelled or not: what was pretrained saw them too."
    )
    examining.again(record, "duplicates")


def _range(interval: Interval) -> str:
    if interval.low is None or interval.high is None:
        return ""
    return f"95 % interval: {percent(interval.low)} to {percent(interval.high)}."


def _pairs(dataset: Any, kept: dict[str, np.ndarray]) -> None:
    order = np.argsort(-kept["duplicate_similarity"], kind="stable")[:_SHOWN]
    mine, other = kept["duplicate_rows"][order], kept["duplicate_partners"][order]
    frame = pd.DataFrame(
        {
            "Test row": mine,
            "Training row": other,
            "Alike": kept["duplicate_similarity"][order],
            "Test label": [rows.label_of(dataset, int(row)) for row in mine],
            "Training label": [rows.label_of(dataset, int(row)) for row in other],
        }
    )
    if dataset.modality == "text":
        frame["Text"] = [" ".join(str(text)[:300].split()) for text in dataset.take(mine)]
    elif dataset.modality == "image":
        frame["Image"] = [rows.picture(image) for image in dataset.take(mine)]
    event = st.dataframe(
        frame,
        hide_index=True,
        key="ev_duplicates",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            **rows.COLUMNS,
            "Test row": st.column_config.NumberColumn(width="small", format="%d"),
            "Training row": st.column_config.NumberColumn(width="small", format="%d"),
            "Alike": st.column_config.ProgressColumn(min_value=0.0, max_value=1.0, format="%.2f"),
        },
        alt="Test rows with the training row that they nearly repeat.",
    )
    if len(kept["duplicate_rows"]) > _SHOWN:
        st.caption(
            f"The {number(_SHOWN)} most alike of {number(len(kept['duplicate_rows']))} pairs."
        )
    picked = event["selection"]["rows"]  # type: ignore[index]
    if not picked:
        st.caption("Select a line to read both side by side.")
        return
    left, right = st.columns(2)
    with left:
        rows.read(dataset, int(mine[picked[0]]))
    with right:
        rows.read(dataset, int(other[picked[0]]))


SECTION = Section(
    key="near_duplicates",
    group="trust",
    title="Near-duplicates",
    order=50,
    draw=draw,
    needs_rows=True,
)
