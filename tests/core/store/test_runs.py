from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from core.errors import JobFailed, NotFound, StoreFailed
from core.store import database as db
from core.store import runs
from core.store.records import RunState

FINAL: tuple[RunState, ...] = ("done", "failed", "cancelled", "interrupted")

#: Takes runs one after the other until none waits, and tells each, with how many were running.
_WORKER = """
import os, sys, time
import sqlalchemy as sa
from core.store import database as db, runs
while True:
    run = runs.claim(os.getpid(), at_most=2)
    if run is not None:
        with db.reading() as connection:
            working = connection.scalar(
                sa.select(sa.func.count()).select_from(db.runs).where(db.runs.c.state == "running")
            )
        print(run.id, working, flush=True)
        runs.change(run.id, state="done")
    elif not runs.list_all(states=["queued"]):
        break
"""


def make(name: str = "a run", **more: object) -> str:
    return runs.create({"kind": "pretrain", "method": "x"}, name=name, **more).id  # type: ignore[arg-type]


def test_a_new_run_waits() -> None:
    run = runs.create(
        {"kind": "finetune", "head": "svm"},
        name="first",
        dataset="f" * 64,
        dataset_title="Set",
        model="abc",
    )
    assert (run.state, run.kind, run.name, run.progress) == ("queued", "finetune", "first", 0.0)
    assert (run.dataset, run.dataset_title, run.model) == ("f" * 64, "Set", "abc")
    assert run.live
    assert not run.cancel_requested
    assert runs.folder(run.id).is_dir()
    assert runs.get(run.id) == run


def test_ids_are_fit_for_addresses_and_hard_to_guess() -> None:
    ids = {make() for _ in range(20)}
    assert len(ids) == 20
    assert all(re.fullmatch("[a-z0-9]{12}", run_id) for run_id in ids)


@pytest.mark.parametrize(
    "run_id", ["", "..", "../../etc/passwd", "a/b", "short", "A" * 12, "x" * 33, "nosuchrunabc", 7]
)
def test_what_is_no_run_is_not_found(run_id: str) -> None:
    for act in (runs.get, runs.request_cancel, runs.delete, lambda i: runs.change(i, name="x")):
        with pytest.raises(NotFound, match="There is no run"):
            act(run_id)


def test_a_run_goes_its_way() -> None:
    run_id = make()
    started = runs.change(run_id, state="running", pid=5)
    assert started.started is not None
    assert started.started >= started.created
    halfway = runs.change(run_id, progress=0.5, message="half")
    assert (halfway.progress, halfway.message, halfway.state) == (0.5, "half", "running")
    assert runs.get(run_id) == halfway
    done = runs.change(run_id, state="done", result={"accuracy": 0.5})
    assert (done.state, done.progress, done.result) == ("done", 1.0, {"accuracy": 0.5})
    assert done.finished is not None
    assert done.seconds == pytest.approx((done.finished - started.started).total_seconds())


def test_times_that_are_given_count() -> None:
    run_id = make()
    runs.change(run_id, state="running")
    assert runs.change(run_id, state="failed", error="no", hint="yes", seconds=3.5).seconds == 3.5


@pytest.mark.parametrize("final", FINAL)
def test_a_final_state_stays(final: RunState) -> None:
    run_id = make()
    runs.change(run_id, state="running")
    before = runs.change(run_id, state=final, message="over", result={"a": 1})
    for state in ("queued", "running", *FINAL):
        after = runs.change(run_id, state=state, message="late", result={"a": 2}, progress=0.3)
        assert after == before
    named = runs.change(run_id, state="running", name="new", starred=True, note="n", seconds=9.0)
    assert (named.state, named.name, named.starred, named.note) == (final, "new", True, "n")
    assert (named.seconds, named.message) == (9.0, "over")
    assert runs.request_cancel(run_id).cancel_requested is False


