"""What long learning keeps on the way, so that a run that was stopped can go on.

One file for each model that is being learned and run that learns it,
``checkpoints/<model id>-<run id>.skops``. The id of a model stands for all that it is learned
from, so whoever asks for the same model goes on from there, and nothing else is mistaken for
it. Of two runs that learn one model at once the last to write wins: each of their files is
whole, and only time can be lost.

It is an aid only: a full disk or a damaged file cost time, never a run.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import core
from core.errors import BadModelFile, NotFound, StoreFailed
from core.store import modelfile
from core.store.files import UNFINISHED, remove_file
from core.store.home import home, subfolder
from core.types import State

#: Room for all checkpoints together; the oldest make way.
LIMIT_BYTES = 4 * 2**30
#: What nobody came back to for so long is given up.
AGE_SECONDS = 14 * 24 * 3600.0
#: Left free on the disk, for the results that matter more.
_SPARE_BYTES = 512 * 2**20
_ABANDONED_SECONDS = 3600.0
_MODEL = re.compile(r"[0-9a-f]{12}")
_RUN = re.compile(r"[0-9a-z]{8,32}")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Kept:
    """What is known of a piece of work that was stopped.

    Attributes
    ----------
    state : dict
        What the encoder needs to go on.
    seconds : float
        How long the learning had taken until then, all attempts together.
    """

    state: State
    seconds: float


def write(model: str, run: str, state: State, *, seconds: float = 0.0) -> bool:
    """Keep a state, instead of what was kept of this model before.

    Returns
    -------
    bool
        Whether it is kept; where it is not, the log says why.
    """
    if not (_MODEL.fullmatch(model) and _RUN.fullmatch(run)):
        return False
    try:
        place = subfolder("checkpoints")
        size = _nbytes(state)
        if size > LIMIT_BYTES or _free(place) < size + _SPARE_BYTES:
            _log.warning("no checkpoint is kept: %d MiB are too many here", size >> 20)
            return False
        path = place / f"{model}-{run}.skops"
        told = {"kind": "checkpoint", "program": core.__version__, "model": model}
        modelfile.write(path, {**told, "seconds": float(seconds), "state": state})
    except StoreFailed as error:
        _log.warning("no checkpoint is kept: %s", error.message)
        return False
    except (MemoryError, TypeError):  # the work itself may still come to its end
        _log.warning("no checkpoint is kept", exc_info=True)
        return False
    for other, _ in _files(model):
        if other != path:
            _remove(other)
    tidy(spare=path)
    return True


def read(model: str) -> Kept | None:
    """What was kept last of this model; None where there is nothing that can be used.

    What is damaged, or was written by another version of the program, is deleted.
    """
    for path, _ in sorted(_files(model), key=lambda entry: -entry[1].st_mtime):
        try:
            payload = modelfile.read(path)
            known = (payload.get("kind"), payload.get("program"), payload.get("model"))
            state, seconds = payload.get("state"), payload.get("seconds")
            if known != ("checkpoint", core.__version__, model):
                raise BadModelFile(f"It holds something else: {known}.")
            if not isinstance(state, dict) or not isinstance(seconds, float):
                raise BadModelFile("Its parts are damaged.")
            return Kept(state, seconds)
        except (BadModelFile, NotFound, StoreFailed) as error:
            _log.warning("the checkpoint %s is not used: %s", path.name, error.message)
            _remove(path)
    return None


def exists(model: str) -> bool:
    """Whether anything was kept of this model (it may yet turn out to be damaged)."""
    return any(True for _ in _files(model))


def discard(model: str) -> None:
    """Delete what was kept of this model: it is learned."""
    for path, _ in _files(model):
        _remove(path)


def forget(run: str) -> None:
    """Delete what this run kept: it was deleted itself."""
    for path, _ in _files():
        if path.stem.endswith(f"-{run}"):
            _remove(path)


def tidy(*, spare: Path | None = None) -> None:
    """Delete what is too old, what was never finished, and the oldest of what is too much.

    Parameters
    ----------
    spare : Path, optional
        A file to keep in any case.
    """
    now, taken = time.time(), 0
    files = sorted(
        _files(unfinished=True), key=lambda entry: (entry[0] != spare, -entry[1].st_mtime)
    )
    for path, status in files:
        age = now - status.st_mtime
        if path.name.startswith(UNFINISHED):
            if age > _ABANDONED_SECONDS:
                _remove(path)
            continue
        taken += status.st_size
        if path != spare and (age > AGE_SECONDS or taken > LIMIT_BYTES):
            _remove(path)
            taken -= status.st_size


def _files(
    model: str | None = None, *, unfinished: bool = False
) -> Iterator[tuple[Path, os.stat_result]]:
    with contextlib.suppress(OSError), os.scandir(home() / "checkpoints") as entries:
        for entry in list(entries):
            mine = model is None or entry.name.startswith(f"{model}-")
            if mine and (unfinished or not entry.name.startswith(UNFINISHED)):
                with contextlib.suppress(OSError):  # deleted in this moment
                    yield Path(entry.path), entry.stat()


def _remove(path: Path) -> None:
    with contextlib.suppress(StoreFailed):  # another process may tidy too, or still read it
        remove_file(path)


def _free(place: Path) -> int:
    try:
        return shutil.disk_usage(place).free
    except OSError:  # the disk will say it when it is written to
        return 2**62


def _nbytes(value: Any) -> int:
    if isinstance(value, Mapping):
        return sum(map(_nbytes, value.values()))
    return int(value.nbytes) if isinstance(value, np.ndarray) else 8
