"""Finished fine-tunings side by side."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.evaluate.side_by_side import differing_settings
from core.figures.comparison import compare_runs
from core.store.records import RunRecord
from ui import charts, resources, versus
from ui.tables import VERDICTS


def side_by_side(records: Sequence[RunRecord]) -> None:
    """Scores with intervals, and only the settings that differ."""
    st.header("Side by side", anchor=False)
    named = _names(records)
    evaluations = [resources.evaluation(record.id) for record in records]
    charts.draw(
        compare_runs(
            [
                (
                    name,
                    e.point.model if e.point else e.test.accuracy,
                    e.comparison.kind if e.comparison else None,
                )
                for name, e in zip(named, evaluations, strict=True)
            ]
        ),
        key="runs_compare",
    )
    versus.in_short([record.id for record in records])
    scores = pd.DataFrame(
        {
            name: {
                "Verdict": VERDICTS[e.comparison.kind] if e.comparison else "Baseline only",
                "Test accuracy, mean of draws": f"{e.point.model.value:.3f}"
                if e.point
                else f"{e.test.accuracy.value:.3f}",
                "Without pretraining": f"{e.point.baseline.value:.3f}"
                if e.point and e.point.baseline
                else "–",
                "Macro F1": f"{e.test.macro_f1.value:.3f}",
                "Log loss": f"{e.test.log_loss.value:.3f}",
                "Training accuracy": f"{e.train.accuracy.value:.3f}",
            }
            for name, e in zip(named, evaluations, strict=True)
        }
    )
    st.dataframe(scores, key="runs_scores", alt="Scores of the selected runs.")
    differing = differing_settings([record.request for record in records])
    if differing.empty:
        st.caption("All their settings are the same.")
    else:
        differing.columns = pd.Index(named)
        st.markdown("**Settings that differ**")
        st.dataframe(differing.astype(str), key="runs_settings", alt="Settings that differ.")


def _names(records: Sequence[RunRecord]) -> list[str]:
    """Names that are told apart: the id is added where two runs share one."""
    names = [record.name for record in records]
    return [
        f"{record.name} ({record.id[:5]})" if names.count(record.name) > 1 else record.name
        for record in records
    ]
