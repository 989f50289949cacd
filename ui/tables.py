"""The table of runs, the same on every page that shows one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import streamlit as st

from core.store.records import RunRecord
from ui.wording import ago, duration, points

STATES = {
    "queued": "Waiting",
    "running": "Running",
    "done": "Done",
    "failed": "Failed",
    "cancelled": "Cancelled",
    "interrupted": "Interrupted",
}
VERDICTS = {"helped": "Helped", "unclear": "No clear difference", "hurt": "Hurt"}
KINDS = {
    "load": "Data",
    "pretrain": "Pretraining",
    "choose": "Ranking",
    "compare": "Comparison",
    "finetune": "Fine-tuning",
    "recipe": "Founding recipe",
    "tune": "Tuning",
    "examine": "Examination",
    "adapt": "Across domains",
}


def verdict(record: RunRecord) -> tuple[str, float | None, float | None]:
    """Verdict or state in words, gain in points, and test accuracy, of one run."""
    if record.state != "done":
        return STATES[record.state], None, None
    evaluation = (record.result or {}).get("evaluation")
    if not evaluation:
        return STATES["done"], None, None
    # the mean over the draws, as the gain is; the kept model's own is in the report
    accuracy = record.result["accuracy"]["model"] if record.result else None
    comparison = evaluation.get("comparison")
    if not comparison:
        return "Baseline only", None, accuracy
    return VERDICTS[comparison["kind"]], comparison["gain"]["value"] * 100, accuracy


def budget(request: dict[str, Any]) -> str:
    """The label budget of a fine-tuning in words."""
    if request.get("kind") not in ("compare", "finetune", "tune", "choose"):
        return ""
    per_class = request.get("labels_per_class")
    return "all" if per_class is None else f"{per_class} per class"


def runs_table(
    records: Sequence[RunRecord],
    *,
    key: str,
    selection: Literal["single-row", "multi-row"],
    kinds: bool = False,
) -> list[RunRecord]:
    """Draw runs as a table and return those selected."""
    import pandas as pd  # late: the first page of a fresh server has no table

    rows = []
    for record in records:
        words, gain, accuracy = verdict(record)
        rows.append(
            {
                "Run": f"★ {record.name}" if record.starred else record.name,
                "Kind": KINDS[record.kind] + (", imported" if record.imported else ""),
                "Verdict": words,
                "Gain": "" if gain is None else points(gain / 100),
                "Accuracy": accuracy,
                "Labels": budget(record.request),
                "Data": record.dataset_title,
                "Tags": list(record.tags),
                "Took": duration(record.seconds),
                "When": ago(record.created),
            }
        )
    columns = ["Run", "Verdict", "Gain", "Accuracy", "Labels", "Data", "Took", "When"]
    if kinds:
        columns.insert(1, "Kind")
    if any(record.tags for record in records):
        columns.insert(columns.index("Took"), "Tags")
    event = st.dataframe(
        pd.DataFrame(rows),
        key=key,
        hide_index=True,
        column_order=columns,
        on_select="rerun",
        selection_mode=selection,
        column_config={
            "Run": st.column_config.TextColumn(width=270),
            "Verdict": st.column_config.TextColumn(width=155),
            "Tags": st.column_config.ListColumn(width="small"),
            "Gain": st.column_config.TextColumn("Gain (points)", alignment="right"),
            "Accuracy": st.column_config.ProgressColumn(
                "Test accuracy",
                width=130,
                help="Mean over the draws of labels.",
                min_value=0.0,
                max_value=1.0,
                format="%.3f",
            ),
        },
        alt="Table of runs with verdict, gain, accuracy, labels and age.",
    )
    picked = event["selection"]["rows"]  # type: ignore[index]
    return [records[i] for i in picked if i < len(records)]
