"""Pictures cut into patches, and patches made alike: what patch features are counted from."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh

from core.errors import BadData
from core.types import Floats, Ints, Rows

_CONTRAST = 10 / 255**2  # keeps flat patches from being blown up (Coates, Lee & Ng 2011)


def as_pictures(rows: Rows) -> npt.NDArray[Any]:
    """The rows as an array (n, height, width) or (n, height, width, channels).

    Raises
    ------
    BadData
        When they are no pictures, or have pixels that are not numbers.
    """
    array = np.asarray(rows)
    if array.ndim not in (3, 4) or array.dtype.kind not in "buif" or 0 in array.shape[1:]:
        raise BadData(
            f"Pictures were expected, but these rows have the shape {array.shape}.",
            hint="Patch features look at neighbouring pixels, so they need height and width.",
        )
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        bad = np.flatnonzero(~np.isfinite(array).all(axis=tuple(range(1, array.ndim))))
        raise BadData(
            f"Picture {bad[0]} has pixels that are not numbers ({len(bad)} such pictures).",
            hint="Leave these pictures out.",
        )
    return array


def windows_of(images: npt.NDArray[Any], side: int) -> npt.NDArray[Any]:
    """Every patch of every picture, (n, down, across, side, side, channels), as a view."""
    views = np.lib.stride_tricks.sliding_window_view(images, (side, side), axis=(1, 2))
    return np.moveaxis(views, 3, 5)


def normalised(patches: Floats) -> Floats:
    """Patches less their mean, by their spread."""
    patches = patches - patches.mean(axis=1, keepdims=True)
    spread = np.sqrt(np.einsum("ij,ij->i", patches, patches) / patches.shape[1] + _CONTRAST)
    patches /= spread[:, None].astype(np.float32)
    return patches


def zca(centred: Floats, added: float) -> Floats:
    """The symmetric matrix that makes patches white (Bell & Sejnowski 1997)."""
    values, vectors = eigh(centred.T.astype(np.float64) @ centred / len(centred))
    white: Floats = ((vectors / np.sqrt(np.maximum(values, 0) + added)) @ vectors.T).astype(
        np.float32
    )
    return white


def cells_of(down: int, across: int, grid: int) -> Ints:
    """The cell of each place, row by row; cells are as equal as they can be."""
    rows = np.arange(down) * grid // down
    columns = np.arange(across) * grid // across
    return (rows[:, None] * grid + columns).ravel().astype(np.int64)
