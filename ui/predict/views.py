"""Why the answer is what it is: what decided, what would flip it, what it is like."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.errors import WarmstartError
from ui import charts, rows, shell
from ui.predict import asked as cached
from ui.predict.asked import ANSWER, Asked
from ui.predict.change import change
from ui.predict.why import decided
from ui.wording import plural

_VIEWS = {
    "why": "Why",
    "flip": "What flips it",
    "like": "Like it",
    "column": "By column",
}


def show(asked: Asked) -> None:
    """One of the views, chosen; the others cost nothing."""
    names = [key for key in _VIEWS if key != "column" or asked.modality == "tabular"]
    view = st.segmented_control(
        "Why",
        names,
        default="why",
        required=True,
        format_func=lambda key: _VIEWS[key],
        key="pr_view",
        bind="query-params",
        label_visibility="collapsed",
    )
    if asked.dataset is None and (view in ("like", "column") or asked.modality == "tabular"):
        st.caption("Its data set was deleted, so there are no rows to hold this one against.")
        return
    try:
        {"why": decided, "flip": change, "like": alike, "column": by_column}[view](asked)
    except WarmstartError as error:
        st.caption(shell.plain(error.words))


def alike(asked: Asked) -> None:
    """The labelled rows that it learned from and that are nearest to the row."""
    from core.explain.neighbours import nearest_rows

    dataset = asked.dataset
    assert dataset is not None  # noqa: S101 - or this view is not shown
    train, encoded = cached.encoded_training(asked.record.id)
    row = asked.classifier.encoder.transform(asked.rows)
    known = bool(row.nnz if hasattr(row, "nnz") else np.any(row))
    if asked.modality == "text" and not known:
        st.caption("The model knows nothing of this text, so no row is nearer than any other.")
        return
    near = nearest_rows(encoded, row, k=6)
    indices = np.array([train[one.position] for one in near], dtype=int)
    frame = rows.table(dataset, indices).drop(columns=["Part", "Characters"], errors="ignore")
    if asked.modality == "text":
        frame.insert(2, "Alike", [max(one.cosine, 0.0) for one in near])
        column: Any = st.column_config.ProgressColumn(
            min_value=0.0, max_value=1.0, format="%.2f",
            help="Cosine of the angle between the two, as the model sees them: 1 is the same.",
        )  # fmt: skip
    else:
        frame.insert(2, "Distance", [one.distance for one in near])
        column = st.column_config.NumberColumn(
            format="%.2f", help="Between the two, as the model sees them: 0 is the same."
        )
    agree = sum(int(dataset.labels[index]) == asked.best for index in indices)
    st.markdown(
        f"Of the {plural(len(near), 'row')} it learned from that are nearest to this one, "
        f"**{agree}** {'is' if agree == 1 else 'are'} labelled "
        f"{shell.plain(asked.classifier.classes[asked.best])}, as it answers."
    )
    st.dataframe(
        frame,
        hide_index=True,
        key="pr_alike",
        row_height=72 if asked.modality == "image" else None,
        column_config={**rows.COLUMNS, frame.columns[2]: column},
        alt="The nearest labelled training rows, nearest first.",
    )


def by_column(asked: Asked) -> None:
    """How the answer follows one column, over training rows."""
    from core.figures.dependence import dependence

    frame: pd.DataFrame = asked.rows  # type: ignore[assignment]
    names = list(frame.columns)
    left, right = st.columns(2)
    with left:
        column = st.selectbox(
            "Column", names, format_func=str, key=f"pr_column_of_{asked.record.id}"
        )
    with right:
        label = st.selectbox(
            "Probability of",
            [ANSWER, *sorted(asked.order)],
            format_func=lambda code: (
                "the answer" if code == ANSWER else asked.classifier.classes[code]
            ),
            key=f"pr_dependence_{asked.record.id}",
        )
    code = asked.best if label in (None, ANSWER) else int(label)
    column = names[0] if column is None else column
    fingerprint, sure = asked.record.id, asked.classifier.temperature
    found = cached.dependence(f"{fingerprint}|{sure!r}|{column}|{code}", asked, column, code)
    here = frame[column].iloc[0]
    name = asked.classifier.classes[code]
    charts.draw(
        dependence(found, name, here=None if pd.isna(here) else here), key="pr_dependence_chart"
    )
    st.caption(
        f"The column is set to each value in {plural(found.rows, 'training row')}, all else as it "
        "is (partial dependence). Each grey line is a row; where they cross, the effect depends on "
        "other columns."
    )
