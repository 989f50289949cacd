"""Submit, cancel and follow runs: what pages and the command line call."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Sequence
from typing import Any

from core.errors import JobFailed, WarmstartError
from core.jobs import failures, process
from core.jobs.execute import OnProgress, execute
from core.jobs.requests import Request, from_json, to_json
from core.store import database, runs
from core.store.home import settings
from core.store.records import RunRecord

#: A worker that was started needs a moment before it takes its run; no second one meanwhile.
_START_SECONDS = 5.0
_POLL_SECONDS = 0.1
_MANY = 10_000
#: A worker ends a cancelled run by itself; when it cannot (a call that lets no other thread
#: work), it is ended from outside after this long.
_PATIENCE_SECONDS = 1.6

_last_start = -_START_SECONDS
_start_lock = threading.Lock()


def submit(request: Request, *, parent: str | None = None) -> RunRecord:
    """Check a request, put it in the queue, and make sure that a worker comes for it.

    Returns at once. A closed tab, a refresh or a restarted server changes nothing: the worker
    is a process of its own.

    Raises
    ------
    BadParam, BadData, NotFound
        When it could not work: an unknown method, a setting out of range, a model that does
        not fit the rows.
    StoreFailed
        When the home folder or the database cannot be written.
    """
    from core.jobs.check import check

    checked = check(request)
    run = runs.create(
        to_json(checked.request),
        name=checked.name,
        dataset=checked.dataset,
        dataset_title=checked.dataset_title,
        model=checked.model,
        parent=parent,
    )
    try:
        ensure_workers()
    except JobFailed as error:  # it waits: pages that follow it try again
        return runs.change(run.id, message=error.words)
    return run


def run_here(
    request: Request, *, parent: str | None = None, on_progress: OnProgress | None = None
) -> RunRecord:
    """Do a request in this process, past the queue, and wait for its end.

    The same code as in a worker. ``KeyboardInterrupt`` cancels the run.

    Returns
    -------
    RunRecord
        In a final state; failures are told in the record, not raised.

    Raises
    ------
    BadParam, BadData, NotFound, StoreFailed
        As :func:`submit`, before anything is started.
    """
    from core.jobs.check import check

    checked = check(request)
    run = runs.create(
        to_json(checked.request),
        name=checked.name,
        dataset=checked.dataset,
        dataset_title=checked.dataset_title,
        model=checked.model,
        parent=parent,
        pid=os.getpid(),
    )
    try:
        return execute(run, on_progress=on_progress)
    finally:
        # it took a place that a queued run may have waited for
        with contextlib.suppress(WarmstartError):
            ensure_workers()


def again(run_id: str) -> RunRecord:
    """Submit the request of a run once more; the new run names the old one as its parent."""
    return submit(from_json(runs.get(run_id).request), parent=run_id)


def cancel(run_id: str) -> RunRecord:
    """Cancel a run. It is over within two seconds, also when the work does not listen.

    A run in a final state stays as it is.
    """
    run = runs.request_cancel(run_id)
    if run.state == "running":
        threading.Thread(
            target=_end_cancelled, args=(run_id,), name=f"cancel {run_id}", daemon=True
        ).start()
    return run


def pause(run_id: str) -> None:
    """Let a run rest: it waits at its next report, with all that it has, until :func:`go_on`.

    It keeps its worker and its memory. A run that is over stays as it is.
    """
    if runs.get(run_id).live:
        runs.wish(run_id, "pause")


def go_on(run_id: str) -> None:
    """Let a run that rests go on."""
    runs.get(run_id)
    runs.wish(run_id, "pause", on=False)


def paused(run_id: str) -> bool:
    """Whether a run was asked to rest and not to go on since."""
    return runs.wished(run_id, "pause")


def enough(run_id: str) -> None:
    """End the present training of a run and keep its best step; what follows goes on as usual."""
    if runs.get(run_id).state == "running":
        runs.wish(run_id, "enough")


def _end_cancelled(run_id: str) -> None:
    time.sleep(_PATIENCE_SECONDS)
    with contextlib.suppress(WarmstartError):
        run = runs.get(run_id)
        if run.state == "running" and process.end(run):
            runs.change(run_id, state="cancelled")
            ensure_workers()


def sweep() -> list[RunRecord]:
    """Find runs whose worker is gone, and queued ones that no worker comes for.

    Called when the app starts, and by pages that follow a run: it is cheap.

    Returns
    -------
    list of RunRecord
        The runs that were found dead, now interrupted (or cancelled, where that was asked).
    """
    process.reap()
    live = runs.list_all(states=["running", "queued"], limit=_MANY)
    found = _find_dead(live)
    if any(run.state == "queued" for run in live):
        with contextlib.suppress(JobFailed):
            ensure_workers(patient=True)
    return found


def _find_dead(live: Sequence[RunRecord]) -> list[RunRecord]:
    """Record the end of running runs whose process is gone."""
    found = []
    for run in live:
        if run.state != "running" or process.alive(run):
            continue
        if run.cancel_requested:
            found.append(runs.change(run.id, state="cancelled"))
        else:
            words = {"error": failures.KILLED, "hint": failures.AGAIN_SMALLER}
            found.append(runs.change(run.id, state="interrupted", **words))
    return found


def ensure_workers(command: Sequence[str] | None = None, *, patient: bool = False) -> None:
    """Start a worker for every queued run that has a free place.

    A worker too many does no harm: it finds nothing to take, and ends. One too few cannot be:
    whoever puts a run into the queue and whoever ends one looks here afterwards, so the later
    of the two sees both.

    Parameters
    ----------
    command : sequence of str, optional
        How a worker is started, when not by :data:`core.jobs.process.COMMAND`.
    patient : bool
        Whether to trust in a worker that was started a moment ago.

    Raises
    ------
    JobFailed
        When the system starts none.
    """
    global _last_start  # noqa: PLW0603 - one per process, behind a lock
    live = runs.list_all(states=["running", "queued"], limit=_MANY)
    dead = len(_find_dead(live))
    working = sum(run.state == "running" for run in live) - dead
    waiting = sum(run.state == "queued" for run in live)
    wanted = min(waiting, settings().jobs - working)
    if wanted <= 0:
        return
    with _start_lock:
        now = time.monotonic()
        if patient and now - _last_start < _START_SECONDS:
            return
        _last_start = now
    for _ in range(wanted):
        process.start(command)


def wait(run_id: str, timeout: float | None = None) -> RunRecord:
    """Wait until a run is over, at most ``timeout`` seconds; the run as it is then."""
    end = None if timeout is None else time.monotonic() + timeout
    swept = 0.0
    while True:
        if time.monotonic() - swept > 1.0:
            sweep()
            swept = time.monotonic()
        run = runs.get(run_id)
        if not run.live or (end is not None and time.monotonic() >= end):
            return run
        time.sleep(_POLL_SECONDS)


def time_left(run: RunRecord) -> float | None:
    """Seconds that a running run still needs, judged by its pace so far.

    The pace is that since the first point of its curves, where it has any: a run that goes on
    from a checkpoint is far along at once. None while too little is done to judge by: opening
    data that was never built takes far longer than its share of the bar.
    """
    if run.state != "running" or run.started is None:
        return None
    first: dict[str, Any] = next(iter(runs.points(run.id)), {})
    before = float(first.get("progress") or 0.0)
    spent = (database.now() - run.started).total_seconds() - float(first.get("seconds") or 0.0)
    gained = run.progress - before
    if gained < 0.2 * (1.0 - before) or spent < 2.0:
        return None
    return spent * (1.0 - run.progress) / gained
