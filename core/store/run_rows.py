"""Rows of the table of runs: read as records, and what of one may be written.

A state goes one way (see :mod:`core.store.runs`); what a final one freezes is held here.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.store import database as db
from core.store.records import LIVE, RunRecord, RunState
from core.store.run_files import missing

_NEXT: dict[RunState, frozenset[RunState]] = {
    "queued": frozenset({"running", "done", "failed", "cancelled", "interrupted"}),
    "running": frozenset({"done", "failed", "cancelled", "interrupted"}),
}
#: What a final state freezes.
FROZEN = frozenset(
    {
        *("state", "progress", "message", "result", "error", "hint", "started", "finished"),
        *("cancel_requested", "pid", "pid_created", "host"),
    }
)
#: What may change at any time.
FREE = frozenset(
    {
        *("name", "note", "starred", "tags", "dataset", "dataset_title", "model"),
        *("seconds", "peak_memory_mb", "versions"),
    }
)
COLUMNS = [column for column in db.runs.columns if column.name != "number"]
#: Told several times a second; these come back just as they were given, so nothing is read again.
TOLD_OFTEN = frozenset({"progress", "message", "updated"})
#: Longer lists are left out of brief results: no page shows them in a list of runs.
_LONG = 4


def fetch(connection: sa.Connection, run_id: str, *, lock: bool = False) -> RunRecord:
    """The run of that id, on a connection.

    Raises
    ------
    NotFound
        When there is none.
    """
    query = sa.select(*COLUMNS).where(db.runs.c.id == run_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    if row is None:
        raise missing(run_id)
    return record(row)


def examinations(connection: sa.Connection, run_id: str) -> list[RunRecord]:
    """The examinations that are about a run, in whatever state; without their results."""
    columns = [column for column in COLUMNS if column.name != "result"]
    query = sa.select(*columns).where(db.runs.c.kind == "examine").with_for_update()
    rows = connection.execute(query).mappings()
    return [one for one in map(record, rows) if one.request.get("run") == run_id]


def record(row: Mapping[Any, Any]) -> RunRecord:
    """A row as a record."""
    values = dict(row)
    values["tags"] = tuple(values["tags"] or ())  # runs of version 1 have none
    return RunRecord(**values)


def has_tag(tag: str) -> sa.ColumnElement[bool]:
    """Tags are kept as a JSON list: one of them stands there between quotes."""
    kept = sa.func.lower(sa.type_coerce(db.runs.c.tags, sa.Text))
    return kept.contains(json.dumps(tag).lower(), autoescape=True)


def allowed(run: RunRecord, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What of ``fields`` may be written, with the times that a new state brings along."""
    values = dict(fields)
    state = values.get("state", run.state)
    if state not in LIVE and state not in _NEXT["running"]:
        raise TypeError(f"there is no state {state!r} of a run")
    if not run.live or (state != run.state and state not in _NEXT[run.state]):
        values = {name: value for name, value in values.items() if name in FREE}
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


def taken_by(pid: int, moment: datetime) -> dict[str, Any]:
    """What a run notes about the process that takes it."""
    return {
        "started": moment,
        "pid": pid,
        "pid_created": _begun(pid),
        "host": socket.gethostname(),
    }


def without_long_lists(result: Any) -> Any:
    """A copy of nested values in which lists and tables of many items are empty."""
    if isinstance(result, Mapping):
        return {name: without_long_lists(value) for name, value in result.items()}
    if isinstance(result, (list, tuple)):
        return [without_long_lists(item) for item in result] if len(result) <= _LONG else []
    return [] if getattr(result, "ndim", 0) else result


def _begun(pid: int) -> float | None:
    import psutil

    with suppress(psutil.Error):
        return float(psutil.Process(pid).create_time())
    return None
