"""The encoders that take part in a ranking, and how to get at each."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from core.data.dataset import Dataset
from core.errors import NotFound
from core.jobs.comparing import NOTHING
from core.jobs.encoders import baseline, find_or_learn
from core.jobs.outside import unfitted
from core.jobs.requests import ChooseRequest, PretrainRequest
from core.jobs.resume import identity_of
from core.jobs.track import same_set
from core.params import resolve
from core.pretrain import get_method
from core.pretrain.base import Encoder, Estimate, PoolSize
from core.progress import Progress
from core.store import classifiers, models, runs
from core.transfer.clusters import SourceClasses, of_classifier
from core.transfer.recommend import Candidate, Limits
from core.types import Matrix

#: Rows of the pool that a method learns from where only a sample is wanted.
SAMPLE = 2_000

_MIB = 2**20
_POOLS = {"labelled": "only its labelled rows", "unlabelled": "only its unlabelled rows"}


@dataclass(eq=False)
class Entry:
    """An encoder that could be chosen, and how to get at it.

    ``open`` gives the encoder, only called where its encoded rows are not in the cache under
    ``id``; None where it is listed with its cost alone.
    """

    candidate: Candidate
    open: Callable[[Progress], Encoder] | None
    id: str | None = None
    model: str | None = None
    run: str | None = None
    note: str = ""
    learned_from: str = ""
    classes: Callable[[Matrix], SourceClasses] | None = field(default=None, repr=False)


def size_of(dataset: Dataset) -> PoolSize:
    """The size of the pool, for estimates."""
    rows = dataset.pool_rows("all")
    if dataset.modality == "text":
        texts: Any = dataset.take(rows)
        return PoolSize(len(rows), characters=sum(len(text) for text in texts))
    width: tuple[Any, ...] = np.shape(dataset.rows)[1:]
    return PoolSize(len(rows), columns=math.prod(width))


def title_of(task: Any) -> str:
    """What a task is called while it is under way."""
    if task is None:
        return "Nothing learned"
    if isinstance(task, PretrainRequest):
        return task.name or get_method(task.method).title
    name = str(task[1] if isinstance(task, tuple) else task)
    with suppress(NotFound):
        return runs.get(name).name if isinstance(task, tuple) else models.get(name).name
    return name


@dataclass(frozen=True, eq=False)
class Field:
    """What the candidates of one ranking have in common."""

    run: str
    request: ChooseRequest
    dataset: Dataset
    size: PoolSize
    limits: Limits

    @property
    def tasks(self) -> list[Any]:
        """Nothing (None), models, sources and methods, as they were asked for."""
        asked = self.request
        sources = [("run", one) for one in asked.sources]
        return [None, *asked.models, *sources, *asked.methods]


def entry(field: Field, task: Any, progress: Progress) -> Entry:
    """The candidate of a task; what has to be learned for it is learned here.

    Raises
    ------
    WarmstartError
        When there is no such model or run, or the learning fails.
    """
    dataset = field.dataset
    if task is None:
        beside = baseline(dataset, None, progress=progress)
        nothing = Candidate(
            NOTHING, "Nothing learned", beside.method, nothing=True, seconds=0.0, ready=True
        )
        return Entry(nothing, lambda _: beside.encoder, id=beside.id)
    if isinstance(task, str):
        return _kept(task, dataset)
    if isinstance(task, tuple):
        return _source(task[1], dataset)
    return _method(field, task, progress)


def _kept(model: str, dataset: Dataset) -> Entry:
    record = models.get(model)
    own = record.dataset == dataset.fingerprint
    title = record.name.split(" on ")[0] if own else record.name
    return Entry(
        Candidate(
            record.id,
            title,
            record.method,
            own_pool=own and record.pool == "all",
            seconds=record.seconds,
            memory_mb=record.peak_memory_mb,
            size_mb=record.bytes / _MIB,
            ready=True,
        ),
        lambda _: models.load(record.id),
        id=record.id,
        model=record.id,
        learned_from=record.dataset_title if not own else _POOLS.get(record.pool, ""),
    )


def _source(run_id: str, dataset: Dataset) -> Entry:
    run = runs.get(run_id)
    kept = _kept(run.model or "", dataset)
    entry = replace(
        kept,
        candidate=replace(kept.candidate, key=f"run:{run.id}", title=run.name, own_pool=False),
        run=run.id,
        learned_from=run.dataset_title,
    )
    _, own = same_set(dataset.fingerprint)
    if run.dataset in own:  # it would be asked about labels that it was told
        return replace(
            entry,
            note="It had learned labels of this very data set, so clusters stand for its classes.",
        )
    classifier = classifiers.load(run.id)
    return replace(
        entry,
        note="Its own classes are the source classes of NCE and LEEP.",
        classes=lambda X: of_classifier(classifier.predict_proba_encoded(X)),
    )


def _method(field: Field, task: PretrainRequest, progress: Progress) -> Entry:
    """A method: from the library, learned now, learned from a sample, or only what it costs."""
    request, dataset, limits = field.request, field.dataset, field.limits
    identity = identity_of(task, dataset.fingerprint)
    try:
        return _kept(models.get(identity).id, dataset)
    except NotFound:
        pass
    method = get_method(task.method)
    settings = resolve(method.params, task.settings)
    cost: Estimate = method.estimate(field.size, settings)
    listed = Candidate(
        identity, method.title, method.key, seconds=cost.seconds, memory_mb=cost.memory_mb
    )
    beyond = (limits.seconds is not None and cost.seconds > limits.seconds) or (
        limits.memory_mb is not None and cost.memory_mb > limits.memory_mb
    )
    if request.learn == "later" or beyond:
        note = "Not learned: it needs more than you have." if beyond else "Not learned yet."
        return Entry(listed, None, model=None, note=note)
    if request.learn == "fully":
        learned = find_or_learn(dataset, task, run=field.run, progress=progress)
        kept = _kept(learned.record.id, dataset)
        return replace(kept, open=lambda _: learned.encoder)
    every = dataset.pool_rows(task.pool)
    rows = np.sort(np.random.default_rng(request.seed).permutation(every)[:SAMPLE])

    def learn(part: Progress) -> Encoder:
        encoder = unfitted(method, settings, task.seed, dataset)
        return encoder.fit(dataset.take(rows), progress=part)

    whole = len(rows) == len(every)
    note = "" if whole else f"Ranked by what it learned from {len(rows):,} of {len(every):,} rows."
    return Entry(listed, learn, id=f"sample {len(rows)} {request.seed} {identity}", note=note)