def test_a_running_run_does_not_wait_again() -> None:
    run_id = make()
    runs.change(run_id, state="running")
    assert runs.change(run_id, state="queued", message="again").state == "running"
    assert runs.get(run_id).message == ""


@pytest.mark.parametrize("fields", [{"id": "x"}, {"created": None}, {"nonsense": 1}])
def test_fields_that_never_change(fields: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="cannot change"):
        runs.change(make(), **fields)


def test_a_state_that_is_none() -> None:
    with pytest.raises(TypeError, match="no state 'asleep'"):
        runs.change(make(), state="asleep")


def test_runs_are_claimed_in_their_order() -> None:
    ids = [make(str(i)) for i in range(3)]
    first = runs.claim(os.getpid(), at_most=2)
    second = runs.claim(os.getpid(), at_most=2)
    assert first is not None
    assert second is not None
    assert [first.id, second.id] == ids[:2]
    assert (first.state, first.pid) == ("running", os.getpid())
    assert first.host
    assert first.pid_created is not None
    assert first.pid_created < first.created.timestamp()
    assert runs.claim(os.getpid(), at_most=2) is None
    runs.change(ids[0], state="done")
    third = runs.claim(os.getpid(), at_most=2)
    assert third is not None
    assert third.id == ids[2]
    runs.change(ids[1], state="done")
    assert runs.claim(os.getpid(), at_most=2) is None


def test_a_claim_for_a_process_that_is_gone() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    make()
    run = runs.claim(gone.pid, at_most=1)
    assert run is not None
    assert (run.pid, run.pid_created) == (gone.pid, None)


