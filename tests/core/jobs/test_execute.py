"""One run in this process: what is recorded of its progress, and of each way it may end."""

from __future__ import annotations

import errno
import math
import os
import threading
import time
from typing import Any

import numpy as np
import pytest

from core.errors import BadData, StoreFailed
from core.jobs import execute as module
from core.jobs import queue
from core.jobs.execute import Job, Task, Terminated, execute
from core.jobs.requests import DataRef, LoadRequest, to_json
from core.store import runs
from core.store.records import RunRecord


def begin() -> RunRecord:
    return runs.create(to_json(LoadRequest(DataRef(name="x"))), name="x", pid=os.getpid())


def do(task: Task, **options: Any) -> RunRecord:
    return execute(begin(), {"load": task}, **options)


def raising(error: BaseException) -> Task:
    def task(job: Job) -> dict[str, Any]:
        raise error

    return task


def test_the_result_and_the_costs_are_kept() -> None:
    def task(job: Job) -> dict[str, Any]:
        assert job.request == LoadRequest(DataRef(name="x"))
        job.note(dataset="f" * 64, dataset_title="X")
        return {"rows": 3}

    run = do(task)
    assert (run.state, run.result, run.progress, run.message) == ("done", {"rows": 3}, 1.0, "")
    assert (run.dataset, run.dataset_title) == ("f" * 64, "X")
    assert run.versions is not None
    assert {"python", "numpy", "scikit-learn", "warmstart"} <= set(run.versions)
    assert run.seconds is not None
    assert run.peak_memory_mb is not None


def test_numbers_become_points_of_a_curve_whatever_they_are() -> None:
    def task(job: Job) -> dict[str, Any]:
        job.progress.update(0.5, "Half", loss=np.float32(0.25), step=np.int64(1))
        job.progress.update(0.4, "", loss=math.nan)
        job.progress.update(0.6, "More", loss=math.inf, why=None)
        return {}

    points = runs.points(do(task).id)
    assert [point["loss"] for point in points] == [0.25, None, None]
    assert [point["progress"] for point in points] == [0.5, 0.4, 0.6]
    assert points[0]["step"] == 1


def test_progress_never_falls_and_a_silent_report_keeps_the_words() -> None:
    heard = []

    def task(job: Job) -> dict[str, Any]:
        job.progress.update(0.5, "Half")
        for fraction in (0.2, 0.7):
            time.sleep(module._WRITE_SECONDS)
            job.progress.update(fraction)
        return {}

    do(task, on_progress=lambda share, words: heard.append((share, words)))
    assert heard == [(0.5, "Half"), (0.5, "Half"), (0.7, "Half")]


def test_few_reports_reach_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    change = runs.change

    def counted(run_id: str, **fields: Any) -> RunRecord:
        written.append(fields)
        return change(run_id, **fields)

    monkeypatch.setattr(runs, "change", counted)
    monkeypatch.setattr(module, "_WRITE_SECONDS", 3600.0)

    def task(job: Job) -> dict[str, Any]:
        for step in range(1000):
            job.progress.update(step / 1000, "Counting", step=step)
        return {}

    run = do(task)
    assert len([fields for fields in written if "progress" in fields]) == 2
    assert len(runs.points(run.id)) == 1000


@pytest.mark.parametrize(
    ("raised", "error", "hint"),
    [
        (BadData("The column 'x' is empty.", hint="Choose another."), "The column 'x' is empty.",
         "Choose another."),
        (MemoryError(), "The memory of this machine was not enough.", "fewer dimensions"),
        (MemoryError("Unable to allocate 9. TiB"),
         "The memory of this machine was not enough: Unable to allocate 9. TiB.", "fewer rows"),
        (OSError(errno.ENOSPC, "No space left on device"),
         "The disk is full: a result could not be written.", "free space"),
        (PermissionError(errno.EACCES, "Permission denied", "/somewhere/x.npz"),
         "The file 'x.npz' cannot be read or written: Permission denied.", "WARMSTART_HOME"),
        (OSError(errno.EROFS, "Read-only file system"),
         "The file cannot be read or written: Read-only file system.", "WARMSTART_HOME"),
    ],
)  # fmt: skip
def test_a_failure_is_kept_in_words(raised: Exception, error: str, hint: str) -> None:
    run = do(raising(raised))
    assert (run.state, run.error) == ("failed", error)
    assert run.hint is not None
    assert hint in run.hint
    assert run.result == {"failure": {"kind": type(raised).__name__, "log": None}}


def test_a_fault_has_short_words_and_its_traceback_in_the_log() -> None:
    run = do(raising(ZeroDivisionError("one over nothing")))
    assert run.state == "failed"
    assert run.result is not None
    mark = run.result["failure"]["log"]
    assert run.error == f"Something went wrong inside the program (ZeroDivisionError, log {mark})."
    assert run.hint is not None
    assert mark in run.hint
    log = (runs.folder(run.id) / "log.txt").read_text("utf-8")
    assert log.startswith(f"--- {mark}\n")
    assert "ZeroDivisionError: one over nothing" in log
    assert "in task" in log


