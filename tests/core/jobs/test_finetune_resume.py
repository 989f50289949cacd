"""A fine-tuning whose worker was killed goes on from its last seconds."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core import jobs
from core.errors import Cancelled
from core.jobs import process, queue, resume
from core.jobs.check import check
from core.jobs.requests import DataRef, FinetuneRequest
from core.progress import Progress
from core.store import checkpoints, runs
from core.store.records import RunRecord
from tests.core.jobs.test_checkpoints import until, workers

__all__ = ["workers"]  # a fixture


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every pass is kept here too, as the workers of these tests do it."""
    monkeypatch.setattr(resume, "EVERY_SECONDS", 0.0)


def request(data: DataRef, passes: int, **fields: Any) -> FinetuneRequest:
    return FinetuneRequest(
        data=data,
        strategy="scratch",
        head="gradient",
        head_settings={"passes": passes, "patience": passes, "batch_size": 4},
        labels_per_class=8,
        draws=2,
        curve=False,
        **fields,
    )


def identity(asked: FinetuneRequest) -> str:
    spelled = check(asked).request
    assert isinstance(spelled, FinetuneRequest)
    return resume.identity_of_finetuning(spelled, asked.data.fingerprint or "")


def outcome(run: RunRecord) -> tuple[Any, dict[str, np.ndarray[Any, Any]]]:
    assert run.state == "done", (run.error, run.hint)
    assert run.result is not None
    return run.result["evaluation"], runs.load_arrays(run.id, "predictions")


def test_a_killed_worker_loses_its_last_seconds_only(tiny: DataRef, workers: None) -> None:
    asked = request(tiny, passes=80)
    key = identity(asked)
    run = jobs.submit(asked)
    until(run, lambda r: r.state == "running" and _passes(key) > 3)
    pid = runs.get(run.id).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(run, lambda r: not process.alive(r))
    queue.sweep()
    assert runs.get(run.id).state == "interrupted"
    assert jobs.can_go_on(runs.get(run.id))
    before = _passes(key)
    assert 3 < before < 80
    told: list[float] = []
    with _watched(told):
        again = jobs.run_here(asked)
    ours, arrays = outcome(again)
    assert again.result is not None
    assert again.result["resumed"] is True
    assert told[0] > before  # the first pass that is reported comes after those of the worker
    assert not checkpoints.exists(key)
    whole = jobs.run_here(replace(asked, name="From the beginning to the end"))
    assert whole.result is not None
    assert whole.result["resumed"] is False
    theirs, expected = outcome(whole)
    assert ours == theirs
    for name, array in expected.items():
        np.testing.assert_array_equal(arrays[name], array)


def _passes(key: str) -> int:
    """Passes that the descent in a checkpoint has made; 0 where there is none yet."""
    kept = checkpoints.read(key)
    inside = kept.state["inside"] if kept else {}
    return int(inside["descent"]["descent"]["passes"]) if "descent" in inside else 0


class _watched:
    """Notes the passes that are reported."""

    def __init__(self, told: list[float]) -> None:
        self._told = told
        self._patch = pytest.MonkeyPatch()

    def __enter__(self) -> None:
        update, told = Progress.update, self._told

        def report(self: Progress, fraction: float, message: str = "", **metrics: Any) -> None:
            if "pass_" in metrics:
                told.append(metrics["pass_"])
            update(self, fraction, message, **metrics)

        self._patch.setattr(Progress, "update", report)

    def __exit__(self, *_: object) -> None:
        self._patch.undo()


def test_a_cancelled_one_goes_on_too_and_others_do_not(
    tiny: DataRef, often: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = request(tiny, passes=10)

    def stop(self: Progress, fraction: float, message: str = "", **metrics: Any) -> None:
        if metrics.get("pass_") == 4:
            raise Cancelled
        told(self, fraction, message, **metrics)

    told = Progress.update
    monkeypatch.setattr("core.finetune.course._REPORT_EVERY", 0.0)
    with monkeypatch.context() as patch:
        patch.setattr(Progress, "update", stop)
        run = jobs.run_here(asked)
    assert run.state == "cancelled"
    assert jobs.can_go_on(run)
    assert _passes(identity(asked)) == 3
    monkeypatch.setattr(resume, "EVERY_SECONDS", 10.0)
    # another name is the same work, another seed is not
    assert identity(replace(asked, name="Else")) == identity(asked)
    other = jobs.run_here(replace(asked, seed=1))
    assert other.result is not None
    assert other.result["resumed"] is False
    done = jobs.run_here(replace(asked, name="Else"))
    assert done.result is not None
    assert done.result["resumed"] is True
    assert not jobs.can_go_on(run)


def test_a_checkpoint_is_never_older_than_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passes of two seconds each: the age of what is kept, at any moment."""
    clock, written = [0.0], []
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    attempt = resume.finetuning_attempt(
        request(DataRef(fingerprint="f" * 64), 1), "f" * 64, "r" * 8
    )
    progress = attempt.progress(Progress())
    monkeypatch.setattr(attempt, "_write", lambda key, state: written.append(clock[0]))
    kept = progress.checkpoints
    assert kept is not None
    kept._write = attempt._write
    for _ in range(60):
        clock[0] += 2.0
        progress.save(dict)
    ages = np.diff([0.0, *written, clock[0]])
    assert len(written) > 10
    assert ages.max() <= 10.0 - 2.0


def test_the_command_line_says_that_it_went_on(
    tiny: DataRef, often: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.cli import main

    stopped = Progress.update

    def stop(self: Progress, fraction: float, message: str = "", **metrics: Any) -> None:
        if metrics.get("draw") == 1:
            raise Cancelled
        stopped(self, fraction, message, **metrics)

    line = ["finetune", str(tiny.fingerprint)[:12], "none", "--draws", "2", "--no-curve"]
    with monkeypatch.context() as patch:
        patch.setattr(Progress, "update", stop)
        main(line)
    assert "went on" not in capsys.readouterr().out
    main(line)
    assert "It went on from where an earlier run had stopped." in capsys.readouterr().out
