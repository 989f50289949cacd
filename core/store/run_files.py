"""The files of a run: points of its curves, arrays of its results.

Ids and names come from addresses, so they are looked at before they become paths.
"""

from __future__ import annotations

import json
import os
import re
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from core.errors import NotFound, StoreFailed
from core.store.files import in_words, plain_value, write_atomic
from core.store.home import home

_ID = re.compile(r"[0-9a-z]{8,32}")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_POINTS = "progress.jsonl"
_WISHES = {"pause": "paused", "enough": "enough"}
Wish: TypeAlias = Literal["pause", "enough"]


def folder(run_id: str) -> Path:
    """The folder of a run's files (it is there from :func:`create` to :func:`delete`).

    Raises
    ------
    NotFound
        When the id is none, so that no name from an address can lead out of the home folder.
    """
    check_id(run_id)
    return home() / "runs" / run_id


def add_points(run_id: str, points: Iterable[Mapping[str, Any]]) -> None:
    """Append points of curves (``{"step": 3, "loss": 0.31}``) to the run's record of progress."""
    lines = "".join(json.dumps(point, default=plain_value) + "\n" for point in points)
    if not lines:
        return
    path = folder(run_id) / _POINTS
    if not path.parent.is_dir():
        raise missing(run_id)
    with in_words("write", path), open(path, "a+b") as file:
        # a process that died while writing leaves half a line; do not continue it
        if file.seek(0, os.SEEK_END) and _last_byte(file) != b"\n":
            lines = "\n" + lines
        file.write(lines.encode("ascii"))


def points(run_id: str) -> list[dict[str, Any]]:
    """All points of the run, in the order of writing; half-written lines are left out."""
    path = folder(run_id) / _POINTS
    with in_words("read", path):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return []
    found = []
    for line in content.splitlines():
        with suppress(ValueError):
            point = json.loads(line)
            if isinstance(point, dict):
                found.append(point)
    return found


def wish(run_id: str, what: Wish, *, on: bool = True) -> None:
    """Note what somebody wants of a running run, or take it back.

    "pause": wait until it is taken back. "enough": end the present training, keep its best.
    """
    path = folder(run_id) / _WISHES[what]
    if not path.parent.is_dir():
        raise missing(run_id)
    with in_words("write", path):
        if on:
            path.touch()
        else:
            path.unlink(missing_ok=True)


def wished(run_id: str, what: Wish) -> bool:
    """Whether that is wanted of a run."""
    return (folder(run_id) / _WISHES[what]).exists()


def save_arrays(run_id: str, name: str, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Keep arrays with a run, under a name made of small letters, digits, ``-`` and ``_``.

    Arrays of Python objects are refused with a ValueError: they could not be read safely.
    """
    path = _arrays_path(run_id, name)
    if not path.parent.is_dir():
        raise missing(run_id)
    objects = [key for key, array in arrays.items() if np.asarray(array).dtype.hasobject]
    if objects:
        raise ValueError(f"arrays of objects are not kept: {', '.join(objects)}")
    write_atomic(path, lambda file: np.savez(file, **dict(arrays)))  # type: ignore[arg-type]


def load_arrays(run_id: str, name: str) -> dict[str, npt.NDArray[Any]]:
    """The arrays that were kept under that name.

    Raises
    ------
    NotFound
        When the run has none of that name.
    StoreFailed
        When the file is damaged.
    """
    path = _arrays_path(run_id, name)
    with in_words("read", path):
        try:
            # opened here: numpy leaves a damaged file open
            with open(path, "rb") as file, np.load(file, allow_pickle=False) as kept:
                return {key: kept[key] for key in kept.files}
        except FileNotFoundError:
            raise NotFound(
                f"The run {run_id} has no arrays {name!r}.",
                hint="It may not be done, or have been made by another version; run it again.",
            ) from None
        except (ValueError, EOFError, zipfile.BadZipFile, AttributeError) as error:
            raise StoreFailed(
                f"The file {path} is damaged: {error}.", hint="Run it again to make it anew."
            ) from error


def check_name(name: str) -> None:
    """Refuse what is no name of a file in a run's folder: it could lead elsewhere.

    Raises
    ------
    NotFound
        When the name is not made of small letters, digits, ``-`` and ``_``.
    """
    if not _NAME.fullmatch(name):
        raise NotFound(
            f"A run keeps nothing under the name {name[:40]!r}.",
            hint="Names are made of small letters, digits, - and _.",
        )


def check_id(run_id: str) -> None:
    """Refuse what is no id of a run.

    Raises
    ------
    NotFound
        When the id is not made of small letters and digits.
    """
    if not isinstance(run_id, str) or not _ID.fullmatch(run_id):
        raise missing(run_id)


def missing(run_id: object) -> NotFound:
    """The words for a run that is not there."""
    told = str(run_id)[:40]
    return NotFound(f"There is no run {told!r}.", hint="It may have been deleted; see all runs.")


def _last_byte(file: IO[bytes]) -> bytes:
    file.seek(-1, os.SEEK_END)
    return file.read(1)


def _arrays_path(run_id: str, name: str) -> Path:
    check_name(name)
    return folder(run_id) / f"{name}.npz"