def test_each_run_goes_to_one_process_and_no_more_work_than_may() -> None:
    ids = [make(str(i)) for i in range(50)]
    workers = [
        subprocess.Popen([sys.executable, "-c", _WORKER], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    lines = [line.split() for w in workers for line in w.communicate()[0].splitlines()]
    assert all(worker.returncode == 0 for worker in workers)
    assert Counter(run_id for run_id, _ in lines) == Counter(ids)
    assert max(int(working) for _, working in lines) <= 2


def test_each_run_goes_to_one_thread() -> None:
    ids = [make(str(i)) for i in range(20)]
    taken: list[str] = []
    begin = threading.Barrier(4)

    def work() -> None:
        begin.wait()
        while (run := runs.claim(os.getpid(), at_most=100)) is not None:
            taken.append(run.id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(ids)


def test_a_run_that_is_begun_at_once_is_never_claimed() -> None:
    run = runs.create({"kind": "load"}, name="inline", pid=os.getpid())
    assert (run.state, run.pid) == ("running", os.getpid())
    assert runs.claim(1, at_most=10) is None


def test_cancelling() -> None:
    waiting, working = make(), make()
    runs.change(working, state="running")
    assert runs.request_cancel(waiting).state == "cancelled"
    asked = runs.request_cancel(working)
    assert (asked.state, asked.cancel_requested) == ("running", True)
    assert runs.claim(1, at_most=10) is None


def test_lists() -> None:
    a = make("a", dataset="1" * 64)
    b = make("b", model="m", dataset="1" * 64)
    c = runs.create({"kind": "load"}, name="c").id
    runs.change(b, state="failed")
    assert [r.id for r in runs.list_all()] == [c, b, a]
    assert [r.id for r in runs.list_all(limit=2)] == [c, b]
    assert [r.id for r in runs.list_all(kind="load")] == [c]
    assert [r.id for r in runs.list_all(states=["failed", "done"])] == [b]
    assert runs.list_all(states=[]) == []
    assert [r.id for r in runs.list_all(dataset="1" * 64)] == [b, a]
    assert [r.id for r in runs.list_all(model="m", kind="pretrain")] == [b]


def test_brief_lists_leave_out_what_is_long() -> None:
    result = {
        "evaluation": {"test": {"accuracy": {"value": 0.5}}, "confusion": [[1] * 9] * 9},
        "short": [1, {"curve": list(range(5)), "array": np.arange(2), "text": "x" * 99}],
        "pair": (1, 2),
    }
    done, waiting = make("done"), make("waiting")
    runs.change(done, result={"first": 1})
    runs.change(done, state="done", result=result)
    rest, brief = runs.list_all(brief=True, limit=5)
    assert rest == runs.get(waiting)
    assert brief.result == {
        "evaluation": {"test": {"accuracy": {"value": 0.5}}, "confusion": []},
        "short": [1, {"curve": [], "array": [], "text": "x" * 99}],
        "pair": [1, 2],
    }
    whole = runs.get(done)
    assert whole.result is not None
    assert whole.result["evaluation"]["confusion"] == [[1] * 9] * 9
    assert replace(brief, result=whole.result) == whole == runs.list_all(states=["done"])[0]
    assert runs.list_all(brief=True, states=["done"], kind="load") == []


def test_a_result_that_is_taken_back() -> None:
    run_id = make()
    runs.change(run_id, result={"a": 1})
    runs.change(run_id, result=None)
    assert runs.get(run_id).result is None
    assert runs.list_all(brief=True)[0].result is None


def test_deleting() -> None:
    run_id = make("mine")
    child = make(parent=run_id)
    place = runs.folder(run_id)
    with pytest.raises(JobFailed, match="'mine' is queued and cannot be deleted"):
        runs.delete(run_id)
    runs.change(run_id, state="running")
    with pytest.raises(JobFailed, match="is running"):
        runs.delete(run_id)
    assert place.is_dir()
    runs.change(run_id, state="interrupted")
    runs.keep_sha256(run_id, "a", "b")
    runs.delete(run_id)
    assert not place.exists()
    assert runs.get(child).parent is None
    with pytest.raises(NotFound):
        runs.get(run_id)
    with db.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(db.run_files)) == 0


def examination(of: str, state: str) -> str:
    made = runs.create({"kind": "examine", "run": of}, name=f"Examination of {of}")
    if state != "queued":
        runs.change(made.id, state=state)
    return made.id


def test_examinations_go_with_the_run_that_they_are_about() -> None:
    mine, other = make("mine"), make("other")
    for run_id in (mine, other):
        runs.change(run_id, state="done")
    first, second = examination(mine, "done"), examination(mine, "failed")
    kept = examination(other, "done")
    waits = examination(mine, "queued")
    places = [runs.folder(one) for one in (mine, first, second)]
    with pytest.raises(JobFailed, match="'mine' is being examined") as caught:
        runs.delete(mine)
    assert waits in (caught.value.hint or "")
    assert all(place.is_dir() for place in places)
    runs.change(waits, state="cancelled")
    assert runs.delete(mine) == 3
    assert not any(place.exists() for place in places)
    assert {one.id for one in runs.list_all()} == {other, kept}
    assert runs.delete(kept) == 0
    assert runs.delete(other) == 0


def test_a_parent_that_is_not_there(home: Path) -> None:
    with pytest.raises(NotFound, match="There is no run 'nobody'"):
        make(parent="nobody")
    assert os.listdir(home / "runs") == []


def test_a_run_that_cannot_be_written_leaves_no_folder(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs.list_all()

    def fail() -> None:
        raise StoreFailed("full")

    monkeypatch.setattr(db, "writing", fail)
    with pytest.raises(StoreFailed, match="full"):
        make()
    assert os.listdir(home / "runs") == []


def test_check_sums_are_kept_with_a_run() -> None:
    run_id = make("mine")
    runs.keep_sha256(run_id, "a", "1" * 64)
    runs.keep_sha256(run_id, "a", "2" * 64)
    assert runs.kept_sha256(run_id, "a") == "2" * 64
    with pytest.raises(NotFound, match="'mine' has kept no classifier"):
        runs.kept_sha256(run_id, "b")


def test_a_record_is_made_of_plain_values() -> None:
    run = runs.get(make())
    assert json.loads(json.dumps(run.request)) == run.request
