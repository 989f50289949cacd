"""``tune`` on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.evaluate.tuning.workers import Here
from core.jobs import tuning as module
from core.store import runs
from tests import seed
from tests.core.cli.conftest import Call


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def here(*_: Any) -> Iterator[Here]:
        yield Here()

    monkeypatch.setattr(module, "workers", here)
    monkeypatch.setattr("core.evaluate.tuning.folds._VALIDATED", 24)  # few repeats: quick


def test_words(call: Call, home: Path) -> None:
    data = seed.keep_texts()[:12]
    said = call("tune", data, "--labels-per-class", "4", "--trials", "4")
    assert said.code == 0
    assert "of the validation rows right" in said.out
    assert "TF-IDF · Linear SVM (default)" in said.out
    assert "4 settings tried in" in said.out
    assert f"Run {runs.list_all(kind='tune')[0].id}." in said.out
    assert said.out.count("\n") >= 5


def test_then_fine_tune(call: Call, home: Path) -> None:
    data = seed.keep_texts()[:12]
    said = call("tune", data, "--labels-per-class", "4", "--trials", "2", "--finetune", "--json")
    assert said.code == 0
    assert said.json["kind"] == "finetune"  # one object: the report, which names the settings
    assert said.json["over_draws"]["draws"] == 5
    assert [run.kind for run in runs.list_all()] == ["finetune", "tune"]


def test_what_may_be_tried(call: Call, home: Path) -> None:
    data = seed.keep_texts()[:12]
    said = call(
        *("tune", data, "lsa", "--head", "logistic", "--strategy", "frozen", "--trials", "3"),
        *(
            "--labels-per-class",
            "all",
            "--seed",
            "4",
            "--seconds",
            "50",
            "--name",
            "Mine",
            "--json",
        ),
    )
    assert said.code == 0
    request = runs.list_all(kind="tune")[0].request
    assert request["methods"] == ["lsa"]
    assert (request["heads"], request["strategies"]) == (["logistic"], ["frozen"])
    assert (request["labels_per_class"], request["seed"], request["seconds"]) == (None, 4, 50)
    assert said.json["name"] == "Mine"
    again = call("tune", data, "--start-from", said.json["run"][:6], "--trials", "1", "--json")
    assert again.code == 0
    assert runs.get(again.json["run"]).request["start_from"] == said.json["run"]


def test_refusals(call: Call, home: Path) -> None:
    data = seed.keep_texts()[:12]
    said = call("tune", data, "--finetune", "--background")
    assert (said.code, "Leave one of them out." in said.err) == (2, True)
    said = call("tune", data, "none")
    assert (said.code, "always tried" in said.err) == (2, True)
    assert call("tune", data, "--seconds", "1").code == 2


def test_a_search_that_fails_is_told(
    call: Call, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = seed.keep_texts()[:12]
    monkeypatch.undo()  # the workers are those that the environment asks for
    monkeypatch.setenv("WARMSTART_HOME", str(home))
    monkeypatch.setenv("WARMSTART_DASK", "nowhere")
    said = call("tune", data, "--finetune", "--trials", "1")
    assert said.code == 2
    assert "WARMSTART_DASK cannot be 'nowhere'" in said.err
