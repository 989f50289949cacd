"""Tables of vectors: npy, Parquet and CSV, read without executing anything and within limits."""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from core.data.limits import Limits
from core.errors import BadData, BadParam, NotFound
from core.types import Floats

#: Wider and larger than tables of texts are.
_LIMITS = Limits(
    max_bytes=2_048 * 2**20, max_columns=10_001, max_cells=200_000_000, max_unpacked=2_048 * 2**20
)
_MOST_BYTES = 4_096 * 2**20  # of an npy file, and of what it holds


@dataclass(frozen=True, eq=False)
class VectorTable:
    """A table of vectors.

    Attributes
    ----------
    vectors : ndarray of float32, shape (n_lines, d)
        Its numbers, all finite.
    keys : ndarray of object, shape (n_lines,), optional
        The texts of its key column.
    """

    vectors: Floats
    keys: npt.NDArray[Any] | None


def read_vector_table(path: str | os.PathLike[str], *, key: str = "") -> VectorTable:
    """Read a table of vectors; its beginning says which format it has.

    Parameters
    ----------
    path : path
        An npy file of one two-dimensional array of numbers; or a Parquet or delimited file of
        numeric columns, or of one column of lists.
    key : str
        Name of a column of texts to give back; there is none in an npy file.

    Raises
    ------
    NotFound
        When there is no such file.
    BadParam
        When the key names no column.
    BadData
        When it holds something else than finite numbers, or too many.
    """
    path = Path(path)
    try:
        with open(path, "rb") as file:
            start = file.read(8)
    except (FileNotFoundError, IsADirectoryError):
        raise NotFound(
            f"There is no table of vectors {path.name!r}.", hint="Choose another, or import it."
        ) from None
    if start[:6] == b"\x93NUMPY":
        if key:
            raise BadParam(
                f"key cannot be {key!r}: {path.name} is an array without named columns.",
                hint="Leave it empty, or give a Parquet or CSV file with that column.",
            )
        return VectorTable(_npy(path), None)
    return _columns(path, key)


def _npy(path: Path) -> Floats:
    with open(path, "rb") as file:
        shape, dtype, fortran = _npy_header(file, path.name)
        if dtype.hasobject:
            raise BadData(
                f"{path.name} holds Python objects, which could run anything when they are opened, "
                "so they never are.",
                hint="Save it as an array of numbers: numpy.save(name, array.astype('float32')).",
            )
        if dtype.kind not in "fiu" or dtype.itemsize > 8:
            raise BadData(
                f"{path.name} holds values of type {dtype}, not numbers.",
                hint="Save it as an array of float32.",
            )
        if len(shape) != 2 or min(shape) < 1:
            raise BadData(
                f"{path.name} has the shape {shape}; a row of numbers for each row is needed.",
                hint="It takes an array of two dimensions: rows, then numbers of a row.",
            )
        # what the header promises is held against the file before room is made for it
        promised = math.prod(shape) * dtype.itemsize
        there = os.path.getsize(path) - file.tell()
        if promised != there:
            raise BadData(
                f"{path.name} promises {promised:,} bytes of numbers but holds {there:,}.",
                hint="It was cut short or is damaged: get it again.",
            )
        if max(promised, math.prod(shape) * 4) > _MOST_BYTES:
            raise BadData(
                f"{path.name} holds {promised / 2**20:,.0f} MB of numbers; the limit is "
                f"{_MOST_BYTES // 2**20:,} MB.",
                hint="Save it as float32, or with fewer dimensions.",
            )
        flat = np.fromfile(file, dtype=dtype, count=math.prod(shape))
    array = flat.reshape(shape[::-1]).T if fortran else flat.reshape(shape)
    return _finite(array, path.name)


def _npy_header(file: IO[bytes], name: str) -> tuple[tuple[int, ...], np.dtype[Any], bool]:
    try:
        version = np.lib.format.read_magic(file)
        read = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, fortran, dtype = read(file)
    except (ValueError, KeyError, SyntaxError, TypeError) as error:
        raise BadData(
            f"{name} begins like an npy file but its header cannot be read.",
            hint="It is damaged: get it again.",
        ) from error
    return tuple(int(size) for size in shape), dtype, bool(fortran)


def _columns(path: Path, key: str) -> VectorTable:
    from core.data.reading import read_table

    frame = read_table(path, limits=_LIMITS).frame
    keys = None
    if key:
        if key not in frame.columns:
            raise BadParam(
                f"key cannot be {key!r}: {path.name} has no such column.",
                hint=f"It has: {', '.join(map(str, frame.columns[:10]))}.",
            )
        keys = frame.pop(key).fillna("").astype(str).to_numpy(dtype=object)
    if not len(frame) or not len(frame.columns):
        raise BadData(f"{path.name} holds no vectors.", hint="Choose another file.")
    if len(frame.columns) == 1 and str(frame.iloc[0, 0]).lstrip().startswith("["):
        return VectorTable(_finite(_lists(frame.iloc[:, 0].tolist(), path.name), path.name), keys)
    vectors = np.empty(frame.shape, dtype=np.float32)
    for place, name in enumerate(frame.columns):
        try:
            vectors[:, place] = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
        except (ValueError, TypeError):
            raise BadData(
                f"The column {name!r} of {path.name} holds something else than numbers.",
                hint="Every column must be a number of the vector; a column of texts is named as "
                "key, others are taken out.",
            ) from None
    return VectorTable(_finite(vectors, path.name), keys)


def _lists(column: list[Any], name: str) -> Floats:
    """Vectors that stand as lists in a single column, as Parquet files of embeddings have them."""
    width = 0
    vectors = np.empty((0, 0), dtype=np.float32)
    for line, words in enumerate(column):
        try:
            row = np.asarray(json.loads(words), dtype=np.float32)
        except (ValueError, TypeError, RecursionError):
            row = np.empty(0, dtype=np.float32)
        if line == 0 and row.ndim == 1:
            width = len(row)
            vectors = np.empty((len(column), width), dtype=np.float32)
        if row.shape != (width,) or not width:
            raise BadData(
                f"{name} has no list of {f'{width:,} ' if width else ''}numbers in its line "
                f"{line + 1:,}.",
                hint="Every row needs a list of as many numbers as the first.",
            )
        vectors[line] = row
    return vectors


def _finite(array: npt.NDArray[Any], name: str) -> Floats:
    with np.errstate(over="ignore"):
        vectors: Floats = np.ascontiguousarray(array, dtype=np.float32)
    sound = np.isfinite(vectors).all(axis=1)
    if not sound.all():
        raise BadData(
            f"{name} has a number that is missing or not finite in its line "
            f"{int(np.argmin(sound)) + 1:,}.",
            hint="Every row needs all its numbers: fill or leave out what is missing.",
        )
    return vectors
