"""``pretrain --continue``."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.pretrain import methods
from core.store import models
from tests import seed
from tests.core.cli.conftest import Call
from tests.core.jobs.slow_worker import METHOD

COLUMNS = ("--text-column", "text", "--label-column", "class", "--split-column", "part")


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(methods(), METHOD.key, METHOD)


def test_a_model_is_continued_by_name(call: Call, table: Path) -> None:
    data = seed.keep_texts()[:12]
    few = ("--set", "passes=2", "--seed", "4")
    first = call("pretrain", data, "slow", *few, "--name", "First", "--json").json["model"]
    answer = call("pretrain", table, "--continue", "First", *COLUMNS)
    assert answer.code == 0
    assert "It continues First." in answer.out
    newest = models.list_all()[0]
    assert (newest.parent, newest.seed, newest.settings) == (first, 4, {"passes": 2})
    assert newest.name == "First, continued on tiny.csv"


def test_what_is_missing_or_too_much_is_said(call: Call) -> None:
    data = seed.keep_texts()[:12]
    nothing = call("pretrain", data)
    assert nothing.code == 2
    assert "Neither a method nor a model to continue was named." in nothing.err
    assert "--continue" in nothing.err
    method = call("pretrain", data, "--continue", "lsa")
    assert method.code == 2
    assert "There is no model 'lsa'." in method.err
    call("pretrain", data, "slow", "--set", "passes=2", "--name", "First")
    other = call("pretrain", data, "lsa", "--continue", "First")
    assert other.code == 2
    assert "'lsa' cannot continue it" in other.err
    changed = call("pretrain", data, "--continue", "First", "--set", "passes=3")
    assert changed.code == 2
    assert "'passes' cannot change" in changed.err
