"""A model that saw test rows as training rows of another split is named wherever it is judged."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core import jobs
from core.cli import main
from core.cli.comparing import compared
from core.evaluate.tuning.workers import Here
from core.jobs.encoders import seen_by, seen_test_rows
from core.jobs.requests import ChooseRequest, CompareRequest, DataRef, PretrainRequest, TuneRequest
from core.jobs.summary import run_summary
from core.jobs.tuning import tuning_of
from core.store import datasets, models
from core.store.records import ModelRecord
from tests import seed

LSA = {"n_components": 4, "min_df": 1}


@pytest.fixture(name="model")
def _model(home: Path) -> ModelRecord:
    """Learned from the rows that are test rows of ``turned``."""
    data = DataRef(fingerprint=seed.keep_texts())
    run = jobs.run_here(PretrainRequest(data, "lsa", settings=LSA))
    assert run.state == "done", run.error
    return models.get(run.model or "")


@pytest.fixture(name="turned")
def _turned(model: ModelRecord) -> DataRef:
    texts = seed.texts()
    turned = dataclasses.replace(texts, test=(~texts.test) & (texts.labels >= 0), title="Turned")
    return DataRef(fingerprint=datasets.save(turned).fingerprint)


def sentence(model: ModelRecord, what: str) -> str:
    return (
        f"“{model.name}” had learned from 60 of the 60 test rows, without their labels: they were "
        f"training rows of {model.dataset_title}. {what} may be a little kind to it."
    )


def test_in_a_comparison(model: ModelRecord, turned: DataRef) -> None:
    own = PretrainRequest(turned, "lsa", settings=LSA)
    run = jobs.run_here(
        CompareRequest(data=turned, models=(model.id,), methods=(own,), labels_per_class=2, draws=1)
    )
    assert run.state == "done", run.error
    assert (run.result or {})["notes"] == [sentence(model, "The comparison")]
    assert sentence(model, "The comparison") in list(compared(run_summary(run)))
    clean = jobs.run_here(CompareRequest(data=turned, methods=(own,), labels_per_class=2, draws=1))
    assert (clean.result or {})["notes"] == []


def test_in_a_ranking(
    model: ModelRecord, turned: DataRef, capsys: pytest.CaptureFixture[str]
) -> None:
    fingerprint = turned.fingerprint or ""
    asked = ["choose", fingerprint[:12], model.id, "lsa", "--labels-per-class", "2"]
    assert main(asked) == 0
    assert sentence(model, "What is measured on them later") in capsys.readouterr().out
    run = jobs.run_here(ChooseRequest(data=turned, models=(model.id, model.id), labels_per_class=2))
    assert (run.result or {})["notes"] == [sentence(model, "What is measured on them later")]


def test_in_a_search(model: ModelRecord, turned: DataRef, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def here(*_: Any) -> Iterator[Here]:
        yield Here()

    monkeypatch.setattr("core.jobs.tuning.workers", here)
    run = jobs.run_here(
        TuneRequest(data=turned, models=(model.id,), seconds=60, labels_per_class=2, trials=2)
    )
    tuning = tuning_of(run)
    assert tuning is not None
    assert tuning.notes[-1] == sentence(model, "What is measured on them later")


def test_what_a_model_continues_counts_too(model: ModelRecord, turned: DataRef) -> None:
    dataset = datasets.load(turned.fingerprint or "")
    follower = dataclasses.replace(
        model, id="f" * 64, name="Follower", dataset=turned.fingerprint, parent=model.id
    )
    (said,) = seen_test_rows(follower, dataset)
    assert said.startswith("The model had learned from 60 of the 60 test rows")
    assert said.endswith(
        f"training rows of {model.dataset_title}. The comparison may be a little kind to it."
    )
    assert seen_by([follower, model, model], dataset) == [
        sentence(model, "The comparison").replace(model.name, "Follower", 1),
        sentence(model, "The comparison"),
    ]
    own = datasets.load(model.dataset or "")
    assert seen_by([model], own) == []
