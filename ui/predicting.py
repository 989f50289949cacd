"""The Predict page: one row with its answer and why, and many rows at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.data.dataset import Dataset
from core.errors import WarmstartError
from core.store.records import RunRecord
from core.types import Modality
from ui import pictures, resources, shell
from ui.predict import answer, inputs, views
from ui.predict.asked import ask
from ui.predict.files import many

if TYPE_CHECKING:
    from core.finetune.classifier import Classifier

__all__ = ["decided", "many", "one"]


def decided(classifier: Classifier) -> None:
    """That a class has a threshold, where one was kept: it may decide any answer below."""
    rule = classifier.threshold
    if rule is None:
        return
    from core.evaluate.deciding_words import kept_sentence

    name = shell.plain(classifier.classes[rule.code])
    st.caption(
        f":material/gavel: {kept_sentence(rule, name)} Its report takes that back, under Decisions."
    )


_ONE = {"text": "One text", "image": "One picture", "tabular": "One row"}


@st.fragment
def one(record: RunRecord, classifier: Classifier, modality: Modality) -> None:
    """A row to change, with the answer beside it, live: only this part of the page runs again."""
    st.subheader(_ONE[modality], anchor=False)
    dataset = _dataset(record)
    if modality == "text":
        given = inputs.a_text(record, dataset)
    elif modality == "image":
        given = inputs.a_picture(record, classifier, dataset)
    else:
        given = inputs.a_table_row(record, dataset)
    if given is None:
        return
    rows, about = given
    asked = ask(record, classifier, modality, dataset, rows)
    left, right = st.columns([2, 3])
    with left:
        if modality == "image":
            st.image(
                pictures.enlarged(rows[0], 160),
                width=160,
                output_format="PNG",
                alt=f"The picture that is classified. {about}",
            )
            st.caption(shell.plain(about))
        answer.show(asked)
        below = st.container()
    with right:
        views.show(asked)
    with below:  # last: at first it takes longer than the rest
        answer.doubts(asked)


def _dataset(record: RunRecord) -> Dataset | None:
    """The run's data set; None where it was deleted, which keeps no classifier from work."""
    try:
        return resources.dataset(record.dataset or "")
    except WarmstartError:
        return None
