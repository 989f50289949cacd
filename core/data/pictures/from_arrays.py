"""From the arrays of an .npz to pictures of one size."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from core.data.formats.tidy import as_text
from core.data.parts import Part
from core.data.pictures.arrays import ArrayPart, read_arrays, to_bytes
from core.data.pictures.layout import class_name
from core.data.pictures.limits import PictureLimits
from core.data.pictures.shaping import AUTOMATIC_SIDE, Pictures, Shaping, is_grey
from core.data.pictures.sizes import capped, fitted
from core.data.source import Source
from core.errors import BadData

#: How bright red, green and blue look (ITU-R BT.601).
_BRIGHTNESS = np.array([0.299, 0.587, 0.114], np.float32)


def pictures_from_arrays(source: Source, shaping: Shaping, limits: PictureLimits) -> Pictures:
    """The pictures of an .npz; see :func:`core.data.pictures.arrays.read_arrays`."""
    found = read_arrays(source, limits)
    parts = [found.train] + ([found.test] if found.test is not None else [])
    count = sum(len(part.images) for part in parts)
    limits.check_count(count, source.name)
    notes = list(found.notes)
    height, width = parts[0].images.shape[1:3]
    size = (shaping.side, shaping.side) if shaping.side else capped((height, width), AUTOMATIC_SIDE)
    limits.check_array(count, (*size, *parts[0].images.shape[3:]), source.name)
    whole = to_bytes([part.images for part in parts], source, notes)
    shaped = [_shaped(images, size, shaping) for images in whole]
    if shaping.colour == "auto" and shaped[0].ndim == 4 and all(map(is_grey, shaped)):
        shaped = [images[..., 0] for images in shaped]
    if size != (height, width):
        notes.append(
            f"All pictures were brought from {width} × {height} to {size[1]} × {size[0]} pixels "
            "(width × height)."
        )
    labels = [name for part in parts for name in _labels(part, source)]
    which: list[Part] | None = None
    if found.test is not None:
        which = [*_all("train", found.train), *_all("test", found.test)]
    return Pictures(
        images=np.ascontiguousarray(np.concatenate(shaped) if len(shaped) > 1 else shaped[0]),
        labels=labels,
        parts=which,
        files=None,
        notes=notes,
        name=source.name,
        kind="npz",
    )


def _all(part: Part, of: ArrayPart) -> list[Part]:
    return [part] * len(of.images)


def _shaped(
    images: npt.NDArray[np.uint8], size: tuple[int, int], shaping: Shaping
) -> npt.NDArray[np.uint8]:
    if images.ndim == 4 and shaping.colour == "grey":
        images = np.rint(images @ _BRIGHTNESS).astype(np.uint8)
    elif images.ndim == 3 and shaping.colour == "colour":
        images = np.repeat(images[..., None], 3, axis=3)
    return fitted(images, size, shaping.fit)


def _labels(part: ArrayPart, source: Source) -> list[str | None]:
    """Names of classes; -1, not-a-number and empty texts stand for none."""
    if part.labels is None:
        return [None] * len(part.images)
    values = part.labels
    if values.dtype.kind == "f" and not np.equal(values[~np.isnan(values)] % 1, 0).all():
        raise BadData(
            f"The labels in {source.name} are measured numbers such as "
            f"{float(values[~np.isnan(values)][0]):g}, not classes.",
            hint="Give each picture the number or name of its class.",
        )
    distinct, codes = np.unique(values, return_inverse=True)
    names = [_label(value) for value in distinct.tolist()]
    return [names[code] for code in codes.ravel().tolist()]


def _label(value: Any) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        return class_name(value) if value.strip() else None
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return None if not isinstance(value, bool) and value == -1 else as_text(value)
