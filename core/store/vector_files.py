"""Files of vectors that were made elsewhere: kept once, named by their content.

Each lies in ``vectors/<id>/<name>`` of the home folder, as it came; the id is the beginning of
its SHA-256. What is in it is looked at by the method that uses it, and never executed.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from core.errors import BadData, NotFound
from core.params import Param
from core.store.files import (
    UNFINISHED,
    in_words,
    make_folder,
    opened,
    remove_folder,
    write_atomic,
)
from core.store.home import subfolder

LIMIT_MB = 8_192
_ID = re.compile(r"[0-9a-f]{16}")
_BLOCK = 2**22


@dataclass(frozen=True)
class VectorFile:
    """A kept file.

    Attributes
    ----------
    id : str
        Sixteen hexadecimal digits, from its content.
    name : str
        As it was called where it came from.
    bytes : int
        Its size.
    added : datetime
        When it was kept, UTC.
    path : Path
        Where it lies.
    """

    id: str
    name: str
    bytes: int
    added: datetime
    path: Path


def add(source: Path | IO[bytes], name: str = "", *, limit_mb: int = LIMIT_MB) -> VectorFile:
    """Keep a copy of a file; one of the same content is kept once.

    Parameters
    ----------
    source : Path or binary file
        What to keep.
    name : str
        What it is called; needed where ``source`` is an open file.
    limit_mb : int
        Refused beyond this size, in MiB.

    Raises
    ------
    BadData
        When it is empty or too large.
    NotFound
        When there is no such file.
    StoreFailed
        When the disk refuses.
    """
    if isinstance(source, Path):
        with opened(source) as file:
            return add(file, name or source.name, limit_mb=limit_mb)
    name = _plain(name)
    size, digest = 0, hashlib.sha256()

    def fill(target: IO[bytes]) -> None:
        nonlocal size
        while block := source.read(_BLOCK):
            size += len(block)
            if size > limit_mb * 2**20:
                raise BadData(
                    f"{name} is larger than {limit_mb:,} MB, which is the most that is kept.",
                    hint="Take a file with fewer words or fewer dimensions.",
                )
            digest.update(block)
            target.write(block)
        if not size:
            raise BadData(f"{name} is empty.", hint="Choose another file.")

    place = subfolder("vectors")
    passing = make_folder(place / f"{UNFINISHED}{secrets.token_hex(8)}")
    try:
        write_atomic(passing / name, fill)
        identity = digest.hexdigest()[:16]
        with suppress(NotFound):
            return get(identity)
        with in_words("write", place / identity):
            os.replace(passing, place / identity)
    finally:
        remove_folder(passing)
    return get(identity)


def list_all() -> list[VectorFile]:
    """Every kept file, the newest first."""
    place = subfolder("vectors")
    with in_words("read", place):
        ids = [entry.name for entry in os.scandir(place) if _ID.fullmatch(entry.name)]
    found = []
    for identity in ids:
        with suppress(NotFound):  # deleted in this moment
            found.append(get(identity))
    return sorted(found, key=lambda one: (one.added, one.id), reverse=True)


def get(identity: str) -> VectorFile:
    """The file of that id.

    Raises
    ------
    NotFound
        When none is kept under it.
    """
    if _ID.fullmatch(identity):
        folder = subfolder("vectors") / identity
        with suppress(FileNotFoundError), in_words("read", folder):
            if folder.is_dir():
                for path in sorted(folder.iterdir()):
                    if not path.name.startswith(UNFINISHED):
                        status = path.stat()
                        added = datetime.fromtimestamp(status.st_mtime, UTC)
                        return VectorFile(identity, path.name, status.st_size, added, path)
    raise NotFound(
        f"There is no kept file of vectors {identity[:80]!r}.",
        hint="It was deleted, or never imported: choose another file, or import it again.",
    )


def delete(identity: str) -> None:
    """Delete a file; models that learned from it hold what they need of it and stay."""
    remove_folder(get(identity).path.parent)


def imported(params: Sequence[Param], values: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as typed in a shell, with the path of a file replaced by the id of its kept copy.

    What is the id of a kept file already stays; so does an empty value.
    """
    found = dict(values)
    for name in _files(params, values):
        with suppress(NotFound):
            get(found[name])
            continue
        found[name] = add(Path(found[name]).expanduser()).id
    return found


def located(params: Sequence[Param], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings for a method that is about to learn: ids of kept files replaced by their paths.

    Raises
    ------
    NotFound
        When a file is not kept any more.
    """
    return {
        **settings,
        **{name: str(get(settings[name]).path) for name in _files(params, settings)},
    }


def _files(params: Sequence[Param], values: Mapping[str, Any]) -> list[str]:
    return [param.name for param in params if param.kind == "file" and values.get(param.name)]


def _plain(name: str) -> str:
    """The last part of a name without what could lead elsewhere, be hidden, or look odd."""
    last = re.split(r"[/\\]", name)[-1]
    return re.sub(r"[^\w.+-]+", "_", last).lstrip(".-")[-100:] or "vectors"