@pytest.mark.parametrize(
    ("raised", "state"), [(KeyboardInterrupt(), "cancelled"), (Terminated(), "interrupted")]
)
def test_being_stopped_is_no_failure(raised: BaseException, state: str) -> None:
    run = do(raising(raised))
    assert run.state == state
    assert (run.error is None) == (state == "cancelled")


def test_a_cancel_is_heard_at_the_next_report() -> None:
    def task(job: Job) -> dict[str, Any]:
        runs.request_cancel(job.run)
        while True:
            job.progress.update(0.5)
            time.sleep(0.01)

    assert do(task).state == "cancelled"


def test_a_pause_is_heard_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOK_SECONDS", 0.01)
    seen: list[RunRecord] = []

    def release(run_id: str) -> None:
        while runs.get(run_id).message != module.PAUSED:
            time.sleep(0.01)
        seen.append(runs.get(run_id))
        queue.go_on(run_id)

    def task(job: Job) -> dict[str, Any]:
        job.progress.update(0.3, "Counting")
        queue.pause(job.run)
        assert queue.paused(job.run)
        other = threading.Thread(target=release, args=(job.run,))
        other.start()
        steps = 0
        while other.is_alive():
            steps += 1
            job.progress.update(0.4, "Counting on")
            time.sleep(0.005)
        job.progress.update(0.5, "Counting on")
        return {"steps": steps, "message": runs.get(job.run).message}

    run = do(task)
    assert run.state == "done"
    assert [(one.state, one.progress) for one in seen] in ([("running", 0.3)], [("running", 0.4)])
    assert run.result is not None
    assert run.result["message"] == "Counting on"
    assert not queue.paused(run.id)


def test_a_run_that_rests_can_be_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOK_SECONDS", 0.01)

    def stop(run_id: str) -> None:
        while runs.get(run_id).message != module.PAUSED:
            time.sleep(0.01)
        runs.request_cancel(run_id)

    def task(job: Job) -> dict[str, Any]:
        queue.pause(job.run)
        threading.Thread(target=stop, args=(job.run,)).start()
        while True:
            job.progress.update(0.5)
            time.sleep(0.005)

    assert do(task).state == "cancelled"


def test_a_wish_to_stop_is_heard_once() -> None:
    def task(job: Job) -> dict[str, Any]:
        before = job.progress.enough()
        queue.enough(job.run)
        part = job.progress.part(0.2, 0.4).under("a").through(lambda *_: None)
        return {"heard": [before, part.enough(), job.progress.enough()]}

    assert do(task).result == {"heard": [False, True, False]}


def test_what_is_over_is_neither_paused_nor_hurried() -> None:
    run = do(lambda job: {})
    queue.pause(run.id)
    queue.enough(run.id)
    assert not queue.paused(run.id)
    assert not runs.wished(run.id, "enough")


def test_without_a_way_to_leave_a_cancel_waits_for_the_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_LOOK_SECONDS", 0.02)
    monkeypatch.setattr(module, "_GRACE_SECONDS", 0.1)

    def task(job: Job) -> dict[str, Any]:
        runs.request_cancel(job.run)
        time.sleep(0.4)
        return {"finished": True}

    run = do(task)
    assert (run.state, run.result) == ("done", {"finished": True})


def test_work_that_does_not_listen_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "end_helpers", lambda: None)
    monkeypatch.setattr(module, "_GRACE_SECONDS", 0.1)
    left = []

    def task(job: Job) -> dict[str, Any]:
        runs.request_cancel(job.run)
        while not left:
            time.sleep(0.01)
        assert runs.get(job.run).state == "cancelled"
        return {"too": "late"}

    run = do(task, leave=lambda: left.append(True))
    assert (run.state, run.result) == ("cancelled", None)


def test_a_database_that_is_busy_for_a_moment_costs_no_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change, refused = runs.change, []

    def busy(run_id: str, **fields: Any) -> RunRecord:
        if "progress" in fields and not refused:
            refused.append(fields)
            raise StoreFailed("The run database failed: another program keeps it busy.")
        return change(run_id, **fields)

    monkeypatch.setattr(runs, "change", busy)

    def task(job: Job) -> dict[str, Any]:
        job.progress.update(0.5, "Half", loss=1.0)
        return {}

    assert do(task).state == "done"
    assert refused


def test_the_end_is_recorded_as_soon_as_the_disk_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.time, "sleep", lambda seconds: None)
    change, refused = runs.change, []

    def full(run_id: str, **fields: Any) -> RunRecord:
        if fields.get("state") and len(refused) < 3:
            refused.append(fields)
            raise StoreFailed("The run database failed: the disk is full.")
        return change(run_id, **fields)

    monkeypatch.setattr(runs, "change", full)
    run = do(raising(StoreFailed("Could not write x.npz: the disk is full.", hint="Free some.")))
    assert len(refused) == 3
    assert (run.state, run.error) == ("failed", "Could not write x.npz: the disk is full.")


def test_a_run_of_an_unreadable_request_fails_in_words() -> None:
    run = runs.create({"kind": "load", "nonsense": 1}, name="x", pid=os.getpid())
    run = execute(run, {"load": lambda job: {}})
    assert run.state == "failed"
    assert run.error is not None
    assert run.error.startswith("A request of kind load cannot be read")
