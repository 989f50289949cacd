"""How long a fine-tuning is expected to take on this server."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from core.data.dataset import UNLABELLED, Dataset
from core.errors import WarmstartError
from core.evaluate.cost import START_SECONDS, Asked, Encoded, corrected, training_seconds
from core.finetune import get_head, get_strategy
from core.jobs.requests import FinetuneRequest, from_json, to_json
from core.params import resolve
from core.pretrain import get_method
from core.store import models, runs
from core.store.records import RunRecord
from ui import estimates, resources

_SPARSE = ("tfidf", "raw")
_DIMENSIONS = ("dimensions", "n_components", "components", "width", "centres", "n_clusters")
_CHARACTERS_A_TERM = 14
#: Rows a second of encoders that look at each row for long; others take texts by characters.
_SLOW = {"patches": 550.0, "sentences": 20.0}
_CHARACTERS_A_SECOND = 3e6


@dataclass(frozen=True)
class Expected:
    """Seconds until a run is done, and of them those that learn the encoder first."""

    total: float
    pretraining: float


def expected(request: FinetuneRequest) -> Expected | None:
    """What a request will take; None where it cannot be said (it will not work as it is)."""
    record = request.data.fingerprint
    if record is None:
        return None
    try:
        seconds, first = _seconds(json.dumps(to_json(request), sort_keys=True))
        earlier = [
            (_seconds(_asked(run))[0], float(taken))
            for run in runs.list_all(
                kind="finetune", states=["done"], dataset=record, limit=5, brief=True
            )
            if (taken := ((run.result or {}).get("seconds") or {}).get("finetune"))
        ]
    except (WarmstartError, ValueError, TypeError, KeyError):
        return None
    return Expected(START_SECONDS + first + corrected(seconds, earlier), first)


def _asked(run: RunRecord) -> str:
    """The request of a run as JSON, its data by fingerprint: runs may name a built-in set."""
    data = {"fingerprint": run.dataset}
    return json.dumps({**run.request, "data": data}, sort_keys=True)


@st.cache_data(max_entries=64, show_spinner=False)
def _seconds(asked: str) -> tuple[float, float]:
    """Training and pretraining seconds of a request as JSON, with nothing cached."""
    request = from_json(json.loads(asked))
    if not isinstance(request, FinetuneRequest):
        raise TypeError("not a fine-tuning")
    dataset = resources.dataset(request.data.fingerprint)
    settings = {} if request.pretrain is None else dict(request.pretrain.settings)
    method, model, first, source_rows = None, None, 0.0, 0
    if request.source is not None:
        run = runs.get(request.source)
        model = models.get(run.model or "")
        source_rows = int((run.result or {}).get("evaluation", {}).get("labels") or 0)
    elif request.model is not None:
        model = models.get(request.model)
    elif request.pretrain is not None:
        method = get_method(request.pretrain.method)
        size = estimates.pool_size(dataset.fingerprint, request.pretrain.pool)
        first = method.estimate(size, resolve(method.params, settings)).seconds
    key = model.method if model else method.key if method else None
    through = None
    if key is not None:
        dimensions = model.dimensions if model else _dimensions(key, settings)
        through = _encoded(dataset, key, dimensions)
    head, strategy = get_head(request.head), get_strategy(request.strategy)
    labelled = np.asarray(dataset.labels)[dataset.train_rows]
    pool = np.full(len(dataset.pool_rows("unlabelled")), UNLABELLED, dtype=labelled.dtype)
    training = training_seconds(
        Asked(
            labels=np.concatenate([labelled, pool]),
            baseline=_encoded(dataset, "raw" if dataset.modality != "text" else "tfidf", 0),
            model=through,
            head=request.head,
            head_settings=resolve(head.params, request.head_settings),
            strategy=strategy.key,
            strategy_settings=resolve(strategy.params, request.strategy_settings),
            labels_per_class=request.labels_per_class,
            draws=request.draws,
            curve=request.curve,
            source_rows=source_rows,
        )
    )
    rows = len(dataset.train_rows) + len(dataset.test_rows)
    training += _encoding(dataset, rows, key)
    return training, first


def _dimensions(key: str, settings: dict[str, Any]) -> int:
    method = get_method(key)
    values = resolve(method.params, settings)
    known = [values[name] for name in _DIMENSIONS if isinstance(values.get(name), int)]
    return int(known[0]) if known else 300  # type: ignore[arg-type]


def _encoded(dataset: Dataset, key: str, dimensions: int) -> Encoded:
    if dataset.modality == "text":
        if key in _SPARSE:
            return Encoded(min(_characters(dataset) / _CHARACTERS_A_TERM, 400.0), dense=False)
        return Encoded(float(dimensions), dense=True)
    columns = float(np.prod(np.shape(dataset.rows)[1:]))
    return Encoded(columns if key == "raw" else float(dimensions), dense=True)


def _characters(dataset: Dataset) -> float:
    """Mean length of a text."""
    pool = estimates.pool_size(dataset.fingerprint, "all")
    return pool.characters / max(pool.rows, 1)


def _encoding(dataset: Dataset, rows: int, key: str | None) -> float:
    """Encoding all labelled rows by both encoders, were nothing cached."""
    slow = rows / _SLOW[key] if key in _SLOW else 0.0
    if dataset.modality == "text":
        return slow + 2 * rows * _characters(dataset) / _CHARACTERS_A_SECOND
    return slow + rows / 50_000
