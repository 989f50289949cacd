"""The queue from the caller's side, without waiting for workers; one run through a real one."""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from core import jobs
from core.errors import BadParam, JobFailed, NotFound, StoreFailed
from core.jobs import process, queue
from core.jobs.requests import DataRef, FinetuneRequest, LoadRequest, PretrainRequest, to_json
from core.store import database, runs
from core.store.records import RunRecord

LOAD = LoadRequest(DataRef(name="digits"))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Workers that would have been started."""
    found: list[object] = []
    monkeypatch.setattr(process, "start", found.append)
    monkeypatch.setattr(queue, "_last_start", -1e9)
    monkeypatch.setenv("WARMSTART_WORKERS", "2")
    return found


def running(pid: int | None = None) -> RunRecord:
    return runs.create(to_json(LOAD), name="x", pid=os.getpid() if pid is None else pid)


def test_submit_returns_at_once_with_a_run_that_waits(started: list[object]) -> None:
    run = jobs.submit(LOAD)
    assert (run.state, run.kind, run.name) == ("queued", "load", "Handwritten digits")
    assert run.request == to_json(LOAD)
    assert len(started) == 1


def test_submit_refuses_before_anything_is_queued(started: list[object]) -> None:
    with pytest.raises(NotFound):
        jobs.submit(LoadRequest(DataRef(name="nonsense")))
    assert (runs.list_all(), started) == ([], [])


def test_submit_into_a_home_that_cannot_be_written(
    started: list[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("WARMSTART_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(StoreFailed, match="a file stands where a folder should be"):
        jobs.submit(LOAD)
    with pytest.raises(StoreFailed):
        jobs.run_here(LOAD)


def test_a_run_that_no_worker_could_be_started_for_waits_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process, "COMMAND", ("/nowhere/python",))
    run = jobs.submit(LOAD)
    assert run.state == "queued"
    assert run.message.startswith("No worker could be started: No such file or directory.")
    with pytest.raises(JobFailed):
        queue.ensure_workers()
    monkeypatch.setattr(queue, "_last_start", -1e9)
    assert jobs.sweep() == []


def test_as_many_workers_as_places_and_runs(started: list[object]) -> None:
    queue.ensure_workers()
    assert len(started) == 0
    for expected in (1, 3, 5):  # one waits; then two; then more than there are places
        runs.create(to_json(LOAD), name="x")
        queue.ensure_workers()
        assert len(started) == expected
    running()
    queue.ensure_workers()
    assert len(started) == 6
    running()
    queue.ensure_workers()
    assert len(started) == 6


def test_who_only_looks_trusts_a_worker_that_was_just_started(started: list[object]) -> None:
    runs.create(to_json(LOAD), name="x")
    queue.ensure_workers()
    jobs.sweep()
    assert len(started) == 1
    queue._last_start -= 60
    jobs.sweep()
    assert len(started) == 2


def test_a_dead_run_takes_no_place(started: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARMSTART_WORKERS", "1")
    dead = running(pid=2**22 + 1)
    jobs.submit(LOAD)
    assert len(started) == 1
    assert runs.get(dead.id).state == "interrupted"


def test_a_dead_run_that_was_to_be_cancelled_is_cancelled(started: list[object]) -> None:
    dead = running(pid=2**22 + 1)
    runs.request_cancel(dead.id)
    assert [(run.id, run.state) for run in jobs.sweep()] == [(dead.id, "cancelled")]


def test_the_number_of_places_is_checked(
    monkeypatch: pytest.MonkeyPatch, started: list[object]
) -> None:
    runs.create(to_json(LOAD), name="x")
    monkeypatch.setenv("WARMSTART_WORKERS", "some")
    with pytest.raises(BadParam, match="WARMSTART_WORKERS=some"):
        queue.ensure_workers()


def test_again_submits_the_same_and_remembers_where_from(started: list[object]) -> None:
    first = jobs.submit(LOAD)
    second = jobs.again(first.id)
    assert second.id != first.id
    assert (second.request, second.parent) == (first.request, first.id)
    with pytest.raises(NotFound):
        jobs.again("0" * 12)


def test_cancelling_what_waits_and_what_is_over(started: list[object]) -> None:
    run = jobs.submit(LOAD)
    assert jobs.cancel(run.id).state == "cancelled"
    assert jobs.cancel(run.id).state == "cancelled"


def test_a_run_in_somebodys_notebook_is_never_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "_PATIENCE_SECONDS", 0.0)
    run = running()
    runs.request_cancel(run.id)
    queue._end_cancelled(run.id)  # this very process works on it, and is still here
    assert runs.get(run.id).state == "running"
    assert runs.get(run.id).cancel_requested
    mother = running(pid=os.getppid())
    assert process.end(mother) is False
    assert psutil.pid_exists(os.getppid())


def test_waiting_ends_with_the_run_or_the_patience() -> None:
    run = running()
    assert jobs.wait(run.id, 0.0).state == "running"
    runs.change(run.id, state="done")
    assert jobs.wait(run.id).state == "done"


def test_alive_tells_processes_apart() -> None:
    run = running()
    assert process.alive(run)
    assert not process.alive(replace(run, pid=None))
    assert not process.alive(replace(run, pid=2**22 + 1))
    # the number belongs to another process now, unless there was a sign of life just now
    reused = replace(run, pid_created=(run.pid_created or 0) - 1000)
    assert process.alive(reused)
    silent = database.now() - timedelta(seconds=60)
    assert not process.alive(replace(reused, updated=silent))
    assert process.alive(replace(run, updated=silent))


def test_alive_on_another_machine_is_a_matter_of_signs_of_life() -> None:
    elsewhere = replace(running(), host=f"not-{socket.gethostname()}")
    assert process.alive(elsewhere)
    silent = database.now() - timedelta(seconds=process.SILENT_SECONDS + 1)
    assert not process.alive(replace(elsewhere, updated=silent))
    assert process.end(elsewhere) is False
    assert process.end(replace(running(), pid=2**22 + 1)) is True


def test_the_log_of_workers_does_not_grow_for_ever(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_LOG_BYTES", 10)
    home.mkdir()
    log = home / "worker.log"
    log.write_text("x" * 100)
    process.start(["/bin/sh", "-c", "echo hello"])
    while process._started:
        process.reap()
    assert log.read_text() == "hello\n"


def test_a_worker_that_somebody_else_has_waited_for_is_let_go() -> None:
    process.start([sys.executable, "-c", ""])
    for pid in list(process._started):
        os.waitpid(pid, 0)
    process.reap()
    assert process._started == set()


def test_time_left_follows_the_pace_so_far() -> None:
    run = running()
    begun = database.now() - timedelta(seconds=30)
    left = jobs.time_left(replace(run, started=begun, progress=0.25))
    assert left == pytest.approx(90, abs=2)
    assert jobs.time_left(replace(run, started=begun, progress=0.01)) is None
    assert jobs.time_left(replace(run, started=database.now(), progress=0.5)) is None
    assert jobs.time_left(replace(run, state="done", started=begun, progress=0.5)) is None
    assert jobs.time_left(replace(run, started=None, progress=0.5)) is None


def test_the_pace_of_a_run_that_goes_on_is_that_since_it_went_on() -> None:
    run = running()
    runs.add_points(run.id, [{"seconds": 10.0, "progress": 0.6}, {"seconds": 20, "progress": 0.7}])
    begun = database.now() - timedelta(seconds=30)
    left = jobs.time_left(replace(run, started=begun, progress=0.8))
    assert left == pytest.approx(20, abs=2)
    assert jobs.time_left(replace(run, started=begun, progress=0.65)) is None


def test_a_fine_tuning_through_a_real_worker(tiny: DataRef) -> None:
    request = FinetuneRequest(
        tiny,
        pretrain=PretrainRequest(tiny, "lsa", {"min_df": 1, "n_components": 8}),
        labels_per_class=3,
        draws=2,
        curve=False,
    )
    run = jobs.wait(jobs.submit(request).id, 60)
    assert run.state == "done", (run.error, run.hint)
    assert run.result is not None
    here: dict[str, Any] = jobs.run_here(request).result or {}
    assert run.result["evaluation"] == here["evaluation"]
    assert run.pid != os.getpid()
