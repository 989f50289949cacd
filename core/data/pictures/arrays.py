"""Pictures in NumPy's .npz files, read without ever unpickling anything."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy

from core.data.formats.tidy import in_list, many
from core.data.limits import in_megabytes
from core.data.pictures.files import open_zip, shown, zip_members
from core.data.pictures.limits import PictureLimits
from core.data.source import Source
from core.errors import BadData

_PICTURES = ("x", "images", "image", "pictures", "data", "imgs")
_LABELS = ("y", "labels", "label", "targets", "target", "classes")
_WANTED = "Save the pictures as X and their labels as y, or as X_train, y_train, X_test and y_test."
_MAX_SIDE = 4096


@dataclass(frozen=True)
class ArrayPart:
    """The pictures of one part: ``images`` (n, h, w) or (n, h, w, c), ``labels`` (n,) or None."""

    images: npt.NDArray[Any]
    labels: npt.NDArray[Any] | None


@dataclass(frozen=True)
class ArrayFile:
    """What an .npz holds: one part, or two where ``test`` is not None; and notes."""

    train: ArrayPart
    test: ArrayPart | None
    notes: list[str]


def read_arrays(source: Source, limits: PictureLimits) -> ArrayFile:
    """Read pictures and labels from an .npz.

    The header of each array says its type and shape; both are checked, against the bounds and
    against the file, before memory is taken for it.

    Raises
    ------
    BadData
        When arrays are missing, hold Python objects, do not fit each other, or are too large.
    """
    notes: list[str] = []
    with open_zip(source, limits) as archive:
        members = _by_name(zip_members(archive, source, limits), source)
        chosen = _choose(members, source)
        arrays = {
            role: _read(archive, members[name], source, limits) for role, name in chosen.items()
        }
    idle = sorted(set(members) - set(chosen.values()))
    if idle:
        notes.append(f"Arrays that were not used: {in_list(idle)}.")
    train = _part(arrays, chosen, "train", source, notes)
    test = _part(arrays, chosen, "test", source, notes) if "x test" in chosen else None
    if test is not None and test.images.shape[1:] != train.images.shape[1:]:
        raise BadData(
            f"In {source.name} the pictures of {chosen['x train']!r} have the shape "
            f"{train.images.shape[1:]}, those of {chosen['x test']!r} {test.images.shape[1:]}.",
            hint="Bring them to the same shape.",
        )
    return ArrayFile(train, test, notes)


def _by_name(members: list[zipfile.ZipInfo], source: Source) -> dict[str, zipfile.ZipInfo]:
    named: dict[str, zipfile.ZipInfo] = {}
    for info in members:
        name = info.filename.removesuffix(".npy")
        if name == info.filename:
            raise BadData(
                f"{source.name} holds {shown(name)!r}, which is no NumPy array.",
                hint="An .npz holds arrays only. A folder of pictures belongs into a .zip.",
            )
        if name in named:
            raise BadData(
                f"{source.name} holds two arrays called {shown(name)!r}.", hint="Save it anew."
            )
        named[name] = info
    return named


def _choose(members: Mapping[str, Any], source: Source) -> dict[str, str]:
    """Which array is what: "x train", "y train", "x test", "y test" to the name of one."""
    by_word = {name.casefold(): name for name in members}
    chosen: dict[str, str] = {}
    for kind, words in (("x", _PICTURES), ("y", _LABELS)):
        for part in ("train", "test"):
            forms = [f for word in words for f in (f"{word}_{part}", f"{part}_{word}")]
            found = [by_word[form] for form in forms if form in by_word]
            if found:
                chosen[f"{kind} {part}"] = found[0]
    if "x train" not in chosen:
        # one set without parts
        chosen = {}
        for kind, words in (("x", _PICTURES), ("y", _LABELS)):
            found = [by_word[word] for word in words if word in by_word]
            if found:
                chosen[f"{kind} train"] = found[0]
    if "x train" not in chosen:
        raise BadData(
            f"{source.name} has no array of pictures; it holds: "
            f"{in_list(sorted(map(shown, members))) or 'nothing'}.",
            hint=_WANTED,
        )
    return chosen


def _read(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, source: Source, limits: PictureLimits
) -> npt.NDArray[Any]:
    name = shown(info.filename.removesuffix(".npy"))
    try:
        with archive.open(info) as stream:
            shape, dtype = _header(stream)
            _check_header(shape, dtype, name, info, source=source, limits=limits)
        with archive.open(info) as stream:
            array: npt.NDArray[Any] = npy.read_array(stream, allow_pickle=False)
            return array
    except BadData:
        raise
    except Exception as error:
        raise BadData(
            f"The array {name!r} of {source.name} is damaged and cannot be read.",
            hint="Save the file anew, and bring it again.",
        ) from error


def _header(stream: Any) -> tuple[tuple[int, ...], np.dtype[Any]]:
    version = npy.read_magic(stream)
    if version == (1, 0):
        shape, _, dtype = npy.read_array_header_1_0(stream)
    elif version == (2, 0):
        shape, _, dtype = npy.read_array_header_2_0(stream)
    else:
        raise ValueError(f"version {version}")
    return shape, dtype


def _check_header(
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    name: str,
    info: zipfile.ZipInfo,
    *,
    source: Source,
    limits: PictureLimits,
) -> None:
    if dtype.hasobject:
        raise BadData(
            f"The array {name!r} of {source.name} holds Python objects. It was not opened: these "
            "can run any program.",
            hint="Save it as numbers (or texts of a fixed length), and bring that.",
        )
    if dtype.kind not in "buifUS":
        raise BadData(
            f"The array {name!r} of {source.name} is of the type {str(dtype)[:40]}.",
            hint="Pictures are arrays of whole or broken numbers, labels of numbers or texts.",
        )
    size = dtype.itemsize
    for n in shape:
        size *= n
    if size > limits.max_array or min(shape, default=0) < 0:
        raise BadData(
            f"The array {name!r} of {source.name} says it has the shape {_by(shape)}: "
            f"{in_megabytes(max(size, 0))}, and at most {in_megabytes(limits.max_array)} are read.",
            hint="Bring smaller pictures, bytes instead of floating numbers, or a sample.",
        )
    if size > info.file_size:
        raise BadData(
            f"The array {name!r} of {source.name} says it has the shape {_by(shape)}, but there "
            "are not as many bytes in the file.",
            hint="The file is damaged or forged: save it anew.",
        )


def _by(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{n:,}" for n in shape)[:80] or "(none)"


def _part(
    arrays: Mapping[str, npt.NDArray[Any]],
    chosen: Mapping[str, str],
    part: str,
    source: Source,
    notes: list[str],
) -> ArrayPart:
    name = chosen[f"x {part}"]
    images = _pictures(arrays[f"x {part}"], name, source, notes)
    labels = arrays.get(f"y {part}")
    if labels is not None:
        labels = labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels
        if labels.ndim != 1 or len(labels) != len(images):
            raise BadData(
                f"{source.name} has {many(len(images), 'picture')} in {name!r}, but "
                f"{chosen[f'y {part}']!r} has the shape {_by(labels.shape)}.",
                hint="There should be one label for each picture, as a number or a text.",
            )
    return ArrayPart(images, labels)


def _pictures(
    images: npt.NDArray[Any], name: str, source: Source, notes: list[str]
) -> npt.NDArray[Any]:
    """As (n, h, w) or (n, h, w, 3)."""
    where = f"The array {name!r} of {source.name}"
    if images.dtype.kind not in "buif":
        raise BadData(f"{where} holds {images.dtype}, not the values of pixels.", hint=_WANTED)
    if (
        images.ndim == 2
        and images.shape[1]
        and round(images.shape[1] ** 0.5) ** 2 == images.shape[1]
    ):
        side = round(images.shape[1] ** 0.5)
        images = images.reshape(len(images), side, side)
        notes.append(f"The rows of {name!r} were read as pictures of {side} × {side} pixels.")
    if images.ndim == 4 and images.shape[1] in (1, 3, 4) and images.shape[3] not in (1, 3, 4):
        images = np.moveaxis(images, 1, 3)  # channels came first
    if images.ndim not in (3, 4) or (images.ndim == 4 and images.shape[3] not in (1, 3, 4)):
        raise BadData(
            f"{where} has the shape {_by(images.shape)}, which pictures do not have.",
            hint="Give it the shape (pictures, height, width), or (pictures, height, width, 3) "
            "with colours.",
        )
    if not images.size or max(images.shape[1:3]) > _MAX_SIDE:
        raise BadData(
            f"{where} has the shape {_by(images.shape)}.",
            hint=f"There should be pictures in it, of at most {_MAX_SIDE:,} pixels a side.",
        )
    if images.ndim == 4:
        if images.shape[3] == 4:
            notes.append(f"The fourth channel of {name!r} (transparency) was left out.")
        images = images[..., 0] if images.shape[3] == 1 else images[..., :3]
    return images


def to_bytes(
    parts: list[npt.NDArray[Any]], source: Source, notes: list[str]
) -> list[npt.NDArray[np.uint8]]:
    """Pictures of any numbers as bytes from 0 to 255; the first part sets the scale.

    Raises
    ------
    BadData
        When a value is not finite.
    """
    for images in parts:
        if images.dtype.kind == "f":
            bad = np.flatnonzero(~np.isfinite(images.reshape(len(images), -1)).all(axis=1))
            if len(bad):
                raise BadData(
                    f"Picture {bad[0]} of {source.name} has pixels that are not numbers "
                    f"({many(len(bad), 'such picture')}).",
                    hint="Leave these pictures out, or put numbers there.",
                )
    low, high = float(parts[0].min()), float(parts[0].max())
    whole = parts[0].dtype.kind in "ui"
    if parts[0].dtype == np.uint8 and high > 127:
        return [np.asarray(images, np.uint8) for images in parts]
    if low >= 0 and high <= 1 and not whole:
        low, high = 0.0, 1.0
    elif low >= 0 and 127 < high <= 255:
        low, high = 0.0, 255.0
    else:
        low = min(low, 0.0)
        notes.append(
            f"The values of pixels went from {float(parts[0].min()):g} to {high:g}; they were "
            "spread over 0 to 255."
        )
    scale = 255.0 / (high - low) if high > low else 0.0
    return [_spread(images, low, scale) for images in parts]


def _spread(images: npt.NDArray[Any], low: float, scale: float) -> npt.NDArray[np.uint8]:
    out = np.empty(images.shape, np.uint8)
    step = max(1, 2**22 // max(1, int(np.prod(images.shape[1:]))))
    for start in range(0, len(images), step):  # in blocks: the numbers in between take room
        block = images[start : start + step].astype(np.float64)
        out[start : start + step] = np.rint((block - low) * scale).clip(0, 255)
    return out
