"""Scores of each class, and all scores with their intervals."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from core.evaluate.results import Evaluation, Interval
from core.store.records import RunRecord
from ui.reports.base import Section


def draw(record: RunRecord, evaluation: Evaluation) -> None:
    """Precision, recall and F1 of each class, beside the baseline's."""
    base = (
        {c.name: c for c in evaluation.baseline_test.per_class} if evaluation.baseline_test else {}
    )
    table = []
    for scores in evaluation.test.per_class:
        line: dict[str, Any] = {"Class": scores.name, "Test rows": scores.support}
        for title, interval in (
            ("Precision", scores.precision),
            ("Recall", scores.recall),
            ("F1", scores.f1),
        ):
            line[title] = interval.value
            line[f"{title}, 95 %"] = _bounds(interval)
        if scores.name in base:
            line["F1 without"] = base[scores.name].f1.value
        table.append(line)
    share = st.column_config.ProgressColumn(min_value=0.0, max_value=1.0, format="%.3f")
    st.dataframe(
        pd.DataFrame(table),
        hide_index=True,
        key="ev_class_table",
        column_config={
            "Precision": share,
            "Recall": share,
            "F1": share,
            "Test rows": st.column_config.NumberColumn(width="small"),
            "F1 without": st.column_config.NumberColumn(
                format="%.3f", help="F1 without pretraining."
            ),
        },
        alt="Scores of each class on the test rows.",
    )
    st.caption(
        "Precision: of the rows it calls this class, the share that is. Recall: of the rows of "
        "this class, the share it finds. F1: their harmonic mean."
    )
    st.markdown("**All scores of the kept models, with 95 % intervals**")
    st.dataframe(
        _scores(evaluation),
        hide_index=True,
        key="ev_scores",
        alt="Scores of both kept models on the test rows, with intervals.",
    )
    st.caption(
        "Balanced accuracy is the mean of the classes' recalls. Macro means are over the classes. "
        "Log loss punishes being sure and wrong: lower is better."
    )


def _bounds(interval: Interval) -> str:
    if interval.low is None or interval.high is None:
        return ""
    return f"{interval.low:.2f}–{interval.high:.2f}"


def _scores(evaluation: Evaluation) -> pd.DataFrame:
    names = {
        "accuracy": "Accuracy",
        "balanced_accuracy": "Balanced accuracy",
        "macro_precision": "Macro precision",
        "macro_recall": "Macro recall",
        "macro_f1": "Macro F1",
        "log_loss": "Log loss",
    }
    table = []
    for key, title in names.items():
        line = {"Score": title, "This model": _ranged(getattr(evaluation.test, key))}
        if evaluation.baseline_test is not None:
            line["Without pretraining"] = _ranged(getattr(evaluation.baseline_test, key))
        table.append(line)
    return pd.DataFrame(table)


def _ranged(interval: Interval) -> str:
    if interval.low is None or interval.high is None:
        return f"{interval.value:.3f}"
    return f"{interval.value:.3f} ({interval.low:.3f} to {interval.high:.3f})"


SECTION = Section(key="per_class", group="scores", title="Per class", order=10, draw=draw)
