"""The page of the tuner: empty, before, running, done, and on to the report."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from core import jobs
from core.evaluate.tuning.workers import Here
from core.jobs import tuning as module
from core.jobs.learned_first import LearnedFirst
from core.jobs.requests import DataRef, FinetuneRequest, TuneRequest, to_json
from core.store import datasets, runs
from tests import seed
from ui.command import command_line, python_code


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def here(*_: Any) -> Iterator[Here]:
        yield Here()

    monkeypatch.setattr(module, "workers", here)
    monkeypatch.setattr("core.evaluate.tuning.folds._VALIDATED", 24)  # few repeats: quick


class _Asked(list[Any]):
    """What was submitted, instead of a worker."""

    def __call__(self, request: Any, **_: Any) -> Any:
        self.append(request)
        return type("Record", (), {"id": "0" * 12})


@pytest.fixture(name="asked")
def _asked(monkeypatch: pytest.MonkeyPatch) -> _Asked:
    found = _Asked()
    monkeypatch.setattr(jobs, "submit", found)
    return found


def _tuned(trials: int = 5) -> str:
    request = TuneRequest(DataRef(seed.keep_texts()), labels_per_class=4, trials=trials)
    run = jobs.run_here(request)
    assert run.state == "done", run.error
    return run.id


def test_without_data(app: Callable[..., Any]) -> None:
    at = app("tune")
    assert not at.exception
    assert any("No data set is open yet" in m.value for m in at.markdown)


def test_without_labels(app: Callable[..., Any]) -> None:
    bare = dataclasses.replace(
        seed.texts(), labels=np.full(len(seed.texts()), -1, np.int32), classes=()
    )
    at = app("tune", data=datasets.save(bare).fingerprint[:12])
    assert not at.exception
    assert any("labelled rows of at least two classes" in w.value for w in at.warning)


def test_start(app: Callable[..., Any], asked: _Asked) -> None:
    at = app("tune", data=seed.keep_texts()[:12])
    assert not at.exception
    assert any("not touched before you fine-tune" in m.value for m in at.markdown)
    at.button(key="tn_start").click().run()
    assert asked == [TuneRequest(DataRef(seed.keep_texts()), seconds=60.0, labels_per_class=5)]


def test_choices(app: Callable[..., Any], asked: _Asked) -> None:
    at = app("tune", data=seed.keep_texts()[:12])
    at.button_group(key="tn_seconds").set_value(30)
    at.toggle(key="tn_all").set_value(True)
    at.multiselect(key="tn_methods_text").set_value(["lsa"])
    at.multiselect(key="tn_heads").set_value(["logistic"])
    at.number_input(key="tn_trials").set_value(7)
    at.run()
    assert not at.exception
    assert at.number_input(key="tn_labels").disabled
    at.button(key="tn_start").click().run()
    request = asked[0]
    assert (request.seconds, request.labels_per_class, request.trials) == (30, None, 7)
    assert (request.methods, request.heads) == (("lsa",), ("logistic",))


def test_searching_on(app: Callable[..., Any], asked: _Asked) -> None:
    run = _tuned(1)
    at = app("tune", data=seed.keep_texts()[:12], on=run)
    assert any("are tried first" in i.value for i in at.info)
    at.button(key="tn_start").click().run()
    assert asked[0].start_from == run


def test_result_and_one_click_on(app: Callable[..., Any], asked: _Asked) -> None:
    run = _tuned()
    at = app("tune", run=run)
    assert not at.exception
    assert not at.error
    assert any("of the validation rows right" in m.value for m in at.markdown)
    assert any("No test row was looked at" in c.value for c in at.caption)
    table = at.dataframe[-1].value
    assert len(table) == 5
    assert "chosen" in table["Which"].iloc[0]
    assert sum("default" in mark for mark in table["Which"]) == 1
    at.button(key="tn_use").click().run()
    assert isinstance(asked[0], FinetuneRequest)
    assert asked[0].labels_per_class == 4
    assert asked[0].name.startswith("Tuned: ")


def test_other_settings_than_those_handed_out(app: Callable[..., Any], asked: _Asked) -> None:
    run = _tuned()
    at = app("tune", run=run)
    settings = at.dataframe[-1].value["Settings"].iloc[-1]
    at.session_state["tn_table"] = {"selection": {"rows": [4], "columns": [], "cells": []}}
    at.run()
    at.button(key="tn_use_other").click().run()
    assert not at.exception
    from core.evaluate.tuning.configuration import words
    from core.jobs.tuning import tuning_of

    tuning = tuning_of(runs.get(run))
    assert tuning is not None
    one = next(t for t in tuning.trials if words(t.configuration) == settings)
    assert asked[0].head_settings == dict(one.configuration.head_settings)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (LearnedFirst("LSA / PCA", ready=False, seconds=75.0), "which took the search 1 min 15 s"),
        (LearnedFirst("LSA / PCA", ready=False), "is learned once more first: a search keeps"),
        (LearnedFirst("Mine", ready=True), "Mine is in the library and is used as it is"),
        (None, ""),
    ],
)
def test_what_is_learned_again_is_said(
    app: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    found: LearnedFirst | None,
    said: str,
) -> None:
    monkeypatch.setattr("core.jobs.learned_first.learned_first", lambda *_: found)
    at = app("tune", run=_tuned(1))
    assert not at.exception
    told = " ".join(c.value for c in at.caption)
    assert said in told
    assert ("learned" in told) == (found is not None)


def test_other_costs(app: Callable[..., Any]) -> None:
    at = app("tune", run=_tuned(3))
    for cost in ("size", "speed"):
        at.button_group(key="tn_cost").set_value(cost).run()
        assert not at.exception


def test_a_search_under_way(app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    done = _tuned(9)
    points = runs.points(done)
    for point in points:  # scores that differ by what was chosen
        point["score"] = 0.5 + 0.1 * point["configuration"]["head_settings"]["C"]
    request = TuneRequest(DataRef(seed.keep_texts()), labels_per_class=4)
    record = runs.create(to_json(request), name="Under way", dataset=seed.keep_texts())
    runs.change(record.id, state="running", progress=0.4, message="4 settings tried")
    monkeypatch.setattr(jobs, "sweep", lambda: None)
    at = app("tune", run=record.id)
    assert not at.exception
    assert any("Scores appear here as they come" in c.value for c in at.caption)

    runs.add_points(record.id, points)
    at.run()
    assert not at.exception
    assert any("9 settings with a score" in c.value for c in at.caption)
    assert any("Which choice mattered so far" in m.value for m in at.markdown)
    assert len(at.dataframe[-1].value) == 9
    wished = []
    monkeypatch.setattr(jobs, "enough", wished.append)
    at.button(key="tn_enough").click().run()
    assert wished == [record.id]


def test_one_that_failed_is_explained(app: Callable[..., Any]) -> None:
    request = TuneRequest(DataRef(seed.keep_texts()), labels_per_class=4)
    record = runs.create(to_json(request), name="No luck", dataset=seed.keep_texts())
    runs.change(record.id, state="failed", error="It could not.", hint="Do this.")
    at = app("tune", run=record.id)
    assert not at.exception
    assert any("It could not. Do this." in e.value for e in at.error)
    assert not at.dataframe


def test_one_that_was_cancelled_shows_what_was_tried(app: Callable[..., Any]) -> None:
    points = runs.points(_tuned(3))
    request = TuneRequest(DataRef(seed.keep_texts()), labels_per_class=4)
    record = runs.create(to_json(request), name="No more", dataset=seed.keep_texts())
    runs.add_points(record.id, points)
    runs.change(record.id, state="cancelled")
    at = app("tune", run=record.id)
    assert not at.exception
    assert any("Nothing else was lost" in w.value for w in at.warning)
    assert len(at.dataframe[-1].value) == 3


def test_the_same_without_the_page() -> None:
    request = TuneRequest(
        DataRef(name="python_docs"),
        seconds=30,
        labels_per_class=None,
        methods=("lsa",),
        heads=("svm", "logistic"),
        trials=9,
        start_from="abcdef",
    )
    assert command_line(request) == (
        "python -m core tune python_docs lsa --seconds 30 --labels-per-class all --head svm --head "
        "logistic --trials 9 --start-from abcdef"
    )
    code = python_code(request)
    assert "finetuning_of(run)" in code
    compile(code, "shown", "exec")
