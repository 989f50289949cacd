"""The command that a page shows does what the page does."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from core import jobs
from core.jobs.requests import DataRef, FinetuneRequest, LoadRequest, PretrainRequest
from core.store import models, runs
from core.store.records import ModelRecord
from tests import seed
from ui.command import command_line


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the command line would run, instead of running it."""
    found: list[Any] = []

    def note(request: Any, **_: Any) -> Any:
        found.append(request)
        raise KeyboardInterrupt

    monkeypatch.setattr(jobs, "run_here", note)
    return found


def run(line: str) -> None:
    from core.cli import main

    words = shlex.split(line)
    assert words[:3] == ["python", "-m", "core"]
    main(words[3:])


def test_pretraining(asked: list[Any]) -> None:
    data = DataRef(fingerprint=seed.keep_texts())
    request = PretrainRequest(
        data=data,
        method="lsa",
        settings={"n_components": 7},
        pool="unlabelled",
        seed=3,
        name="It's mine",
    )
    run(command_line(request))
    assert asked == [request]


@pytest.fixture
def model() -> ModelRecord:
    """A model in the library."""
    return models.get(runs.get(seed.finished_run(method="lsa")).model or "")


def test_continuing_a_model(model: ModelRecord, asked: list[Any]) -> None:
    data = DataRef(fingerprint=model.dataset)
    request = PretrainRequest(
        data=data,
        method="lsa",
        pool="unlabelled",
        seed=model.seed,
        name="Further",
        parent=model.id,
    )
    run(command_line(request))
    assert asked == [request]


def test_finetuning_a_fresh_model(asked: list[Any]) -> None:
    data = DataRef(fingerprint=seed.keep_texts())
    request = FinetuneRequest(
        data=data,
        pretrain=PretrainRequest(data=data, method="lsa", settings={"n_components": 9}, seed=2),
        head="logistic",
        head_settings={"C": 3.5},
        labels_per_class=None,
        draws=1,
        curve=False,
        seed=2,
    )
    run(command_line(request))
    assert asked == [request]


def test_finetuning_the_baseline_alone(asked: list[Any]) -> None:
    request = FinetuneRequest(
        data=DataRef(fingerprint=seed.keep_texts()), strategy="scratch", labels_per_class=4
    )
    run(command_line(request))
    assert asked == [request]


def test_defaults_are_left_out() -> None:
    from core.finetune import get_head
    from core.params import resolve

    request = FinetuneRequest(
        data=DataRef(name="digits"), head_settings=resolve(get_head("svm").params)
    )
    assert "--set" not in command_line(request)
    assert command_line(request).startswith("python -m core finetune digits none")


def test_loading() -> None:
    assert command_line(LoadRequest(data=DataRef(name="digits"))) == "python -m core datasets"
