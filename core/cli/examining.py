"""``examine``, ``reject`` and ``drift``: whether a run's score and its answers can be trusted."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.cli.deciding import classes_of
from core.cli.learning import do
from core.cli.naming import run_of
from core.cli.output import Output, table
from core.errors import BadParam
from core.jobs.examined import examined_run
from core.jobs.requests import DataRef, ExamineRequest
from core.progress import Progress
from core.store import classifiers, datasets, decisions, runs
from core.store.records import RunRecord

_WIDTH = 96
_SLICES = 10


def examine(chosen: argparse.Namespace, out: Output) -> int:
    """Look closer at a finished fine-tuning."""
    run = _fine_tuning(chosen.run)
    request = ExamineRequest(
        data=DataRef(fingerprint=run.dataset), run=run.id, parts=tuple(chosen.part)
    )
    return do(request, chosen, out)


def examined(run: RunRecord, summary: dict[str, Any]) -> Iterator[str]:
    """What an examination found, for people; slices stand below, for they cost nothing."""
    from core.evaluate.examination import PARTS

    for part, found in summary["parts"].items():
        yield f"{PARTS[part]}:"
        yield from _wrapped(found["sentence"])
    for part, words in summary["failed"].items():
        yield f"{PARTS[part]}: left out. {words}"
    about = runs.get(run.request["run"])
    yield "Where it is weak:"
    yield from _slices(about)
    yield f"Run {run.id} about {about.id}."


def reject(chosen: argparse.Namespace, out: Output) -> None:
    """The threshold that promises an error; with --keep the classifier answers by it."""
    from core.evaluate.doubt import DoubtSettings
    from core.evaluate.reject import rule_sentence
    from core.store import doubts

    run = _fine_tuning(chosen.run)
    if chosen.forget:
        doubts.keep(run.id, DoubtSettings())
        out.result({"run": run.id, "kept": None}, ["It answers however unsure it is."])
        return
    found = doubts.rule(run.id, chosen.allowed_error)
    words = _wrapped(rule_sentence(found))
    if found.threshold is not None:
        words += _wrapped(doubts.same_rows(run.id, classes_of(run)))
    if chosen.keep:
        if found.threshold is None:
            raise BadParam(
                f"An error of {chosen.allowed_error:g} cannot be promised, so nothing was kept.",
                hint=rule_sentence(found),
            )
        doubts.keep(run.id, DoubtSettings(allowed_error=chosen.allowed_error))
        words.append("Kept: from now on Predict says “I don't know” below that.")
    out.result({"run": run.id, "rule": asdict(found), "kept": chosen.keep}, words)


def drift(chosen: argparse.Namespace, out: Output) -> None:
    """Whether the rows of a file are like the training rows."""
    from core.data.reading import read_table
    from core.evaluate.drift import drift_sentence
    from core.jobs.drifting import drift_of_table

    run = _fine_tuning(chosen.run)
    dataset = datasets.load(run.dataset or "")
    read = read_table(Path(chosen.file).expanduser())
    column = chosen.text_column or dataset.options.get("text_column")
    if column not in read.frame.columns and not chosen.text_column:
        column = None
    found = drift_of_table(
        run.id,
        dataset,
        classifiers.load(run.id),
        read.frame,
        text_column=column,
        progress=Progress(lambda share, message, _: out.progress(share, message)),
    )
    for note in read.notes:
        out.note(note)
    lines = [
        (one.what, one.trained, one.batch, f"{one.p_value:.3g}", "yes" if one.differs else "")
        for one in found.differences[:20]
    ]
    out.result(
        {"run": run.id, "drifted": found.drifted, **asdict(found)},
        [
            *_wrapped(drift_sentence(found)),
            "",
            *table(["What", "Training rows", "These rows", "Corrected p", "Differs"], lines),
        ],
    )


def _fine_tuning(word: str) -> RunRecord:
    """The finished fine-tuning that RUN means; "last" is the last of these."""
    if word == "last":
        newest = runs.list_all(kind="finetune", states=["done"], limit=1, brief=True)
        word = newest[0].id if newest else word
    return examined_run(run_of(word).id)


def _slices(run: RunRecord) -> list[str]:
    """The weakest slices of a run's test rows."""
    from core.evaluate.slices import slices_sentence
    from core.jobs.slicing import slices_of

    arrays = decisions.applied(runs.load_arrays(run.id, "predictions"), decisions.get(run.id))
    _, found = slices_of(run, datasets.load(run.dataset or ""), arrays)
    lines = [
        (
            f"{one.dimension}: {one.name}",
            one.rows,
            f"{one.accuracy.value:.3f}",
            f"{one.rest:.3f}",
            f"{one.p_value:.3g}",
        )
        for one in found[:_SLICES]
    ]
    told = _wrapped(slices_sentence(found))
    return [*told, *table(["Slice", "Rows", "Right", "Elsewhere", "Corrected p"], lines)]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH)
