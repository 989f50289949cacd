"""``pretrain`` and ``finetune``."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import cache
from typing import Any

from core import jobs
from core.cli.naming import data_ref, method_or_model, model_of, run_of, sort_settings
from core.cli.output import Output
from core.errors import BadParam
from core.jobs.requests import FinetuneRequest, PretrainRequest, Request
from core.params import Param
from core.store import models
from core.store.records import ModelRecord, RunRecord

_FAILED: dict[str, int] = {"cancelled": 130, "interrupted": 1}


def pretrain(chosen: argparse.Namespace, out: Output) -> int:
    """Learn an encoder from rows without labels."""
    from core.pretrain import get_method

    parent = None if chosen.parent is None else model_of(chosen.parent)
    if chosen.method is None and parent is None:
        raise BadParam(
            "Neither a method nor a model to continue was named.",
            hint="Name one of `methods`, or one of `models` with --continue.",
        )
    method = get_method(chosen.method or (parent.method if parent else ""))
    request = PretrainRequest(
        data=data_ref(chosen),
        method=method.key,
        settings=sort_settings(chosen.set, [("model", method.params)])["model"],
        pool=chosen.pool,
        seed=chosen.seed if parent is None else parent.seed,
        name=chosen.name,
        parent=parent.id if parent else None,
    )
    return do(request, chosen, out)


def finetune(chosen: argparse.Namespace, out: Output) -> int:
    """Train on few labels, beside the baseline, and evaluate both."""
    from core.cli.thoroughness import chosen_way
    from core.finetune import get_head, get_strategy

    source = None
    if chosen.model.startswith("run:"):
        source = run_of(chosen.model.removeprefix("run:")).id
    found = None if source else method_or_model(chosen.model)
    fitted = found if isinstance(found, ModelRecord) else None
    method = None if isinstance(found, ModelRecord) else found
    data = cache(lambda: data_ref(chosen))  # may read a file: not before it has to
    labels_per_class = budget(chosen.labels_per_class)
    way = chosen_way(
        chosen,
        data,
        out,
        model=source is not None or found is not None,
        source=source is not None,
        labels_per_class=labels_per_class,
    )
    owners: list[tuple[str, tuple[Param, ...]]] = [
        ("head", get_head(way.head).params),
        ("strategy", get_strategy(way.strategy).params),
    ]
    if method is not None:
        owners.append(("model", method.params))
    settings = sort_settings(chosen.set, owners)
    ref = data()
    first = None
    if method is not None:
        first = PretrainRequest(
            data=ref,
            method=method.key,
            settings=settings["model"],
            pool=chosen.pool,
            seed=chosen.seed,
        )
    request = FinetuneRequest(
        data=ref,
        model=fitted.id if fitted else None,
        source=source,
        pretrain=first,
        head=way.head,
        head_settings={**way.head_settings, **settings["head"]},
        strategy=way.strategy,
        strategy_settings={**way.strategy_settings, **settings["strategy"]},
        labels_per_class=labels_per_class,
        draws=way.draws,
        curve=way.curve,
        seed=chosen.seed,
        name=chosen.name,
    )
    return do(request, chosen, out)


def budget(text: str) -> int | None:
    """A label budget as typed: a number, or all."""
    if text.strip().lower() in ("all", "none"):
        return None
    try:
        return int(text)
    except ValueError:
        raise BadParam(
            f"labels_per_class cannot be {text!r}.",
            hint="It takes a whole number of at least 1, or all.",
        ) from None


def do(request: Request, chosen: argparse.Namespace, out: Output) -> int:
    """Run a request here, or leave it to a worker; says what came out, gives the exit code."""
    from core.jobs.summary import run_summary

    if chosen.background:
        run = jobs.submit(request)
        words = [f"Run {run.id} waits for a worker. See `runs`, then `evaluate {run.id}`."]
        out.result(run_summary(run), words)
        return 0
    run = jobs.run_here(request, on_progress=out.progress)
    if run.state != "done":
        return told(run, out)
    summary = run_summary(run)
    out.result(summary, _words(run, summary))
    return 0


def _words(run: RunRecord, summary: dict[str, Any]) -> Iterator[str]:
    """What came out of a finished run, for people."""
    if run.kind == "finetune":
        return _finetuned(run)
    if run.kind == "pretrain":
        return _pretrained(summary)
    if run.kind == "tune":
        from core.cli import tuning

        return tuning.tuned(run)
    if run.kind == "examine":
        from core.cli import examining

        return examining.examined(run, summary)
    if run.kind == "choose":
        from core.cli import choosing

        return choosing.chosen(summary)
    if run.kind == "adapt":
        from core.cli import domains

        return domains.adapted(run)
    from core.cli import comparing

    return comparing.compared(summary) if run.kind == "compare" else comparing.reproduced(summary)


def told(run: RunRecord, out: Output) -> int:
    """Say how a run ended that was not done; the exit code."""
    failure: dict[str, Any] = (run.result or {}).get("failure", {})
    message = run.error or "Cancelled."
    out.error(message, run.hint, kind=failure.get("kind") or run.state.capitalize(), run=run.id)
    return _FAILED.get(run.state, 1 if failure.get("log") else 2)


def _pretrained(summary: dict[str, Any]) -> Iterator[str]:
    record = models.get(summary["model"])
    yield f"{record.name}: model {record.id}"
    if summary["reused"]:
        yield "It was in the library already; nothing had to be learned."
    else:
        yield (
            f"Learned {record.dimensions:,} dimensions from {record.rows:,} rows in "
            f"{summary['seconds']['pretrain']:.1f} s, {_memory(summary)}."
        )
    if record.parent is not None:
        yield f"It continues {models.get(record.parent).name}."
    if summary.get("resumed"):
        yield "It went on from where an earlier run had stopped."
    for note in summary.get("notes", ()):
        yield f"Note: {note}"
    yield f"Next: python -m core finetune DATA {record.id}"


def _finetuned(run: RunRecord) -> Iterator[str]:
    from core.cli.reporting import headline
    from core.jobs.summary import run_summary

    summary = run_summary(run)
    yield from headline(run)
    seconds = summary["seconds"]
    parts = ", ".join(
        f"{name} {seconds[name]:.1f} s" for name in ("load", "pretrain", "finetune", "total")
    )
    yield f"Time: {parts}; {_memory(summary)}."
    if (run.result or {}).get("resumed"):
        yield "It went on from where an earlier run had stopped."
    yield f"Run {run.id}. More: python -m core evaluate {run.id}"


def _memory(summary: dict[str, Any]) -> str:
    peak = summary["peak_memory_mb"]
    return "peak memory unknown" if peak is None else f"peak memory {peak:,.0f} MiB"
