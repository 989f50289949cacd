"""``evaluate``: the report of a run in words, and the few lines that end a fine-tuning."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np

from core.cli.deciding import kept
from core.cli.naming import run_of
from core.cli.output import Output, table
from core.errors import NotFound, WarmstartError
from core.evaluate import words
from core.evaluate.calibration import Calibration, calibration
from core.evaluate.mistakes import Mistake, worst_mistakes
from core.evaluate.report_words import (
    calibration_sentence,
    calibration_title,
    held_out_sentence,
)
from core.evaluate.results import Evaluation, Interval, evaluation_to_json
from core.jobs.summary import evaluation_of, run_summary
from core.store import datasets, decisions, runs
from core.store.records import RunRecord

_WIDTH = 96
_METRICS = (
    ("accuracy", "Accuracy"),
    ("balanced_accuracy", "Balanced accuracy"),
    ("macro_precision", "Macro precision"),
    ("macro_recall", "Macro recall"),
    ("macro_f1", "Macro F1"),
    ("log_loss", "Log loss"),
)


def evaluate(chosen: argparse.Namespace, out: Output) -> None:
    """The report of a run."""
    run = run_of(chosen.run)
    evaluation = evaluation_of(run)
    if evaluation is None:
        raise _nothing(run)
    mistakes = _mistakes(run, evaluation, max(0, chosen.mistakes))
    found = _calibration(run)
    threshold, told_of_it = kept(run)
    values = run_summary(run) | {
        "evaluation": evaluation_to_json(evaluation),
        "calibration": None if found is None else asdict(found),
        "threshold": threshold,
        "mistakes": mistakes,
        "words": _sentences(evaluation),
    }
    lines = [*headline(run), ""]
    lines += [*told_of_it, ""] if told_of_it else []
    if found is not None:
        told = f"{calibration_title(found)}. {calibration_sentence(found)}"
        lines += [*textwrap.wrap(told, _WIDTH), ""]
    out.result(values, [*lines, *_report(evaluation), *_readable(mistakes)])


def _calibration(run: RunRecord) -> Calibration | None:
    """How sure the answers are now, against how often they are right, where that is at hand."""
    try:
        arrays = runs.load_arrays(run.id, "predictions")
        shown = decisions.applied(arrays, decisions.get(run.id))
    except WarmstartError:
        return None
    return calibration(shown["test_labels"], shown["test_proba"])


def headline(run: RunRecord) -> Iterator[str]:
    """The verdict of a finished fine-tuning, in a few lines."""
    evaluation = evaluation_of(run)
    if evaluation is None:
        return
    yield run.name
    yield ""
    for sentence in _sentences(evaluation):
        yield from textwrap.wrap(sentence, _WIDTH)
    for note in evaluation.notes:
        yield from textwrap.wrap(f"Note: {note}", _WIDTH)


def _sentences(evaluation: Evaluation) -> list[str]:
    told = [
        words.verdict_title(evaluation) + ".",
        words.verdict_sentence(evaluation),
        words.saved_sentence(evaluation),
        words.overfitting_sentence(evaluation),
        held_out_sentence(evaluation),
    ]
    return [sentence for sentence in told if sentence]


def _report(evaluation: Evaluation) -> Iterator[str]:
    base = evaluation.baseline_test
    columns = ["On the test rows", "Score", "95 % interval"]
    columns += ["Without pretraining", "95 % interval"] if base else []
    lines = []
    for name, title in _METRICS:
        mine: Interval = getattr(evaluation.test, name)
        line: list[object] = [title, f"{mine.value:.3f}", _bounds(mine)]
        if base:
            theirs: Interval = getattr(base, name)
            line += [f"{theirs.value:.3f}", _bounds(theirs)]
        lines.append(line)
    yield from table(columns, lines)
    yield ""
    yield from table(
        ["Class", "Test rows", "Precision", "Recall", "F1"],
        [
            (
                one.name,
                one.support,
                f"{one.precision.value:.3f}",
                f"{one.recall.value:.3f}",
                f"{one.f1.value:.3f}",
            )
            for one in evaluation.test.per_class
        ],
    )
    mixed = [
        (count, evaluation.classes[truth], evaluation.classes[said])
        for truth, row in enumerate(evaluation.test.confusion)
        for said, count in enumerate(row)
        if count and truth != said
    ]
    if mixed:
        mixed.sort(key=lambda cell: -cell[0])
        yield ""
        yield from table(["Rows", "Are", "Taken for"], mixed[:8])
    if len(evaluation.curve) > 1:
        yield ""
        yield from _curve(evaluation)


def _curve(evaluation: Evaluation) -> Iterator[str]:
    with_base = any(point.baseline for point in evaluation.curve)
    columns = ["Labels per class", "Labels", "Accuracy", "95 % interval"]
    columns += ["Without pretraining"] if with_base else []
    lines = []
    for point in evaluation.curve:
        budget = "all" if point.labels_per_class is None else str(point.labels_per_class)
        line: list[object] = [budget, point.labels, f"{point.model.value:.3f}"]
        line.append(_bounds(point.model))
        if with_base:
            line.append(f"{point.baseline.value:.3f}" if point.baseline else "")
        lines.append(line)
    yield from table(columns, lines)


def _bounds(interval: Interval) -> str:
    if interval.low is None or interval.high is None:
        return ""
    return f"{interval.low:.3f} to {interval.high:.3f}"


def _mistakes(run: RunRecord, evaluation: Evaluation, k: int) -> list[dict[str, Any]]:
    """The worst mistakes with what stands in their rows, as far as those are still there."""
    try:
        found = worst_mistakes(runs.load_arrays(run.id, "predictions"), evaluation.classes, k)
    except WarmstartError:
        return []
    try:
        dataset = datasets.load(run.dataset or "")
    except WarmstartError:
        return [_told(mistake) for mistake in found]
    shown = []
    for mistake in found:
        row = dataset.take(np.array([mistake.row]))
        text = " ".join(str(row[0]).split()) if dataset.modality == "text" else None
        shown.append(_told(mistake) | ({"text": text} if text is not None else {}))
    return shown


def _told(mistake: Mistake) -> dict[str, Any]:
    return {
        "row": mistake.row,
        "truth": mistake.truth,
        "said": mistake.said,
        "confidence": mistake.confidence,
        "truth_probability": mistake.truth_probability,
    }


def _readable(mistakes: list[dict[str, Any]]) -> Iterator[str]:
    if not mistakes:
        return
    yield ""
    yield "The wrong answers it was surest of:"
    for one in mistakes:
        yield (
            f"  row {one['row']}: {one['truth']} taken for {one['said']} "
            f"({one['confidence']:.0%} sure)"
        )
        if "text" in one:
            yield "    " + textwrap.shorten(one["text"], _WIDTH - 4, placeholder=" …")


def _nothing(run: RunRecord) -> NotFound:
    if run.kind != "finetune":
        return NotFound(
            f"The run {run.id} is a {run.kind}; only a fine-tuning is evaluated.",
            hint="Fine-tune on its result, or choose another run; see `runs`.",
        )
    why = f" {run.error}" if run.error else ""
    return NotFound(
        f"The run {run.id} is {run.state} and has no evaluation.{why}",
        hint="Wait until it is done." if run.live else "Start it once more with `again`.",
    )
