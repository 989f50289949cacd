"""An autoencoder: rows beside what it gives back of them, what lies between two, and PCA."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.errors import NotFound
from core.store import datasets
from core.store.records import ModelRecord
from ui import charts, pictures, resources, shell
from ui.wording import number

_SAMPLE = 2_000
_SHOWN = 12
_STEPS = 11


def show(record: ModelRecord) -> None:
    """What the model gives back of rows of its pool."""
    try:
        datasets.get(record.dataset)
        found, indices = _found(record.id, record.dataset, record.pool)
    except NotFound as error:
        st.caption(f"{error.message} So nothing can be given back to look at.")
        return
    _against_pca(found)
    _beside(record, found)
    _between(record, indices)


@st.cache_resource(max_entries=4, show_spinner="Giving rows back")
def _found(model_id: str, fingerprint: str, pool: str) -> tuple[Any, np.ndarray]:
    from core.pretrain.reconstruction import reconstruction

    dataset = resources.dataset(fingerprint)
    indices = dataset.pool_rows(pool)  # type: ignore[arg-type]
    indices = indices[:: -(-len(indices) // _SAMPLE)]
    return reconstruction(resources.encoder(model_id), dataset.take(indices)), indices


def _against_pca(found: Any) -> None:
    from core.figures.reconstruction import errors

    st.subheader("How well it gives rows back", anchor=False)
    if found.error < found.pca_error:
        said = (
            f"It loses {found.pca_error / max(found.error, 1e-12):.1f} times less than PCA with "
            "as many numbers a row: bent layers fit these rows better than straight directions."
        )
    else:
        said = (
            "PCA with as many numbers a row loses no more than it does: more passes or a larger "
            "hidden layer may help, or PCA is the simpler choice here."
        )
    st.markdown(said)
    charts.draw(errors(found), key="pt_rebuilt_errors")
    st.caption(
        f"On {number(len(found.originals))} rows of the pool; PCA was fitted on these very rows, "
        "which helps it a little."
    )


def _beside(record: ModelRecord, found: Any) -> None:
    from core.pretrain import reconstruction as core

    st.subheader("Rows, and what came back", anchor=False)
    encoder = resources.encoder(record.id)
    some = np.linspace(0, len(found.originals) - 1, min(_SHOWN, len(found.originals))).astype(int)
    before = core.pictures(encoder, found.originals[some])
    after = core.pictures(encoder, found.rebuilt[some])
    if before is not None and after is not None:
        # in pairs, so that a narrow page keeps a row and its copy together
        pairs = [image for pair in zip(before, after, strict=True) for image in pair]
        st.image(
            pictures.strip(pairs, size=56, columns=6),
            output_format="PNG",
            alt=f"{len(some)} pictures, each with its reconstruction to its right.",
        )
        st.caption("In pairs: the picture, and to its right what came back.")
        return
    from core.figures.reconstruction import lost_columns

    st.markdown("What is lost of each column: 100 % is no better than knowing only its mean.")
    worst = core.worst_columns(encoder, found)
    charts.draw(lost_columns(worst), key="pt_rebuilt_columns")
    names = [one.name for one in worst[:4]]
    have, got = (
        core.cells(encoder, values) for values in (found.originals[some], found.rebuilt[some])
    )
    frame = pd.DataFrame(
        {
            f"{name}, {what}": pd.Series(of[name])
            for name in names
            for what, of in (("original", have), ("came back", got))
        }
    )
    st.dataframe(
        frame,
        hide_index=True,
        key="pt_rebuilt_rows",
        column_config=_formats(frame),
        alt="Rows with the columns that are given back worst, and what came back.",
    )


def _between(record: ModelRecord, indices: np.ndarray) -> None:
    from core.pretrain import reconstruction as core

    st.subheader("From one row to another", anchor=False)
    st.markdown(
        "Between the numbers of two rows lie others. What they stand for shows whether the model "
        "has an idea of the rows, or only of the ones it saw."
    )
    choices = [int(i) for i in indices[:200]]
    with st.grid(2, min_column_width=220):
        first = st.selectbox("From row", choices, index=0, key=f"pt_from_{record.id}")
        second = st.selectbox(
            "To row", choices, index=min(1, len(choices) - 1), key=f"pt_to_{record.id}"
        )
    encoder = resources.encoder(record.id)
    rows = resources.dataset(record.dataset).take(np.array([first, second]))
    found = core.between(encoder, rows, _STEPS)
    at = st.slider("How far on the way", 0, 100, 50, 10, "%d %%", key=f"pt_way_{record.id}")
    place = round(at / 100 * (_STEPS - 1))
    strip = core.pictures(encoder, found)
    if strip is not None:
        st.image(
            pictures.strip(list(strip), size=48, columns=_STEPS),
            output_format="PNG",
            alt=f"{_STEPS} pictures on the way from row {first} to row {second}.",
        )
        st.image(
            pictures.enlarged(strip[place], 160),
            output_format="PNG",
            width=160,
            alt=f"The picture {at} % of the way from row {first} to row {second}.",
        )
        return
    steps = core.cells(encoder, found)
    frame = pd.DataFrame(
        [
            {
                "Column": shell.plain(name),
                f"Row {first}": _said(values[0]),
                f"{at} % of the way": _said(values[place]),
                f"Row {second} ": _said(values[-1]),
            }
            for name, values in steps.items()
        ]
    )
    st.dataframe(
        frame,
        hide_index=True,
        key="pt_between_rows",
        alt=f"Columns on the way from row {first} to row {second}.",
    )


def _said(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


def _formats(frame: pd.DataFrame) -> dict[str, Any]:
    return {
        name: st.column_config.NumberColumn(format="%.4g")
        for name in frame
        if pd.api.types.is_numeric_dtype(frame[name])
    }
