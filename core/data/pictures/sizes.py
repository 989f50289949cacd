"""Bring pictures to another size: averages of areas to shrink, straight lines to enlarge."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from core.types import Floats

Fit: TypeAlias = Literal["letterbox", "stretch"]
_BLOCK = 2**23  # values worked on at once


@lru_cache(maxsize=256)
def _axis(old: int, new: int) -> Floats:
    """How much each old pixel of an axis counts for each new one, shape (new, old)."""
    edges = np.arange(new + 1) * (old / new)
    if new <= old:
        # the share of each old pixel that the new one covers
        low = np.maximum(edges[:-1, None], np.arange(old))
        high = np.minimum(edges[1:, None], np.arange(1, old + 1))
        weights = np.clip(high - low, 0, None) * (new / old)
    else:
        # between the centres of the two nearest old pixels; beyond the outermost, that one
        centres = np.clip((edges[:-1] + edges[1:]) / 2 - 0.5, 0, old - 1)
        weights = np.clip(1 - np.abs(centres[:, None] - np.arange(old)), 0, None)
    result: Floats = weights.astype(np.float32)
    result.flags.writeable = False
    return result


def resized(images: npt.NDArray[Any], size: tuple[int, int]) -> npt.NDArray[Any]:
    """Pictures (n, h, w) or (n, h, w, c) at ``size`` = (height, width), of the same dtype.

    An axis that shrinks takes averages of areas; one that grows is drawn straight between the
    centres of pixels. A picture of one colour stays so, and no value leaves the range of the
    picture. Whole numbers are rounded.
    """
    height, width = images.shape[1:3]
    if (height, width) == size:
        return images
    out = np.empty((len(images), *size, *images.shape[3:]), images.dtype)
    rows, columns = _axis(height, size[0]), _axis(width, size[1])
    step = max(1, _BLOCK // max(1, int(np.prod(images.shape[1:])), int(np.prod(out.shape[1:]))))
    for start in range(0, len(images), step):
        block: npt.NDArray[Any] = images[start : start + step].astype(np.float32)
        if block.ndim == 3:
            block = rows @ (block @ columns.T)
        else:  # channels to the front, and back
            block = np.moveaxis(rows @ (np.moveaxis(block, 3, 1) @ columns.T), 1, 3)
        out[start : start + step] = np.rint(block) if images.dtype.kind in "ui" else block
    return out


def fitted(images: npt.NDArray[Any], size: tuple[int, int], fit: Fit) -> npt.NDArray[Any]:
    """Pictures (n, h, w) or (n, h, w, c) at ``size``.

    "stretch" changes their proportions where these differ; "letterbox" keeps them and fills the
    margins with the mean colour of each picture's own border, so that no false edge arises.
    """
    height, width = images.shape[1:3]
    if fit == "stretch" or height * size[1] == width * size[0]:
        return resized(images, size)
    scale = min(size[0] / height, size[1] / width)
    inner = (
        min(size[0], max(1, round(height * scale))),
        min(size[1], max(1, round(width * scale))),
    )
    small = resized(images, inner)
    border = np.concatenate([small[:, 0], small[:, -1], small[:, :, 0], small[:, :, -1]], axis=1)
    colour = border.mean(axis=1, dtype=np.float64)
    out = np.empty((len(images), *size, *images.shape[3:]), images.dtype)
    out[:] = (np.rint(colour) if images.dtype.kind in "ui" else colour)[:, None, None]
    top, left = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    out[:, top : top + inner[0], left : left + inner[1]] = small
    return out


def capped(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """A size whose longer side is at most ``longest``, in the same proportions."""
    if max(size) <= longest:
        return size
    scale = longest / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
