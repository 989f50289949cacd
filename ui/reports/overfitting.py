"""Training against test, in words; and the curves of the descent where there are some."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.evaluate import words
from core.evaluate.results import Evaluation
from core.store.records import RunRecord
from ui import charts
from ui.reports.base import Section


def draw(record: RunRecord, evaluation: Evaluation) -> None:
    """Training against test, in words; and the curves of the descent where there are some."""
    st.markdown(words.overfitting_sentence(evaluation))
    table = []
    for name, scores in (
        ("Pretrained, training rows", evaluation.train),
        ("Pretrained, test rows", evaluation.test),
        ("Baseline, training rows", evaluation.baseline_train),
        ("Baseline, test rows", evaluation.baseline_test),
    ):
        if scores is not None:
            table.append(
                {
                    "": name,
                    "Rows": scores.rows,
                    "Accuracy": scores.accuracy.value,
                    "Macro F1": scores.macro_f1.value,
                    "Log loss": scores.log_loss.value,
                }
            )
    st.dataframe(
        pd.DataFrame(table),
        hide_index=True,
        key="ev_fit",
        column_config={
            name: st.column_config.NumberColumn(format="%.3f")
            for name in ("Accuracy", "Macro F1", "Log loss")
        },
        alt="Scores on training and test rows.",
    )
    curves = dict(evaluation.curves)
    if curves:
        from core.figures.training import losses

        length = max(len(values) for values in curves.values())
        points = [
            {name: values[i] for name, values in curves.items() if i < len(values)}
            for i in range(length)
        ]
        charts.draw(losses(points), key="ev_losses")


SECTION = Section(key="overfitting", group="trust", title="Overfitting", order=10, draw=draw)
