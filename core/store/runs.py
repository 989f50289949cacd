"""Runs: what was asked, how far it is, what came out. The database is the only truth about it.

States go one way: queued → running → done, failed, cancelled or interrupted (a queued run may
also end at once). A run in a final state stays as it is: :func:`change` then leaves its state
and results alone, so a late word of a worker cannot revive a cancelled run.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from core.errors import JobFailed, NotFound, StoreFailed
from core.store import checkpoints, run_rows
from core.store import database as db
from core.store.files import make_folder, remove_folder
from core.store.records import RunRecord, RunState
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
        values.update(state="running", **run_rows.taken_by(pid, moment))
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
        return run_rows.fetch(connection, run_id)


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
        columns = [c for c in run_rows.COLUMNS if c.name != "result"]
        query = sa.select(*columns, db.run_briefs.c.result).outerjoin(
            db.run_briefs, db.run_briefs.c.run == db.runs.c.id
        )
    else:
        query = sa.select(*run_rows.COLUMNS)
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
        query = query.where(run_rows.has_tag(tag))
    with db.reading() as connection:
        return [run_rows.record(row) for row in connection.execute(query).mappings()]


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
    unknown = set(fields) - run_rows.FROZEN - run_rows.FREE
    if unknown:
        raise TypeError(f"these fields of a run cannot change: {', '.join(sorted(unknown))}")
    with db.writing() as connection:
        before = run_rows.fetch(connection, run_id, lock=True)
        values = run_rows.allowed(before, fields)
        if not values:
            return before
        connection.execute(db.runs.update().where(db.runs.c.id == run_id).values(values))
        if set(values) <= run_rows.TOLD_OFTEN:
            return replace(before, **values)
        if "result" in values:
            connection.execute(db.run_briefs.delete().where(db.run_briefs.c.run == run_id))
            if values["result"] is not None:
                brief = run_rows.without_long_lists(values["result"])
                connection.execute(db.run_briefs.insert().values(run=run_id, result=brief))
        return run_rows.fetch(connection, run_id)


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
            .values(state="running", updated=moment, **run_rows.taken_by(pid, moment))
        )
        # a cancel may slip in between on databases where readers do not wait for the row above
        return run_rows.fetch(connection, run_id) if taken.rowcount == 1 else None


def request_cancel(run_id: str) -> RunRecord:
    """Ask for a run to stop: a queued one is cancelled at once, a running one when it hears it.

    A run in a final state stays as it is.
    """
    check_id(run_id)
    with db.writing() as connection:
        before = run_rows.fetch(connection, run_id, lock=True)
        if before.state == "queued":
            fields = run_rows.allowed(before, {"state": "cancelled", "cancel_requested": True})
        else:
            fields = run_rows.allowed(before, {"cancel_requested": True})
        if fields:
            connection.execute(db.runs.update().where(db.runs.c.id == run_id).values(fields))
        return run_rows.fetch(connection, run_id)


def delete(run_id: str) -> int:
    """Delete a run with its folder, and the examinations that are about it.

    Models made by it stay in the library.

    Returns
    -------
    int
        How many examinations went with it.

    Raises
    ------
    JobFailed
        While it, or an examination of it, waits or works.
    NotFound
        When there is no such run.
    """
    check_id(run_id)
    with db.writing() as connection:
        run = run_rows.fetch(connection, run_id, lock=True)
        if run.live:
            raise JobFailed(
                f"The run {run.name or run.id!r} is {run.state} and cannot be deleted.",
                hint="Cancel it first.",
            )
        about = run_rows.examinations(connection, run_id)
        for one in about:
            if one.live:
                raise JobFailed(
                    f"The run {run.name or run.id!r} is being examined and cannot be deleted.",
                    hint=f"Cancel its examination first, which is the run {one.id}.",
                )
        gone = [run_id, *(one.id for one in about)]
        connection.execute(db.runs.delete().where(db.runs.c.id.in_(gone)))
    for one_id in gone:
        remove_folder(folder(one_id))
        checkpoints.forget(one_id)
    return len(about)


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
            run = run_rows.fetch(connection, run_id)
            raise NotFound(
                f"The run {run.name or run.id!r} has kept no classifier.",
                hint=f"It is {run.state}; only a fine-tuning that is done has one.",
            )
    return str(found)
