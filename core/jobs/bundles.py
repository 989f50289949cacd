"""A finished fine-tuning as a bundle: what it takes to predict with it elsewhere, and to judge it.

The rows of the data set are not in it, only its fingerprint, its counts and the predictions.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

import core
from core.errors import NotFound
from core.evaluate.doubt import DoubtSettings
from core.evaluate.results import Evaluation
from core.jobs.handing_over import facts_of, finished
from core.jobs.requests import FinetuneRequest, from_json
from core.report.card import card, markdown
from core.report.facts import DataFacts, RunFacts
from core.store import classifiers, decisions, doubts, modelfile, models, runs
from core.store.bundle import write_bundle
from core.store.decisions import Decisions
from core.store.files import UNFINISHED, plain_value, remove_folder
from core.store.home import subfolder
from core.types import Modality


@dataclass(frozen=True)
class BundledData:
    """The data set of a bundled run without its rows, as :class:`core.report.facts.DataFacts`."""

    fingerprint: str
    title: str
    modality: Modality
    rows: int | None = None
    labelled_train: int | None = None
    labelled_test: int | None = None
    unlabelled: int | None = None
    built_in: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class BundledModel:
    """The pretrained model of a bundled run; ``unchanged`` where the classifier holds just that."""

    name: str
    pool: str
    data: BundledData
    rows: int
    unchanged: bool


@dataclass(frozen=True)
class BundledRun:
    """What ``run.json`` of a bundle says; the importing side reads it as this very class."""

    run: str
    name: str
    request: FinetuneRequest
    evaluation: Evaluation
    data: BundledData
    baseline_method: str
    baseline_settings: Mapping[str, Any]
    model: BundledModel | None = None
    decisions: Decisions = field(default_factory=Decisions)
    doubts: DoubtSettings = field(default_factory=DoubtSettings)
    note: str = ""
    tags: tuple[str, ...] = ()
    finished: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)
    peak_memory_mb: float | None = None
    versions: Mapping[str, str] = field(default_factory=dict)


def export_bundle(run_id: str, path: Path) -> Path:
    """Write the bundle of a finished fine-tuning.

    Parameters
    ----------
    run_id : str
        Of the run.
    path : Path
        Where the zip file shall be.

    Raises
    ------
    NotFound, BadParam
        When there is no such run, or it is no finished fine-tuning.
    BadModelFile
        When its classifier was damaged.
    StoreFailed
        When the disk refuses.
    """
    facts = facts_of(run_id, with_rows=False)
    encoder_path, head_path = classifiers.parts_of(run_id)
    told = _told(run_id, facts, encoder_path)
    passing = subfolder("cache", f"{UNFINISHED}{secrets.token_hex(8)}")
    try:
        parts: dict[str, bytes | Path] = {
            "run.json": json.dumps(asdict(told), default=plain_value).encode("ascii"),
            "card.md": markdown(card(facts)).encode("utf-8"),
            "encoder.skops": encoder_path,
            "head.skops": head_path,
        }
        if facts.arrays:
            parts["predictions.skops"] = passing / "predictions.skops"
            modelfile.write(
                passing / "predictions.skops",
                {"kind": "predictions", "arrays": dict(facts.arrays), "draws": _draws(run_id)},
            )
        about = {
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "warmstart": core.__version__,
            "name": told.name,
            "run": told.run,
            "data_fingerprint": told.data.fingerprint,
        }
        write_bundle(path, parts, about=about)
    finally:
        remove_folder(passing)
    return path


def _draws(run_id: str) -> dict[str, np.ndarray[Any, Any]]:
    """Which test rows were right in each draw, where the run kept that."""
    try:
        return runs.load_arrays(run_id, "draws")
    except NotFound:
        return {}


def bundle_bytes(run_id: str) -> bytes:
    """The bundle of a finished fine-tuning as bytes, for a download."""
    passing = subfolder("cache", f"{UNFINISHED}{secrets.token_hex(8)}")
    try:
        return export_bundle(run_id, passing / "bundle.zip").read_bytes()
    finally:
        remove_folder(passing)


def _told(run_id: str, facts: RunFacts, encoder_path: Path) -> BundledRun:
    run = finished(run_id)
    request = from_json(run.request)
    assert isinstance(request, FinetuneRequest)  # noqa: S101 - finished() has seen to it
    result = run.result or {}
    return BundledRun(
        run=run.id,
        name=run.name,
        request=request,
        evaluation=facts.evaluation,
        data=_data(facts.data),
        baseline_method=facts.baseline["method"],
        baseline_settings=facts.baseline["settings"],
        model=_model(facts, run.model, encoder_path),
        decisions=decisions.get(run.id),
        # the threshold follows from what was wanted, there as here
        doubts=replace(doubts.get(run.id), threshold=None),
        note=run.note,
        tags=run.tags,
        finished="" if run.finished is None else run.finished.isoformat(),
        seconds={name: float(value) for name, value in result.get("seconds", {}).items()},
        peak_memory_mb=run.peak_memory_mb,
        versions=run.versions or {},
    )


def _model(facts: RunFacts, model: str | None, encoder_path: Path) -> BundledModel | None:
    encoder = facts.encoder
    if encoder is None:
        return None
    digest = None
    if model is not None:
        try:
            digest = models.get(model).sha256
        except NotFound:
            digest = None
    same = digest is not None and digest == runs.kept_sha256(facts.run, encoder_path.name)
    return BundledModel(
        name=encoder.name,
        pool=encoder.pool,
        data=_data(encoder.data),
        rows=encoder.rows or 0,
        unchanged=same,
    )


def _data(data: DataFacts) -> BundledData:
    return BundledData(
        fingerprint=data.fingerprint,
        title=data.title,
        modality=data.modality,
        rows=data.rows,
        labelled_train=data.labelled_train,
        labelled_test=data.labelled_test,
        unlabelled=data.unlabelled,
        built_in=data.built_in,
        options=data.options,
    )
