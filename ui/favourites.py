"""What a page begins with, where nobody has chosen yet: what gained most on other data."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.pretrain import get_method
from core.store.records import DatasetRecord, ModelRecord
from core.transfer.recommend import Track
from core.types import Modality
from ui.wording import plural, points

#: Finished runs change the record; a default may lag behind by so many seconds.
_SECONDS = 120
_ROWS = {"text": "texts", "image": "pictures", "tabular": "tables"}


@st.cache_data(max_entries=64, ttl=_SECONDS, show_spinner=False)
def _favourite(
    methods: tuple[str, ...], modality: Modality, fingerprint: str
) -> tuple[str, Track] | None:
    from core.jobs.track import favourite

    return favourite(methods, modality, without=fingerprint)


def method(data: DatasetRecord, methods: Sequence[str]) -> str:
    """The method to learn by: of ``methods`` the one that gained most, else the first."""
    found = _favourite(tuple(methods), data.modality, data.fingerprint)
    return found[0] if found else methods[0]


def model(data: DatasetRecord, own: Sequence[ModelRecord], methods: Sequence[str]) -> str | None:
    """The model to fine-tune: its id, ``new:`` and a method, or None where there is nothing.

    Of the models that learned from the data set itself the one whose method gained most; where
    none of theirs did, the best method is learned now.
    """
    ready = tuple(dict.fromkeys(record.method for record in own))
    found = _favourite(ready, data.modality, data.fingerprint)
    if found:
        return next(record.id for record in own if record.method == found[0])
    return f"new:{method(data, methods)}" if methods else None


def why(data: DatasetRecord, key: str, methods: Sequence[str]) -> str | None:
    """Why a method is the one to begin with; None where it is not."""
    found = _favourite(tuple(methods), data.modality, data.fingerprint)
    if found is None or found[0] != key:
        return None
    track = found[1]
    return (
        f"{get_method(key).title} is preselected: of the methods for {_ROWS[data.modality]} it "
        f"gained most over learning nothing, {points(track.gain)} points on average over "
        f"{plural(track.sets, 'other data set')}."
    )
