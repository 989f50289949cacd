"""20 Newsgroups, fetched and kept by scikit-learn's own loader."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import threading
import time
import warnings
import zlib
from collections.abc import Callable, Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import URLError

import numpy as np

from core.data.built_in.base import BuiltIn
from core.data.dataset import Dataset
from core.errors import BadData, NoNetwork, StoreFailed
from core.params import Param, Value
from core.progress import SILENT, Progress

#: Names the folder where scikit-learn keeps what it downloads. Only who runs the server may set
#: it: the loader trusts what it finds there.
VARIABLE = "WARMSTART_DATA_HOME"
#: Rows of the official parts: with fewer, something was cut off.
TRAIN, TEST = 11_314, 7_532

_KEPT = "20news-bydate_py3.pkz"
_WORKPLACE = "20news_home"
_BYTES = 14_464_277
_ABOUT = (
    "18,846 messages from 20 discussion groups: which group was a message posted to? With the "
    "official split by date (Lang 1995; version “bydate”). Headers, signatures and quotes name "
    "people and groups that give the answer away, so they are removed unless you keep them. "
    "Public messages; free for research."
)


def _keep(part: str, removed: str) -> Param:
    return Param(
        f"remove_{part}",
        "bool",
        True,
        f"Leave out {removed}; they give the group away and make scores look better than they are.",
        label=f"Remove {part}",
    )


def data_home() -> Path:
    """The folder that scikit-learn's loader keeps its data in; nothing is made there."""
    named = os.environ.get(VARIABLE) or os.environ.get("SCIKIT_LEARN_DATA")
    return Path(named or "~/scikit_learn_data").expanduser()


def load(
    options: Mapping[str, Value],
    progress: Progress = SILENT,
    *,
    home: Path | None = None,
    retries: int = 2,
    delay: float = 1.0,
) -> Dataset:
    """Load the set, downloading it (14 MB) where it is not kept yet.

    Parameters
    ----------
    options : mapping
        ``remove_headers``, ``remove_footers``, ``remove_quotes``.
    progress : Progress
        Follows the download; may cancel it.
    home : Path, optional
        Where scikit-learn keeps its data; by default :func:`data_home`.
    retries, delay : int, float
        How often a failed download is tried again, and after how many seconds.

    Raises
    ------
    NoNetwork
        When the download fails.
    BadData
        When the kept copy is damaged or not complete.
    StoreFailed
        When the folder cannot be written.
    """
    home = home or data_home()
    kept = home / _KEPT
    if kept.exists():
        _check(kept, progress.part(0.0, 0.1))
    else:
        _download(home, progress.part(0.0, 0.6), retries, delay)
    remove = tuple(part for part in ("headers", "footers", "quotes") if options[f"remove_{part}"])
    parts = {}
    for done, subset in ((0.6, "train"), (0.8, "test")):
        progress.update(done, f"Preparing the {subset} part")
        parts[subset] = _fetch(home, subset, remove)
    train, test = parts["train"], parts["test"]
    if (len(train.data), len(test.data)) != (TRAIN, TEST):
        raise BadData(
            f"The copy of 20 Newsgroups in {kept} holds {len(train.data)} and {len(test.data)} "
            f"messages where there should be {TRAIN} and {TEST}.",
            hint="Delete this file; it is then fetched anew.",
        )
    return Dataset(
        name="twenty_newsgroups",
        title="20 Newsgroups",
        modality="text",
        rows=np.array([*train.data, *test.data], dtype=object),
        labels=np.concatenate([train.target, test.target]).astype(np.int32),
        classes=tuple(train.target_names),
        test=np.arange(TRAIN + TEST) >= TRAIN,
        about=_ABOUT,
    )


def _check(kept: Path, progress: Progress) -> None:
    # scikit-learn would print about a damaged file and download it again, or fail far from here
    try:
        unpack = zlib.decompressobj()
        size = kept.stat().st_size or 1
        with kept.open("rb") as file:
            while block := file.read(1 << 20):
                unpack.decompress(block)
                progress.update(file.tell() / size, "Looking at the kept copy")
        if unpack.eof:
            return
        fault = "it ends too early"
    except zlib.error as error:
        fault = str(error)
    except OSError as error:
        raise StoreFailed(
            f"{kept} cannot be read: {error.strerror}.",
            hint=f"Make it readable, or name another folder in {VARIABLE}.",
        ) from error
    raise BadData(
        f"The copy of 20 Newsgroups in {kept} is damaged: {fault}.",
        hint="Delete this file; it is then fetched anew.",
    )


