"""What fine-tuned encoders reached on data sets of this installation, from its finished runs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from core.jobs.comparing import NOTHING
from core.store import runs
from core.store.records import RunRecord

_RUNS = 1_000  # looked through, the newest first


@dataclass(frozen=True)
class Observed:
    """Test accuracies that may be held against each other.

    Attributes
    ----------
    dataset : str
        Fingerprint.
    title : str
        The data set's name for people.
    labels_per_class : int, optional
        The label budget; None for all labels.
    head : str
        Key of the head.
    accuracy : dict of str to float
        By model id; "nothing" is the baseline.
    method : dict of str to str
        Key of the method, by model id.
    runs : tuple of str
        Ids of the runs it stands on.
    """

    dataset: str
    title: str
    labels_per_class: int | None
    head: str
    accuracy: dict[str, float]
    method: dict[str, str]
    runs: tuple[str, ...]


def observed(dataset: str | None = None) -> list[Observed]:
    """All accuracies, one entry a comparison and one a group of like fine-tunings.

    A comparison is one by itself. Fine-tunings go together where data set, label budget, head and
    its settings, draws and seed are the same and the encoder stayed frozen: then nothing differs
    but the encoder. Imported runs do not count: what a bundle says of itself nobody here has
    measured. The newest come first.

    Parameters
    ----------
    dataset : str, optional
        Only of this fingerprint.
    """
    compared = runs.list_all(kind="compare", states=["done"], dataset=dataset, limit=_RUNS)
    tuned = runs.list_all(
        kind="finetune", states=["done"], dataset=dataset, limit=_RUNS, brief=True
    )
    own = [run for run in tuned if not run.imported]
    return [*filter(None, map(_comparison, compared)), *_finetunings(own)]


def _comparison(run: RunRecord) -> Observed | None:
    result = run.result or {}
    entries = result.get("entries")
    if run.dataset is None or not entries:
        return None
    keyed = {entry.get("model") or NOTHING: entry for entry in entries}
    return Observed(
        dataset=run.dataset,
        title=run.dataset_title,
        labels_per_class=result.get("labels_per_class"),
        head=result.get("head", ""),
        accuracy={key: entry["accuracy"]["value"] for key, entry in keyed.items()},
        method={key: entry["method"] for key, entry in keyed.items() if "method" in entry},
        runs=(run.id,),
    )


def _finetunings(found: Iterable[RunRecord]) -> list[Observed]:
    groups: dict[str, list[RunRecord]] = {}
    for run in found:
        recipe = (run.result or {}).get("recipe") or {}
        if run.dataset is None or recipe.get("strategy") not in ("frozen", "scratch"):
            continue
        same = [
            run.dataset,
            *(recipe.get(name) for name in ("labels_per_class", "head", "draws", "seed")),
            recipe.get("head_settings"),
        ]
        groups.setdefault(json.dumps(same, sort_keys=True, default=str), []).append(run)
    return [_group(members) for members in groups.values()]


def _group(members: list[RunRecord]) -> Observed:
    accuracy: dict[str, float] = {}
    method: dict[str, str] = {}
    for run in members:  # the newest first: it stays where a model was fine-tuned twice
        result = run.result or {}
        told = result.get("accuracy") or {}
        model = result.get("model")
        if told.get("baseline") is not None:
            accuracy.setdefault(NOTHING, told["baseline"])
        if told.get("model") is not None:
            accuracy.setdefault(model or NOTHING, told["model"])
        if model:
            method.setdefault(model, result["recipe"].get("method", ""))
    first = members[0]
    recipe = (first.result or {})["recipe"]
    return Observed(
        dataset=first.dataset or "",
        title=first.dataset_title,
        labels_per_class=recipe.get("labels_per_class"),
        head=recipe.get("head", ""),
        accuracy=accuracy,
        method=method,
        runs=tuple(run.id for run in members),
    )
