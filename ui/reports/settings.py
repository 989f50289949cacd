"""The whole request, costs and versions of a run."""

from __future__ import annotations

import streamlit as st

from core.evaluate.results import Evaluation
from core.store.records import RunRecord
from ui.reports.base import Section
from ui.wording import duration, megabytes


def draw(record: RunRecord, evaluation: Evaluation) -> None:
    """The whole request, costs and versions: what it takes to get the same again."""
    from core.jobs.requests import from_json
    from ui.command import shell_text

    seconds = (record.result or {}).get("seconds", {})
    names = {
        "load": "opening the data",
        "pretrain": "pretraining",
        "finetune": "fine-tuning and evaluating",
        "total": "in all",
    }
    parts = [
        f"{words_} {duration(seconds[key])}" for key, words_ in names.items() if key in seconds
    ]
    parts.append(f"peak memory {megabytes(record.peak_memory_mb)}")
    st.markdown(" · ".join(parts))
    st.markdown("The same from a shell:")
    st.code(shell_text(from_json(record.request), record), language="bash", wrap_lines=True)
    st.markdown("The whole request, as recorded:")
    st.json(record.request, expanded=1)
    if record.versions:
        st.caption(" · ".join(f"{name} {version}" for name, version in record.versions.items()))
    st.caption(f"Run {record.id} · data fingerprint {(record.dataset or '')[:12]}")


SECTION = Section(key="settings", group="hand_over", title="Settings", order=90, draw=draw)
