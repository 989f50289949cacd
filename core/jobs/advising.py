"""A plan from what a person says, what methods cost here, and what finished runs show."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass

from core.errors import NotFound
from core.jobs.comparing import NOTHING
from core.jobs.observed import observed
from core.jobs.requests import DataRef, FinetuneRequest, PretrainRequest
from core.jobs.track import same_set, track_record
from core.params import resolve
from core.pretrain import methods_for
from core.pretrain.base import Encoder, Method, PoolSize
from core.store import models
from core.transfer.advice import Option, Plan, Situation, plan
from core.types import Modality

#: Characters of a text, and columns of another row, where nothing better is known.
_CHARACTERS, _COLUMNS = 600, {"image": 784, "tabular": 20, "text": 0}
#: Packages that a method needs beyond the program's own.
_NEEDS = {"sentences": "sentence_transformers", "ready_made": "sentence_transformers"}


@dataclass(frozen=True)
class Evidence:
    """A finished run of this installation that speaks for or against the plan.

    ``gain`` is over nothing learned, as a share, on the data set of that name.
    """

    run: str
    title: str
    method: str
    gain: float


@dataclass(frozen=True)
class Advice:
    """A plan and the runs of this installation that it leans on, the newest first."""

    plan: Plan
    evidence: tuple[Evidence, ...]


def advise(
    situation: Situation, *, size: PoolSize | None = None, without: str | None = None
) -> Advice:
    """Make a plan for a situation.

    Parameters
    ----------
    situation : Situation
        What the person says.
    size : PoolSize, optional
        Of the very pool, where it is at hand; else rows of a usual length are assumed.
    without : str, optional
        Fingerprint of the set at hand: runs on it do not count, since a plan for it would then
        rest on its own test rows.
    """
    size = size or PoolSize(
        situation.rows,
        characters=_CHARACTERS * situation.rows if situation.modality == "text" else 0,
        columns=_COLUMNS[situation.modality],
    )
    options = [
        _option(method, situation.modality, size)
        for method in methods_for(situation.modality)
        if not method.baseline and not any(param.kind == "file" for param in method.params)
    ]
    made = plan(situation, options, track_record(situation.modality, without=without))
    return Advice(made, tuple(_evidence(situation.modality, made.method, without)))


def request_of(made: Plan, data: DataRef, *, labels_per_class: int | None) -> FinetuneRequest:
    """The fine-tuning that carries out a plan, pretraining first."""
    return FinetuneRequest(
        data=data,
        pretrain=PretrainRequest(data=data, method=made.method) if made.method else None,
        head=made.head,
        strategy=made.strategy,
        labels_per_class=labels_per_class,
        draws=1 if labels_per_class is None else 5,
    )


def _option(method: Method, modality: Modality, size: PoolSize) -> Option:
    settings = resolve(method.params)
    cost = method.estimate(size, settings)
    needs = _NEEDS.get(method.key)
    return Option(
        key=method.key,
        title=method.title,
        seconds=cost.seconds,
        memory_mb=cost.memory_mb,
        explains=_explains(method, modality),
        available=needs is None or importlib.util.find_spec(needs) is not None,
    )


def _explains(method: Method, modality: Modality) -> bool:
    """Whether an answer can be traced: text taken apart by words, or components of columns."""
    if modality == "text":
        return type(method.make(resolve(method.params), 0)).parts is not Encoder.parts
    return method.insight in ("topics", "filters")


def _evidence(modality: Modality, method: str | None, without: str | None) -> list[Evidence]:
    """Finished runs in which the method of a plan was held against nothing learned."""
    found: list[Evidence] = []
    _, own = same_set(without)
    for one in observed():
        base = one.accuracy.get(NOTHING)
        if base is None or one.dataset in own:
            continue
        found += [
            Evidence(one.runs[0], one.title, key, one.accuracy[model] - base)
            for model, key in one.method.items()
            if key == method and model in one.accuracy and _is_of(modality, model)
        ]
    return found[:10]


def _is_of(modality: Modality, model: str) -> bool:
    try:
        return models.get(model).modality == modality
    except NotFound:
        return False
