"""What a worker does: one function for each kind of run."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any, TypeVar

from core.data.dataset import Dataset
from core.errors import BadParam
from core.evaluate.results import Evaluation, evaluation_to_json
from core.jobs.data import open_data
from core.jobs.encoders import (
    Learned,
    baseline,
    encode_cached,
    find_or_learn,
    seen_test_rows,
)
from core.jobs.execute import Job, Task
from core.jobs.machine import peak_memory_mb
from core.jobs.requests import (
    AdaptRequest,
    ChooseRequest,
    CompareRequest,
    ExamineRequest,
    FinetuneRequest,
    LoadRequest,
    PretrainRequest,
    RecipeRequest,
    TuneRequest,
)
from core.jobs.resume import finetuning_attempt
from core.jobs.sources import open_source, told_labels
from core.store import classifiers, datasets, models, runs
from core.store.classifiers import ClassifierRecipe

_LOADED = 0.08  # share of the progress bar for opening or making the data
_PRETRAINED = 0.6

_R = TypeVar(
    "_R",
    LoadRequest,
    PretrainRequest,
    CompareRequest,
    FinetuneRequest,
    RecipeRequest,
    TuneRequest,
    ExamineRequest,
    AdaptRequest,
    ChooseRequest,
)


class _Clock:
    """Seconds of each part of a run, by name; ``total`` has what lies between them too."""

    def __init__(self) -> None:
        self._begun = self._last = time.perf_counter()
        self.seconds: dict[str, float] = {}

    def lap(self, name: str, seconds: float | None = None) -> None:
        """Give the time since the last call, or what was measured, to the part ``name``."""
        now = time.perf_counter()
        self.seconds[name] = round(now - self._last if seconds is None else seconds, 3)
        self.seconds["total"] = round(now - self._begun, 3)
        self._last = now


def load(job: Job) -> dict[str, Any]:
    """Fetch or build a data set and keep it."""
    request = _as(job, LoadRequest)
    clock = _Clock()
    dataset = _open(job, 1.0)
    clock.lap("load")
    record = datasets.get(dataset.fingerprint)
    return {
        "dataset": record.fingerprint,
        "name": request.data.name or record.name,
        "rows": record.rows,
        "seconds": clock.seconds,
        "peak_memory_mb": peak_memory_mb(),
    }


def pretrain(job: Job) -> dict[str, Any]:
    """Learn an encoder without labels, unless the library has this very one."""
    request = _as(job, PretrainRequest)
    clock = _Clock()
    dataset = _open(job, _LOADED)
    clock.lap("load")
    learned = find_or_learn(dataset, request, run=job.run, progress=job.progress.part(_LOADED, 1.0))
    clock.lap("pretrain", learned.seconds)
    job.note(model=learned.record.id)
    return {
        "model": learned.record.id,
        **_origin(learned),
        "dimensions": learned.record.dimensions,
        "rows": learned.record.rows,
        "notes": list(getattr(learned.encoder, "notes_", ())),
        "seconds": clock.seconds,
        "peak_memory_mb": peak_memory_mb(),
    }


def finetune(job: Job) -> dict[str, Any]:
    """Train a head on few labels beside its baseline, and evaluate both on the test rows."""
    from core.evaluate.experiment import run_experiment  # not for the other kinds of run

    request = _as(job, FinetuneRequest)
    clock = _Clock()
    dataset = _open(job, _LOADED)
    clock.lap("load")

    learned, source, done = None, None, _LOADED
    warnings: tuple[str, ...] = ()
    if request.source is not None:
        learned, source, warnings = open_source(
            request.source, dataset, progress=job.progress.part(_LOADED, _LOADED)
        )
    elif request.pretrain is not None:
        done = _PRETRAINED
        learned = find_or_learn(
            dataset, request.pretrain, run=job.run, progress=job.progress.part(_LOADED, done)
        )
    elif request.model is not None:
        job.progress.update(_LOADED, "Opening the model")
        learned = Learned(models.load(request.model), models.get(request.model))
    if learned is not None:
        job.note(model=learned.record.id)
        warnings = (*warnings, *seen_test_rows(learned.record, dataset))
    clock.lap("pretrain", learned.seconds if learned else 0.0)

    beside = baseline(
        dataset,
        learned.record if learned else None,
        progress=job.progress.part(done, done + 0.1),
    )
    known = {beside.id: beside.encoder}
    if learned is not None:
        known[learned.record.id] = learned.encoder
    learning = job.progress.part(done + 0.1, 0.98)
    attempt = finetuning_attempt(request, dataset.fingerprint, job.run)
    outcome = run_experiment(
        dataset,
        learned.encoder if learned else None,
        beside.encoder,
        head=request.head,
        head_settings=request.head_settings,
        strategy=request.strategy,
        strategy_settings=request.strategy_settings,
        source=source,
        labels_per_class=request.labels_per_class,
        draws=request.draws,
        curve=request.curve,
        seed=request.seed,
        # a source that was told labels of this very data set would know the held-out ones
        validate=request.source is None or not told_labels(request.source, dataset),
        encode=encode_cached(dataset, known, progress=learning),
        progress=attempt.progress(learning),
    )
    job.progress.update(0.98, "Keeping the results")
    runs.save_arrays(job.run, "predictions", outcome.arrays)
    runs.save_arrays(job.run, "draws", {"right": outcome.right})
    unchanged = learned is not None and outcome.classifier.encoder is learned.encoder
    made_by = learned.record if learned else beside
    classifiers.save(
        job.run,
        outcome.classifier,
        recipe=ClassifierRecipe(
            method=made_by.method,
            settings=made_by.settings,
            seed=learned.record.seed if learned else 0,
            head=request.head,
            head_settings=request.head_settings,
            head_seed=request.seed,
            model=learned.record.id if learned and unchanged else None,
        ),
    )
    attempt.over()
    clock.lap("finetune", attempt.seconds)
    return {
        "resumed": attempt.resumed,
        "evaluation": evaluation_to_json(
            replace(outcome.evaluation, notes=(*outcome.evaluation.notes, *warnings))
        ),
        "model": None if learned is None else learned.record.id,
        "encoder": None if learned is None else _origin(learned),
        "accuracy": _means(outcome.evaluation),
        "baseline": {"method": beside.method, "settings": beside.settings},
        "recipe": {
            "method": made_by.method,
            "head": request.head,
            "head_settings": dict(request.head_settings),
            "strategy": request.strategy,
            "strategy_settings": dict(request.strategy_settings),
            "source": request.source,
            "labels_per_class": request.labels_per_class,
            "draws": request.draws,
            "seed": request.seed,
        },
        "seconds": clock.seconds,
        "peak_memory_mb": peak_memory_mb(),
    }


def compare(job: Job) -> dict[str, Any]:
    """Try several methods and models on equal terms."""
    from core.jobs.comparing import compare as run  # not for the other kinds of run

    return _timed(job, _as(job, CompareRequest), run, name="compare", opening=0.05)


def recipe(job: Job) -> dict[str, Any]:
    """Reproduce the founding recipe, and fine-tune in earnest beside it."""
    from core.evaluate.recipe import recipe_sentence, run_recipe

    _as(job, RecipeRequest)
    clock = _Clock()
    dataset = _open(job, 0.2)
    clock.lap("load")
    found = run_recipe(dataset, progress=job.progress.part(0.2, 1.0))
    clock.lap("recipe")
    return {
        **asdict(found),
        "sentence": recipe_sentence(found.rows),
        "seconds": clock.seconds,
        "peak_memory_mb": peak_memory_mb(),
    }


def tune(job: Job) -> dict[str, Any]:
    """Look for good settings within a budget of seconds."""
    from core.jobs.tuning import tune as run  # not for the other kinds of run

    return _timed(job, _as(job, TuneRequest), run, name="tune", opening=0.0)


def examine(job: Job) -> dict[str, Any]:
    """Look closer at a finished fine-tuning."""
    from core.jobs.examining import examine as run  # not for the other kinds of run

    return _timed(job, _as(job, ExamineRequest), run, name="examine", opening=0.05)


def adapt(job: Job) -> dict[str, Any]:
    """Carry a classifier from one domain to another."""
    from core.jobs.adapting import adapt as run  # not for the other kinds of run

    return _timed(job, _as(job, AdaptRequest), run, name="adapt", opening=0.03)


def choose(job: Job) -> dict[str, Any]:
    """Rank encoders before any is fine-tuned."""
    from core.jobs.choosing import choose as run  # not for the other kinds of run

    return _timed(job, _as(job, ChooseRequest), run, name="choose", opening=0.05)


#: The task of each kind of run.
TASKS: Mapping[str, Task] = {
    "load": load,
    "pretrain": pretrain,
    "compare": compare,
    "finetune": finetune,
    "recipe": recipe,
    "tune": tune,
    "examine": examine,
    "adapt": adapt,
    "choose": choose,
}


def _means(evaluation: Evaluation) -> dict[str, float | None]:
    """Test accuracy over all draws, for lists of runs that do not read whole evaluations."""
    point = evaluation.point
    if point is None:
        return {"model": evaluation.test.accuracy.value, "baseline": None}
    return {
        "model": point.model.value,
        "baseline": point.baseline.value if point.baseline else None,
    }


def _timed(
    job: Job,
    request: _R,
    run: Callable[[Job, _R, Dataset], dict[str, Any]],
    *,
    name: str,
    opening: float,
) -> dict[str, Any]:
    """Open the data, do the work on it, and say what both cost; ``opening`` is a share."""
    clock = _Clock()
    dataset = _open(job, opening)
    clock.lap("load")
    result = run(job, request, dataset)
    clock.lap(name)
    return {**result, "seconds": clock.seconds, "peak_memory_mb": peak_memory_mb()}


def _open(job: Job, share: float) -> Dataset:
    dataset = open_data(job.request.data, progress=job.progress.part(0.0, share))
    job.note(dataset=dataset.fingerprint, dataset_title=dataset.title)
    return dataset


def _origin(learned: Learned) -> dict[str, Any]:
    record = learned.record
    return {
        "name": record.name,
        "method": record.method,
        "settings": record.settings,
        "pool": record.pool,
        "reused": learned.reused,
        "resumed": learned.resumed,
        "learned_in_seconds": record.seconds,
        "learned_from": record.dataset_title,
    }


def _as(job: Job, kind: type[_R]) -> _R:
    if not isinstance(job.request, kind):
        raise BadParam(f"The run {job.run} holds a request of another kind.")
    return job.request
