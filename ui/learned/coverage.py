"""How much of the pool ready-made vectors know."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.store.records import ModelRecord
from ui import resources, shell
from ui.wording import number, percent

_NAMED = 12  # unknown words that are named


def show(record: ModelRecord) -> None:
    """What share of the pool has vectors; nothing where the model learned them itself."""
    encoder = resources.encoder(record.id)
    coverage = getattr(encoder, "coverage_", None)
    if not coverage:
        return
    st.subheader("What the file knows of these rows", anchor=False)
    if "rows" in coverage:
        _rows(coverage)
        return
    with st.grid(3, min_column_width=180):
        st.metric(
            "Different words",
            percent(coverage["words"]),
            help=f"Of the {number(coverage['pool'])} words that the texts gave, so many have a "
            "vector in the file.",
        )
        st.metric(
            "Running text",
            percent(coverage["running"]),
            help="Of all places where one of those words stands, so many hold a word with a vector.",
        )
        st.metric("Words in the file", number(coverage["file"]))
    unknown = _unknown(encoder, int(coverage["pool"]))
    if unknown:
        st.caption(
            "Frequent words without a vector, which count for nothing: "
            + ", ".join(shell.plain(word) for word in unknown)
        )


def _rows(coverage: dict[str, float]) -> None:
    with st.grid(2, min_column_width=180):
        st.metric(
            "Rows with a vector",
            percent(coverage["rows"]),
            help=f"Of the {number(coverage['pool'])} rows learned from; the others are zeros.",
        )
        st.metric("Rows that the table knows", number(coverage["file"]))
    st.caption(
        "A row is known again by its content. A row that is not in the table has no vector, so a "
        "classifier can only guess there."
    )


def _unknown(encoder: Any, pool: int) -> list[str]:
    """The most frequent words of the pool whose vector is nothing."""
    found = []
    for term, vector in zip(encoder.text_.vocabulary_.terms[:pool], encoder.vectors_, strict=False):
        if not vector.any():
            found.append(term)
            if len(found) == _NAMED:
                break
    return found
