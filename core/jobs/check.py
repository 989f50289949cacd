"""Whether a request can work, before anything is started: what a widget allows is not enough."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from core.data import catalogue
from core.errors import BadData, BadParam, NotFound
from core.evaluate.examination import PARTS
from core.evaluate.words import budget_words
from core.finetune import get_head, get_strategy, strategies
from core.jobs.adapting import check_adapt
from core.jobs.choosable import check_choose
from core.jobs.continuing import as_its_parent, model_name
from core.jobs.examined import examined_run
from core.jobs.fields import COMPARE_PARAMS, FINETUNE_PARAMS, PRETRAIN_PARAMS, TUNE_PARAMS
from core.jobs.requests import (
    AdaptRequest,
    ChooseRequest,
    CompareRequest,
    DataRef,
    ExamineRequest,
    FinetuneRequest,
    LoadRequest,
    PretrainRequest,
    RecipeRequest,
    Request,
    TuneRequest,
)
from core.jobs.searching import check_space
from core.jobs.sources import source_run
from core.params import Param, resolve
from core.pretrain import get_method, methods_for
from core.store import datasets, models, runs
from core.store.records import DatasetRecord, ModelRecord
from core.types import Modality

_NAME_LENGTH = 80


@dataclass(frozen=True)
class Checked:
    """A request that can work, with every setting spelled out, and what its run records.

    Attributes
    ----------
    request : Request
        With all defaults filled in, so that it means the same when defaults change.
    name : str
        What people call the run.
    dataset, model : str, optional
        Fingerprint and model id, where they are known before the work.
    dataset_title : str
        The data set's name for people.
    """

    request: Request
    name: str
    dataset: str | None
    dataset_title: str
    model: str | None = None


@dataclass(frozen=True)
class _Source:
    """What is known of the data before it is opened."""

    title: str
    modality: Modality
    record: DatasetRecord | None

    @property
    def fingerprint(self) -> str | None:
        return self.record.fingerprint if self.record else None


def check(request: Request) -> Checked:
    """Check a request and spell it out.

    Raises
    ------
    BadParam
        When a setting is unknown or out of its range, or two choices contradict each other.
    BadData
        When the data cannot be used for this.
    NotFound
        When there is no such data set, method, model, head or strategy.
    """
    source = _source(request.data)
    if isinstance(request, RecipeRequest):
        name = f"The founding recipe on {source.title}"
        return Checked(request, name, source.fingerprint, source.title)
    if isinstance(request, LoadRequest):
        return Checked(request, source.title, source.fingerprint, source.title)
    if isinstance(request, PretrainRequest):
        spelled = _check_pretrain(request, source)
        name = model_name(spelled, source.title)
        return Checked(spelled, name, source.fingerprint, source.title)
    if isinstance(request, CompareRequest):
        return _check_compare(request, source)
    if isinstance(request, TuneRequest):
        return _check_tune(request, source)
    if isinstance(request, ExamineRequest):
        return _check_examine(request, source)
    if isinstance(request, ChooseRequest):
        return _check_choose(request, source)
    if isinstance(request, AdaptRequest):
        there = _source(request.source)
        here = (source.title, source.modality)
        adapting, name = check_adapt(request, here, (there.title, there.modality))
        return Checked(adapting, name, source.fingerprint, source.title)
    return _check_finetune(request, source)


def _source(ref: DataRef) -> _Source:
    if ref.fingerprint is not None:
        record = datasets.get(ref.fingerprint)
        return _Source(record.title, record.modality, record)
    if ref.name is None:
        raise BadParam(
            "The request names no data.", hint="Name a built-in set, or a kept one by fingerprint."
        )
    found = catalogue.get(ref.name)
    known = datasets.find(found.key, catalogue.signature(found.key, ref.options))
    return _Source(found.title, found.modality, known)


def _check_pretrain(request: PretrainRequest, source: _Source) -> PretrainRequest:
    if request.parent is not None:
        _check_modality(models.get(request.parent), source)
        request = as_its_parent(request)
    fields = _fields(PRETRAIN_PARAMS, request)
    method = get_method(request.method)
    if source.modality not in method.modalities:
        offered = ", ".join(m.key for m in methods_for(source.modality))
        raise BadParam(
            f"{method.title} does not take {source.modality} rows, and {source.title} has them.",
            hint=f"Use one of these: {offered}.",
        )
    record = source.record
    if record is not None:
        empty = (fields["pool"] == "unlabelled" and record.unlabelled == 0) or (
            fields["pool"] == "labelled" and record.labelled_train == 0
        )
        if empty:
            raise BadData(
                f"{source.title} has no {fields['pool']} training rows to learn from.",
                hint="Take all training rows as the pool.",
            )
    return replace(request, settings=resolve(method.params, request.settings), **fields)


def _check_finetune(request: FinetuneRequest, source: _Source) -> Checked:
    fields = _fields(FINETUNE_PARAMS, request)
    head = get_head(request.head)
    strategy = get_strategy(request.strategy)
    pretrain, encoder = None, "baseline"
    if sum(one is not None for one in (request.model, request.pretrain, request.source)) > 1:
        raise BadParam(
            "The request names more than one of a model, a method to pretrain by, and a source.",
            hint="Choose one of them: a source brings its own model.",
        )
    model_id = request.model
    if request.source is not None:
        known = source_run(request.source, source.modality)
        encoder, model_id = known.name, known.model
        if not strategy.needs_source:
            raise BadParam(
                f"The strategy {strategy.key!r} does not use the source {known.name!r}.",
                hint="Use one of these: "
                + ", ".join(k for k, s in strategies().items() if s.needs_source)
                + ".",
            )
    elif strategy.needs_source:
        raise BadParam(
            f"The strategy {strategy.key!r} starts from a classifier that was trained before, and "
            "none was named.",
            hint="Name a finished fine-tuning as the source, or choose 'frozen'.",
        )
    if strategy.heads and request.head not in strategy.heads:
        raise BadParam(
            f"The strategy {strategy.key!r} does not work with the head {request.head!r}.",
            hint="Use the head " + " or ".join(strategy.heads) + ".",
        )
    if request.pretrain is not None:
        pretrain = _check_pretrain(replace(request.pretrain, data=request.data), source)
        encoder = get_method(pretrain.method).title
    elif request.model is not None:
        model = models.get(request.model)
        _check_modality(model, source)
        encoder = model.name
    elif request.source is None and strategy.needs_model:
        strategy = get_strategy("scratch")
    if encoder != "baseline" and not strategy.needs_model:
        raise BadParam(
            f"The strategy {strategy.key!r} uses no pretrained model, and one was chosen.",
            hint="Choose no model, or the strategy 'frozen': it is compared with scratch anyway.",
        )
    if strategy.key == "probe_then_tune":
        _check_word_vectors(pretrain.method if pretrain else models.get(model_id or "").method)
    if request.source is not None:
        _check_shared(request.source, source)
    _check_labels(source)
    spelled = replace(
        request,
        pretrain=pretrain,
        head_settings=resolve(head.params, request.head_settings),
        strategy=strategy.key,
        strategy_settings=resolve(strategy.params, _known(request, strategy.params)),
        **fields,
    )
    labels = budget_words(fields["labels_per_class"])
    what = "from scratch" if encoder == "baseline" else f"on {encoder}"
    name = spelled.name or f"{head.title} {what}, {labels}, {source.title}"
    return Checked(spelled, name, source.fingerprint, source.title, model_id)


def _check_compare(request: CompareRequest, source: _Source) -> Checked:
    fields = _fields(COMPARE_PARAMS, request)
    head = get_head(request.head)
    if not request.methods and not request.models:
        raise BadParam(
            "Nothing was chosen to compare.", hint="Choose at least one method or model."
        )
    methods = tuple(
        _check_pretrain(replace(one, data=request.data), source) for one in request.methods
    )
    for one in request.models:
        _check_modality(models.get(one), source)
    _check_labels(source)
    spelled = replace(
        request,
        methods=methods,
        models=tuple(dict.fromkeys(request.models)),
        head_settings=resolve(head.params, request.head_settings),
        **fields,
    )
    count = len(methods) + len(spelled.models)
    ways = "1 way" if count == 1 else f"{count} ways"
    labels = budget_words(fields["labels_per_class"])
    name = spelled.name or f"{ways} compared, {labels}, {source.title}"
    return Checked(spelled, name, source.fingerprint, source.title)


def _check_choose(request: ChooseRequest, source: _Source) -> Checked:
    methods = tuple(
        _check_pretrain(replace(one, data=request.data), source) for one in request.methods
    )
    for one in request.models:
        _check_modality(models.get(one), source)
    for run in request.sources:
        source_run(run, source.modality)
    spelled, name = check_choose(replace(request, methods=methods), source.title, source.record)
    return Checked(spelled, name, source.fingerprint, source.title)


def _check_tune(request: TuneRequest, source: _Source) -> Checked:
    fields = _fields(TUNE_PARAMS, request)
    check_space(request, source.modality, source.title)
    for one in request.models:
        _check_modality(models.get(one), source)
    _check_labels(source)
    spelled = replace(request, models=tuple(dict.fromkeys(request.models)), **fields)
    labels = budget_words(fields["labels_per_class"])
    name = spelled.name or f"Settings for {source.title}, {labels}"
    return Checked(spelled, name, source.fingerprint, source.title)


def _check_examine(request: ExamineRequest, source: _Source) -> Checked:
    run = examined_run(request.run)
    if run.dataset is None or run.dataset != source.fingerprint:
        raise BadParam(
            f"The run {run.name!r} is about other rows than {source.title}.",
            hint="Examine it with the data set that it was evaluated on.",
        )
    unknown = [part for part in request.parts if part not in PARTS]
    if unknown:
        raise BadParam(
            f"There is no part {unknown[0]!r} of an examination.",
            hint="There is: " + ", ".join(PARTS) + ".",
        )
    parts = tuple(part for part in PARTS if part in request.parts or not request.parts)
    spelled = replace(request, parts=parts)
    return Checked(spelled, f"Examination of {run.name}", run.dataset, source.title, run.model)


def _check_labels(source: _Source) -> None:
    record = source.record
    if record is not None and not (record.labelled_train and record.labelled_test):
        part = "training" if not record.labelled_train else "test"
        raise BadData(
            f"{source.title} has no labelled {part} rows.",
            hint="Fine-tuning needs labelled rows to learn from, and others to test with.",
        )


def _check_word_vectors(key: str) -> None:
    """Only encoders made of word vectors can be tuned; a method says so by what it makes."""
    from core.pretrain.word_vectors import WordVectorEncoder

    method = get_method(key)
    if not isinstance(method.make(resolve(method.params), 0), WordVectorEncoder):
        raise BadParam(
            f"Only word vectors can be tuned together with the head, and {method.title} has none.",
            hint="Choose a model of word vectors, or the strategy 'frozen'.",
        )


def _check_shared(run: str, source: _Source) -> None:
    """A source has to know a class of the target, where both are known."""
    elsewhere = runs.get(run).dataset
    if source.record is None or elsewhere is None:
        return
    try:
        known, wanted = datasets.get(elsewhere).classes, source.record.classes
    except NotFound:  # deleted: opening the source says so
        return
    if not set(known) & set(wanted):
        raise BadParam(
            f"The source knows no class of {source.title}: it tells {', '.join(known[:5])} "
            f"apart, and these are {', '.join(wanted[:5])}.",
            hint="Choose a source with classes of the same names.",
        )


def _check_modality(model: ModelRecord, source: _Source) -> None:
    if model.modality != source.modality:
        raise BadParam(
            f"The model {model.name!r} takes {model.modality} rows, and {source.title} has "
            f"{source.modality} rows.",
            hint="Choose a model that was pretrained on the same kind of rows.",
        )


def _known(request: FinetuneRequest, params: Iterable[Param]) -> dict[str, Any]:
    """The strategy's settings; those of a strategy that gave way to another are dropped."""
    if request.model is None and request.pretrain is None and request.source is None:
        names = {param.name for param in params}
        return {k: v for k, v in request.strategy_settings.items() if k in names}
    return dict(request.strategy_settings)


def _fields(
    params: Iterable[Param],
    request: PretrainRequest | CompareRequest | FinetuneRequest | TuneRequest,
) -> dict[str, Any]:
    values = resolve(params, {param.name: getattr(request, param.name) for param in params})
    name = str(values["name"]).strip()
    if len(name) > _NAME_LENGTH:
        raise BadParam(f"The name has {len(name)} characters.", hint=f"Use at most {_NAME_LENGTH}.")
    return {**values, "name": name}
