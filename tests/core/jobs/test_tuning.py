"""A search from the request to its result, and the fine-tuning that uses it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from core import jobs
from core.errors import BadData, BadParam, NotFound
from core.evaluate.tuning.workers import Here
from core.jobs import tuning as module
from core.jobs.check import check
from core.jobs.requests import DataRef, PretrainRequest, TuneRequest, from_json, to_json
from core.jobs.tuning import finetuning_of, tuning_of
from core.store import datasets, models, runs
from core.store.records import RunRecord


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def here(*_: Any) -> Iterator[Here]:
        yield Here()

    monkeypatch.setattr(module, "workers", here)
    monkeypatch.setattr("core.evaluate.tuning.folds._VALIDATED", 24)  # few repeats: quick


def _tuned(data: DataRef, **more: Any) -> RunRecord:
    settings: dict[str, Any] = {"seconds": 60.0, "labels_per_class": 4, "trials": 4, **more}
    run = jobs.run_here(TuneRequest(data=data, **settings))
    assert run.state == "done", (run.error, run.hint)
    return run


def test_from_the_request_to_the_report(tiny: DataRef) -> None:
    run = _tuned(tiny)
    tuning = tuning_of(run)
    assert tuning is not None
    assert len(tuning.trials) == 4
    assert (run.result or {})["seconds"]["tune"] > 0
    assert run.name == "Settings for Tiny texts, 4 labels per class"
    json.dumps(run.result, allow_nan=False)
    points = [p for p in runs.points(run.id) if "trial" in p]
    assert {p["trial"] for p in points} == {0, 1, 2, 3}

    request = finetuning_of(run)
    chosen = tuning.trials[tuning.chosen].configuration
    assert request.head == chosen.head
    assert request.strategy == chosen.strategy
    assert request.head_settings == dict(chosen.head_settings)
    assert (request.labels_per_class, request.seed, request.draws) == (4, 0, 5)
    done = jobs.run_here(request)
    assert done.state == "done", done.error
    assert done.name == "Tuned: Settings for Tiny texts, 4 labels per class"


def test_another_trial_than_the_one_handed_out(tiny: DataRef) -> None:
    run = _tuned(tiny)
    tuning = tuning_of(run)
    assert tuning is not None
    number = next(one.number for one in tuning.trials if one.configuration.strategy == "frozen")
    one = tuning.trials[number].configuration
    request = finetuning_of(run, number)
    assert request.pretrain is not None
    assert request.pretrain.method == one.encoder.method
    assert request.pretrain.settings == dict(one.encoder.settings)
    with pytest.raises(BadParam, match="has no trial 99"):
        finetuning_of(run, 99)


def test_the_default_is_a_fine_tuning_from_scratch(tiny: DataRef) -> None:
    request = finetuning_of(_tuned(tiny, trials=1))
    assert (request.model, request.pretrain, request.strategy) == (None, None, "scratch")


def test_a_model_of_the_library_takes_part(tiny: DataRef) -> None:
    model = jobs.run_here(
        PretrainRequest(tiny, "ppmi", settings={"min_df": 1, "dimensions": 8}, name="Mine")
    ).model
    run = _tuned(tiny, models=(model,), trials=2)
    assert (run.result or {})["names"] == {model: "Mine"}
    request = finetuning_of(run)
    assert (request.model, request.pretrain) == (model, None)
    assert request.strategy != "scratch"


def test_what_the_library_learned_from_these_rows_is_tried_first(tiny: DataRef) -> None:
    settings = {"min_df": 1, "dimensions": 8}
    model = jobs.run_here(PretrainRequest(tiny, "ppmi", settings=settings, name="Mine")).model
    run = _tuned(tiny, trials=2)
    tuning = tuning_of(run)
    assert tuning is not None
    assert [one.configuration.encoder.model for one in tuning.trials] == [None, model]
    assert (run.result or {})["names"] == {model: "Mine"}
    assert not any("No pretraining" in note for note in tuning.notes)
    named = tuning_of(_tuned(tiny, trials=2, methods=("lsa",)))
    assert named is not None
    assert all(one.configuration.encoder.model is None for one in named.trials)


def test_a_model_that_came_in_a_bundle_is_not_tried_unasked(tiny: DataRef) -> None:
    settings = {"min_df": 1, "dimensions": 8}
    run = jobs.run_here(PretrainRequest(tiny, "ppmi", settings=settings))
    kept = models.get(run.model or "")
    claimed = datasets.get(kept.dataset)
    models.save(
        models.load(kept.id),
        id="0123456789ab",
        name="Another's",
        method="ppmi",
        settings=settings,
        pool="all",
        seed=0,
        dataset=claimed,
        rows=kept.rows,
    )
    models.delete(kept.id)
    tuning = tuning_of(_tuned(tiny, trials=3))
    assert tuning is not None
    assert all(one.configuration.encoder.model is None for one in tuning.trials)


def test_searching_on_begins_with_what_was_found(tiny: DataRef) -> None:
    first = _tuned(tiny, trials=6)
    then = _tuned(tiny, trials=4, start_from=first.id, seed=1)
    before, after = tuning_of(first), tuning_of(then)
    assert before is not None
    assert after is not None
    best = [one.configuration for one in before.finalists()[:3]]
    assert all(one in [t.configuration for t in after.trials] for one in best)


def test_all_labels_are_one_draw(tiny: DataRef) -> None:
    request = finetuning_of(_tuned(tiny, labels_per_class=None, trials=1))
    assert (request.labels_per_class, request.draws) == (None, 1)


def test_the_request_travels(tiny: DataRef) -> None:
    request = TuneRequest(data=tiny, methods=("lsa",), models=("0" * 12,), heads=("svm",), trials=3)
    assert from_json(json.loads(json.dumps(to_json(request)))) == request


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"seconds": 1}, "seconds cannot be 1"),
        ({"labels_per_class": 1}, "labels_per_class cannot be 1"),
        ({"trials": 0}, "trials cannot be 0"),
        ({"methods": ("raw",)}, "does not take text rows"),
        ({"methods": ("vectors",)}, "needs a file, which a search cannot choose"),
        ({"strategies": ("warm_start",)}, "A search cannot try the strategy 'warm_start'"),
        ({"strategies": ("scratch",)}, "A search cannot try the strategy 'scratch'"),
    ],
)
def test_what_cannot_work_is_said_before(tiny: DataRef, more: dict[str, Any], words: str) -> None:
    with pytest.raises(BadParam, match=words) as raised:
        check(TuneRequest(data=tiny, **more))
    assert raised.value.hint


@pytest.mark.parametrize(
    "more",
    [
        {"heads": ("none",)},
        {"methods": ("none",)},
        {"strategies": ("none",)},
        {"models": ("none",)},
        {"start_from": "none"},
    ],
)
def test_what_does_not_exist(tiny: DataRef, more: dict[str, Any]) -> None:
    with pytest.raises(NotFound):
        check(TuneRequest(data=tiny, **more))


def test_no_labels(unlabelled: DataRef) -> None:
    with pytest.raises(BadData, match="no labelled training rows"):
        check(TuneRequest(data=unlabelled))


def test_to_start_from_takes_a_finished_tuning(tiny: DataRef) -> None:
    other = jobs.run_here(PretrainRequest(tiny, "lsa", settings={"min_df": 1, "n_components": 2}))
    with pytest.raises(BadParam, match="is no finished tuning"):
        check(TuneRequest(data=tiny, start_from=other.id))
    with pytest.raises(BadParam, match="is no finished tuning"):
        finetuning_of(other)
