"""The parts of the Predict page."""

from __future__ import annotations

import hashlib
import html
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.errors import NotFound, WarmstartError
from core.store.records import RunRecord
from core.types import Modality
from ui import charts, faults, resources, rows, shell
from ui.wording import number, plural, signed, sure

_MAX_CHARACTERS = 20_000


def modality_of(record: RunRecord) -> Modality:
    """The kind of rows that a run's classifier takes."""
    from core.store import datasets

    try:
        return datasets.get(record.dataset or "").modality
    except NotFound:  # its data set was deleted; texts are all that can be tried without it
        return "text"


def probabilities(classes: tuple[str, ...], proba: np.ndarray, key: str) -> None:
    """The likeliest classes of one row, as bars."""
    order = np.argsort(-proba)[:8]
    st.dataframe(
        pd.DataFrame(
            {"Class": [classes[i] for i in order], "Probability": [float(proba[i]) for i in order]}
        ),
        hide_index=True,
        key=key,
        column_config={
            "Probability": st.column_config.ProgressColumn(
                min_value=0.0, max_value=1.0, format="%.3f"
            )
        },
        alt="The likeliest classes with their probabilities.",
    )


def one_text(record: RunRecord, classifier: Any) -> None:
    """A text, its classes, and its words coloured by what they contribute."""
    st.subheader("One text", anchor=False)
    key = f"pr_text_{record.id}"
    if key not in st.session_state:
        st.session_state[key] = _start(record)
    text = st.text_area(
        "Text",
        key=key,
        height=160,
        max_chars=_MAX_CHARACTERS,
        persist_state="session",
        help="Change it and leave the field, or press Ctrl+Enter: the answer follows.",
    )
    if not text or not text.strip():
        st.caption("Write or paste a text to see its class.")
        return
    proba = classifier.predict_proba(np.array([text], dtype=object))[0]
    best = int(proba.argmax())
    left, right = st.columns([2, 3])
    with left:
        st.markdown(f"**{shell.plain(classifier.classes[best])}** · {sure(proba[best])}")
        probabilities(classifier.classes, proba, "pr_proba")
    with right:
        _explained(record, classifier, text, proba)


def _start(record: RunRecord) -> str:
    """The text to begin with: the row asked for in the address, or the first test row."""
    try:
        dataset = resources.dataset(record.dataset or "")
    except WarmstartError:  # a deleted data set does not keep a classifier from work
        return ""
    asked = st.query_params.get("row", "")
    index = int(asked) if asked.isdigit() else -1
    if not 0 <= index < len(dataset):
        index = int(dataset.test_rows[0])
    return str(dataset.take(np.array([index]))[0])[:_MAX_CHARACTERS]


def _explained(record: RunRecord, classifier: Any, text: str, proba: np.ndarray) -> None:
    order = [int(i) for i in np.argsort(-proba)[:8]]
    label = st.selectbox(
        "What speaks for",
        order,
        format_func=lambda i: classifier.classes[i],
        key=f"pr_label_{record.id}",
    )
    code = int(label if label is not None else order[0])
    # one string as the key: parts that run together cannot be mistaken for others
    key = hashlib.sha256(f"{record.id}|{code}|{text}".encode("utf-8", "surrogatepass")).hexdigest()
    found, chart = resources.explained(key, record.id, text, code)
    st.html(coloured(text, found.spans, found.values))
    if found.exact:
        st.caption(
            f"Blue speaks for this class, orange against it; the stronger, the more. The parts add "
            f"up exactly: base {signed(found.base)} and words "
            f"{signed(float(np.sum(found.values)))} make the score {signed(found.score)}."
        )
    else:
        st.caption(
            "Blue speaks for this class, orange against it. This head is not linear, so each word "
            "was left out in turn: the colours show how the answer changed, and do not add up."
        )
    known = sorted(
        zip(found.terms, found.values, strict=True), key=lambda pair: -abs(float(pair[1]))
    )
    if not known:
        st.warning(
            "The classifier knows none of these words, so the answer says nothing about the text.",
            icon=":material/help:",
        )
        return
    charts.draw(chart, key="pr_words")


def coloured(text: str, spans: Any, values: Any) -> str:
    """The text as HTML with each span on a tint by its contribution; everything is escaped."""
    from core.explain.colouring import by_word

    marked = by_word(spans, values)
    strongest = max((abs(value) for _, _, value in marked), default=0.0) or 1.0
    pieces: list[str] = []
    at = 0
    for start, end, value in marked:
        pieces.append(html.escape(text[at:start]))
        share = abs(value) / strongest
        colour = "47,111,222" if value >= 0 else "217,130,43"
        pieces.append(
            f'<span title="{float(value):+.3f}" style="background:rgba({colour},{0.08 + 0.5 * share:.2f});'
            f'border-radius:3px;padding:0 2px">{html.escape(text[start:end])}</span>'
        )
        at = end
    pieces.append(html.escape(text[at:]))
    body = "".join(pieces)
    return f'<div style="white-space:pre-wrap;line-height:1.7;max-height:420px;overflow-y:auto">{body}</div>'


def one_row(record: RunRecord, classifier: Any) -> None:
    """A test row of an image or table set, and its classes."""
    dataset = resources.dataset(record.dataset or "")
    test = dataset.test_rows
    st.subheader("One row", anchor=False)
    asked = st.query_params.get("row", "")
    positions = {int(index): place for place, index in enumerate(test, start=1)}
    start = positions.get(int(asked), 1) if asked.isdigit() else 1
    place = st.number_input(
        "Test row", min_value=1, max_value=len(test), value=start, step=1, key=f"pr_row_{record.id}"
    )
    index = int(test[min(int(place or 1), len(test)) - 1])
    proba = classifier.predict_proba(dataset.take(np.array([index])))[0]
    best = int(proba.argmax())
    left, right = st.columns([2, 3])
    with left:
        rows.read(dataset, index)
    with right:
        st.markdown(
            f"**{shell.plain(classifier.classes[best])}** · {sure(proba[best])} · truth: "
            f"{shell.plain(rows.label_of(dataset, index))}"
        )
        probabilities(classifier.classes, proba, "pr_proba")


def many(record: RunRecord, classifier: Any, modality: Modality) -> None:
    """A file in, the same file with predictions out."""
    from core.data.reading import read_table
    from core.jobs.predictions import predict_table

    st.subheader("A file of rows", anchor=False)
    upload = st.file_uploader(
        "The file comes back with two more columns: the class, and how sure it is",
        type=["csv", "tsv", "txt", "parquet", "jsonl", "ndjson", "json", "xlsx", "xls"],
        key=f"pr_file_{record.id}",
    )
    if upload is None:
        return
    with faults.shown():
        table = read_table(upload.getvalue(), upload.name)
        column = None
        if modality == "text":
            from core.data.columns import guess_columns

            guess = guess_columns(table.frame)
            columns = list(table.frame.columns)
            column = st.selectbox(
                "Text column",
                columns,
                index=columns.index(guess.text) if guess.text in columns else 0,
                key=f"pr_column_{record.id}",
            )
        result = predict_table(classifier, table.frame, modality=modality, text_column=column)
        st.dataframe(
            result.head(20), hide_index=True, key="pr_result", alt="Rows with predictions."
        )
        st.caption(
            f"{plural(len(result), 'row')}; the first {number(min(20, len(result)))} are shown."
        )
        st.download_button(
            "Download all as CSV",
            data=lambda: result.to_csv(index=False).encode("utf-8-sig"),
            file_name="predictions.csv",
            mime="text/csv",
            type="primary",
            icon=":material/download:",
            on_click="ignore",
            key="pr_download",
        )
