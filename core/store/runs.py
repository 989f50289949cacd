"""Runs: what was asked, how far it is, what came out. The database is the only truth about it.

States go one way: queued → running → done, failed, cancelled or interrupted (a queued run may
also end at once). A run in a final state stays as it is: :func:`change` then leaves its state
and results alone, so a late word of a worker cannot revive a cancelled run.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
import zipfile
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy import exc

from core.errors import JobFailed, NotFound, StoreFailed
from core.store import database as db
from core.store.files import in_words, make_folder, plain_value, remove_folder, write_atomic
from core.store.home import home
from core.store.records import LIVE, RunRecord, RunState

# no letters or digits that are taken for one another, and one case only: ids are read aloud,
# and are names of folders on disks that do not tell cases apart
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_ID = re.compile(r"[0-9a-z]{8,32}")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_POINTS = "progress.jsonl"

_NEXT: dict[RunState, frozenset[RunState]] = {
    "queued": frozenset({"running", "done", "failed", "cancelled", "interrupted"}),
    "running": frozenset({"done", "failed", "cancelled", "interrupted"}),
}
#: What a final state freezes.
_FROZEN = frozenset(
    {
        *("state", "progress", "message", "result", "error", "hint", "started", "finished"),
        *("cancel_requested", "pid", "pid_created", "host"),
    }
)
#: What may change at any time.
_FREE = frozenset(
    {
        *("name", "note", "starred", "dataset", "dataset_title", "model"),
        *("seconds", "peak_memory_mb", "versions"),
    }
)
_COLUMNS = [column for column in db.runs.columns if column.name != "number"]
#: Told several times a second; these come back just as they were given, so nothing is read again.
_TOLD_OFTEN = frozenset({"progress", "message", "updated"})
#: Longer lists are left out of brief results: no page shows them in a list of runs.
_LONG = 4


def create(
    request: Mapping[str, Any],
    *,
    name: str,
    dataset: str | None = None,
    dataset_title: str = "",
    model: str | None = None,
    parent: str | None = None,
    pid: int | None = None,
) -> RunRecord:
    """Put a new run at the end of the queue, and make its folder.

    Parameters
    ----------
    request : mapping
        The whole request as JSON values (see :func:`core.jobs.requests.to_json`).
    name : str
        What people call it.
    dataset, model : str, optional
        Fingerprint and model id, as far as they are known already.
    dataset_title : str
        The data set's name for people.
    parent : str, optional
        The run that this one was made from.
    pid : int, optional
        The process that works on it from now on: it never waits, so no worker can take it.

    Raises
    ------
    NotFound
        When there is no run ``parent``.
    StoreFailed
        When the home folder or the database cannot be written.
    """
    run_id = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    moment = db.now()
    values: dict[str, Any] = {
        "id": run_id,
        "kind": request["kind"],
        "state": "queued",
        "name": name,
        "request": dict(request),
        "created": moment,
        "updated": moment,
        "progress": 0.0,
        "message": "",
        "dataset": dataset,
        "dataset_title": dataset_title,
        "model": model,
        "cancel_requested": False,
        "parent": parent,
        "starred": False,
        "note": "",
    }
    if pid is not None:
        values.update(state="running", **_taken(pid, moment))
    place = make_folder(folder(run_id))
    try:
        with db.writing() as connection:
            connection.execute(db.runs.insert().values(values))
    except exc.IntegrityError as error:
        remove_folder(place)
        raise _missing(parent or "") from error
    except BaseException:
        with suppress(StoreFailed):
            remove_folder(place)
        raise
    return get(run_id)


def get(run_id: str) -> RunRecord:
    """The run of that id.

    Raises
    ------
    NotFound
        When there is none; also for anything that is no id at all.
    """
    _check_id(run_id)
    with db.reading() as connection:
        return _fetch(connection, run_id)


def list_all(
    *,
    kind: str | None = None,
    states: Collection[RunState] | None = None,
    dataset: str | None = None,
    model: str | None = None,
    limit: int = 200,
    brief: bool = False,
) -> list[RunRecord]:
    """Runs, the newest first; only those that match all that is given.

    Parameters
    ----------
    kind, states, dataset, model : str, collection of str, str, str, optional
        What a run must have.
    limit : int
        How many at most.
    brief : bool
        Leave lists of more than four items (curves, scores by class, ...) out of the results.
        Hundreds of runs are then read in milliseconds; :func:`get` has the whole of one.
    """
    if brief:
        columns = [c for c in _COLUMNS if c.name != "result"]
        query = sa.select(*columns, db.run_briefs.c.result).outerjoin(
            db.run_briefs, db.run_briefs.c.run == db.runs.c.id
        )
    else:
        query = sa.select(*_COLUMNS)
    query = query.order_by(db.runs.c.number.desc()).limit(limit)
    if kind is not None:
        query = query.where(db.runs.c.kind == kind)
    if states is not None:
        query = query.where(db.runs.c.state.in_(list(states)))
    if dataset is not None:
        query = query.where(db.runs.c.dataset == dataset)
    if model is not None:
        query = query.where(db.runs.c.model == model)
    with db.reading() as connection:
        return [RunRecord(**row) for row in connection.execute(query).mappings()]


def change(run_id: str, **fields: Any) -> RunRecord:
    """Change fields of a run, and return it as it is then.

    A new state brings its times along: running sets ``started``; a final one sets ``finished``
    and, where not given, ``seconds``; done sets ``progress`` to 1.

    On a run in a final state only name, note, star, data set, model, seconds, memory and
    versions change; everything else is left alone without complaint. So is a step back
    (running → queued). The returned record tells what holds.

    Raises
    ------
    NotFound
        When there is no such run.
    TypeError
        When a field is none that can change (a fault of the program).
    """
    _check_id(run_id)
    unknown = set(fields) - _FROZEN - _FREE
    if unknown:
        raise TypeError(f"these fields of a run cannot change: {', '.join(sorted(unknown))}")
    with db.writing() as connection:
        before = _fetch(connection, run_id, lock=True)
        values = _allowed(before, fields)
        if not values:
            return before
        connection.execute(db.runs.update().where(db.runs.c.id == run_id).values(values))
        if set(values) <= _TOLD_OFTEN:
            return replace(before, **values)
        if "result" in values:
            connection.execute(db.run_briefs.delete().where(db.run_briefs.c.run == run_id))
            if values["result"] is not None:
                brief = _without_long_lists(values["result"])
                connection.execute(db.run_briefs.insert().values(run=run_id, result=brief))
        return _fetch(connection, run_id)


def claim(pid: int, *, at_most: int) -> RunRecord | None:
    """Take the oldest queued run for process ``pid``, unless ``at_most`` runs work already.

    Of any number of processes that claim at once, each run goes to one of them.

    Returns
    -------
    RunRecord or None
        The run, now running; None when none waits or all places are taken.
    """
    waiting = sa.select(db.runs.c.id).where(db.runs.c.state == "queued")
    with db.reading() as connection:
        if connection.scalar(waiting.limit(1)) is None:
            return None
    with db.writing() as connection:
        # Writing this one row first lets claims pass one by one on any database: the counts
        # below cannot change before we are through.
        connection.execute(db.meta.update().values(claims=db.meta.c.claims + 1))
        running = connection.scalar(
            sa.select(sa.func.count()).select_from(db.runs).where(db.runs.c.state == "running")
        )
        run_id = connection.scalar(waiting.order_by(db.runs.c.number).limit(1))
        if run_id is None or (running or 0) >= at_most:
            return None
        moment = db.now()
        taken = connection.execute(
            db.runs.update()
            .where(db.runs.c.id == run_id, db.runs.c.state == "queued")
            .values(state="running", updated=moment, **_taken(pid, moment))
        )
        # a cancel may slip in between on databases where readers do not wait for the row above
        return _fetch(connection, run_id) if taken.rowcount == 1 else None


def request_cancel(run_id: str) -> RunRecord:
    """Ask for a run to stop: a queued one is cancelled at once, a running one when it hears it.

    A run in a final state stays as it is.
    """
    _check_id(run_id)
    with db.writing() as connection:
        before = _fetch(connection, run_id, lock=True)
        if before.state == "queued":
            fields = _allowed(before, {"state": "cancelled", "cancel_requested": True})
        else:
            fields = _allowed(before, {"cancel_requested": True})
        if fields:
            connection.execute(db.runs.update().where(db.runs.c.id == run_id).values(fields))
        return _fetch(connection, run_id)


def delete(run_id: str) -> None:
    """Delete a run with its folder. Models made by it stay in the library.

    Raises
    ------
    JobFailed
        While it waits or works.
    NotFound
        When there is no such run.
    """
    _check_id(run_id)
    with db.writing() as connection:
        run = _fetch(connection, run_id, lock=True)
        if run.live:
            raise JobFailed(
                f"The run {run.name or run.id!r} is {run.state} and cannot be deleted.",
                hint="Cancel it first.",
            )
        connection.execute(db.runs.delete().where(db.runs.c.id == run_id))
    remove_folder(folder(run_id))


def folder(run_id: str) -> Path:
    """The folder of a run's files (it is there from :func:`create` to :func:`delete`).

    Raises
    ------
    NotFound
        When the id is none, so that no name from an address can lead out of the home folder.
    """
    _check_id(run_id)
    return home() / "runs" / run_id


def add_points(run_id: str, points: Iterable[Mapping[str, Any]]) -> None:
    """Append points of curves (``{"step": 3, "loss": 0.31}``) to the run's record of progress."""
    lines = "".join(json.dumps(point, default=plain_value) + "\n" for point in points)
    if not lines:
        return
    path = folder(run_id) / _POINTS
    if not path.parent.is_dir():
        raise _missing(run_id)
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


