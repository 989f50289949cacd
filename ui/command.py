"""The command line that does what a page is about to do."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from core.jobs.requests import DataRef, FinetuneRequest, LoadRequest, PretrainRequest, Request
from core.store.records import DatasetRecord, RunRecord


def command_line(request: Request, record: RunRecord | DatasetRecord | None = None) -> str:
    """``python -m core …`` for a request, quoted for a shell."""
    words = ["python", "-m", "core"]
    data = _data(request.data, record)
    if isinstance(request, LoadRequest):
        return shlex.join([*words, "datasets"])
    if isinstance(request, PretrainRequest):
        words += ["pretrain", data, request.method, "--pool", request.pool]
        words += _settings(request.settings)
        if request.name:
            words += ["--name", request.name]
    elif isinstance(request, FinetuneRequest):
        model = request.model or (request.pretrain.method if request.pretrain else "none")
        words += ["finetune", data, model, "--head", request.head]
        words += ["--strategy", request.strategy]
        if request.labels_per_class is not None:
            words += ["--labels-per-class", str(request.labels_per_class)]
        words += ["--draws", str(request.draws)]
        if not request.curve:
            words += ["--no-curve"]
        words += _settings(request.head_settings) + _settings(request.strategy_settings)
    return shlex.join([*words, "--seed", str(request.seed)])


def _data(ref: DataRef, record: RunRecord | DatasetRecord | None) -> str:
    if ref.name:
        return ref.name
    return (ref.fingerprint or getattr(record, "fingerprint", "") or "DATA")[:12]


def _settings(settings: Mapping[str, Any]) -> list[str]:
    words = []
    for name, value in settings.items():
        text = "none" if value is None else str(value).lower() if isinstance(value, bool) else value
        words += ["--set", f"{name}={text}"]
    return words
