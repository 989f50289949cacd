"""The command line that does what a page is about to do."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from core.jobs.requests import (
    CompareRequest,
    DataRef,
    FinetuneRequest,
    PretrainRequest,
    RecipeRequest,
    Request,
)
from core.params import Param
from core.store.records import DatasetRecord, RunRecord


def command_line(request: Request, record: RunRecord | DatasetRecord | None = None) -> str:
    """``python -m core …`` for a request, quoted for a shell.

    Settings at their defaults are left out. ``record`` lends the fingerprint of the data where
    the request names none.
    """
    words = ["python", "-m", "core"]
    if isinstance(request, PretrainRequest):
        words += ["pretrain", _data(request.data, record)]
        if request.parent is not None:  # brings its settings and its seed along
            words += ["--continue", request.parent, *_pool(request)]
        else:
            words += [request.method, *_pool(request)]
            words += _settings(request.settings, _params(request.method))
            words += ["--seed", str(request.seed)] if request.seed else []
        words += ["--name", request.name] if request.name else []
        return shlex.join(words)
    elif isinstance(request, CompareRequest):
        words += ["compare", _data(request.data, record)]
        words += [one.method for one in request.methods] + list(request.models)
        words += [*_budget(request), "--head", request.head, "--draws", str(request.draws)]
    elif isinstance(request, FinetuneRequest):
        words += _finetune(request, record)
    elif isinstance(request, RecipeRequest):
        return shlex.join([*words, "recipe"])
    else:
        return shlex.join([*words, "datasets"])
    return shlex.join([*words, "--seed", str(request.seed)] if request.seed else words)


def _finetune(request: FinetuneRequest, record: RunRecord | DatasetRecord | None) -> list[str]:
    from core.finetune import get_head, get_strategy

    first = request.pretrain
    model = request.model or (first.method if first else "none")
    if request.source:
        model = f"run:{request.source}"
    words = ["finetune", _data(request.data, record), model]
    words += ["--head", request.head, "--strategy", request.strategy]
    words += _budget(request)
    words += ["--draws", str(request.draws)]
    words += [] if request.curve else ["--no-curve"]
    words += _settings(request.head_settings, get_head(request.head).params, "head.")
    strategy = get_strategy(request.strategy).params
    words += _settings(request.strategy_settings, strategy, "strategy.")
    if first is not None:
        words += _pool(first) + _settings(first.settings, _params(first.method), "model.")
    return words


def _budget(request: CompareRequest | FinetuneRequest) -> list[str]:
    budget = request.labels_per_class
    return ["--labels-per-class", "all" if budget is None else str(budget)]


def _params(method: str) -> tuple[Param, ...]:
    from core.pretrain import get_method

    return get_method(method).params


def _pool(request: PretrainRequest) -> list[str]:
    return [] if request.pool == "all" else ["--pool", request.pool]


def _data(ref: DataRef, record: RunRecord | DatasetRecord | None) -> str:
    if ref.name:
        return ref.name
    kept = ref.fingerprint or getattr(record, "fingerprint", None)
    return (kept or getattr(record, "dataset", None) or "DATA")[:12]


def _settings(settings: Mapping[str, Any], params: Iterable[Param], owner: str = "") -> list[str]:
    defaults = {param.name: param.default for param in params}
    words = []
    for name, value in settings.items():
        if name in defaults and defaults[name] == value:
            continue
        text = "none" if value is None else str(value).lower() if isinstance(value, bool) else value
        words += ["--set", f"{owner}{name}={text}"]
    return words
