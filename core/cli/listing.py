"""Lists: data sets, runs, models, methods, heads."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from core.cli.output import Output, table
from core.params import Param
from core.store.records import ModelRecord, RunRecord


def datasets(chosen: argparse.Namespace, out: Output) -> None:
    """The built-in data sets, and those that the home folder keeps."""
    from core.data.catalogue import built_in
    from core.store import datasets as store

    sets, kept = list(built_in().values()), store.list_all()
    values = {
        "built_in": [
            {
                "name": one.key,
                "title": one.title,
                "modality": one.modality,
                "network": one.network,
                "about": one.about,
                "options": _params(one.params),
            }
            for one in sets
        ],
        "kept": [
            {
                "fingerprint": one.fingerprint,
                "name": one.name,
                "title": one.title,
                "modality": one.modality,
                "rows": one.rows,
                "classes": list(one.classes),
                "labelled_train": one.labelled_train,
                "labelled_test": one.labelled_test,
                "unlabelled": one.unlabelled,
                "created": one.created.isoformat(),
            }
            for one in kept
        ],
    }
    words = table(
        ["Built in", "Rows of", "", "Title"],
        [
            (one.key, one.modality, "needs the network once" if one.network else "", one.title)
            for one in sets
        ],
    )
    if kept:
        words += [
            "",
            *table(
                ["Kept", "Name", "Rows", "Classes", "Train labels", "Test", "Unlabelled"],
                [
                    (
                        one.fingerprint[:12],
                        one.name,
                        one.rows,
                        len(one.classes),
                        one.labelled_train,
                        one.labelled_test,
                        one.unlabelled,
                    )
                    for one in kept
                ],
            ),
        ]
    out.result(values, words)


def runs(chosen: argparse.Namespace, out: Output) -> None:
    """The runs, the newest first."""
    from core import jobs
    from core.jobs.summary import run_summary
    from core.store import runs as store

    jobs.sweep()
    found = store.list_all(
        kind=chosen.kind,
        states=chosen.state,
        starred=chosen.starred,
        tag=chosen.tag,
        limit=max(1, chosen.limit),
    )
    values = {
        "runs": [
            {"created": run.created.isoformat(), "progress": run.progress, **run_summary(run)}
            for run in found
        ]
    }
    words = table(
        ["Run", "Kind", "State", "Begun", "Seconds", "Result", "Name"],
        [
            (
                run.id,
                run.kind,
                run.state if run.state != "running" else f"running {run.progress:.0%}",
                run.created.astimezone().strftime("%Y-%m-%d %H:%M"),
                None if run.seconds is None else f"{run.seconds:.1f}",
                _outcome(run),
                _marked(run),
            )
            for run in found
        ],
    )
    out.result(values, words if found else ["No runs yet. Try: python -m core finetune --help"])


def _marked(run: RunRecord) -> str:
    """The name of a run with its star, its tags, and whether it was imported."""
    marks = ["*"] if run.starred else []
    marks += [run.name, *(f"#{tag}" for tag in run.tags)]
    return " ".join([*marks, "(imported)"] if run.imported else marks)


def _outcome(run: RunRecord) -> str:
    from core.jobs.summary import evaluation_of

    evaluation = evaluation_of(run)
    if evaluation is None:
        return ""
    accuracy = f"{evaluation.test.accuracy.value:.1%}"
    if evaluation.comparison is None:
        return accuracy
    return f"{accuracy} ({evaluation.comparison.kind}, {_points(evaluation.comparison.gain.value)})"


def _points(gain: float) -> str:
    return f"{100 * gain:+.1f} points"


def models(chosen: argparse.Namespace, out: Output) -> None:
    """The library of pretrained models."""
    from core.store import models as store

    found = store.list_all()
    words = table(
        ["Model", "Method", "Dimensions", "Rows", "Seconds", "MB", "Learned from", "Name"],
        [
            (
                one.id,
                one.method,
                one.dimensions,
                one.rows,
                None if one.seconds is None else f"{one.seconds:.1f}",
                f"{one.bytes / 1e6:.1f}",
                one.dataset_title,
                one.name,
            )
            for one in found
        ],
    )
    out.result(
        {"models": [_model(one) for one in found]},
        words if found else ["No models yet. Try: python -m core pretrain python_docs ppmi"],
    )


def _model(one: ModelRecord) -> dict[str, Any]:
    return {
        "model": one.id,
        "name": one.name,
        "method": one.method,
        "modality": one.modality,
        "settings": one.settings,
        "pool": one.pool,
        "seed": one.seed,
        "dataset": {"fingerprint": one.dataset, "title": one.dataset_title},
        "created": one.created.isoformat(),
        "sha256": one.sha256,
        "bytes": one.bytes,
        "dimensions": one.dimensions,
        "rows": one.rows,
        "seconds": {"pretrain": one.seconds},
        "peak_memory_mb": one.peak_memory_mb,
        "run": one.run,
        "parent": one.parent,
    }


def methods(chosen: argparse.Namespace, out: Output) -> None:
    """The ways to pretrain, with their settings."""
    from core.pretrain import methods as known

    values, words = [], []
    for one in known().values():
        values.append(
            {
                "method": one.key,
                "title": one.title,
                "learns": one.learns,
                "when": one.when,
                "cost": one.cost,
                "source": one.source,
                "modalities": list(one.modalities),
                "baseline": one.baseline,
                "settings": _params(one.params),
            }
        )
        words += [f"{one.key}: {one.title} ({', '.join(one.modalities)})", f"  {one.learns}"]
        words += [*_param_lines(one.params), ""]
    out.result({"methods": values}, words)


def heads(chosen: argparse.Namespace, out: Output) -> None:
    """The heads and strategies, with their settings."""
    from core.finetune import heads as known_heads
    from core.finetune import strategies as known_strategies

    values: dict[str, list[dict[str, Any]]] = {"heads": [], "strategies": []}
    words: list[str] = []
    for kind, found in (
        ("heads", known_heads().values()),
        ("strategies", known_strategies().values()),
    ):
        words += [f"{kind.capitalize()}:"]
        for one in found:
            values[kind].append(
                {
                    "key": one.key,
                    "title": one.title,
                    "help": one.help,
                    "source": one.source,
                    "settings": _params(one.params),
                }
            )
            words += [f"{one.key}: {one.title}", f"  {one.help}", *_param_lines(one.params), ""]
    out.result(values, words)


def _params(params: Iterable[Param]) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "kind": one.kind,
            "default": one.default,
            "low": one.low,
            "high": one.high,
            "choices": list(one.choices),
            "optional": one.optional,
            "help": one.help,
        }
        for one in params
    ]


def _param_lines(params: Iterable[Param]) -> list[str]:
    return [f"  --set {one.name}={_typed(one.default)}: {one.help}" for one in params]


def _typed(value: object) -> str:
    """A value as one types it."""
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
