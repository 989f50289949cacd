"""The command that a page shows does what the page does."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from core import jobs
from core.jobs.requests import (
    CompareRequest,
    DataRef,
    FinetuneRequest,
    LoadRequest,
    PretrainRequest,
    RecipeRequest,
    from_json,
)
from core.store import models, runs
from core.store.records import ModelRecord
from tests import seed
from ui.command import command_line, python_code


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


def test_the_python_really_runs(capsys: pytest.CaptureFixture[str]) -> None:
    data = DataRef(fingerprint=seed.keep_texts())
    request = FinetuneRequest(
        data=data,
        pretrain=PretrainRequest(data=data, method="lsa", settings={"n_components": 5}),
        head="logistic",
        head_settings={"C": 3.5},
        labels_per_class=2,
        draws=2,
        curve=False,
        seed=3,
        name="It's mine",
    )
    script = python_code(request)
    exec(compile(script, "copied", "exec"), {})  # noqa: S102 - what a person would paste
    [run] = runs.list_all(kind="finetune")
    assert run.state == "done"
    made = from_json(run.request)
    assert isinstance(made, FinetuneRequest)
    assert (made.head, made.head_settings["C"], made.labels_per_class) == ("logistic", 3.5, 2)
    assert made.pretrain is not None
    assert made.pretrain.settings["n_components"] == 5
    assert (made.draws, made.curve, made.seed, made.name) == (2, False, 3, "It's mine")
    said = capsys.readouterr().out
    assert "With 2 labels per class" in said


def test_the_python_of_every_request_is_that_request(asked: list[Any]) -> None:
    data = DataRef(name="digits")
    requests = [
        LoadRequest(data=DataRef(name="python_docs", options={"masked": True})),
        PretrainRequest(data=data, method="pca", settings={"n_components": 3}, pool="labelled"),
        CompareRequest(
            data=data,
            methods=(PretrainRequest(data=data, method="pca"), PretrainRequest(data, "kmeans")),
            models=("abc",),
            labels_per_class=None,
        ),
        RecipeRequest(),
        FinetuneRequest(data=data, strategy="scratch", labels_per_class=None),
    ]
    for request in requests:
        with pytest.raises(KeyboardInterrupt):
            exec(compile(python_code(request), "copied", "exec"), {})  # noqa: S102
    assert asked == requests
    assert "seed" not in python_code(requests[-1])  # defaults are left out
