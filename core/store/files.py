"""Files that are either whole or not there, and troubles of a disk in plain words."""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, BinaryIO

from core.errors import NotFound, StoreFailed

#: Beginning of the names of unfinished files and folders; listings skip them.
UNFINISHED = ".new-"

_ELSEWHERE = "or point WARMSTART_HOME at another folder and start again."
_TROUBLES: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("the disk is full", f"Free some space, {_ELSEWHERE}"),
    errno.EDQUOT: ("your share of the disk is used up", f"Free some space, {_ELSEWHERE}"),
    errno.EROFS: ("the disk can only be read", f"Make it writable, {_ELSEWHERE}"),
    errno.EACCES: ("it is not permitted", f"Give this user the right to it, {_ELSEWHERE}"),
    errno.EPERM: ("it is not permitted", f"Give this user the right to it, {_ELSEWHERE}"),
    errno.ENOTDIR: ("a file stands where a folder should be", f"Move that file away, {_ELSEWHERE}"),
    errno.EEXIST: ("a file stands where a folder should be", f"Move that file away, {_ELSEWHERE}"),
    errno.ENOENT: ("it is not there", "Was it deleted or moved by hand?"),
    errno.EIO: ("the disk reports a fault", f"Check the disk, {_ELSEWHERE}"),
    errno.EMFILE: ("too many files are open", "Close other programs, or raise the limit."),
    errno.ENAMETOOLONG: ("the path is too long", "Point WARMSTART_HOME at a shorter path."),
}


@contextmanager
def in_words(doing: str, path: Path) -> Iterator[None]:
    """Turn what the system says about ``path`` into :class:`~core.errors.StoreFailed`.

    Parameters
    ----------
    doing : str
        What is being done, as in "write" or "open".
    path : Path
        What it is done to.
    """
    try:
        yield
    except OSError as error:
        reason, hint = _TROUBLES.get(
            error.errno or 0, (error.strerror or str(error), f"Check that folder, {_ELSEWHERE}")
        )
        raise StoreFailed(f"Could not {doing} {path}: {reason}.", hint=hint) from error


def make_folder(path: Path) -> Path:
    """Create a folder with those above it, where there is none yet."""
    with in_words("create the folder", path):
        path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A file that a user has named, open for reading.

    Raises
    ------
    NotFound
        When there is none.
    StoreFailed
        When the disk refuses.
    """
    with in_words("read", path):
        try:
            file = open(path, "rb")  # noqa: SIM115 - closed below; the words differ for opening
        except (FileNotFoundError, IsADirectoryError):
            raise NotFound(f"There is no file {str(path)!r}.", hint="Check the path.") from None
    with file:
        yield file


def read_if_there(path: Path) -> bytes | None:
    """What a file holds; None where there is none.

    Raises
    ------
    StoreFailed
        When the disk refuses.
    """
    with in_words("read", path):
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None


def write_atomic(path: Path, fill: Callable[[IO[bytes]], object]) -> None:
    """Write a file under a passing name, and give it its own when every byte is on the disk.

    A reader sees the old file or the new one, never a half; a failure leaves no trace.

    Parameters
    ----------
    path : Path
        Where it shall be; its folder exists.
    fill : callable
        Gets the open binary file and writes to it.

    Raises
    ------
    StoreFailed
        When the disk is full, read-only, or refuses otherwise.
    """
    passing = path.with_name(f"{UNFINISHED}{secrets.token_hex(8)}{path.suffix}")
    with in_words("write", path):
        try:
            with open(passing, "x+b") as file:
                fill(file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(passing, path)
        except BaseException:
            with suppress(OSError):
                passing.unlink(missing_ok=True)
            raise


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write JSON values as a file that is whole or not there."""
    content = json.dumps(values, default=plain_value).encode("ascii")
    write_atomic(path, lambda file: file.write(content))


def plain_value(value: Any) -> Any:
    """What ``json.dumps(default=...)`` needs for numpy scalars and arrays, sets, mappings, paths.

    Raises
    ------
    TypeError
        When the value has no counterpart in JSON.
    """
    if callable(getattr(value, "tolist", None)):
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def remove_folder(path: Path) -> None:
    """Delete a folder with all in it; one that is not there is as good as deleted.

    It first gets a passing name, so nobody meets it half deleted.
    """
    with in_words("delete", path):
        passing = path.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
        try:
            os.replace(path, passing)
        except FileNotFoundError:
            return
        shutil.rmtree(passing)


def remove_file(path: Path) -> None:
    """Delete a file; one that is not there is as good as deleted."""
    with in_words("delete", path):
        path.unlink(missing_ok=True)
