"""What kind of rows a method was given, and whether they will do."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import BadData, BadModelFile
from core.types import State


def is_text(rows: Any) -> bool:
    """Whether rows are texts: one dimension, and not of numbers."""
    if isinstance(rows, pd.DataFrame):
        return False
    if isinstance(rows, str):
        return True  # as_texts says what is wrong with it
    array = np.asarray(rows)
    return array.ndim == 1 and array.dtype.kind in "OUS"


def as_texts(rows: Any) -> npt.NDArray[Any]:
    """The rows as a one-dimensional array of str.

    Raises
    ------
    BadData
        When they are not texts; the message names the first row that is none.
    """
    if isinstance(rows, str):
        raise BadData(
            "One text was given where a list of texts belongs.", hint="Write it as [text]."
        )
    if isinstance(rows, pd.DataFrame) or np.ndim(rows) != 1:
        raise BadData(
            "Rows of texts were expected, but these have several columns.",
            hint="Choose the column that holds the text.",
        )
    texts = np.asarray(rows, dtype=object)
    for i, text in enumerate(texts):
        if not isinstance(text, str):
            raise BadData(
                f"Row {i} is no text but {type(text).__name__} ({text!r:.60}).",
                hint='Give empty rows the text "".',
            )
    return texts


def part(state: State, name: str, kind: type | tuple[type, ...]) -> Any:
    """One part of a state, of the kind it should be.

    Raises
    ------
    BadModelFile
        When it is missing or of another kind.
    """
    value = state.get(name) if isinstance(state, dict) else None
    # True is an int to Python, but no size of anything
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
        raise BadModelFile(f"This model cannot be used: its part {name!r} is missing or damaged.")
    return value


def numbers(state: State, name: str, shape: tuple[int | None, ...]) -> npt.NDArray[Any]:
    """A part that is an array of finite real numbers.

    Parameters
    ----------
    state : dict
        Of a model.
    name : str
        Of the part.
    shape : tuple of int or None
        What its shape must be; None stands for any length.

    Raises
    ------
    BadModelFile
        When it is missing, of another kind or shape, or not finite.
    """
    array: npt.NDArray[Any] = part(state, name, np.ndarray)
    fits = array.ndim == len(shape) and all(
        want is None or want == have for want, have in zip(shape, array.shape, strict=True)
    )
    if not fits or array.dtype.kind not in "fiu" or not np.isfinite(array).all():
        raise BadModelFile(
            f"This model cannot be used: its part {name!r} is damaged "
            f"(shape {array.shape}, {array.dtype})."
        )
    return array
