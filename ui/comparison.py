"""Finished fine-tunings side by side."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.evaluate.versus import MOST
from core.figures.comparison import compare_runs
from core.jobs.differing import what_differs
from core.store.records import RunRecord
from ui import charts, resources, versus
from ui.tables import VERDICTS


def side_by_side(records: Sequence[RunRecord]) -> None:
    """Scores with intervals, and only the settings that differ."""
    st.header("Side by side", anchor=False)
    named = _names(records)
    evaluations = [resources.evaluation(record.id) for record in records]
    # scores on different rows do not belong on one axis
    found = versus.in_short([record.id for record in records])
    standing = dict(found.found.accuracy) if found is not None else {}
    if len(records) > MOST and len({record.dataset for record in records}) == 1:
        standing = {
            record.id: e.point.model if e.point else e.test.accuracy
            for record, e in zip(records, evaluations, strict=True)
        }
    if standing:
        charts.draw(
            compare_runs(
                [
                    (name, standing[record.id], e.comparison and e.comparison.kind)
                    for name, record, e in zip(named, records, evaluations, strict=True)
                    if record.id in standing
                ]
            ),
            key="runs_compare",
        )
    scores = pd.DataFrame(
        {
            name: {
                "Verdict": VERDICTS[e.comparison.kind] if e.comparison else "Baseline only",
                "Test accuracy, mean of all its draws": f"{e.point.model.value:.3f}"
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
    differing = what_differs(records)
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
