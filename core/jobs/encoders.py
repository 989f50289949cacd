"""Encoders for a run: from the library, learned now, or the baseline; and what they encode."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.data.dataset import Dataset
from core.errors import BadData, BadModelFile, NotFound, StoreFailed
from core.evaluate.encoding import encode_rows
from core.jobs.continuing import model_name
from core.jobs.memory import MemoryGrowth
from core.jobs.outside import unfitted
from core.jobs.requests import PretrainRequest
from core.jobs.resume import Attempt, identity_of
from core.params import resolve
from core.pretrain import baseline_for, get_method
from core.pretrain.base import Encoder
from core.progress import SILENT, Progress
from core.store import datasets, features, models
from core.store.encoders import read_encoder, write_encoder
from core.store.files import in_words, remove_file
from core.store.home import subfolder
from core.store.records import ModelRecord
from core.text.preparation import PIECE_PARAMS
from core.transfer.domains.pair import repeating
from core.types import Ints, Matrix

_KEPT_BASELINES = 20

#: What may be kind to a model that saw test rows, where none are looked at yet.
LATER = "What is measured on them later"


@dataclass(frozen=True, eq=False)
class Learned:
    """A fitted encoder and where it is from.

    Attributes
    ----------
    encoder : Encoder
        Fitted.
    record : ModelRecord
        Its entry in the library.
    reused : bool
        Whether it was in the library before.
    seconds : float
        What the learning took now: 0 when it was reused.
    resumed : bool
        Whether it went on from where an earlier run had stopped; ``seconds`` has both then.
    """

    encoder: Encoder
    record: ModelRecord
    reused: bool = True
    seconds: float = 0.0
    resumed: bool = False


@dataclass(frozen=True, eq=False)
class Baseline:
    """The encoder that learns nothing, for one data set and one way to prepare its texts.

    ``id`` is made from its content, like that of a model, but it stands in no library.
    """

    encoder: Encoder
    id: str
    method: str
    settings: dict[str, Any]


def seen_test_rows(
    record: ModelRecord,
    dataset: Dataset,
    *,
    who: str = "The model",
    kind: str = "The comparison",
) -> tuple[str, ...]:
    """A warning where a model had learned from test rows of a data set, without their labels.

    It never had those of its own data set. That of the same rows with another split, though, or one
    that shares some with this, may have its training rows among the test rows here. So may the
    data set of a model that this one continues.

    Parameters
    ----------
    record : ModelRecord
        The model.
    dataset : Dataset
        What it is about to be judged on.
    who, kind : str
        What begins the sentences: the model, and what may be too kind to it.

    Returns
    -------
    tuple of str
        One sentence or none; none either where what it learned from cannot be read here any more.
    """
    if record.modality != dataset.modality:
        return ()
    test = dataset.take(dataset.test_rows)
    seen, titles = np.zeros(len(test), dtype=bool), []
    for one in (record, *models.ancestors(record)):
        if one.dataset == dataset.fingerprint:
            continue
        try:
            elsewhere = datasets.load(one.dataset or "")
        except (NotFound, StoreFailed):  # a damaged set that nothing here learns from ends no run
            continue
        found = repeating(test, elsewhere.take(elsewhere.pool_rows(one.pool)))  # type: ignore[arg-type]
        if found.any() and one.dataset_title not in titles:
            titles.append(one.dataset_title)
        seen |= found
    if not seen.any():
        return ()
    return (
        f"{who} had learned from {int(seen.sum()):,} of the {len(test):,} test rows, without their "
        f"labels: they were training rows of {' and '.join(titles)}. {kind} may be a little kind "
        "to it.",
    )


def seen_by(
    records: Iterable[ModelRecord], dataset: Dataset, *, kind: str = "The comparison"
) -> list[str]:
    """The sentences of :func:`seen_test_rows` about several models, which are named; each once."""
    each = {record.id: record for record in records}.values()
    return [
        sentence
        for record in each
        for sentence in seen_test_rows(record, dataset, who=f"“{record.name}”", kind=kind)
    ]


def find_or_learn(
    dataset: Dataset, request: PretrainRequest, *, run: str, progress: Progress = SILENT
) -> Learned:
    """The encoder that a request describes: from the library, or learned now and kept there.

    Parameters
    ----------
    dataset : Dataset
        Kept already.
    request : PretrainRequest
        With all settings spelled out.
    run : str
        Id of the run that asks.
    progress : Progress
        Told how far the learning is.

    Raises
    ------
    BadData
        When the pool has no rows.
    NotFound
        When it continues a model that is not there.
    """
    method = get_method(request.method)
    settings = resolve(method.params, request.settings)
    identity = identity_of(request, dataset.fingerprint)
    with contextlib.suppress(NotFound):
        record = models.get(identity)
        progress.update(0.0, f"Opening {record.name}")
        try:
            return Learned(models.load(identity), record)
        except (BadModelFile, NotFound):  # damaged or gone: what it was made from is all here
            models.delete(identity)
            request = replace(request, name=record.name)
    rows = dataset.pool_rows(request.pool)
    if not len(rows):
        raise BadData(
            f"{dataset.title} has no rows in the pool {request.pool!r}.",
            hint="Take all training rows as the pool.",
        )
    name = model_name(request, dataset.title)
    parent = None if request.parent is None else models.load(request.parent)
    attempt = Attempt(identity, run)
    watched = attempt.progress(progress)
    with MemoryGrowth() as memory:
        if parent is not None:
            encoder = parent.continued(dataset.take(rows), progress=watched)
        else:
            encoder = unfitted(method, settings, request.seed, dataset)
            encoder.fit(dataset.take(rows), progress=watched)
    seconds = attempt.seconds
    record = models.save(
        encoder,
        id=identity,
        name=name,
        method=method.key,
        settings=settings,
        pool=request.pool,
        seed=request.seed,
        dataset=datasets.get(dataset.fingerprint),
        rows=len(rows),
        run=run,
        seconds=seconds,
        peak_memory_mb=memory.megabytes,
        parent=_still_there(request.parent),
    )
    attempt.over()
    return Learned(encoder, record, reused=False, seconds=seconds, resumed=attempt.resumed)


def _still_there(model: str | None) -> str | None:
    """The id of a model, unless it was deleted while another learned from it."""
    with contextlib.suppress(NotFound):
        return None if model is None else models.get(model).id
    return None


def baseline(
    dataset: Dataset, model: ModelRecord | None, *, progress: Progress = SILENT
) -> Baseline:
    """The encoder that learns nothing, fitted on all training rows.

    Texts are prepared as the model prepares them, so that the comparison is about what was
    learned. It is kept in the cache of the home folder.
    """
    method = baseline_for(dataset.modality)
    shared = {param.name for param in PIECE_PARAMS} & {param.name for param in method.params}
    given = model.settings if model is not None else {}
    settings = resolve(method.params, {k: v for k, v in given.items() if k in shared})
    identity = models.model_id(method.key, settings, "all", 0, dataset.fingerprint)
    made = Baseline(method.make(settings, 0), identity, method.key, dict(settings))
    path = subfolder("cache", "baselines") / f"{identity}.skops"
    with contextlib.suppress(NotFound, BadModelFile):
        return replace(made, encoder=read_encoder(path))
    progress.update(0.0, "Preparing the baseline")
    made.encoder.fit(dataset.take(dataset.pool_rows("all")), progress=progress)
    with contextlib.suppress(StoreFailed):  # a cache that cannot be written costs time only
        write_encoder(path, made.encoder, method=method.key, settings=settings, seed=0)
        with in_words("tidy", path.parent):
            kept = sorted(path.parent.glob("*.skops"), key=lambda file: file.stat().st_mtime)
        for old in kept[:-_KEPT_BASELINES]:
            remove_file(old)
    return made


def encode_cached(
    dataset: Dataset, known: Mapping[str, Encoder], *, progress: Progress = SILENT
) -> Callable[[Encoder, Ints], Matrix]:
    """A function that encodes rows of a data set, each combination once per home folder.

    Parameters
    ----------
    dataset : Dataset
        Whose rows are meant.
    known : mapping of str to Encoder
        Encoders by an id that is made from their content. Others, such as one that a strategy
        has changed, are asked each time.
    progress : Progress
        Asked between blocks of rows whether to stop.

    Returns
    -------
    callable
        ``encode(encoder, indices)`` gives the encoded rows at ``indices``.
    """

    def encode(encoder: Encoder, indices: Ints) -> Matrix:
        def compute() -> Matrix:
            return encode_rows(encoder, dataset, indices, progress=progress.part(0.0, 0.0))

        name = next((name for name, one in known.items() if one is encoder), None)
        if name is None:
            return compute()
        rows = hashlib.sha256(np.asarray(indices, "<i8").tobytes()).hexdigest()
        return features.cached(f"{name}:{dataset.fingerprint}:{rows}", compute)

    return encode
