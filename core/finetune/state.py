"""Reading what a head kept, trusting none of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.errors import BadModelFile
from core.types import State

_HINT = "The file is damaged or was not written by this program. Train the head again."


def damaged(what: str) -> BadModelFile:
    """The error for a head whose stored parts do not hold together."""
    return BadModelFile(f"The stored head cannot be used: {what}.", hint=_HINT)


def read_array(state: State, name: str, *, kinds: str, shape: tuple[int | None, ...]) -> Any:
    """An array out of a state, its own copy and read-only.

    Parameters
    ----------
    state : State
        Where to look.
    name : str
        Which part.
    kinds : str
        Allowed ``dtype.kind`` letters ("f", "iu").
    shape : tuple of int or None
        Expected length of each axis; None where any will do.

    Raises
    ------
    BadModelFile
        When it is missing, of another kind or shape, or holds NaN or infinity.
    """
    value = state.get(name)
    if not isinstance(value, np.ndarray):
        raise damaged(f"its part {name!r} is missing")
    if value.dtype.kind not in kinds:
        raise damaged(f"its part {name!r} holds values of type {value.dtype}")
    fits = value.ndim == len(shape) and all(
        want is None or want == have for want, have in zip(shape, value.shape, strict=True)
    )
    if not fits:
        raise damaged(f"its part {name!r} has the shape {value.shape}")
    if value.dtype.kind == "f" and not np.isfinite(value).all():
        raise damaged(f"its part {name!r} holds NaN or infinity")
    return frozen(value.copy())


def read_classes(state: State) -> Any:
    """The sorted labels that a head was fitted with: at least two, each once."""
    classes = read_array(state, "classes", kinds="iuUbf", shape=(None,))
    if len(classes) < 2 or (classes[1:] <= classes[:-1]).any():
        raise damaged("its classes are fewer than two or not in order")
    return classes


def read_number(state: State, name: str, *, low: float, high: float = np.inf) -> float:
    """A finite number from ``low`` to ``high`` out of a state."""
    value = state.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise damaged(f"its part {name!r} is missing")
    if not (np.isfinite(value) and low <= value <= high):
        raise damaged(f"its part {name!r} is {value}")
    return float(value)


def read_texts(state: State, name: str) -> tuple[str, ...]:
    """A list of texts out of a state."""
    values = state.get(name)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise damaged(f"its part {name!r} is no list of texts")
    return tuple(values)


def plain_classes(classes: Any) -> Any:
    """Labels as an array that a model file can hold: texts in Python objects become unicode."""
    return classes.astype(str) if classes.dtype.kind == "O" else classes


def frozen(array: Any) -> Any:
    """The same array, which nobody can write to any more: heads are shared between threads."""
    array.setflags(write=False)
    return array
