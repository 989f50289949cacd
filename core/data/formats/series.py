"""Columns of a data frame from plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from core.data.formats.tidy import settle


def make_series(values: Sequence[Any]) -> pd.Series[Any]:
    """A column of one kind: whole numbers, numbers, true/false, or text."""
    settled = settle(values)
    kinds = {type(value) for value in settled if value is not None}
    if kinds == {bool}:
        return pd.Series(settled, dtype="bool")
    if kinds == {float} or (kinds == {int} and None in settled):
        return pd.Series(settled, dtype="float64")
    if kinds == {int}:
        return pd.Series(settled, dtype="int64")
    return pd.Series(settled, dtype="str")


def settle_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with columns of any objects brought to one kind each."""
    mixed = {
        name: make_series(frame[name].tolist())
        for name in frame.columns
        if frame[name].dtype == object
    }
    return frame.assign(**mixed) if mixed else frame
