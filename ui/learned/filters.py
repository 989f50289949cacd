"""Filters of patch features: all of them, in one picture, and the pictures of one of them."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.errors import NotFound
from core.store import datasets
from core.store.records import ModelRecord
from ui import pictures, resources, rows
from ui.wording import number

_FILTERS = 96
_SAMPLE = 1_000
_ACTIVE = 6
_EXCITING = 12


def show(record: ModelRecord) -> None:
    """The filters of a model."""
    from core.pretrain.filters import most_used

    encoder = resources.encoder(record.id)
    order = most_used(encoder)
    st.subheader("Small patterns it looks for", anchor=False)
    shown = order[:_FILTERS]
    drawn = encoder.pictures()
    st.image(
        pictures.strip([drawn[i] for i in shown], size=32, columns=16, gap=10),
        output_format="PNG",
        alt=f"{len(shown)} learned filters of {encoder.side_} by {encoder.side_} pixels.",
    )
    st.caption(
        f"{number(len(shown))} of {number(len(order))} filters of {encoder.side_} × "
        f"{encoder.side_} pixels; those most active over the pool come first."
    )
    try:
        datasets.get(record.dataset)
        strength, indices = _strength(record.id, record.dataset, record.pool)
    except NotFound as error:
        st.caption(f"{error.message} So they cannot be shown at work on its pictures.")
        return
    _in_one_picture(record, indices)
    _pictures_of(record, order, strength, indices)


def _in_one_picture(record: ModelRecord, indices: np.ndarray) -> None:
    from core.pretrain.filters import active_filters

    encoder, dataset = resources.encoder(record.id), resources.dataset(record.dataset)

    st.subheader("What it sees in a picture", anchor=False)
    row = st.selectbox(
        "Picture",
        [int(i) for i in indices[:200]],
        format_func=lambda i: f"Row {i}, {rows.label_of(dataset, i)}",
        key=f"pt_filter_row_{record.id}",
    )
    image = dataset.take(np.array([row]))[0]
    found = active_filters(encoder, image, _ACTIVE)
    drawn = encoder.pictures()
    pairs = [
        one
        for active in found
        for one in (drawn[active.index], pictures.tinted(image, active.places))
    ]
    st.image(
        pictures.strip(pairs, size=84, columns=4),
        output_format="PNG",
        alt=f"{len(found)} filters, each with the places of row {row} where it is active.",
    )
    st.caption(
        "In pairs: a pattern that this picture has more of than most, and to its right where it "
        "was found, in orange."
    )


def _pictures_of(
    record: ModelRecord, order: np.ndarray, strength: np.ndarray, indices: np.ndarray
) -> None:
    st.subheader("Pictures that have a pattern", anchor=False)
    place = st.number_input(
        "Pattern, counted from the top left",
        1,
        min(len(order), _FILTERS),
        1,
        key=f"pt_filter_{record.id}",
    )
    chosen = int(order[int(place) - 1])
    best = np.argsort(-strength[:, chosen], kind="stable")[:_EXCITING]
    images = resources.dataset(record.dataset).take(indices[best])
    pattern = resources.encoder(record.id).pictures()[chosen]
    st.image(
        pictures.strip([pattern, *images], size=56, columns=7),
        output_format="PNG",
        alt=f"Pattern {place}, and the {len(best)} pictures that have most of it.",
    )
    st.caption(
        f"First the pattern, then the {number(len(best))} of {number(len(indices))} pictures of "
        "the pool that have most of it."
    )


@st.cache_data(max_entries=4, show_spinner="Looking for patterns in pictures")
def _strength(model_id: str, fingerprint: str, pool: str) -> tuple[np.ndarray, np.ndarray]:
    from core.pretrain.filters import unusual

    dataset = resources.dataset(fingerprint)
    indices = dataset.pool_rows(pool)  # type: ignore[arg-type]
    indices = indices[:: -(-len(indices) // _SAMPLE)]
    return unusual(resources.encoder(model_id), dataset.take(indices)), indices
