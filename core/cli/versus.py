"""``versus``, ``calibrate`` and ``threshold``: which run is better, how its answers are used."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.cli.naming import run_of
from core.cli.output import Output, table
from core.errors import BadParam
from core.evaluate.words import p_words, points
from core.store import decisions, runs
from core.store.files import write_atomic

_WIDTH = 96


def versus(chosen: argparse.Namespace, out: Output) -> None:
    """Hold finished fine-tunings against each other."""
    from core.jobs.versus import compare_runs

    found = compare_runs([run_of(word).id for word in chosen.runs])
    if chosen.out:
        page = found.page()
        write_atomic(Path(chosen.out).expanduser(), lambda file: file.write(page))
    values = {
        "title": found.title,
        "sentence": found.sentence,
        "winner": found.found.winner,
        "level": list(found.found.level),
        "rows": found.found.rows,
        "runs": [
            {
                "run": key,
                "name": found.names[key],
                "accuracy": asdict(found.found.accuracy[key]),
                "draws": found.found.draws[key],
            }
            for key in found.found.keys
        ],
        "pairs": [asdict(pair) for pair in found.found.pairs],
        "remarks": list(found.remarks),
        "file": chosen.out,
    }
    out.result(values, _told(found))


def _told(found: Any) -> Iterator[str]:
    yield f"{found.title}."
    yield from textwrap.wrap(found.sentence, _WIDTH)
    for remark in found.remarks:
        yield from textwrap.wrap(f"Note: {remark}", _WIDTH)
    yield ""
    yield from table(
        ["Run", "Accuracy", "95 % interval", "Draws"],
        [
            (
                found.names[key],
                f"{found.found.accuracy[key].value:.3f}",
                f"{found.found.accuracy[key].low or 0:.3f} to "
                f"{found.found.accuracy[key].high or 0:.3f}",
                found.found.draws[key],
            )
            for key in found.found.keys
        ],
    )
    yield ""
    yield from table(
        ["First", "Second", "Points", "95 % interval", "Corrected", "Clear"],
        [
            (
                found.names[pair.first],
                found.names[pair.second],
                points(pair.gain.value, unit=False),
                f"{points(pair.gain.low or 0.0, unit=False)} to "
                f"{points(pair.gain.high or 0.0, unit=False)}",
                p_words(pair.p_corrected),
                "yes" if pair.clear else "no",
            )
            for pair in found.found.pairs
        ],
    )


def calibrate(chosen: argparse.Namespace, out: Output) -> None:
    """Fit a temperature on the held-out labels of a run, or take it back."""
    from core.evaluate import report_words, validation
    from core.evaluate.calibration import fix
    from core.jobs.calibrating import as_trained
    from core.jobs.calibrating import calibrate as fit

    run = run_of(chosen.run)
    if chosen.undo:
        as_trained(run.id)
        out.result(
            {"run": run.id, "temperature": 1.0}, [f"{run.name} answers as it was trained to."]
        )
        return
    decided = fit(run.id)
    arrays = runs.load_arrays(run.id, "predictions")
    held_out = validation.from_arrays(arrays)
    assert held_out is not None  # noqa: S101 - the fit would have said so
    found = fix(held_out, arrays["test_labels"], arrays["test_proba"])
    values = {
        "run": run.id,
        **asdict(decided),
        "before": asdict(found.before),
        "after": asdict(found.after),
        "log_loss_change": asdict(found.log_loss_change),
        "helps": found.helps,
    }
    lines = textwrap.wrap(report_words.fix_sentence(found), _WIDTH)
    out.result(values, [*lines, f"{run.name} answers so from now on; --undo takes it back."])


def threshold(chosen: argparse.Namespace, out: Output) -> None:
    """Choose a threshold for one class by what its mistakes cost."""
    from core.evaluate import report_words, validation
    from core.evaluate.threshold import effect
    from core.jobs.summary import evaluation_of

    run = run_of(chosen.run)
    arrays = decisions.applied(runs.load_arrays(run.id, "predictions"), decisions.get(run.id))
    held_out = validation.from_arrays(arrays)
    evaluation = evaluation_of(run)
    if held_out is None or evaluation is None:
        raise BadParam(
            f"There is nothing to choose a threshold for {run.name!r} on.", hint=validation.ABSENT
        )
    if chosen.class_name not in evaluation.classes:
        raise BadParam(
            f"The run knows no class {chosen.class_name!r}.",
            hint="It knows " + ", ".join(evaluation.classes[:20]) + ".",
        )
    code = evaluation.classes.index(chosen.class_name)
    found = effect(
        held_out,
        arrays["test_labels"],
        arrays["test_proba"],
        code,
        miss_cost=chosen.miss_cost,
    )
    few = [
        f"Chosen on {found.likeliest_held_out.positives} held-out rows of the class: little more "
        f"than a guess. Exact probabilities would put it at {found.in_theory:.3f}."
    ]
    out.result(
        {"run": run.id, "class": chosen.class_name, **asdict(found), "few": found.few},
        [
            f"Say {chosen.class_name} from a probability of {found.threshold:.3f} on.",
            *textwrap.wrap(report_words.effect_sentence(found, chosen.class_name), _WIDTH),
            *(few if found.few else []),
        ],
    )