def save_arrays(run_id: str, name: str, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Keep arrays with a run, under a name made of small letters, digits, ``-`` and ``_``.

    Arrays of Python objects are refused with a ValueError: they could not be read safely.
    """
    path = _arrays_path(run_id, name)
    if not path.parent.is_dir():
        raise _missing(run_id)
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


def keep_sha256(run_id: str, name: str, sha256: str) -> None:
    """Note the SHA-256 of a model file in the run's folder."""
    _check_id(run_id)
    mine = (db.run_files.c.run == run_id) & (db.run_files.c.name == name)
    try:
        with db.writing() as connection:
            connection.execute(db.run_files.delete().where(mine))
            connection.execute(db.run_files.insert().values(run=run_id, name=name, sha256=sha256))
    except exc.IntegrityError as error:
        raise _missing(run_id) from error


def kept_sha256(run_id: str, name: str) -> str:
    """The SHA-256 that was noted for a model file in the run's folder.

    Raises
    ------
    NotFound
        When the run is not there or has no such file.
    """
    _check_id(run_id)
    mine = (db.run_files.c.run == run_id) & (db.run_files.c.name == name)
    with db.reading() as connection:
        found = connection.scalar(sa.select(db.run_files.c.sha256).where(mine))
        if found is None:
            run = _fetch(connection, run_id)
            raise NotFound(
                f"The run {run.name or run.id!r} has kept no classifier.",
                hint=f"It is {run.state}; only a fine-tuning that is done has one.",
            )
    return str(found)


def _check_id(run_id: str) -> None:
    if not isinstance(run_id, str) or not _ID.fullmatch(run_id):
        raise _missing(run_id)


def _missing(run_id: object) -> NotFound:
    told = str(run_id)[:40]
    return NotFound(f"There is no run {told!r}.", hint="It may have been deleted; see all runs.")


def _fetch(connection: sa.Connection, run_id: str, *, lock: bool = False) -> RunRecord:
    query = sa.select(*_COLUMNS).where(db.runs.c.id == run_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    if row is None:
        raise _missing(run_id)
    return RunRecord(**row)


def _allowed(run: RunRecord, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What of ``fields`` may be written, with the times that a new state brings along."""
    values = dict(fields)
    state = values.get("state", run.state)
    if state not in LIVE and state not in _NEXT["running"]:
        raise TypeError(f"there is no state {state!r} of a run")
    if not run.live or (state != run.state and state not in _NEXT[run.state]):
        values = {name: value for name, value in values.items() if name in _FREE}
        state = run.state
    if state != run.state:
        moment = db.now()
        if state == "running":
            values.setdefault("started", moment)
        else:
            values.setdefault("finished", moment)
            started = values.get("started") or run.started
            if started is not None and values.get("seconds") is None and run.seconds is None:
                values["seconds"] = (values["finished"] - started) / timedelta(seconds=1)
        if state == "done":
            values.setdefault("progress", 1.0)
    if values:
        values["updated"] = db.now()
    return values


def _taken(pid: int, moment: datetime) -> dict[str, Any]:
    """What a run notes about the process that takes it."""
    return {
        "started": moment,
        "pid": pid,
        "pid_created": _begun(pid),
        "host": socket.gethostname(),
    }


def _without_long_lists(result: Any) -> Any:
    """A copy of nested values in which lists and tables of many items are empty."""
    if isinstance(result, Mapping):
        return {name: _without_long_lists(value) for name, value in result.items()}
    if isinstance(result, (list, tuple)):
        return [_without_long_lists(item) for item in result] if len(result) <= _LONG else []
    return [] if getattr(result, "ndim", 0) else result


def _begun(pid: int) -> float | None:
    import psutil

    with suppress(psutil.Error):
        return float(psutil.Process(pid).create_time())
    return None


def _last_byte(file: IO[bytes]) -> bytes:
    file.seek(-1, os.SEEK_END)
    return file.read(1)


def _arrays_path(run_id: str, name: str) -> Path:
    check_name(name)
    return folder(run_id) / f"{name}.npz"
