"""Components: how much they keep, and what they stand for."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.store.records import ModelRecord
from ui import charts, pictures, resources, word_lists
from ui.wording import number, percent

_PICTURES = 32


def show(record: ModelRecord) -> None:
    """The components of a model."""
    _variance(record)
    if not _pictures(record):
        _topics(record)


def _variance(record: ModelRecord) -> None:
    from core.figures.learned import explained_variance as figure
    from core.pretrain.insights import explained_variance

    st.subheader("How much of the differences it keeps", anchor=False)
    charts.draw(figure(explained_variance(resources.encoder(record.id))), key="pt_variance")


def _pictures(record: ModelRecord) -> bool:
    """Directions as pictures, where rows are pictures: names of pixels would say nothing."""
    from core.pretrain.insights import component_pictures

    found = component_pictures(resources.encoder(record.id))
    if found is None:
        return False
    st.subheader("Its directions as pictures", anchor=False)
    shown = found[:_PICTURES]
    st.image(
        pictures.strip([pictures.signed(one) for one in shown], size=56, columns=8),
        output_format="PNG",
        alt=f"{len(shown)} directions as pictures, the strongest first.",
    )
    st.caption(
        f"The first {number(len(shown))} of {number(len(found))}: a picture lies far to one end "
        "the brighter it is where there is orange, and the darker where there is blue."
    )
    return True


def _topics(record: ModelRecord) -> None:
    from core.pretrain.insights import topics

    st.subheader("What its directions stand for", anchor=False)
    what = "words" if record.modality == "text" else "values"
    st.markdown(
        f"Each direction runs from rows with the {what} on the left to rows with those on the right."
    )
    columns: dict[str, list[Any]] = {"No.": [], "Share": [], "One end": [], "Other end": []}
    for topic in topics(resources.encoder(record.id), 10)[:30]:
        ordered = sorted(topic.terms, key=lambda pair: pair[1])
        columns["No."].append(number(topic.index + 1))
        columns["Share"].append(percent(topic.share))
        columns["One end"].append([name for name, weight in ordered if weight < 0][:6])
        columns["Other end"].append([name for name, weight in reversed(ordered) if weight > 0][:6])
    word_lists.table(
        columns,
        height=560,
        alt="Directions with their strongest terms.",
    )
