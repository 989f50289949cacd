"""A fine-tuning under way, as its page shows it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from core.jobs.requests import DataRef, FinetuneRequest, to_json
from core.store import runs
from tests import seed
from tests.ui.test_pages import calm, words

App = Callable[..., Any]


@pytest.fixture
def no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody comes for what is queued."""
    monkeypatch.setattr("core.jobs.queue.ensure_workers", lambda *_, **__: None)


def running(points: list[dict[str, Any]]) -> str:
    data = seed.keep_texts()
    request = FinetuneRequest(DataRef(fingerprint=data), strategy="scratch", head="gradient")
    run = runs.create(to_json(request), name="Long", dataset=data, pid=os.getpid())
    runs.change(run.id, progress=0.4, message="Pass 12 of at most 300")
    runs.add_points(run.id, points)
    return run.id


def step(number: int, **more: float) -> dict[str, Any]:
    return {
        "pass_": number,
        "train_loss": 1 / number,
        "validation_loss": 1.2 / number,
        "train_accuracy": 0.5,
        "validation_accuracy": 0.4,
        "learning_rate": 0.25,
        "patience_left": 18,
    } | more


def test_the_descent_is_shown_pass_by_pass(app: App) -> None:
    run = running([step(1), step(2)])
    at = calm(app("evaluate", run=run))
    assert "Pass 2 · learning rate 0.25 · patience for 18 more passes without progress" in words(at)
    assert len(at.get("plotly_chart")) == 2
    runs.add_points(run, [step(3, patience_left=1)])
    at.run()
    assert "patience for 1 more pass without" in words(at)
    runs.add_points(run, [step(4, patience_left=0, learning_rate=0.001)])
    at.run()
    assert "learning rate 0.001 · its patience is over" in words(at)
    assert "Stop and keep the best" in [button.label for button in at.button]


def test_losses_alone_are_enough(app: App) -> None:
    at = calm(app("evaluate", run=running([{"train_loss": 0.5, "pass_": 1}])))
    assert len(at.get("plotly_chart")) == 1
    assert "Pass 1" in words(at)
    assert "without progress" not in words(at)


def test_the_label_curve_grows_while_it_is_measured(app: App) -> None:
    point = {"labels": 15, "labels_per_class": 5, "draws": 1, "model_mean": 0.6, "accuracy": 0.6}
    run = running([point])
    at = calm(app("evaluate", run=run))
    assert "Test accuracy so far" in words(at)
    assert "Measured at 5 labels per class." in words(at)
    assert len(at.get("plotly_chart")) == 1
    runs.add_points(
        run,
        [
            {"labels": 3, "labels_per_class": 1, "draws": 1, "model_mean": 0.4},
            {"labels": 90, "draws": 1, "model_mean": 0.9, "model_low": 0.8, "model_high": 0.95},
        ],
    )
    at.run()
    assert "Measured at 1, 5, all labels per class." in words(calm(at))


def queued(name: str) -> str:
    data = seed.keep_texts()
    request = FinetuneRequest(DataRef(fingerprint=data), strategy="scratch", head="gradient")
    return runs.create(to_json(request), name=name, dataset=data).id


def waits(at: Any) -> str:
    return str(at.get("progress")[0].proto.text)


def test_a_queued_run_says_behind_which_it_waits(app: App, no_workers: None) -> None:
    mine = queued("Mine")
    at = calm(app("evaluate", run=mine))
    assert waits(at) == "Waiting for a worker to start: a few seconds"
    works = running([])
    later = queued("Later")
    at.run()
    assert waits(at) == "Waiting behind Long"
    at = calm(app("evaluate", run=later))
    assert waits(at) == "Waiting behind Long · 1 more job before it"
    runs.wish(works, "pause")
    at.run()
    assert waits(at) == "Waiting behind Long, which rests · 1 more job before it"
    runs.change(works, state="done")
    at.run()
    assert waits(at) == "Waiting in the queue · 1 job before it"
