"""Pictures as pages show them: enlarged without blurring, several in one strip."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_NOTICE = np.array([217.0, 130.0, 43.0])  # the orange of charts
_BELOW = np.array([47.0, 111.0, 222.0])  # the blue of charts
_NOTHING = np.array([44.0, 47.0, 54.0])
_PAPER = 128  # between the pictures of a strip: seen on light and on dark pages


def as_bytes(image: np.ndarray) -> np.ndarray:
    """Pixels from 0 to 255, (h, w) or (h, w, 3): bytes as they are, other numbers by their largest."""
    array = np.asarray(image)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    if array.dtype == np.uint8:
        return array
    numbers = array.astype(np.float64)
    top = numbers.max(initial=0.0)
    numbers = numbers * (255 / top) if top > 0 else numbers
    return np.rint(numbers).clip(0, 255).astype(np.uint8)


def enlarged(image: np.ndarray, size: int) -> np.ndarray:
    """A picture whose longer side has about ``size`` pixels, each pixel a square."""
    array = as_bytes(image)
    longest = max(array.shape[:2])
    if longest >= size:
        step = -(-longest // size)
        return array[::step, ::step]
    times = size // longest
    return array.repeat(times, axis=0).repeat(times, axis=1)


def tinted(image: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """A picture in grey, turned orange by ``strength``, (h, w) from 0 to 1."""
    array = as_bytes(image).astype(np.float64)
    grey = array.mean(axis=2, keepdims=True) if array.ndim == 3 else array[..., None]
    share = 0.85 * np.clip(strength, 0, 1)[..., None]
    return np.rint(grey * (1 - share) + _NOTICE * share).astype(np.uint8)


def signed(weights: np.ndarray) -> np.ndarray:
    """Numbers from -1 to 1 as a picture: blue below 0, orange above, dark grey at 0."""
    share = np.clip(np.abs(weights), 0, 1)[..., None]
    colour = np.where(np.asarray(weights)[..., None] > 0, _NOTICE, _BELOW)
    return np.rint(_NOTHING * (1 - share) + colour * share).astype(np.uint8)


def strip(
    images: Sequence[np.ndarray], *, size: int = 48, columns: int = 5, gap: int = 2
) -> np.ndarray:
    """Pictures of one size side by side, in lines of ``columns``, as one picture.

    ``gap`` is the number of pixels between two of them.
    """
    cells = [enlarged(image, size) for image in images]
    if any(cell.ndim == 3 for cell in cells):
        cells = [
            cell if cell.ndim == 3 else np.repeat(cell[..., None], 3, axis=2) for cell in cells
        ]
    height, width = (max(cell.shape[axis] for cell in cells) for axis in (0, 1))
    lines = -(-len(cells) // columns)
    across = min(columns, len(cells))
    sheet = np.full(
        (lines * (height + gap) - gap, across * (width + gap) - gap, *cells[0].shape[2:]),
        _PAPER,
        np.uint8,
    )
    for place, cell in enumerate(cells):
        top, left = place // columns * (height + gap), place % columns * (width + gap)
        sheet[top : top + cell.shape[0], left : left + cell.shape[1]] = cell
    return sheet
