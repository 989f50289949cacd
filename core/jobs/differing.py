"""In what runs differ, in the words of the forms rather than in those of the requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from core.errors import NotFound, WarmstartError
from core.evaluate.side_by_side import differing_settings
from core.finetune import get_head, get_strategy
from core.jobs.fields import FINETUNE_PARAMS, PRETRAIN_PARAMS
from core.params import Param, by_name, resolve
from core.pretrain import get_method
from core.store import models, runs
from core.store.records import RunRecord

_SHORT = 8  # characters of an id: enough to tell runs of one person apart
_PLAIN = by_name(FINETUNE_PARAMS)
_POOL = by_name(PRETRAIN_PARAMS)["pool"]


def what_differs(records: Sequence[RunRecord]) -> pd.DataFrame:
    """The settings in which finished fine-tunings differ, as people know them.

    What was named in two ways but is the same does not differ: data is compared by the set that
    it turned out to be, an encoder by how it was learned, a setting left alone by its default.

    Parameters
    ----------
    records : sequence of RunRecord
        Fine-tunings.

    Returns
    -------
    DataFrame
        One row a setting, named by its title ("Head: Regularisation C"); one column a run,
        numbered from 0; values as words.
    """
    encoders = [_encoder(record) for record in records]
    told: list[dict[str, Any]] = [{} for _ in records]
    for mine, record, encoder in zip(told, records, encoders, strict=True):
        mine["Data set"] = _data(record, records)
        mine["Pretraining"] = _title(get_method, encoder["method"])
        if encoder["method"]:
            mine["Pretraining: learn from"] = _said(_POOL, encoder.get("pool"))
            mine["Pretraining: learned on"] = encoder.get("learned_on")
            mine["Pretraining: seed"] = encoder.get("seed")
        mine["Transferred classifier"] = _run(record.request.get("source"))
    _settings(told, "Pretraining", get_method, [(e["method"], e["settings"]) for e in encoders])
    for part, find in (("head", get_head), ("strategy", get_strategy)):
        chosen = [(r.request.get(part), r.request.get(f"{part}_settings") or {}) for r in records]
        for mine, (key, _) in zip(told, chosen, strict=True):
            mine[part.capitalize()] = _title(find, key)
        _settings(told, part.capitalize(), find, chosen)
    for mine, record in zip(told, records, strict=True):
        for name, param in _PLAIN.items():
            if name != "name" and name in record.request:
                value = record.request[name]
                none = name == "labels_per_class" and value is None
                mine[param.title] = "all" if none else _said(param, value)
    return differing_settings(told)


def _data(record: RunRecord, records: Sequence[RunRecord]) -> str:
    """The title of the data set that the run had; its id too where two share a title."""
    alike = {r.dataset for r in records if r.dataset_title == record.dataset_title}
    if len(alike) < 2:
        return record.dataset_title
    return f"{record.dataset_title} ({(record.dataset or 'deleted')[:_SHORT]})"


def _encoder(record: RunRecord) -> dict[str, Any]:
    """How the encoder of a run was learned; of one that is gone what the request says."""
    if record.model:
        try:
            kept = models.get(record.model)
        except NotFound:
            pass
        else:
            elsewhere = kept.dataset != record.dataset
            return {
                "method": kept.method,
                "settings": kept.settings,
                "pool": kept.pool,
                "seed": kept.seed,
                "learned_on": kept.dataset_title if elsewhere else "the same data",
            }
    asked = record.request.get("pretrain")
    if asked:
        return {
            "method": asked["method"],
            "settings": asked.get("settings") or {},
            "pool": asked.get("pool"),
            "seed": asked.get("seed"),
            "learned_on": "the same data",
        }
    return {"method": record.request.get("model"), "settings": {}}


def _settings(
    told: Sequence[dict[str, Any]],
    part: str,
    find: Any,
    chosen: Sequence[tuple[str | None, Mapping[str, Any]]],
) -> None:
    """Add the settings of a part; of parts that differ themselves only what is no default."""
    same = len({key for key, _ in chosen}) == 1
    for mine, (key, given) in zip(told, chosen, strict=True):
        params = _params(find, key)
        known = by_name(params)
        try:
            values = resolve(params, given)
        except WarmstartError:  # of a version that had other settings
            values = dict(given)
        for name, value in values.items():
            param = known.get(name)
            if not same and param is not None and value == param.default:
                continue
            title = param.title if param is not None else name.replace("_", " ")
            mine[f"{part}: {title}"] = _said(param, value)


def _params(find: Any, key: str | None) -> Iterable[Param]:
    try:
        return tuple(find(key).params) if key else ()
    except NotFound:
        return ()


def _title(find: Any, key: str | None) -> str:
    if not key:
        return "none"
    try:
        return str(find(key).title)
    except NotFound:
        return key[:_SHORT]


def _run(run_id: str | None) -> str | None:
    if not run_id:
        return None
    try:
        return f"{runs.get(run_id).name} ({run_id[:_SHORT]})"
    except NotFound:
        return run_id[:_SHORT]


def _said(param: Param | None, value: Any) -> Any:
    """A value as a form shows it; ids of files are cut."""
    if param is None or not isinstance(value, str):
        return value
    if param.kind == "file":
        return value[:_SHORT]
    return param.choice_labels.get(value, value)
