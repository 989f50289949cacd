"""Workers as real processes: killed, cancelled, stopped, orphaned."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from core.jobs import process, queue
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
    for started in process._started:
        started.kill()
        started.wait()
    process.reap()


def put(how: str) -> RunRecord:
    """A run in the queue that will behave like that."""
    return runs.create(to_json(LoadRequest(DataRef(name=how))), name=how)


def go(how: str) -> RunRecord:
    run = put(how)
    queue.ensure_workers()
    return run


def until(run: RunRecord, holds: Callable[[RunRecord], bool]) -> RunRecord:
    """The run as soon as that holds."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        now = runs.get(run.id)
        if holds(now):
            return now
        time.sleep(0.02)
    raise AssertionError(f"it never came to that: {now}")


def works(run: RunRecord) -> bool:
    return run.state == "running" and run.progress > 0


def test_a_run_is_done_with_its_curve_costs_and_versions() -> None:
    run = queue.wait(go("listens 0.7").id, 30)
    assert run.state == "done"
    assert run.result == {"how": "listens"}
    assert run.progress == 1.0
    assert run.seconds is not None
    assert run.seconds >= 0.7
    assert run.peak_memory_mb is not None
    assert 10 < run.peak_memory_mb < 2000
    assert run.versions is not None
    assert run.versions["python"] == ".".join(map(str, sys.version_info[:3]))
    points = runs.points(run.id)
    assert len(points) > 10
    assert points[0]["loss"] > points[-1]["loss"]
    assert all(0 <= point["progress"] <= 1 for point in points)


def test_a_killed_worker_leaves_an_interrupted_run_and_nothing_else_is_lost() -> None:
    first = go("listens 0")
    assert queue.wait(first.id, 30).state == "done"
    run = until(go("listens"), works)
    waiting = put("listens 0")
    assert run.pid is not None
    assert queue.sweep() == []  # it lives
    os.kill(run.pid, signal.SIGKILL)
    until(run, lambda r: not process.alive(r))
    [found] = queue.sweep()
    assert found.id == run.id
    assert found.state == "interrupted"
    assert (
        found.error == "The worker was killed, or the machine was restarted, while this run "
        "was working."
    )
    assert found.hint is not None
    assert found.hint.startswith("Nothing else is lost. Start it again")
    assert runs.points(run.id)
    assert runs.get(first.id).result == {"how": "listens"}
    assert queue.wait(waiting.id, 30).state == "done"


def test_a_worker_that_is_told_to_stop_says_so() -> None:
    run = until(go("listens"), works)
    assert run.pid is not None
    assert os.getsid(run.pid) == run.pid  # a closed terminal does not reach it
    share = psutil.Process(run.pid).environ()["OMP_NUM_THREADS"]
    assert share == os.environ.get("OMP_NUM_THREADS", str(cores()))
    os.kill(run.pid, signal.SIGTERM)
    run = queue.wait(run.id, 30)
    assert run.state == "interrupted"
    assert run.error == "The worker was asked to stop by the system while this run was working."


@pytest.mark.parametrize("how", ["listens", "deaf", "selfish"])
def test_a_cancel_takes_effect_whether_the_work_listens_or_not(how: str) -> None:
    run = until(go(how), works)
    after = put("listens 0")
    queue.cancel(run.id)
    # nobody sweeps here: whoever ends the run passes the place on
    until(after, lambda r: r.state == "done")
    cancelled = runs.get(run.id)
    assert (cancelled.state, cancelled.error) == ("cancelled", None)
    assert not process.alive(run)


def test_a_cancelled_run_in_the_queue_never_starts() -> None:
    first = until(go("listens 0.5"), works)
    second = put("listens 0")
    third = put("listens 0")
    assert queue.cancel(second.id).state == "cancelled"
    until(third, lambda r: r.state == "done")
    assert runs.get(first.id).state == "done"
    assert runs.get(second.id).started is None


def test_no_more_runs_at_once_than_allowed_and_none_is_forgotten() -> None:
    asked = [go("listens 0.2") for _ in range(3)]
    ended = [until(run, lambda r: not r.live) for run in asked]
    assert [run.state for run in ended] == ["done"] * 3
    spans = [(run.started, run.finished) for run in ended]
    for (_, end), (start, _) in itertools.pairwise(spans):
        assert end is not None
        assert start is not None
        assert end <= start


def test_two_at_once_where_two_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARMSTART_WORKERS", "2")
    first, second = go("listens"), go("listens")
    until(first, works)
    until(second, works)
    queue.cancel(first.id)
    queue.cancel(second.id)
    until(first, lambda r: r.state == "cancelled")
    until(second, lambda r: r.state == "cancelled")


def test_a_worker_outlives_the_process_that_asked_for_it() -> None:
    run = put("listens 1")
    script = (
        "from core.jobs import process, queue\n"
        f"process.COMMAND = {COMMAND!r}\n"
        "queue.ensure_workers()\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=os.getcwd())
    assert runs.get(run.id).live
    done = until(run, lambda r: not r.live)
    assert done.state == "done"


def test_what_is_printed_on_the_way_and_the_traceback_are_in_the_log() -> None:
    run = until(go("fault"), lambda r: not r.live)
    assert run.state == "failed"
    log = (runs.folder(run.id) / "log.txt").read_text("utf-8")
    assert "printed on the way" in log
    assert "ZeroDivisionError: one over nothing" in log


def test_sweep_starts_a_worker_for_a_run_that_nobody_comes_for() -> None:
    run = put("listens 0")
    queue._last_start = -1e9
    queue.sweep()
    until(run, lambda r: r.state == "done")


def test_a_worker_with_nothing_to_do_ends() -> None:
    assert subprocess.run(COMMAND, env=process.environment(), timeout=30).returncode == 0
