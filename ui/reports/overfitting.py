"""Training, held-out and test rows, in words; the learning curve; the curves of the descent."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.evaluate import report_words, validation, words
from core.evaluate.results import Evaluation
from core.store.records import RunRecord
from ui import charts
from ui.reports import cached
from ui.reports.base import Section


def draw(record: RunRecord, evaluation: Evaluation) -> None:
    """The gap in words, the parts beside each other, and how it changes with more labels."""
    st.markdown(words.overfitting_sentence(evaluation))
    if evaluation.validation is not None:
        st.markdown(report_words.held_out_sentence(evaluation))
    else:
        st.caption(f":material/info: {validation.ABSENT}")
    with_curve = len(evaluation.curve) > 1
    left, right = st.columns(2) if with_curve else (st.container(), None)
    with left.container(border=True, height="stretch" if with_curve else "content"):
        st.markdown("**Rows of each part**")
        charts.draw(cached.fit_chart(record.id, "fit"), key="ev_fit_chart")
    if right is not None:
        with right.container(border=True, height="stretch"):
            st.markdown("**With more labels**")
            charts.draw(cached.fit_chart(record.id, "learning_curve"), key="ev_learning")
            st.caption(
                "The gap between the two closes as labels come. Where it has closed, more labels "
                "like these bring little."
            )
    table = []
    for name, scores in (
        ("Training rows", evaluation.train),
        ("Held-out labels", evaluation.validation),
        ("Test rows", evaluation.test),
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
        alt="Scores on training, held-out and test rows.",
    )
    curves = dict(evaluation.curves)
    if curves:
        from core.figures.training import losses

        length = max(len(values) for values in curves.values())
        points = [
            {name: values[i] for name, values in curves.items() if i < len(values)}
            for i in range(length)
        ]
        st.markdown("**Pass by pass**")
        charts.draw(losses(points), key="ev_losses")


SECTION = Section(key="overfitting", group="trust", title="Overfitting", order=10, draw=draw)
