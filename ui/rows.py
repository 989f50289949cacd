"""Rows of a data set as people read them, by the kind of row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.data.dataset import UNLABELLED, Dataset
from core.store.records import RunRecord
from ui import pictures, resources, shell


def label_of(dataset: Dataset, index: int) -> str:
    """The class of a row, or that it has none."""
    code = int(dataset.labels[index])
    return "no label" if code == UNLABELLED else dataset.classes[code]


def part_of(dataset: Dataset, index: int) -> str:
    """Which part a row belongs to."""
    if dataset.test[index]:
        return "test"
    return "pool" if dataset.labels[index] == UNLABELLED else "train"


def table(dataset: Dataset, indices: Sequence[int] | np.ndarray) -> pd.DataFrame:
    """Rows with their label and part, ready for a data frame widget."""
    picked = np.asarray(indices, dtype=int)
    front = pd.DataFrame(
        {
            "Row": picked,
            "Label": [label_of(dataset, i) for i in picked],
            "Part": [part_of(dataset, i) for i in picked],
        }
    )
    if dataset.domain is not None:
        domains = [str(dataset.domain[i]) for i in picked]
        if len(set(domains)) > 1:
            front["Domain"] = domains
    if dataset.group is not None and dataset.options.get("group_column"):
        front["Group"] = [dataset.group[i] or "–" for i in picked]
    if dataset.modality == "text":
        texts = dataset.take(picked)
        front["Text"] = [" ".join(str(text)[:400].split()) for text in texts]
        front["Characters"] = [len(text) for text in texts]
        return front
    if dataset.modality == "image":
        front["Image"] = [picture(image) for image in dataset.take(picked)]
        return front
    values = dataset.take(picked)
    # a column of the file may be called like one of these, and no table can show two of a name
    values = values.rename(columns=lambda name: f"{name} (value)" if name in front else name)
    return pd.concat([front, values], axis=1)


def picture(image: np.ndarray, size: int = 64) -> str:
    """An image as a data address that a table can show, enlarged without blurring."""
    import base64
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pictures.enlarged(image, size)).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


COLUMNS: dict[str, Any] = {
    "Row": st.column_config.NumberColumn(
        width="small",
        format="%d",
        help="Its number in the data set, counted from 0: what --row of the command line takes.",
    ),
    "Text": st.column_config.TextColumn(width="large"),
    "Image": st.column_config.ImageColumn(),
}


def read(dataset: Dataset, index: int) -> None:
    """One row in full."""
    with st.container(border=True):
        st.caption(
            f"Row {index} · {shell.plain(label_of(dataset, index))} · {part_of(dataset, index)}"
        )
        row = dataset.take(np.array([index]))
        if dataset.modality == "text":
            st.text(str(row[0])[:20_000] or "(empty)")
        elif dataset.modality == "image":
            st.image(picture(row[0], 160), width=160, alt=f"Picture of row {index}.")
        else:
            st.dataframe(row, hide_index=True, key=f"row_{index}")


def listing(record: RunRecord, indices: Sequence[int] | np.ndarray, *, key: str) -> None:
    """Rows of a run's data set in a table; a selected one is shown in full."""
    dataset = resources.dataset(record.dataset or "")
    event = st.dataframe(
        table(dataset, indices),
        key=key,
        hide_index=True,
        column_config=COLUMNS,
        on_select="rerun",
        selection_mode="single-row",
        alt="Rows with their label and text.",
    )
    picked = event["selection"]["rows"]  # type: ignore[index]
    if picked:
        read(dataset, int(indices[picked[0]]))


def mistakes(record: RunRecord, found: Sequence[Any], *, key: str) -> None:
    """Wrong answers with truth, answer and how sure it was; a selected one is shown in full."""
    dataset = resources.dataset(record.dataset or "")
    indices = np.array([mistake.row for mistake in found])
    frame = table(dataset, indices).drop(columns=["Part", "Label"])
    frame.insert(1, "Sure", [mistake.confidence for mistake in found])
    frame.insert(1, "Said", [mistake.said for mistake in found])
    frame.insert(1, "Truth", [mistake.truth for mistake in found])
    event = st.dataframe(
        frame,
        key=key,
        hide_index=True,
        column_config={
            **COLUMNS,
            "Sure": st.column_config.ProgressColumn(min_value=0.0, max_value=1.0, format="%.2f"),
        },
        on_select="rerun",
        selection_mode="single-row",
        alt="Wrong answers on test rows, surest first.",
    )
    picked = event["selection"]["rows"]  # type: ignore[index]
    if picked:
        read(dataset, int(indices[picked[0]]))
        shell.next_step(
            "What decided here?", "predict", run=record.id, row=str(int(indices[picked[0]]))
        )
