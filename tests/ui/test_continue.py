"""Models that learn on, and runs that go on, as pages show them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core import jobs
from core.data.dataset import Dataset
from core.jobs import queue
from core.jobs.requests import DataRef, PretrainRequest, to_json
from core.jobs.resume import identity_of
from core.pretrain import methods
from core.store import checkpoints, datasets, models, runs
from core.store.records import ModelRecord
from tests import seed
from tests.core.jobs.slow_worker import METHOD
from tests.ui.test_pages import calm, words
from ui import live

App = Callable[..., Any]


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(methods(), METHOD.key, METHOD)


@pytest.fixture
def submitted(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What a page asks for, done at once in this process."""
    asked: list[Any] = []

    def submit(request: Any, **fields: Any) -> Any:
        asked.append(request)
        return jobs.run_here(request)

    monkeypatch.setattr(jobs, "submit", submit)
    monkeypatch.setattr(queue, "submit", submit)  # where jobs.again looks for it
    return asked


def learned(data: str, **fields: Any) -> ModelRecord:
    request = PretrainRequest(DataRef(fingerprint=data), "slow", {"passes": 2}, **fields)
    return models.get(jobs.run_here(request).model or "")


def more_texts() -> str:
    """Texts without labels, kept; their fingerprint."""
    texts = np.array([f"a text about number {i}" for i in range(8)], dtype=object)
    made = Dataset(
        "more", "More texts", "text", texts, np.full(8, -1, np.int32), (), np.zeros(8, bool)
    )
    return datasets.save(made).fingerprint


def test_a_model_is_continued_on_its_page(app: App, submitted: list[Any]) -> None:
    first = learned(seed.keep_texts(), name="First")
    more = datasets.get(more_texts())
    at = calm(app("pretrain", model=first.id))
    at.selectbox(key=f"pt_continue_data_{first.id}").set_value(more).run()
    at.radio(key=f"pt_continue_pool_{first.id}").set_value("unlabelled").run()
    line = f"python -m core pretrain {more.fingerprint[:12]} --continue {first.id}"
    assert f"{line} --pool unlabelled" in [code.value for code in at.code]
    at.button(key="pt_continue_start").click().run()
    calm(at)
    [request] = submitted
    assert request == PretrainRequest(
        DataRef(fingerprint=more.fingerprint), "slow", pool="unlabelled", parent=first.id
    )
    second = models.list_all()[0]
    assert (second.parent, second.name) == (first.id, "First, continued on More texts")
    # the page went on to the new model, which names its parent
    assert at.header[0].value == "First, continued on More texts"
    assert "It continues" in words(at)
    assert "after what it had learned before" in words(at)

    at = calm(app("pretrain", model=first.id))
    assert "Continued as" in words(at)


def test_a_whole_line_and_the_library_show_who_came_from_whom(app: App) -> None:
    data, more = seed.keep_texts(), more_texts()
    first = learned(data, name="First")
    run = jobs.run_here(PretrainRequest(DataRef(fingerprint=more), "", parent=first.id))
    third = jobs.run_here(PretrainRequest(DataRef(fingerprint=data), "", parent=run.model))
    at = calm(app("pretrain", model=third.model or ""))
    assert "It continues**, the nearest first" in words(at)
    at = calm(app("pretrain", data=data[:12]))
    table = at.dataframe[0].value
    assert dict(zip(table["Name"], table["Continues"], strict=True)) == {
        "First": "",
        "First, continued on More texts": "First",
        "First, continued on More texts, Tiny texts": "First, continued on More texts",
    }


def test_the_same_rows_again_and_an_empty_pool_are_told(app: App) -> None:
    first = learned(more_texts())
    at = calm(app("pretrain", model=first.id))
    assert "they will count twice" in words(at)
    at.radio(key=f"pt_continue_pool_{first.id}").set_value("labelled").run()
    assert "they will count twice" not in words(at)
    assert at.button(key="pt_continue_start").disabled


def test_a_method_that_learns_at_once_says_why_it_cannot(
    app: App, filled: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    record = models.get(filled["model"])
    once = replace(methods()[record.method], continues=False)
    monkeypatch.setitem(methods(), record.method, once)
    at = calm(app("pretrain", model=record.id))
    [popover] = [
        one.proto.popover for one in at.get("popover") if "Continue" in one.proto.popover.label
    ]
    assert popover.disabled
    assert "learns from all rows at once" in popover.help
    assert not [box for box in at.selectbox if "pt_continue" in str(box.key)]


def stopped(state: Any) -> str:
    """A run that ended early, after it had kept something; its id."""
    data = seed.keep_texts()
    request = PretrainRequest(DataRef(fingerprint=data), "slow", {"passes": 50})
    run = runs.create(to_json(request), name="Long", dataset=data, pid=os.getpid())
    checkpoints.write(identity_of(request, data), run.id, {"passes": 48, "rows": 120})
    error = None if state == "cancelled" else "The memory of this machine was not enough."
    runs.change(run.id, state=state, progress=0.6, error=error, hint="Take fewer rows.")
    return run.id


@pytest.mark.parametrize("state", ["interrupted", "cancelled"])
def test_a_run_that_was_stopped_goes_on(app: App, submitted: list[Any], state: str) -> None:
    at = calm(app("pretrain", run=stopped(state)))
    said = str(at.warning[0].value)
    assert "All that it had learned is kept, but for the last moments." in said
    button = at.button(key="live_again")
    assert button.label == "Go on from where it stopped"
    button.click().run()
    calm(at)
    [again] = [run for run in runs.list_all() if run.state == "done"]
    assert again.result is not None
    assert again.result["resumed"] is True


def test_a_run_that_failed_keeps_its_words(app: App) -> None:
    at = calm(app("pretrain", run=stopped("failed")))
    assert "Take fewer rows." in str(at.error[0].value)
    assert at.button(key="live_again").label == "Go on from where it stopped"


def test_a_run_that_kept_nothing_begins_again(app: App) -> None:
    run = stopped("interrupted")
    for model in [path.stem[:12] for path in checkpoints.home().glob("checkpoints/*.skops")]:
        checkpoints.discard(model)
    at = calm(app("pretrain", run=run))
    assert at.button(key="live_again").label == "Run it again"
    assert "Take fewer rows." in str(at.warning[0].value)


def test_a_running_pretraining_shows_its_losses_and_a_word_of_patience(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_SILENT_SECONDS", 0.0)
    data = seed.keep_texts()
    request = PretrainRequest(DataRef(fingerprint=data), "slow", {"passes": 50})
    run = runs.create(to_json(request), name="Long", dataset=data, pid=os.getpid())
    runs.change(run.id, progress=0.4, message="Pass 2 of 50")
    at = calm(app("pretrain", run=run.id))
    assert "has said nothing new" not in words(at)
    assert not at.get("plotly_chart")
    runs.add_points(
        run.id,
        [{"train_loss": 0.5, "validation_loss": 0.6, "pass_": 1}, {"train_loss": 0.4, "pass_": 2}],
    )
    time.sleep(0.01)
    at.run()
    assert "This step has said nothing new for" in words(at)
    assert len(at.get("plotly_chart")) == 1
    runs.change(run.id, message="Pass 3 of 50")
    at.run()
    assert "has said nothing new" not in words(at)