def _fetch(home: Path, subset: str, remove: tuple[str, ...]) -> Any:
    from sklearn.datasets import fetch_20newsgroups

    try:
        # scikit-learn's own order (shuffled with 42): published figures depend on it
        with contextlib.redirect_stdout(io.StringIO()):
            return fetch_20newsgroups(
                data_home=home, subset=subset, remove=remove, download_if_missing=False
            )
    except OSError as error:
        raise BadData(
            f"The copy of 20 Newsgroups in {home / _KEPT} cannot be read: {error}.",
            hint="Delete this file; it is then fetched anew.",
        ) from error


def _download(home: Path, progress: Progress, retries: int, delay: float) -> None:
    from sklearn.datasets import fetch_20newsgroups

    def fetch() -> None:
        fetch_20newsgroups(data_home=home, subset="train", n_retries=retries, delay=delay)

    what = "20 Newsgroups (14 MB) could not be downloaded from figshare.com"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it tries again is no news
            _watched(fetch, home / _WORKPLACE, progress)
    except TimeoutError as error:
        raise NoNetwork(f"{what}: nothing came for a minute.", hint=_elsewhere(home)) from error
    except (URLError, HTTPException, ConnectionError) as error:
        reason = getattr(error, "reason", error)
        reason = getattr(reason, "strerror", None) or reason
        raise NoNetwork(f"{what}: {reason}.", hint=_elsewhere(home)) from error
    except OSError as error:
        if isinstance(error, (FileExistsError, NotADirectoryError)) or error.errno in (
            errno.EACCES,
            errno.EPERM,
            errno.EROFS,
            errno.ENOSPC,
        ):
            raise StoreFailed(
                f"20 Newsgroups cannot be kept in {home}: {error.strerror}.",
                hint=f"Make room there, or name another folder in {VARIABLE}.",
            ) from error
        # a wrong checksum among them
        raise NoNetwork(f"{what}: {error}.", hint=_elsewhere(home)) from error


def _elsewhere(home: Path) -> str:
    return (
        "Look whether this machine reaches the internet, and start it again. Without a network: "
        "call sklearn.datasets.fetch_20newsgroups() on another machine, copy "
        f"scikit_learn_data/{_KEPT} from there into {home}, or name its folder in {VARIABLE}."
    )


def _watched(
    fetch: Callable[[], None],
    workplace: Path,
    progress: Progress,
    *,
    stalled_after: float = 60.0,
) -> None:
    """Run ``fetch`` aside, so that it can be followed by the file it writes, and left alone."""
    failure: list[BaseException] = []

    def run() -> None:
        try:
            fetch()
        except BaseException as error:  # noqa: BLE001 - handed to the caller below
            failure.append(error)

    thread = threading.Thread(target=run, daemon=True, name="download")
    thread.start()
    size, moved = 0, time.monotonic()
    while thread.is_alive():
        thread.join(0.2)
        now = _arrived(workplace)
        if now is None:
            progress.update(*((0.9, "Unpacking") if size else (0.0, "Connecting")))
            moved = time.monotonic()
            continue
        if now != size:
            size, moved = now, time.monotonic()
        elif time.monotonic() - moved > stalled_after:
            raise TimeoutError
        progress.update(0.9 * size / _BYTES, f"Downloaded {size / 1e6:.1f} of 14.5 MB")
    if failure:
        raise failure[0]


def _arrived(workplace: Path) -> int | None:
    # scikit-learn writes to a file named so, and renames it once it is whole
    try:
        sizes = [path.stat().st_size for path in workplace.glob("*.part_*")]
    except OSError:
        return None  # renamed this moment
    return sum(sizes) if sizes else None


def _signature(options: Mapping[str, Value]) -> dict[str, Any]:
    return dict(options)


BUILT_IN = BuiltIn(
    key="twenty_newsgroups",
    title="20 Newsgroups",
    about=_ABOUT,
    modality="text",
    params=(
        _keep("headers", "the lines above a message (sender, subject, group)"),
        _keep("footers", "what looks like a signature"),
        _keep("quotes", "lines quoted from other messages"),
    ),
    network=True,
    make=load,
    signature=_signature,
)
