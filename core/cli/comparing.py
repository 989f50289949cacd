"""``compare`` and ``recipe``."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from core.cli.learning import budget, do
from core.cli.naming import data_ref, method_or_model, sort_settings
from core.cli.output import Output
from core.errors import BadParam
from core.jobs.requests import CompareRequest, PretrainRequest, RecipeRequest
from core.store.records import ModelRecord


def compare(chosen: argparse.Namespace, out: Output) -> int:
    """Try several methods and models on one data set, on equal terms."""
    from core.finetune import get_head

    ref = data_ref(chosen)
    found = [method_or_model(word) for word in chosen.models]
    if None in found:
        raise BadParam(
            "'none' need not be named.", hint="Nothing learned takes part in every comparison."
        )
    settings = sort_settings(chosen.set, [("head", get_head(chosen.head).params)])
    request = CompareRequest(
        data=ref,
        methods=tuple(
            PretrainRequest(data=ref, method=one.key, pool=chosen.pool, seed=chosen.seed)
            for one in found
            if one is not None and not isinstance(one, ModelRecord)
        ),
        models=tuple(one.id for one in found if isinstance(one, ModelRecord)),
        head=chosen.head,
        head_settings=settings["head"],
        labels_per_class=budget(chosen.labels_per_class),
        draws=chosen.draws,
        seed=chosen.seed,
        name=chosen.name,
    )
    return do(request, chosen, out)


def compared(summary: dict[str, Any]) -> Iterator[str]:
    """The outcome for people: the headline, then a line an entry."""
    from core.evaluate.standings import headline
    from core.evaluate.words import percent, points

    names = {e["key"]: e.get("name", "Nothing learned") for e in summary["entries"]}
    yield headline(summary, names)
    for entry in summary["entries"]:
        words = f"{percent(entry['accuracy']['value'])}  {names[entry['key']]}"
        if entry["gain"] is not None:
            words += f"  ({points(entry['gain']['value'])} over nothing learned"
            words += f", learned in {entry['seconds']:.1f} s)"
        yield words
    for one in summary["failed"]:
        yield f"Left out: {one['title']}: {one['error']}"
    yield from summary.get("notes", ())
    yield f"Run {summary['run']}."


def recipe(chosen: argparse.Namespace, out: Output) -> int:
    """Reproduce the founding recipe, and fine-tune in earnest beside it."""
    return do(RecipeRequest(), chosen, out)


def reproduced(summary: dict[str, Any]) -> Iterator[str]:
    """The outcome for people: a sentence, then a line a way."""
    from core.evaluate.words import percent, points

    yield summary["sentence"]
    for row in summary["rows"]:
        words = f"{percent(row['accuracy']['value'])}  {row['title']}"
        if row["gain"] is not None:
            words += f"  ({points(row['gain']['value'])} over the recipe as published)"
        yield words
    yield f"Run {summary['run']}."
