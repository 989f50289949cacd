"""Taking in a bundle that another Warmstart wrote: audited, then kept as a run of this home.

Nothing of the file is kept as it came. Encoder and head are read through the audit of model
files, checked by their own classes, and written anew from what was learned; numbers and words
pass through the types that they should have. The run is marked by its ``origin``. Its encoder
enters the library under an id made from the file, which no request for a pretraining leads to:
a forged bundle cannot stand in for a model that is to be learned here.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from contextlib import suppress
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import numpy as np

from core.data.dataset import POOLS, Pool
from core.errors import BadModelFile, BadParam, NotFound, WarmstartError
from core.evaluate.results import CurvePoint, Evaluation, Scores, evaluation_to_json
from core.finetune import get_head, get_strategy
from core.finetune.classifier import Classifier
from core.jobs.bundles import BundledData, BundledModel, BundledRun
from core.jobs.imported_predictions import read_predictions
from core.jobs.requests import DataRef, FinetuneRequest, PretrainRequest, to_json
from core.params import resolve
from core.pretrain import get_method
from core.store import classifiers, datasets, decisions, doubts, modelfile, models, runs
from core.store.audit import Refused
from core.store.bundle import json_part, refusal, unpack_bundle
from core.store.classifiers import ClassifierRecipe
from core.store.decisions import Decisions
from core.store.describing import clean_tags, tidy_name
from core.store.files import UNFINISHED, opened, remove_folder
from core.store.home import subfolder
from core.store.records import DatasetRecord, ModelRecord, RunRecord
from core.store.typed import typed

_LONGEST_NOTE = 20_000
_MOST_WORDS = 200
_WORD = re.compile(r"[A-Za-z0-9][\w.+-]{0,40}", re.ASCII)


def import_bundle(source: Path | IO[bytes]) -> RunRecord:
    """Keep the run of a bundle in this home.

    Parameters
    ----------
    source : Path or binary file
        The bundle; an open file can be sought.

    Returns
    -------
    RunRecord
        Done, with an ``origin``.

    Raises
    ------
    BadModelFile
        When it is refused; the words say why. Nothing in it was executed, and nothing is kept.
    NotFound
        When there is no such file.
    StoreFailed
        When the home folder or the database cannot be written.
    """
    if isinstance(source, Path):
        with opened(source) as file:
            return import_bundle(file)
    passing = subfolder("cache", f"{UNFINISHED}{secrets.token_hex(8)}")
    try:
        manifest = unpack_bundle(source, passing)
        try:
            return _import(passing, manifest)
        except Refused as refused:
            raise refusal(refused) from refused
    finally:
        remove_folder(passing)


def _import(folder: Path, manifest: dict[str, Any]) -> RunRecord:
    told = _read_run(folder / "run.json")
    head_sha256 = manifest["files"]["head.skops"]["sha256"]
    classifier = classifiers.read_parts(
        folder / "encoder.skops", folder / "head.skops", head_sha256=head_sha256
    )
    if classifier.classes != told.evaluation.classes:
        raise Refused("its classifier has other classes than its report")
    encoder = modelfile.read(folder / "encoder.skops")
    head = modelfile.read(folder / "head.skops")
    _try_out(classifier, told)
    arrays = read_predictions(
        folder / "predictions.skops", classes=len(classifier.classes), rows=_rows_of(told.data)
    )
    request = replace(
        told.request,
        data=DataRef(fingerprint=told.data.fingerprint),
        name=told.name,
    )
    run = runs.create(
        to_json(request),
        name=told.name,
        dataset=told.data.fingerprint,
        dataset_title=told.data.title,
        pid=os.getpid(),
        origin=_origin(told, manifest),
    )
    try:
        model = None
        if told.model is not None and told.model.unchanged:
            model = _keep_model(classifier, told.model, encoder, folder, run.id)
        for name, kept in arrays.items():
            runs.save_arrays(run.id, name, kept)
        classifiers.save(
            run.id,
            classifier,
            recipe=ClassifierRecipe(
                method=encoder["method"],
                settings=encoder["settings"],
                seed=encoder["seed"],
                head=head["head"],
                head_settings=head["settings"],
                head_seed=head["seed"],
                model=None if model is None else model.id,
            ),
        )
        if told.decisions != Decisions():
            decisions.keep(run.id, told.decisions)
        doubts.keep(run.id, told.doubts)
        return runs.change(
            run.id,
            state="done",
            result=_result(told, encoder, model),
            note=told.note,
            tags=list(told.tags),
            model=None if model is None else model.id,
            seconds=told.seconds.get("total"),
            peak_memory_mb=told.peak_memory_mb,
            versions=dict(told.versions),
        )
    except BaseException:
        with suppress(WarmstartError):
            runs.change(run.id, state="failed")
            runs.delete(run.id)
        raise


def _read_run(path: Path) -> BundledRun:
    try:
        told = typed(BundledRun, json_part(path), "run.json", Pool=Pool)
    except BadParam as error:  # a class that checks itself
        raise Refused(f"run.json does not hold together ({error.message})") from error
    _check_evaluation(told.evaluation)
    _check_decisions(told.decisions, len(told.evaluation.classes))
    words = [*told.versions, *told.versions.values(), *told.seconds, *told.evaluation.curves]
    if len(words) > _MOST_WORDS or not all(map(_WORD.fullmatch, words)):
        # these stand in places that read markup, where a link or a picture could call home
        raise Refused("a version, or the name of a curve or of a time, is none")
    if len(told.note) > _LONGEST_NOTE:
        raise Refused("its note is longer than a note can be")
    for data in (told.data, told.model.data if told.model else told.data):
        if not _is_fingerprint(data.fingerprint) or len(data.title) > 1000:
            raise Refused("it does not say which data it stands on")
    if told.model is not None and (told.model.pool not in POOLS or told.model.rows < 0):
        raise Refused(f"its model learned from an unknown pool {told.model.pool[:40]!r}")
    try:
        told = replace(told, name=tidy_name(told.name), tags=clean_tags(told.tags))
    except BadParam as error:
        raise Refused(f"its tags cannot be kept ({error.message})") from error
    try:
        _check_request(told.request)
        resolve(get_method(told.baseline_method).params, told.baseline_settings)
        return told
    except (NotFound, BadParam) as error:
        raise BadModelFile(
            f"The bundle cannot be used by this version: {error.message}",
            hint="It was made by another version of Warmstart. Update, or train anew.",
        ) from error


def _check_request(request: FinetuneRequest) -> None:
    """Its methods, head, strategy and their settings are known here."""
    resolve(get_head(request.head).params, request.head_settings)
    resolve(get_strategy(request.strategy).params, request.strategy_settings)
    first: PretrainRequest | None = request.pretrain
    if first is not None and first.method:
        resolve(get_method(first.method).params, first.settings)


def _check_decisions(found: Decisions, classes: int) -> None:
    if (wrong := found.wrong(classes)) is not None:
        raise Refused(f"it was given {wrong}")


def _check_evaluation(found: Evaluation) -> None:
    """What the charts rely on: as many classes everywhere, counts that are none below zero."""
    k = len(found.classes)
    if k < 2 or len(set(found.classes)) != k:
        raise Refused("its report has fewer than two classes, or one twice")
    for field in fields(found):
        scores = getattr(found, field.name)
        if isinstance(scores, Scores):
            _check_scores(scores, found.classes)
    for point in found.curve:
        _check_point(point)
    if any(len(values) > 1_000_000 for values in found.curves.values()):
        raise Refused("its curves are too long")


def _check_scores(scores: Scores, classes: tuple[str, ...]) -> None:
    rows = scores.confusion
    square = len(rows) == len(classes) and all(len(row) == len(classes) for row in rows)
    if not square or any(count < 0 for row in rows for count in row) or scores.rows < 0:
        raise Refused("its confusion matrix does not fit its classes")
    if not {one.name for one in scores.per_class} <= set(classes):
        raise Refused("its scores are of classes that it does not have")


def _check_point(point: CurvePoint) -> None:
    if not point.model_draws or point.labels < 0 or (point.labels_per_class or 1) < 1:
        raise Refused("its label curve has a point without draws or labels")


def _try_out(classifier: Classifier, told: BundledRun) -> None:
    """One answer, so that parts which do not fit together are met now, and not by a person."""
    if told.data.modality != "text":
        return
    try:
        proba = classifier.predict_proba(np.array(["a text", ""], dtype=object))
    except Exception as error:  # whatever it is, the parts do not fit
        raise Refused(f"its encoder and its head do not fit together ({error})") from error
    if proba.shape != (2, len(classifier.classes)) or not np.isfinite(proba).all():
        raise Refused("its classifier gives no probabilities")


def _rows_of(data: BundledData) -> int | None:
    """How many rows the data set of a bundle has: by itself where it is here, else as it says."""
    with suppress(NotFound):
        return datasets.get(data.fingerprint).rows
    return data.rows


def _keep_model(
    classifier: Classifier,
    model: BundledModel,
    encoder: dict[str, Any],
    folder: Path,
    run_id: str,
) -> ModelRecord:
    with open(folder / "encoder.skops", "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    identity = hashlib.sha256(f"imported {digest}".encode()).hexdigest()[:12]
    name = model.name[:60]
    return models.save(
        classifier.encoder,
        id=identity,
        name=name if name.endswith("(imported)") else f"{name} (imported)",
        method=encoder["method"],
        settings=encoder["settings"],
        pool=model.pool,
        seed=encoder["seed"],
        dataset=_dataset(model.data),
        rows=model.rows,
        run=run_id,
    )


def _dataset(data: BundledData) -> DatasetRecord:
    return DatasetRecord(
        fingerprint=data.fingerprint,
        name="",
        title=data.title,
        modality=data.modality,
        rows=data.rows or 0,
        classes=(),
        labelled_train=data.labelled_train or 0,
        labelled_test=data.labelled_test or 0,
        unlabelled=data.unlabelled or 0,
        created=datetime.now(UTC),
        options={},
    )


def _result(told: BundledRun, encoder: dict[str, Any], model: ModelRecord | None) -> dict[str, Any]:
    """What a fine-tuning leaves, put together from what was checked."""
    point = told.evaluation.point
    request = told.request
    return {
        "evaluation": evaluation_to_json(told.evaluation),
        "model": None if model is None else model.id,
        "encoder": None
        if told.model is None
        else {
            "name": told.model.name,
            "method": encoder["method"],
            "settings": encoder["settings"],
            "pool": told.model.pool,
            "reused": False,
            "resumed": False,
            "learned_in_seconds": told.seconds.get("pretrain"),
            "learned_from": told.model.data.title,
        },
        "accuracy": {
            "model": point.model.value if point else told.evaluation.test.accuracy.value,
            "baseline": point.baseline.value if point and point.baseline else None,
        },
        "baseline": {"method": told.baseline_method, "settings": dict(told.baseline_settings)},
        "recipe": {
            "method": encoder["method"],
            "head": request.head,
            "head_settings": dict(request.head_settings),
            "strategy": request.strategy,
            "strategy_settings": dict(request.strategy_settings),
            "source": None,
            "labels_per_class": request.labels_per_class,
            "draws": request.draws,
            "seed": request.seed,
        },
        "seconds": dict(told.seconds),
        "peak_memory_mb": told.peak_memory_mb,
    }


def _origin(told: BundledRun, manifest: dict[str, Any]) -> dict[str, Any]:
    return {
        "run": told.run[:32],
        "made": str(manifest.get("made", ""))[:40],
        "finished": told.finished[:40],
        "warmstart": str(manifest.get("warmstart", ""))[:40],
        "imported": datetime.now(UTC).isoformat(timespec="seconds"),
        "modality": told.data.modality,
        "data": asdict(told.data),
    }


def _is_fingerprint(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")
