"""Vectors of words: nearest words, and word arithmetic."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.errors import NotFound
from core.store.records import ModelRecord
from ui import resources, shell
from ui.learned import coverage


def show(record: ModelRecord) -> None:
    """What the vectors say of words, and where they are ready-made, how many words they know."""
    coverage.show(record)
    _nearest(record)
    _arithmetic(record)


def _words(text: str) -> list[str]:
    return [word for word in text.replace(",", " ").lower().split() if word]


def _nearest(record: ModelRecord) -> None:
    st.subheader("Nearest words", anchor=False)
    space = resources.encoder(record.id).word_space()
    # the very commonest words say little; a little further down they have a subject
    examples = [term for term in space.terms[60:400] if len(term) > 5 and term.isalpha()][:6]
    examples = examples or [term for term in space.terms if len(term) > 2][:6]
    word = st.text_input(
        "Word",
        value=examples[0] if examples else "",
        key=f"pt_near_{record.id}",
        icon=":material/search:",
        help="Words that are used in the same company lie close together.",
    )
    st.caption("For example: " + ", ".join(shell.plain(e) for e in examples))
    if not word:
        return
    try:
        found = space.nearest(word.strip().lower(), 15)
    except NotFound as error:
        st.warning(error.hint or "", title=error.message)
        return
    _closeness(found, f"pt_near_table_{record.id}")


def _arithmetic(record: ModelRecord) -> None:
    st.subheader("Word arithmetic", anchor=False)
    space = resources.encoder(record.id).word_space()
    with st.grid(2, min_column_width=220):
        plus = st.text_input("Add", key=f"pt_plus_{record.id}", placeholder="several words")
        minus = st.text_input("Take away", key=f"pt_minus_{record.id}", placeholder="several words")
    if not plus and not minus:
        st.caption("Add and take away words; what lies closest to the result is listed.")
        return
    try:
        found = space.arithmetic(_words(plus or ""), _words(minus or ""), 10)
    except NotFound as error:
        st.warning(error.hint or "", title=error.message)
        return
    _closeness(found, f"pt_sum_table_{record.id}")


def _closeness(found: list[tuple[str, float]], key: str) -> None:
    st.dataframe(
        pd.DataFrame(found, columns=["Word", "Likeness"]),
        hide_index=True,
        key=key,
        column_config={
            "Likeness": st.column_config.ProgressColumn(
                min_value=0.0,
                max_value=1.0,
                format="%.2f",
                help="Cosine of the two vectors: 1 is the same direction.",
            )
        },
        alt="Words with their likeness, closest first.",
    )
