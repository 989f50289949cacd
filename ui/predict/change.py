"""The smallest change of a row that makes the answer another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from ui import heat, shell
from ui.predict import asked as cached
from ui.predict import inputs
from ui.predict.asked import ANSWER, Asked
from ui.predict.marking import marked
from ui.wording import plural, sure


def change(asked: Asked) -> None:
    """What would make the answer another."""
    left, right = st.columns([1, 1])
    with left:
        wished = st.selectbox(
            "Make it",
            [ANSWER, *sorted(asked.order)],
            format_func=lambda code: (
                "any other class" if code == ANSWER else asked.classifier.classes[code]
            ),
            key=f"pr_wish_{asked.record.id}",
        )
    fixed: tuple[Any, ...] = ()
    if asked.modality == "tabular":
        with right:
            fixed = tuple(
                st.multiselect(
                    "Columns that cannot change",
                    list(asked.rows.columns),  # type: ignore[union-attr]
                    format_func=str,
                    key=f"pr_fixed_{asked.record.id}",
                )
            )
    code = None if wished in (None, ANSWER) else int(wished)
    if code == asked.best:
        st.caption(f"It is {shell.plain(asked.classifier.classes[code])} already.")
        return
    found = cached.flipped(f"{asked.key}|{code}|{fixed!r}", asked, code, fixed)
    if found is None:
        st.info(_none_found(asked, code), icon=":material/search_off:")
        return
    name = shell.plain(asked.classifier.classes[found.other])
    told = f"it would be **{name}** ({sure(found.after[found.other])})"
    if asked.modality == "text":
        quoted = ", ".join(f"“{shell.plain(word)}”" for word in found.words)
        st.markdown(f"Without {quoted} {told}.")
        struck = "text-decoration:line-through;background:rgba(217,130,43,0.35);border-radius:3px"
        marks = [(start, end, struck, "left out") for start, end in found.spans]
        st.html(marked(str(asked.rows[0]), marks))
    elif asked.modality == "image":
        st.markdown(f"With {plural(len(found.cells), 'part')} covered {told}.")
        st.image(
            _side_by_side(asked.rows[0], found),
            width=560,
            output_format="PNG",
            alt="The picture with the parts to cover in orange, and the picture without them.",
        )
    else:
        from core.explain.dependence import as_written

        st.markdown(f"With {plural(len(found.moves), 'column')} changed {told}.")
        st.dataframe(
            pd.DataFrame(
                {
                    "Column": [move.column for move in found.moves],
                    "Now": [as_written(move.before) for move in found.moves],
                    "Changed to": [as_written(move.after) for move in found.moves],
                    "Deviations": [move.distance for move in found.moves],
                }
            ),
            hide_index=True,
            key="pr_moves",
            column_config={
                "Deviations": st.column_config.NumberColumn(
                    format="%.2f",
                    help="How far, in standard deviations of the training rows; another category "
                    "counts as 1.",
                )
            },
            alt="Columns to change, with their values now and then.",
        )
    _offer(asked, found)
    st.caption(
        "Found by trying one part after another and putting back what was not needed; the model "
        "itself has confirmed it. A smaller change of another kind may exist."
    )


def _offer(asked: Asked, found: Any) -> None:
    """A button that makes the change in the fields above."""
    if asked.modality == "image":
        return
    values = {} if asked.modality == "text" else {m.column: m.after for m in found.moves}
    st.button(
        "Put it into the field" if asked.modality == "text" else "Put it into the fields",
        icon=":material/edit:",
        key=f"pr_put_{asked.record.id}",
        on_click=(
            (lambda: inputs.put_text(asked.record, found.row))
            if asked.modality == "text"
            else (lambda: inputs.put_values(asked.record, asked.dataset, values))  # type: ignore[arg-type]
        ),
    )


def _side_by_side(image: np.ndarray, found: Any) -> np.ndarray:
    """The picture with the parts to cover in orange, and the picture without them."""
    marks = np.zeros(image.shape[:2])
    for top, bottom, left, right in found.cells:
        marks[top:bottom, left:right] = -1.0
    before = heat.over(image, marks, size=280)
    after = heat.over(found.row, np.zeros_like(marks), size=280)
    between = np.full((len(before), 8, 3), 128, dtype=np.uint8)
    return np.hstack([before, between, after])


def _none_found(asked: Asked, wished: int | None) -> str:
    from core.explain.flips import MOST_CELLS, MOST_WORDS

    what = {
        "text": f"No set of up to {MOST_WORDS} words was found without which",
        "image": f"No set of up to {MOST_CELLS} parts was found without which",
        "tabular": "No change of up to three columns, within the range of the training rows, was "
        "found by which",
    }[asked.modality]
    other = "another one" if wished is None else shell.plain(asked.classifier.classes[wished])
    return f"{what} the answer would be {other}."
