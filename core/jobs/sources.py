"""A finished fine-tuning as the source of another one."""

from __future__ import annotations

import numpy as np

from core.data.dataset import Dataset
from core.data.units import units_of
from core.errors import BadParam, NotFound
from core.finetune.source import Source
from core.jobs.encoders import Learned, encode_cached
from core.progress import SILENT, Progress
from core.store import classifiers, datasets, models, runs
from core.store.records import RunRecord
from core.transfer.domains.pair import repeating
from core.types import Matrix, Modality

#: A larger share of labelled rows in common than a few short texts that everybody writes.
_SHARED = 0.01


def source_run(run_id: str, modality: Modality) -> RunRecord:
    """The run of that id, if it can be a source for rows of this kind.

    Raises
    ------
    NotFound
        When there is no such run.
    BadParam
        When it is no finished fine-tuning of a pretrained model on such rows.
    """
    run = runs.get(run_id)
    if run.kind != "finetune" or run.state != "done":
        raise BadParam(
            f"The run {run.name!r} is no finished fine-tuning, so it has nothing to transfer.",
            hint="Choose a finished fine-tuning.",
        )
    if run.model is None:
        raise BadParam(
            f"The run {run.name!r} used no model of the library, so its encoder is not at hand.",
            hint="Pretrain a model first (TF-IDF is one, too), and fine-tune that as the source.",
        )
    try:
        model = models.get(run.model)
    except NotFound as error:
        raise BadParam(
            f"The model of the run {run.name!r} is no longer in the library.",
            hint="Run that fine-tuning again, or choose another source.",
        ) from error
    if runs.kept_sha256(run.id, "classifier-encoder.skops") != model.sha256:
        raise BadParam(
            f"The run {run.name!r} changed its encoder, so its weights do not fit the library's.",
            hint="Choose a source whose strategy keeps the encoder, such as 'frozen'.",
        )
    if model.modality != modality:
        raise BadParam(
            f"The run {run.name!r} is about {model.modality} rows, and these are {modality} rows.",
            hint="Choose a source of the same kind of rows.",
        )
    return run


def open_source(
    run_id: str, dataset: Dataset, *, progress: Progress = SILENT
) -> tuple[Learned, Source, tuple[str, ...]]:
    """The encoder of a source run, and what its classifier knows.

    Labelled source rows that repeat a test row of the target are left out.

    Returns
    -------
    learned : Learned
        The encoder, from the library.
    source : Source
        Head, classes and labelled rows.
    notes : tuple of str
        What a reader of the report should know.

    Raises
    ------
    NotFound, BadParam
        As for :func:`source_run`, and when its data set was deleted.
    """
    run = source_run(run_id, dataset.modality)
    progress.update(0.0, f"Opening the source {run.name}")
    learned = Learned(models.load(run.model or ""), models.get(run.model or ""))
    classifier = classifiers.load(run.id)
    try:
        elsewhere = datasets.load(run.dataset or "")
    except NotFound as error:
        raise BadParam(
            f"The data set of the source {run.name!r} was deleted.",
            hint="Choose another source, or load that data set again.",
        ) from error
    rows = runs.load_arrays(run.id, "predictions")["train_rows"]
    rows = rows[~elsewhere.test[rows]]  # a bundle may say that it learned from whatever
    notes: tuple[str, ...] = ()
    if elsewhere.fingerprint != dataset.fingerprint:
        repeats = repeating(elsewhere.take(rows), dataset.take(dataset.test_rows))
        if repeats.any():
            rows = rows[~repeats]
            notes = (
                f"{int(repeats.sum()):,} labelled rows of the source repeat a test row here. They "
                "were left out as rows, but the source's classifier had learned from them.",
            )
    labels = np.asarray(elsewhere.labels)[rows]
    known = {learned.record.id: learned.encoder}

    def encoded() -> Matrix:
        return encode_cached(elsewhere, known, progress=progress)(learned.encoder, rows)

    return (
        learned,
        Source(
            head=classifier.head,
            classes=classifier.classes,
            target_classes=dataset.classes,
            encoded=encoded,
            labels=labels,
            name=repr(run.name),
            # below zero, so that none of them meets a unit of the rows here
            units=-1 - units_of(elsewhere, rows),
        ),
        notes,
    )


def told_labels(run_id: str, dataset: Dataset) -> bool:
    """Whether a source run had learned labels that a data set learns from.

    It did where it is about the same data set, or about one that shares more than one in a hundred
    of its labelled training rows: the same rows with another split, say. Then such labels are
    nothing that could be held out from what starts with that source.

    Raises
    ------
    NotFound
        When there is no such run, or its predictions are gone.
    """
    run = runs.get(run_id)
    if run.dataset == dataset.fingerprint:
        return True
    try:
        elsewhere = datasets.load(run.dataset or "")
    except NotFound:  # nothing starts with a source whose data set is gone
        return False
    theirs = elsewhere.take(runs.load_arrays(run.id, "predictions")["train_rows"])
    known = repeating(dataset.take(dataset.train_rows), theirs)
    return bool(len(known)) and float(known.mean()) > _SHARED
