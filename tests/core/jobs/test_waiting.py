from __future__ import annotations

import os
from pathlib import Path

from core.jobs.requests import DataRef, PretrainRequest, to_json
from core.jobs.waiting import before
from core.store import runs


def made(name: str, *, works: bool = False) -> str:
    request = to_json(PretrainRequest(DataRef(name="digits"), "lsa"))
    return runs.create(request, name=name, pid=os.getpid() if works else None).id


def names(run: str) -> list[str]:
    return [one.name for one in before(runs.get(run))]


def test_those_that_work_go_first_then_those_that_came_earlier(home: Path) -> None:
    first = made("first")
    made("works", works=True)
    second = made("second")
    last = made("last")
    assert names(first) == ["works"]
    assert names(second) == ["works", "first"]
    assert names(last) == ["works", "first", "second"]
    runs.request_cancel(first)  # it gives its place away
    assert names(last) == ["works", "second"]


def test_what_does_not_wait_is_behind_nothing(home: Path) -> None:
    made("waits")
    works = made("works", works=True)
    assert names(works) == []
    runs.change(works, state="done")
    assert names(works) == []


def test_alone_in_the_queue(home: Path) -> None:
    assert names(made("alone")) == []
