"""Read an upload of pictures, and bring them all to one size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

import numpy as np

from core.data.formats.tidy import many
from core.data.limits import Limits, in_megabytes
from core.data.pictures.decode import decode, measure
from core.data.pictures.files import (
    BrokenFile,
    PictureFile,
    folder_files,
    open_zip,
    shown,
    zip_files,
)
from core.data.pictures.from_arrays import pictures_from_arrays
from core.data.pictures.layout import Layout, Place, lay_out
from core.data.pictures.limits import PictureLimits
from core.data.pictures.shaping import Pictures, Shaping, automatic_size, is_grey
from core.data.source import Source
from core.errors import BadData
from core.progress import SILENT, Progress

_MEASURED = 2_000  # pictures whose sizes are looked at, evenly among all


def read_pictures(
    content: bytes | Path,
    name: str | None = None,
    *,
    shaping: Shaping | None = None,
    limits: PictureLimits | None = None,
    progress: Progress = SILENT,
) -> Pictures:
    """Read pictures from a zip archive, an .npz, or a folder on disk.

    Parameters
    ----------
    content : bytes or Path
        The file's bytes, or where the file or folder is.
    name : str, optional
        Its name; one that ends in .npz is read as arrays.
    shaping : Shaping, optional
        What all pictures are brought to.
    limits : PictureLimits, optional
        How much is read before it is refused.
    progress : Progress
        Told how far it is.

    Raises
    ------
    BadData
        When it cannot be read as it is: what is wrong, with which file, and what to do.
    NotFound
        When there is nothing at the path.
    """
    shaping = shaping or Shaping()
    shaping.check()
    limits = limits or PictureLimits()
    name = name or (content.name if isinstance(content, Path) else "The file")
    with ExitStack() as stack:
        found = find_pictures(stack, content, name, limits)
        if isinstance(found, Source):
            return pictures_from_arrays(found, shaping, limits)
        kind: Literal["zip", "folder"] = "zip" if _is_file(content) else "folder"
        return _from_files(
            found, shown(name), kind, shaping=shaping, limits=limits, progress=progress
        )


def _is_file(content: bytes | Path) -> bool:
    return isinstance(content, bytes) or not content.is_dir()


def find_pictures(
    stack: ExitStack, content: bytes | Path, name: str, limits: PictureLimits
) -> Source | Layout:
    """The source of an .npz, or the pictures of an archive or folder with their places."""
    if not _is_file(content):
        files = folder_files(Path(content), limits)  # type: ignore[arg-type]
    else:
        source = _source(content, name, limits)
        if source.ending == ".npz":
            return source
        archive = stack.enter_context(open_zip(source, limits))
        if archive.namelist() and all(one.endswith(".npy") for one in archive.namelist()):
            return source
        files = zip_files(archive, source, limits)
    layout = lay_out(files)
    limits.check_count(len(layout.places), shown(name))
    if not layout.places:
        raise BadData(
            f"{shown(name)} holds no PNG or JPEG pictures."
            + ("" if not layout.notes else " " + " ".join(layout.notes)),
            hint="Pack a folder with one folder for each class and the pictures in these. If it "
            "holds a table, unpack it and bring the table.",
        )
    return layout


def _source(content: bytes | Path, name: str, limits: PictureLimits) -> Source:
    size = len(content) if isinstance(content, bytes) else 0
    if isinstance(content, Path) and content.is_file():
        size = content.stat().st_size
    if size > limits.max_bytes:
        raise BadData(
            f"{shown(name)} has {in_megabytes(size)}; at most {in_megabytes(limits.max_bytes)} are "
            "read.",
            hint="Make the pictures smaller, or bring a sample of them.",
        )
    return Source(content, name, limits=Limits(max_bytes=limits.max_bytes))


# files ----------------------------------------------------------------------------------


def measured(
    places: Sequence[Place], limits: PictureLimits, name: str
) -> tuple[list[tuple[tuple[int, int], int]], bool]:
    """Sizes of up to 2,000 pictures, evenly among all, commonest first; whether any is coloured."""
    sizes: Counter[tuple[int, int]] = Counter()
    coloured = False
    broken: list[tuple[PictureFile, str]] = []
    picked = np.unique(np.linspace(0, len(places) - 1, min(_MEASURED, len(places))).astype(int))
    for i in picked.tolist():
        file = places[i].file
        try:
            size, colours = measure(file.read(), limits)
        except BrokenFile as error:
            broken.append((file, str(error)))
            continue
        sizes[size] += 1
        coloured = coloured or colours
    check_broken(broken, len(picked), name, limits, last=True)
    return sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0])), coloured


def check_broken(
    broken: Sequence[tuple[PictureFile, str]],
    of: int,
    name: str,
    limits: PictureLimits,
    *,
    last: bool,
) -> None:
    """Refuse an upload with too many broken pictures."""
    if len(broken) <= limits.max_broken * of and (len(broken) < of or not last):
        return
    listed = "; ".join(f"{shown(file.path)!r}: {why}" for file, why in broken[:3])
    more = f"; and {len(broken) - 3:,} more" if len(broken) > 3 else ""
    raise BadData(
        f"{many(len(broken), 'picture')} of the first {of:,} looked at in {name} cannot be used: "
        f"{listed}{more}."
        if of > 1
        else f"The picture in {name} cannot be used: {listed}.",
        hint="Leave these files out or save them anew as PNG or JPEG. Up to "
        f"{limits.max_broken:.0%} of the pictures may be broken; these are then left out.",
    )


def _from_files(
    layout: Layout,
    name: str,
    kind: Literal["zip", "folder"],
    *,
    shaping: Shaping,
    limits: PictureLimits,
    progress: Progress,
) -> Pictures:
    places = layout.places
    progress.update(0.0, "Looking at the sizes of the pictures")
    sizes, coloured = measured(places, limits, name)
    size = (shaping.side, shaping.side) if shaping.side else automatic_size(sizes)
    grey = shaping.colour == "grey"
    three = not grey and (coloured or shaping.colour == "colour")
    shape: tuple[int, ...] = (*size, 3) if three else size
    limits.check_array(len(places), shape, name)
    images = np.empty((len(places), *shape), np.uint8)
    kept: list[Place] = []
    broken: list[tuple[PictureFile, str]] = []
    for i, place in enumerate(places):
        if i % 32 == 0:
            progress.update(i / len(places), f"Reading picture {i:,} of {len(places):,}")
        try:
            content = place.file.read()
            picture = decode(content, size, fit=shaping.fit, grey=grey, limits=limits)
        except BrokenFile as error:
            broken.append((place.file, str(error)))
            if len(broken) > limits.max_broken * len(places):
                check_broken(broken, len(places), name, limits, last=False)
            continue
        if picture.ndim > images.ndim - 1:  # the first coloured one, unseen until now
            limits.check_array(len(places), (*size, 3), name)
            images = np.repeat(images[..., None], 3, axis=3)
        images[len(kept)] = picture[..., None] if picture.ndim < images.ndim - 1 else picture
        kept.append(place)
    check_broken(broken, len(places), name, limits, last=True)
    notes = [*layout.notes, *_said_of_broken(broken)]
    images = images[: len(kept)]
    if images.ndim == 4 and shaping.colour == "auto" and is_grey(images):
        images = np.ascontiguousarray(images[..., 0])
    if len(sizes) > 1 or sizes[0][0] != size:
        common = sizes[0][0]
        notes.append(
            f"All pictures were brought to {size[1]} × {size[0]} pixels (width × height); "
            + (
                f"most had {common[1]} × {common[0]}."
                if 2 * sizes[0][1] >= sum(count for _, count in sizes)
                else "they had many sizes."
            )
        )
    return Pictures(
        images=images,
        labels=[place.label for place in kept],
        parts=[place.part or "train" for place in kept] if layout.parted else None,
        files=[shown(place.file.path) for place in kept],
        notes=notes,
        name=name,
        kind=kind,
    )


def _said_of_broken(broken: Sequence[tuple[PictureFile, str]]) -> list[str]:
    if not broken:
        return []
    listed = "; ".join(f"{shown(file.path)!r}: {why}" for file, why in broken[:3])
    more = f"; and {len(broken) - 3:,} more" if len(broken) > 3 else ""
    return [f"Left out, as broken: {many(len(broken), 'picture')} ({listed}{more})."]
