"""Gathering what a report tells about a run, and the files that can be taken away."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from core.data import catalogue
from core.errors import BadParam, NotFound, WarmstartError
from core.evaluate.mistakes import worst_mistakes
from core.jobs.summary import evaluation_of
from core.jobs.taking import taken_by
from core.jobs.trusting import trust_of
from core.report.facts import DataFacts, EncoderFacts, RunFacts, Shown
from core.report.trust import TrustFacts
from core.store import classifiers, datasets, decisions, models, runs
from core.store.records import DatasetRecord, ModelRecord, RunRecord
from core.types import Modality

_MISTAKES = 12
_TEXT = 240


def facts_of(run_id: str, *, with_rows: bool = True) -> RunFacts:
    """All that there is to tell about a finished fine-tuning.

    Parameters
    ----------
    run_id : str
        Of the run.
    with_rows : bool
        Whether the texts of its worst mistakes are told too; they are rows of the data set. So
        are the parts that its test rows fall into, and what examinations of it have found.

    Raises
    ------
    NotFound
        When there is no such run.
    BadParam
        When it is no finished fine-tuning.
    """
    run = finished(run_id)
    evaluation = evaluation_of(run)
    assert evaluation is not None  # noqa: S101 - finished() has seen to it
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    with suppress(WarmstartError):  # a damaged or missing file takes only what needs it
        arrays = runs.load_arrays(run.id, "predictions")
    result = run.result or {}
    data = _data(run)
    decided = decisions.get(run.id)
    return RunFacts(
        run=run.id,
        name=run.name,
        request=run.request,
        evaluation=evaluation,
        data=data,
        encoder=_encoder(run, data),
        baseline=result.get("baseline") or {},
        arrays=arrays,
        versions=run.versions or {},
        note=run.note,
        tags=run.tags,
        finished=run.finished,
        seconds=run.seconds,
        peak_memory_mb=run.peak_memory_mb,
        mistakes=_mistakes(run, evaluation.classes, arrays, with_rows),
        imported=run.imported,
        temperature=decided.temperature,
        threshold=decided.threshold,
        trust=trust_of(run, arrays) if with_rows else TrustFacts(),
    )


def finished(run_id: str) -> RunRecord:
    """The run of that id, if it is a fine-tuning that is done.

    Raises
    ------
    NotFound
        When there is no such run.
    BadParam
        When it is of another kind, or not done.
    """
    run = runs.get(run_id)
    if run.kind != "finetune" or run.state != "done" or evaluation_of(run) is None:
        raise BadParam(
            f"The run {run.name!r} is no finished fine-tuning, so there is nothing to hand over.",
            hint="Choose a fine-tuning that is done; see all runs.",
        )
    return run


def modality_of(run: RunRecord) -> Modality:
    """The kind of rows that a run is about, also where its data set is not here."""
    if run.dataset:
        with suppress(NotFound):
            return datasets.get(run.dataset).modality
    if run.origin is not None:
        found: Modality = run.origin["modality"]
        return found
    if run.model:
        with suppress(NotFound):
            return models.get(run.model).modality
    with suppress(WarmstartError):  # the classifier itself still tells
        return taken_by(classifiers.load(run.id))
    return "text"  # all that can be tried without knowing more


def _data(run: RunRecord) -> DataFacts:
    if run.dataset:
        with suppress(NotFound):
            return _kept(datasets.get(run.dataset))
    asked, told = run.request.get("data", {}), (run.origin or {}).get("data", {})
    named = asked.get("name") or told.get("built_in") or ""
    return DataFacts(
        fingerprint=run.dataset or "",
        title=run.dataset_title,
        modality=modality_of(run),
        built_in=named if named in catalogue.built_in() else "",
        options=asked.get("options") or told.get("options") or {},
        rows=told.get("rows"),
        labelled_train=told.get("labelled_train"),
        labelled_test=told.get("labelled_test"),
        unlabelled=told.get("unlabelled"),
    )


def _kept(record: DatasetRecord) -> DataFacts:
    return DataFacts(
        fingerprint=record.fingerprint,
        title=record.title,
        modality=record.modality,
        about=record.about,
        built_in=_built_in(record),
        options=record.options,
        rows=record.rows,
        labelled_train=record.labelled_train,
        labelled_test=record.labelled_test,
        unlabelled=record.unlabelled,
    )


def _built_in(record: DatasetRecord) -> str:
    """The key of the built-in set that a kept one is; an upload of that name has other options."""
    with suppress(NotFound, BadParam):
        if set(catalogue.signature(record.name, record.options)) == set(record.options):
            return record.name
    return ""


def _encoder(run: RunRecord, data: DataFacts) -> EncoderFacts | None:
    if run.model is not None:
        with suppress(NotFound):
            return _model(models.get(run.model))
    first = run.request.get("pretrain")
    if first and not first.get("parent"):  # deleted since, but all it was made from is recorded
        return EncoderFacts(
            name=first.get("name") or first["method"],
            method=first["method"],
            settings=first["settings"],
            pool=first["pool"],
            seed=first["seed"],
            data=data,
        )
    return None


def _model(record: ModelRecord) -> EncoderFacts | None:
    parent = None
    if record.parent is not None:
        parent = _model(models.get(record.parent))
    try:
        data = _kept(datasets.get(record.dataset))
    except NotFound:
        data = DataFacts(record.dataset, record.dataset_title, record.modality)
    return EncoderFacts(
        name=record.name,
        method=record.method,
        settings=record.settings,
        pool=record.pool,
        seed=record.seed,
        data=data,
        rows=record.rows,
        dimensions=record.dimensions,
        parent=parent,
    )


def _mistakes(
    run: RunRecord,
    classes: tuple[str, ...],
    arrays: Mapping[str, np.ndarray[Any, Any]],
    with_rows: bool,
) -> tuple[Shown, ...]:
    if "test_proba" not in arrays:
        return ()
    found = worst_mistakes(arrays, classes, _MISTAKES)
    texts = [""] * len(found)
    if with_rows and found:
        with suppress(WarmstartError):  # a deleted data set takes its texts along
            dataset = datasets.load(run.dataset or "")
            if dataset.modality == "text":
                rows = dataset.take(np.array([one.row for one in found]))
                texts = [textwrap.shorten(str(row), _TEXT, placeholder=" …") for row in rows]
    return tuple(
        Shown(one.row, one.truth, one.said, one.confidence, text)
        for one, text in zip(found, texts, strict=True)
    )
