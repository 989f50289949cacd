"""Pictures of one size for a model that learned from pictures of another."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from core.data.pictures.sizes import fitted
from core.errors import BadData
from core.types import Floats

#: How bright red, green and blue look (ITU-R BT.601).
_BRIGHTNESS = np.array([0.299, 0.587, 0.114], np.float32)
_BLOCK = 2**22


def to_shape(images: npt.NDArray[Any], shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """Bring pictures to the size and the colours that a model expects.

    Proportions are kept: where they differ, the margins take the mean colour of a picture's own
    border. Pixels are averaged over areas where a picture shrinks, and drawn straight between
    their centres where it grows. Colours become their brightness for a model of grey pictures;
    grey pictures get three equal channels for a model of colours. Each picture is treated by
    itself, so that what becomes of it does not depend on the others.

    Parameters
    ----------
    images : ndarray, shape (n, h, w) or (n, h, w, c)
        Pictures of any numbers.
    shape : tuple of int
        Height and width, or height, width and channels.

    Returns
    -------
    ndarray, shape (n, *shape)
        Of the same dtype; the very same array where nothing is to be done.

    Raises
    ------
    BadData
        When the numbers of channels cannot be reconciled.

    Examples
    --------
    >>> to_shape(np.arange(16.0).reshape(1, 4, 4), (2, 2)).tolist()
    [[[2.5, 4.5], [10.5, 12.5]]]
    """
    if images.shape[1:] == tuple(shape):
        return images
    have = images.shape[3] if images.ndim == 4 else 1
    want = shape[2] if len(shape) == 3 else 1
    if have != want and (have not in (1, 3, 4) or want not in (1, 3)):
        raise BadData(
            f"Pictures with {want} channels were expected, these have {have}.",
            hint="Use grey pictures, or colours as red, green and blue.",
        )
    images = fitted(_channels(images, have, want), (shape[0], shape[1]), "letterbox")
    return images.reshape(len(images), *shape)


def _channels(images: npt.NDArray[Any], have: int, want: int) -> npt.NDArray[Any]:
    """As (n, h, w) for one channel, (n, h, w, want) for several."""
    if want == 1 and have > 1:
        out = np.empty(images.shape[:3], images.dtype)
        step = max(1, _BLOCK // max(1, int(np.prod(images.shape[1:]))))
        for start in range(0, len(images), step):
            grey = images[start : start + step, ..., :3].astype(np.float32) @ _BRIGHTNESS
            out[start : start + step] = np.rint(grey) if images.dtype.kind in "ui" else grey
        return out
    if want == 1 or have == 1:
        grey = images.reshape(images.shape[:3])
        return grey if want == 1 else np.repeat(grey[..., None], want, axis=3)
    return images[..., :want]


def largest_values(images: npt.NDArray[Any], top: float) -> Floats | np.float32:
    """What pixels are to be divided by, for a model that learned from pictures up to ``top``.

    Bytes go up to 255, whatever the model had. For a model that learned from bytes, a picture of
    floating numbers up to 1 is taken to be divided already. One number, or one for each picture,
    shape (n, 1).
    """
    if images.dtype == np.uint8:
        return np.float32(255.0)
    if top == 255.0 and len(images):
        highest = images.reshape(len(images), -1).max(axis=1, keepdims=True)
        divisors: Floats = np.where(highest <= 1.0, 1.0, 255.0).astype(np.float32)
        return divisors
    return np.float32(top)
