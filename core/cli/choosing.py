"""``choose`` and ``advise``."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from core.cli.learning import budget, do
from core.cli.naming import data_ref, method_or_model, run_of
from core.cli.output import Output
from core.data import catalogue
from core.errors import BadParam
from core.jobs.requests import ChooseRequest, DataRef, PretrainRequest
from core.pretrain import methods_for
from core.store import datasets, models
from core.store.records import ModelRecord
from core.types import Modality


def choose(chosen: argparse.Namespace, out: Output) -> int:
    """Rank encoders before any is fine-tuned."""
    ref = data_ref(chosen)
    sources = [run_of(w.removeprefix("run:")).id for w in chosen.models if w.startswith("run:")]
    found = [method_or_model(word) for word in chosen.models if not word.startswith("run:")]
    if None in found:
        raise BadParam("'none' need not be named.", hint="Nothing learned is always ranked.")
    fitted = [one.id for one in found if isinstance(one, ModelRecord)]
    methods = [one.key for one in found if one is not None and not isinstance(one, ModelRecord)]
    if not chosen.models:
        kind = _modality(ref)
        fitted = [record.id for record in models.list_all(modality=kind)][:20]
        methods = [
            method.key
            for method in methods_for(kind)
            if not method.baseline and not any(param.kind == "file" for param in method.params)
        ]
    request = ChooseRequest(
        data=ref,
        models=fitted,
        methods=[PretrainRequest(data=ref, method=key, seed=chosen.seed) for key in methods],
        sources=sources,
        learn=chosen.learn,
        labels_per_class=budget(chosen.labels_per_class),
        # without names every method takes part, and some of those take long
        seconds=chosen.seconds if chosen.models or chosen.seconds else 60,
        memory_mb=chosen.memory_mb,
        size_mb=chosen.size_mb,
        seed=chosen.seed,
        name=chosen.name,
    )
    return do(request, chosen, out)


def _modality(ref: DataRef) -> Modality:
    if ref.fingerprint is not None:
        return datasets.get(ref.fingerprint).modality
    return catalogue.get(ref.name or "").modality


def chosen(summary: dict[str, Any]) -> Iterator[str]:
    """The outcome for people: what to take and why, then a line an encoder."""
    from core.evaluate.choosing_words import costs, headline, reasons

    yield headline(summary)
    yield from reasons(summary)
    for entry in summary["entries"]:
        rank = entry["rank"]
        place = "  –" if rank is None else f"{rank['place']:>3}"
        words = f"{place}  {entry['title']}{costs(entry)}"
        if rank is not None:
            words += f"  (mean rank {rank['mean']:.1f}, {rank['low']:.1f} to {rank['high']:.1f})"
        yield words + (f"  {entry['note']}" if entry["note"] else "")
    for one in summary["failed"]:
        yield f"Left out: {one['title']}: {one['error']}"
    yield from summary.get("notes", ())
    yield f"Run {summary['run']}."


def advise(chosen: argparse.Namespace, out: Output) -> int:
    """A plan for a situation."""
    from core.evaluate.words import points
    from core.jobs.advising import advise as make
    from core.transfer.advice import Situation

    told = make(
        Situation(
            modality=chosen.kind,
            rows=chosen.rows,
            labels=chosen.labels,
            classes=chosen.classes,
            seconds=chosen.seconds,
            explained=chosen.explained,
            may_leave=chosen.may_leave,
        )
    )
    lines = [f"{one.what}. {one.why}" for one in told.plan.choices]
    lines += [f"Here: {points(one.gain)} on {one.title} (run {one.run})." for one in told.evidence]
    model = told.plan.method or "none"
    lines.append(
        f"Next: python -m core finetune DATA {model} --head {told.plan.head} "
        f"--strategy {told.plan.strategy}"
    )
    out.result(asdict(told), lines)
    return 0
