"""A first look at an upload of pictures: what is in it, before all of it is read."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.data.pictures.decode import decode
from core.data.pictures.files import BrokenFile, PictureFile, shown
from core.data.pictures.from_arrays import pictures_from_arrays
from core.data.pictures.layout import Layout
from core.data.pictures.limits import PictureLimits
from core.data.pictures.reading import check_broken, find_pictures, measured
from core.data.pictures.shaping import Pictures, Shaping, automatic_size
from core.data.source import Source

_SAMPLES, _SAMPLED_CLASSES = 6, 24


@dataclass(frozen=True, eq=False)
class Look:
    """A first look at an upload, before all of it is read.

    Attributes
    ----------
    count : int
        Pictures.
    classes : dict of str to int
        Pictures of each class.
    unlabelled, test : int
        Pictures without a class, and of the test part.
    sizes : list of ((int, int), int)
        Heights and widths with how many pictures have them (of those measured), commonest first.
    size : tuple of int
        Height and width that the pictures get when nobody chooses.
    coloured : bool
        Whether pictures may have colours.
    samples : dict of str to list of ndarray
        A few pictures of each class ("" for those without one).
    notes : list of str
        What will be left out, in sentences.
    """

    count: int
    classes: dict[str, int]
    unlabelled: int
    test: int
    sizes: list[tuple[tuple[int, int], int]]
    size: tuple[int, int]
    coloured: bool
    samples: dict[str, list[npt.NDArray[np.uint8]]]
    notes: list[str]


def look_at(
    content: bytes | Path, name: str | None = None, *, limits: PictureLimits | None = None
) -> Look:
    """Look at an upload of pictures: classes, sizes and a few pictures of each class.

    Takes and refuses what :func:`read_pictures` does, but decodes only a few pictures.
    """
    limits = limits or PictureLimits()
    name = name or (content.name if isinstance(content, Path) else "The file")
    with ExitStack() as stack:
        found = find_pictures(stack, content, name, limits)
        if isinstance(found, Source):
            return _look_at_arrays(pictures_from_arrays(found, Shaping(), limits))
        return _look_at_files(found, shown(name), limits)


def _look_at_files(layout: Layout, name: str, limits: PictureLimits) -> Look:
    sizes, coloured = measured(layout.places, limits, name)
    size = automatic_size(sizes)
    counts: Counter[str] = Counter(p.label for p in layout.places if p.label is not None)
    samples: dict[str, list[npt.NDArray[np.uint8]]] = {}
    broken: list[tuple[PictureFile, str]] = []
    for place in layout.places:
        key = place.label or ""
        if key not in samples and len(samples) >= _SAMPLED_CLASSES:
            continue
        if len(samples.setdefault(key, [])) < _SAMPLES:
            try:
                picture = decode(
                    place.file.read(), size, fit="letterbox", grey=False, limits=limits
                )
            except BrokenFile as error:
                broken.append((place.file, str(error)))  # said when all of them are read
                continue
            samples[key].append(picture)
    if not any(samples.values()):
        check_broken(broken, len(broken), name, limits, last=True)
    return Look(
        count=len(layout.places),
        classes=dict(sorted(counts.items())),
        unlabelled=sum(place.label is None for place in layout.places),
        test=sum(place.part == "test" for place in layout.places),
        sizes=sizes,
        size=size,
        coloured=coloured,
        samples={key: some for key, some in sorted(samples.items()) if some},
        notes=layout.notes,
    )


def _look_at_arrays(pictures: Pictures) -> Look:
    counts: Counter[str] = Counter(label for label in pictures.labels if label is not None)
    samples: dict[str, list[npt.NDArray[np.uint8]]] = {}
    for image, label in zip(pictures.images, pictures.labels, strict=True):
        key = label or ""
        if key not in samples and len(samples) >= _SAMPLED_CLASSES:
            continue
        if len(samples.setdefault(key, [])) < _SAMPLES:
            samples[key].append(image)
    height, width = pictures.images.shape[1:3]
    return Look(
        count=len(pictures.images),
        classes=dict(sorted(counts.items())),
        unlabelled=sum(label is None for label in pictures.labels),
        test=0 if pictures.parts is None else pictures.parts.count("test"),
        sizes=[((height, width), len(pictures.images))],
        size=(height, width),
        coloured=pictures.images.ndim == 4,
        samples=dict(sorted(samples.items())),
        notes=pictures.notes,
    )
