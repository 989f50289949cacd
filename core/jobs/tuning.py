"""The task that looks for good settings, and the fine-tuning that uses what it found."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from core.data.dataset import Dataset
from core.errors import BadParam, WarmstartError
from core.evaluate.tuning.clock import Clock
from core.evaluate.tuning.configuration import Configuration, EncoderChoice
from core.evaluate.tuning.report import no_pretraining
from core.evaluate.tuning.results import Tuning, tuning_from_json, tuning_to_json
from core.evaluate.tuning.search import search
from core.evaluate.tuning.space import make_space
from core.evaluate.tuning.workers import workers
from core.jobs.encoders import LATER, seen_by
from core.jobs.execute import Job
from core.jobs.pools import pool_size
from core.jobs.requests import DataRef, FinetuneRequest, PretrainRequest, TuneRequest
from core.pretrain import get_method
from core.pretrain.base import Encoder
from core.store import models, runs
from core.store.home import subfolder
from core.store.records import ModelRecord, RunRecord

_FROM_BEFORE = 3  # of the best settings of an earlier search, tried first
_FROM_THE_LIBRARY = 3  # models that take part without being named


def tune(job: Job, request: TuneRequest, dataset: Dataset) -> dict[str, Any]:
    """Search for so many seconds, from the moment that the data is open.

    Returns
    -------
    dict
        ``tuning`` (see :class:`core.evaluate.tuning.results.Tuning`) and ``names``, the names
        of the fitted encoders by their ids, as JSON values.
    """
    clock = Clock(request.seconds)
    job.progress.update(0.0, "Preparing the search")
    records = [models.get(one) for one in request.models]
    fitted = {record.id: models.load(record.id) for record in records}
    ready = [] if request.models or request.methods else _of_the_library(dataset)
    fitted |= {record.id: encoder for record, encoder in ready}
    records += [record for record, _ in ready]
    outside = len(dataset.pool_rows("all")) > _labelled(dataset, request)
    space = make_space(
        dataset.modality,
        pool_size(dataset, "all"),
        seconds=request.seconds,
        pool=outside,
        methods=request.methods,
        fitted=[_choice(one) for one in records if one.id in request.models],
        library=[_choice(one) for one, _ in ready],
        strategies=request.strategies,
        heads=request.heads,
    )
    with workers(subfolder("cache", "tuning")) as found:
        tuning = search(
            dataset,
            space,
            found,
            seconds=request.seconds,
            labels_per_class=request.labels_per_class,
            fitted=fitted,
            begin_with=_before(request, list(fitted)),
            trials=request.trials,
            seed=request.seed,
            clock=clock,
            progress=job.progress,
        )
    missing = no_pretraining(tuning) if _could_pretrain(request) else None
    if missing and tuning.ended == "time":
        tuning = replace(tuning, notes=(missing, *tuning.notes))
    tuning = replace(tuning, notes=(*tuning.notes, *seen_by(records, dataset, kind=LATER)))
    return {
        "tuning": tuning_to_json(tuning),
        "names": {record.id: record.name for record in records},
    }


def tuning_of(run: RunRecord) -> Tuning | None:
    """What a run of the tuner ended with; None for other kinds and for runs not done."""
    values = (run.result or {}).get("tuning")
    return tuning_from_json(values) if values else None


def finetuning_of(run: RunRecord, trial: int | None = None) -> FinetuneRequest:
    """The fine-tuning with the settings that a tuning handed out, or with those of another trial.

    The labels are those of the tuning (in its first draw); this is where test rows are predicted
    for the first time.

    Raises
    ------
    BadParam
        When the run is no finished tuning, or has no such trial.
    """
    tuning = tuning_of(run)
    if tuning is None:
        raise BadParam(
            f"The run {run.id} is no finished tuning.", hint="Choose one that ended well."
        )
    number = tuning.chosen if trial is None else trial
    if not 0 <= number < len(tuning.trials):
        raise BadParam(
            f"The tuning {run.id} has no trial {number}.",
            hint=f"Its trials are 0 to {len(tuning.trials) - 1}.",
        )
    asked = run.request
    return finetuning(
        tuning.trials[number].configuration,
        DataRef(fingerprint=run.dataset),
        labels_per_class=asked["labels_per_class"],
        seed=asked["seed"],
        name=f"Tuned: {run.name}"[:80],
    )


def finetuning(
    one: Configuration,
    data: DataRef,
    *,
    labels_per_class: int | None,
    seed: int,
    name: str = "",
) -> FinetuneRequest:
    """A configuration as a request to fine-tune."""
    encoder = one.encoder
    scratch = one.strategy == "scratch"
    first = None
    if not scratch and encoder.model is None:
        first = PretrainRequest(data, encoder.method, settings=dict(encoder.settings), seed=seed)
    return FinetuneRequest(
        data=data,
        model=encoder.model,
        pretrain=first,
        head=one.head,
        head_settings=dict(one.head_settings),
        strategy=one.strategy,
        strategy_settings=dict(one.strategy_settings),
        labels_per_class=labels_per_class,
        draws=1 if labels_per_class is None else 5,
        curve=False,
        seed=seed,
        name=name,
    )


def _labelled(dataset: Dataset, request: TuneRequest) -> int:
    """How many rows the label budget takes."""
    from core.finetune.draws import draw_labels

    labels = dataset.labels[dataset.train_rows]
    if not len(labels):
        return 0  # the search says what is wrong
    return len(draw_labels(labels, request.labels_per_class, seed=request.seed))


def _choice(record: ModelRecord) -> EncoderChoice:
    return EncoderChoice(record.method, dict(record.settings), record.id)


def _of_the_library(dataset: Dataset) -> list[tuple[ModelRecord, Encoder]]:
    """The newest model of each method that was learned here from this data set alone.

    Not those that came in a bundle, nor those that continue a model of other rows: nobody can
    say whether these have seen test rows. What was learned here has its seconds kept.
    """
    found: dict[str, tuple[ModelRecord, Encoder]] = {}
    for record in models.list_all(modality=dataset.modality, dataset=dataset.fingerprint):
        line = [record, *models.ancestors(record)]
        if (
            record.method in found
            or len(found) == _FROM_THE_LIBRARY
            or get_method(record.method).baseline
            or line[-1].parent is not None
            or any(one.dataset != dataset.fingerprint or one.seconds is None for one in line)
        ):
            continue
        with suppress(WarmstartError):  # deleted or broken: it was not asked for
            found[record.method] = (record, models.load(record.id))
    return list(found.values())


def _could_pretrain(request: TuneRequest) -> bool:
    """Whether what was asked for leaves room for methods that learn."""
    return not request.methods or any(not get_method(key).baseline for key in request.methods)


def _before(request: TuneRequest, fitted: list[str]) -> tuple[Configuration, ...]:
    """What an earlier search found best, as far as this one can use it."""
    if request.start_from is None:
        return ()
    tuning = tuning_of(runs.get(request.start_from))
    if tuning is None:
        return ()
    best = [one.configuration for one in tuning.finalists()]
    usable = [one for one in best if one.encoder.model in (None, *fitted)]
    return tuple(usable[:_FROM_BEFORE])
