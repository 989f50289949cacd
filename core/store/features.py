"""A cache of encoded rows on disk, so that no encoder sees the same rows twice.

It is an aid only: a full disk, a damaged file or another process that tidies at the same time
cost a computation, never an error. The files are written by joblib and read by this server
alone, out of its own home folder; nothing from outside ever gets there.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import numpy as np
from scipy import sparse

from core.errors import StoreFailed
from core.store.files import UNFINISHED, write_atomic
from core.store.home import settings, subfolder
from core.types import Matrix

#: Raise it when files of before cannot be read any more.
VERSION = 1
_ABANDONED_SECONDS = 3600
_DENSE, _SPARSE = _KINDS = (".dense", ".sparse")

_log = logging.getLogger(__name__)


def cached(key: str, compute: Callable[[], Matrix], *, limit_mb: int | None = None) -> Matrix:
    """The matrix kept under ``key``, or what ``compute()`` gives, which is then kept.

    Parameters
    ----------
    key : str
        Whatever the matrix depends on: ids of encoder, data and rows.
    compute : callable
        Gives a dense (n, d) array or a CSR matrix. What it raises is passed on.
    limit_mb : int, optional
        Room for all kept matrices together, in MiB; ``WARMSTART_CACHE_MB`` where not given.
        The longest unused ones make way. A matrix that alone is larger is not kept.

    Returns
    -------
    ndarray or CSR matrix
        Shared and read-only. A dense one that was kept lies on disk and is read as it is used.
    """
    limit = (settings().cache_mb if limit_mb is None else limit_mb) * 2**20
    place = _folder()
    name = hashlib.sha256(f"{VERSION}:{key}".encode("utf-8", "surrogatepass")).hexdigest()[:40]
    if place is not None:
        for kind in _KINDS:
            kept = _read(place / f"{name}{kind}", key)
            if kept is not None:
                return kept
    matrix = compute()
    if place is not None and _nbytes(matrix) <= limit:
        kind = _SPARSE if sparse.issparse(matrix) else _DENSE
        _write(place / f"{name}{kind}", key, matrix)
        _tidy(place, limit)
    return _frozen(matrix)


def clear() -> int:
    """Delete all kept matrices; returns how many bytes that set free."""
    place = _folder()
    return 0 if place is None else _tidy(place, 0)


def size() -> int:
    """How many bytes the kept matrices take."""
    place = _folder()
    return 0 if place is None else sum(status.st_size for _, status in _files(place))


def _folder() -> Path | None:
    try:
        return subfolder("cache", "features")
    except StoreFailed as error:
        _log.warning("encoded rows are not kept: %s", error.message)
        return None


def _read(path: Path, key: str) -> Matrix | None:
    if not path.exists():
        return None
    import joblib

    try:
        # Mapped, a large matrix takes memory only where it is read, and processes share it. CSR
        # matrices are read whole: some users sort them in place, which a map forbids.
        said = joblib.load(path, mmap_mode="r" if path.suffix == _DENSE else None)
        matrix = said["matrix"]
        if said["key"] != key or not (sparse.issparse(matrix) or isinstance(matrix, np.ndarray)):
            raise ValueError("it holds something else")
    except Exception as error:  # noqa: BLE001 - a damaged file may raise anything
        _log.warning("the file %s is damaged, so its rows are encoded anew: %s", path, error)
        with contextlib.suppress(OSError):
            path.unlink()
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # the longest unused make way first
    return _frozen(cast(Matrix, matrix))


def _write(path: Path, key: str, matrix: Matrix) -> None:
    import joblib

    try:
        write_atomic(path, lambda file: joblib.dump({"key": key, "matrix": matrix}, file))
    except StoreFailed as error:
        _log.warning("encoded rows are not kept: %s", error.message)


def _tidy(place: Path, limit: int) -> int:
    """Delete the longest unused files until the rest fits; returns the bytes set free."""
    files = sorted(_files(place), key=lambda entry: entry[1].st_mtime, reverse=True)
    taken = freed = 0
    for path, status in files:
        unfinished = path.name.startswith(UNFINISHED)
        if unfinished and status.st_mtime > time.time() - _ABANDONED_SECONDS:
            continue  # somebody is writing it
        taken += status.st_size
        if unfinished or taken > limit:
            with contextlib.suppress(OSError):  # another process may tidy too, or still read it
                path.unlink()
                freed += status.st_size
            taken -= status.st_size
    return freed


def _files(place: Path) -> Iterator[tuple[Path, os.stat_result]]:
    with os.scandir(place) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):  # deleted in this moment
                if entry.is_file():
                    yield Path(entry.path), entry.stat()


def _nbytes(matrix: Matrix) -> int:
    if sparse.issparse(matrix):
        return int(matrix.data.nbytes + matrix.indices.nbytes + matrix.indptr.nbytes)
    return int(np.asarray(matrix).nbytes)


def _frozen(matrix: Matrix) -> Matrix:
    """A read-only look at a dense matrix; sparse ones as they are."""
    if sparse.issparse(matrix):
        return matrix
    # asarray makes a plain array of a map, so that it may be written to a model file as well
    view = np.asarray(matrix).view()
    view.flags.writeable = False
    return view
