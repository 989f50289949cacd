"""Runs: what was asked, how far it is, what came out. The database is the only truth about it.

States go one way: queued → running → done, failed, cancelled or interrupted (a queued run may
also end at once). A run in a final state stays as it is: :func:`change` then leaves its state
and results alone, so a late word of a worker cannot revive a cancelled run.
"""

from __future__ import annotations

import json
import secrets
import socket
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from core.errors import JobFailed, NotFound, StoreFailed
from core.store import checkpoints
from core.store import database as db
from core.store.files import make_folder, remove_folder
from core.store.records import LIVE, RunRecord, RunState
from core.store.run_files import (
    add_points,
    check_id,
    folder,
    load_arrays,
    missing,
    points,
    save_arrays,
    wish,
    wished,
)

__all__ = [
    "add_points",
    "change",
    "claim",
    "create",
    "delete",
    "folder",
    "get",
    "keep_sha256",
    "kept_sha256",
    "list_all",
    "load_arrays",
    "points",
    "request_cancel",
    "save_arrays",
    "wish",
    "wished",
]

# no letters or digits that are taken for one another, and one case only: ids are read aloud,
# and are names of folders on disks that do not tell cases apart
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"

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
        *("name", "note", "starred", "tags", "dataset", "dataset_title", "model"),
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
    origin: Mapping[str, Any] | None = None,
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
    origin : mapping, optional
        Where an imported run comes from.

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
        "tags": [],
        "origin": None if origin is None else dict(origin),
    }
    if pid is not None:
        values.update(state="running", **_taken(pid, moment))
    place = make_folder(folder(run_id))
    try:
        with db.writing() as connection:
            connection.execute(db.runs.insert().values(values))
    except exc.IntegrityError as error:
        remove_folder(place)
        raise missing(parent or "") from error
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
    check_id(run_id)
    with db.reading() as connection:
        return _fetch(connection, run_id)


def list_all(
    *,
    kind: str | None = None,
    states: Collection[RunState] | None = None,
    dataset: str | None = None,
    model: str | None = None,
    starred: bool = False,
    tag: str | None = None,
    limit: int = 200,
    brief: bool = False,
) -> list[RunRecord]:
    """Runs, the newest first; only those that match all that is given.

    Parameters
    ----------
    kind, states, dataset, model : str, collection of str, str, str, optional
        What a run must have.
    starred : bool
        Only runs with a star.
    tag : str, optional
        Only runs with this tag, in whatever capitals.
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
    if starred:
        query = query.where(db.runs.c.starred)
    if tag is not None:
        query = query.where(_has_tag(tag))
    with db.reading() as connection:
        return [_record(row) for row in connection.execute(query).mappings()]


def change(run_id: str, **fields: Any) -> RunRecord:
    """Change fields of a run, and return it as it is then.

    A new state brings its times along: running sets ``started``; a final one sets ``finished``
    and, where not given, ``seconds``; done sets ``progress`` to 1.

    On a run in a final state only name, note, star, tags, data set, model, seconds, memory and
    versions change; everything else is left alone without complaint. So is a step back
    (running → queued). The returned record tells what holds.

    Raises
    ------
    NotFound
        When there is no such run.
    TypeError
        When a field is none that can change (a fault of the program).
    """
    check_id(run_id)
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
    check_id(run_id)
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
    check_id(run_id)
    with db.writing() as connection:
        run = _fetch(connection, run_id, lock=True)
        if run.live:
            raise JobFailed(
                f"The run {run.name or run.id!r} is {run.state} and cannot be deleted.",
                hint="Cancel it first.",
            )
        connection.execute(db.runs.delete().where(db.runs.c.id == run_id))
    remove_folder(folder(run_id))
    checkpoints.forget(run_id)


def keep_sha256(run_id: str, name: str, sha256: str) -> None:
    """Note the SHA-256 of a model file in the run's folder."""
    check_id(run_id)
    mine = (db.run_files.c.run == run_id) & (db.run_files.c.name == name)
    try:
        with db.writing() as connection:
            connection.execute(db.run_files.delete().where(mine))
            connection.execute(db.run_files.insert().values(run=run_id, name=name, sha256=sha256))
    except exc.IntegrityError as error:
        raise missing(run_id) from error


def kept_sha256(run_id: str, name: str) -> str:
    """The SHA-256 that was noted for a model file in the run's folder.

    Raises
    ------
    NotFound
        When the run is not there or has no such file.
    """
    check_id(run_id)
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


def _fetch(connection: sa.Connection, run_id: str, *, lock: bool = False) -> RunRecord:
    query = sa.select(*_COLUMNS).where(db.runs.c.id == run_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    if row is None:
        raise missing(run_id)
    return _record(row)


def _record(row: Mapping[Any, Any]) -> RunRecord:
    values = dict(row)
    values["tags"] = tuple(values["tags"] or ())  # runs of version 1 have none
    return RunRecord(**values)


def _has_tag(tag: str) -> sa.ColumnElement[bool]:
    """Tags are kept as a JSON list: one of them stands there between quotes."""
    kept = sa.func.lower(sa.type_coerce(db.runs.c.tags, sa.Text))
    return kept.contains(json.dumps(tag).lower(), autoescape=True)


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
