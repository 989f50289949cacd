"""Runs that were stopped go on from where they were."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core import jobs
from core.errors import Cancelled
from core.jobs import process, queue, resume
from core.jobs.requests import (
    CompareRequest,
    DataRef,
    FinetuneRequest,
    LoadRequest,
    PretrainRequest,
    to_json,
)
from core.pretrain import methods
from core.progress import Checkpoints, Progress
from core.store import checkpoints, models, runs
from core.store.records import RunRecord
from tests.core.jobs.slow_worker import COMMAND, METHOD, SlowEncoder


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The slow method is known here too, and every pass is kept."""
    monkeypatch.setitem(methods(), METHOD.key, METHOD)
    monkeypatch.setattr(resume, "EVERY_SECONDS", 0.0)
    monkeypatch.setenv("WARMSTART_WORKERS", "1")


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Workers that know the slow method; none is left behind."""
    monkeypatch.setattr(process, "COMMAND", COMMAND)
    yield
    for run in runs.list_all(states=["running"]):
        process.end(run)
    for pid in process._started:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    while process._started:
        process.reap()
        time.sleep(0.01)


def request(data: DataRef, passes: int = 10, **fields: Any) -> PretrainRequest:
    return PretrainRequest(data=data, method="slow", settings={"passes": passes}, **fields)


def until(run: RunRecord, holds: Callable[[RunRecord], bool]) -> RunRecord:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        now = runs.get(run.id)
        if holds(now):
            return now
        time.sleep(0.02)
    raise AssertionError(f"it never came to that: {now}")


def id_of(asked: PretrainRequest) -> str:
    return resume.identity_of(asked, asked.data.fingerprint or "")


def learn(asked: PretrainRequest) -> SlowEncoder:
    """Do it in this process; the encoder as the library has it."""
    run = jobs.run_here(asked)
    assert run.state == "done", (run.error, run.hint)
    found = models.load(run.model or "")
    assert isinstance(found, SlowEncoder)
    return found


def stopped(data: DataRef, at: int, monkeypatch: pytest.MonkeyPatch, **fields: Any) -> RunRecord:
    """A run that was cancelled in pass ``at`` + 1."""

    def report(self: Progress, fraction: float, message: str = "", **metrics: Any) -> None:
        if metrics.get("pass_") == at + 1:
            raise Cancelled
        told(self, fraction, message, **metrics)

    told = Progress.update
    with monkeypatch.context() as patch:
        patch.setattr(Progress, "update", report)
        run = jobs.run_here(request(data, **fields))
    assert run.state == "cancelled"
    return run


def test_a_killed_run_goes_on_from_its_checkpoint(tiny: DataRef, workers: None) -> None:
    asked = request(tiny, passes=2000)
    run = jobs.submit(asked)
    until(run, lambda r: r.state == "running" and checkpoints.exists(id_of(asked)))
    pid = runs.get(run.id).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(run, lambda r: not process.alive(r))
    kept = checkpoints.read(id_of(asked))
    assert kept is not None
    queue.sweep()
    assert runs.get(run.id).state == "interrupted"
    assert jobs.can_go_on(runs.get(run.id))
    # the rest of it would take long: as good as at its end
    checkpoints.write(id_of(asked), run.id, {**kept.state, "passes": 1998}, seconds=39.0)
    queue._last_start = -1e9
    again = jobs.again(run.id)
    assert again.parent == run.id
    again = until(again, lambda r: not r.live)
    assert again.state == "done"
    assert again.result is not None
    assert again.result["resumed"] is True
    assert again.result["seconds"]["pretrain"] >= 39.0  # what the killed run spent is a cost too
    found = models.load(again.model or "")
    assert isinstance(found, SlowEncoder)
    assert found.began_ == 1998
    assert not checkpoints.exists(id_of(asked))
    assert not jobs.can_go_on(again)


def test_a_cancelled_run_keeps_its_checkpoint_until_it_is_done(
    tiny: DataRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = stopped(tiny, 4, monkeypatch)
    assert jobs.can_go_on(run)
    done = jobs.run_here(request(tiny))
    assert done.state == "done"
    found = models.load(done.model or "")
    assert isinstance(found, SlowEncoder)
    assert found.began_ == 4
    assert not jobs.can_go_on(run)


def test_other_settings_begin_anew(tiny: DataRef, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped(tiny, 4, monkeypatch)
    assert learn(request(tiny, passes=9)).began_ == 0
    assert learn(request(tiny, seed=1)).began_ == 0
    assert learn(request(tiny, pool="labelled")).began_ == 0
    assert learn(request(tiny)).began_ == 4


def test_a_damaged_checkpoint_begins_anew(
    tiny: DataRef, monkeypatch: pytest.MonkeyPatch, home: Any
) -> None:
    stopped(tiny, 4, monkeypatch)
    [file] = (home / "checkpoints").glob("*.skops")
    file.write_bytes(file.read_bytes()[:-20])
    run = jobs.run_here(request(tiny))
    assert run.state == "done"
    assert run.result is not None
    assert run.result["resumed"] is False


def test_a_full_disk_does_not_fail_the_run(tiny: DataRef, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "_free", lambda place: 0)
    assert learn(request(tiny)).began_ == 0
    assert not checkpoints.exists(id_of(request(tiny)))


def test_a_deleted_run_takes_its_checkpoint_along(
    tiny: DataRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = stopped(tiny, 4, monkeypatch)
    runs.delete(run.id)
    assert not checkpoints.exists(id_of(request(tiny)))
    assert learn(request(tiny)).began_ == 0


def test_runs_that_learn_on_their_way_can_go_on_too(
    tiny: DataRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped(tiny, 4, monkeypatch)
    pretrain = request(tiny)

    def failed(asked: Any) -> RunRecord:
        run = runs.create(to_json(asked), name="x", dataset=tiny.fingerprint)
        assert not jobs.can_go_on(run)  # it waits
        return runs.change(run.id, state="failed")

    assert jobs.can_go_on(failed(pretrain))
    assert jobs.can_go_on(failed(FinetuneRequest(tiny, pretrain=pretrain)))
    assert jobs.can_go_on(failed(CompareRequest(tiny, methods=(pretrain,))))
    assert not jobs.can_go_on(failed(FinetuneRequest(tiny)))
    assert not jobs.can_go_on(failed(LoadRequest(tiny)))
    assert not jobs.can_go_on(failed(request(tiny, seed=5)))
    unknown = runs.create({**to_json(pretrain), "method": "gone"}, name="x", dataset="f")
    assert not jobs.can_go_on(runs.change(unknown.id, state="failed"))
    early = runs.create(to_json(pretrain), name="x")  # stopped before its data was opened
    assert not jobs.can_go_on(runs.change(early.id, state="failed"))


def test_a_state_that_takes_long_to_keep_is_kept_less_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, kept = [100.0], []
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])

    def write(key: str, state: Any) -> None:
        kept.append(clock[0])
        clock[0] += 2.0  # a slow disk

    keeper = Checkpoints(lambda key: None, write, every=10.0)
    for second in range(101, 201):
        clock[0] = max(clock[0], float(second))
        keeper.write("x", dict)
    assert kept == [110.0, 152.0, 194.0]
