"""Workers as real processes: killed, cancelled, stopped, orphaned."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from core.jobs import process, queue, worker
from core.jobs.machine import cores
from core.jobs.requests import DataRef, LoadRequest, to_json
from core.store import runs
from core.store.records import RunRecord
from tests.core.jobs.odd_worker import COMMAND


@pytest.fixture(autouse=True)
def odd(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Start odd workers instead of real ones, one at a time, and leave none behind."""
    monkeypatch.setattr(process, "COMMAND", COMMAND)
    monkeypatch.setenv("WARMSTART_WORKERS", "1")
    yield
    for run in runs.list_all(states=["queued"]):
        runs.request_cancel(run.id)
    for run in runs.list_all(states=["running"]):
        process.end(run)
    for pid in process._started:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    while process._started:
        process.reap()
        time.sleep(0.01)


def put(how: str) -> RunRecord:
    """A run in the queue that will behave like that."""
    return runs.create(to_json(LoadRequest(DataRef(name=how))), name=how)


def go(how: str) -> RunRecord:
    run = put(how)
    queue.ensure_workers()
    return run


def until(run: RunRecord, holds: Callable[[RunRecord], bool]) -> RunRecord:
    """The run as soon as that holds."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        now = runs.get(run.id)
        if holds(now):
            return now
        time.sleep(0.02)
    raise AssertionError(f"it never came to that: {now}")


def works(run: RunRecord) -> bool:
    return run.state == "running" and run.progress > 0


def test_a_worker_outlives_the_process_that_asked_for_it_and_records_all() -> None:
    run = put("listens 0.7")
    script = (
        "from core.jobs import process, queue\n"
        f"process.COMMAND = {COMMAND!r}\n"
        "queue.ensure_workers()\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
    assert runs.get(run.id).live
    run = until(run, lambda r: not r.live)
    assert (run.state, run.result, run.progress) == ("done", {"how": "listens"}, 1.0)
    assert run.seconds is not None
    assert run.seconds >= 0.7
    assert run.peak_memory_mb is not None
    assert 10 < run.peak_memory_mb < 2000
    assert run.versions is not None
    assert run.versions["python"] == ".".join(map(str, sys.version_info[:3]))
    points = runs.points(run.id)
    assert len(points) > 2
    assert points[0]["loss"] > points[-1]["loss"]


def test_a_killed_worker_leaves_an_interrupted_run_and_nothing_else_is_lost() -> None:
    before = put("done before")
    runs.change(before.id, state="done", result={"how": "well"})
    run = until(go("listens"), works)
    waiting = put("listens 0")
    assert queue.sweep() == []  # it lives
    assert run.pid is not None
    os.kill(run.pid, signal.SIGKILL)
    until(run, lambda r: not process.alive(r))
    queue._last_start = -1e9  # as if the last worker was started long ago
    [found] = queue.sweep()
    assert (found.id, found.state) == (run.id, "interrupted")
    assert found.error == (
        "The worker was killed, or the machine was restarted, while this run was working."
    )
    assert found.hint is not None
    assert found.hint.startswith("Nothing else is lost. Start it again")
    assert runs.points(run.id)
    assert runs.get(before.id).result == {"how": "well"}
    # the sweep also started a worker for what was waiting behind it
    assert until(waiting, lambda r: not r.live).state == "done"


def test_a_worker_that_is_told_to_stop_says_so() -> None:
    run = until(go("listens"), works)
    assert run.pid is not None
    assert os.getsid(run.pid) == run.pid  # a closed terminal does not reach it
    share = psutil.Process(run.pid).environ()["OMP_NUM_THREADS"]
    assert share == os.environ.get("OMP_NUM_THREADS", str(cores()))
    os.kill(run.pid, signal.SIGTERM)
    run = until(run, lambda r: not r.live)
    assert run.state == "interrupted"
    assert run.error == "The worker was asked to stop by the system while this run was working."


@pytest.mark.parametrize("how", ["deaf", "selfish"])
def test_a_cancel_takes_effect_when_the_work_does_not_listen(how: str) -> None:
    run = until(go(how), works)
    after = put("listens 0")
    queue.cancel(run.id)
    # nobody sweeps here: whoever ends the run passes the place on
    until(after, lambda r: r.state == "done")
    cancelled = runs.get(run.id)
    assert (cancelled.state, cancelled.error) == ("cancelled", None)
    assert not process.alive(run)


def test_runs_wait_for_one_another_and_a_cancelled_one_never_starts() -> None:
    first, second, third = go("listens 0.3"), put("listens 0"), go("listens 0")
    assert queue.cancel(second.id).state == "cancelled"
    third = until(third, lambda r: not r.live)
    first = runs.get(first.id)
    assert (first.state, third.state) == ("done", "done")
    assert first.finished is not None
    assert third.started is not None
    assert first.finished <= third.started
    assert runs.get(second.id).started is None


def test_two_at_once_where_two_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARMSTART_WORKERS", "2")
    first, second = go("listens"), go("listens")
    until(first, works)
    until(second, works)
    queue.cancel(first.id)
    queue.cancel(second.id)
    until(first, lambda r: r.state == "cancelled")
    until(second, lambda r: r.state == "cancelled")


def test_what_is_printed_on_the_way_and_the_traceback_are_in_the_log() -> None:
    run = until(go("fault"), lambda r: not r.live)
    assert run.state == "failed"
    log = (runs.folder(run.id) / "log.txt").read_text("utf-8")
    assert "printed on the way" in log
    assert "ZeroDivisionError: one over nothing" in log


def test_a_worker_with_nothing_to_do_ends() -> None:
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert worker.main({}) == 0
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_worker_says_why_it_cannot_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WARMSTART_WORKERS", "many")
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert worker.main({}) == 1
    finally:
        signal.signal(signal.SIGTERM, before)
    assert "WARMSTART_WORKERS=many" in capsys.readouterr().err
    monkeypatch.setenv("WARMSTART_WORKERS", "1")
