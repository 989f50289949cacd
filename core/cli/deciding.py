"""``calibrate`` and ``threshold``: how sure a run's answers sound, and what is said."""

from __future__ import annotations

import argparse
import textwrap
from dataclasses import asdict
from typing import Any

from core.cli.naming import run_of
from core.cli.output import Output
from core.errors import BadParam
from core.evaluate.deciding_words import dropped_sentence, kept_sentence
from core.store import decisions, runs
from core.store.decisions import Decisions
from core.store.records import RunRecord

_WIDTH = 96


def calibrate(chosen: argparse.Namespace, out: Output) -> None:
    """Fit a temperature on the held-out labels of a run, or take it back."""
    from core.evaluate import report_words, validation
    from core.evaluate.calibration import fix
    from core.jobs.calibrating import as_trained
    from core.jobs.calibrating import calibrate as fit

    run = run_of(chosen.run)
    before = decisions.get(run.id)
    if chosen.undo:
        gone = _gone(run, before, as_trained(run.id))
        out.result(
            {"run": run.id, "temperature": 1.0, "threshold_dropped": bool(gone)},
            [f"{run.name} answers as it was trained to.", *gone],
        )
        return
    decided = fit(run.id)
    arrays = runs.load_arrays(run.id, "predictions")
    held_out = validation.from_arrays(arrays)
    assert held_out is not None  # noqa: S101 - the fit would have said so
    found = fix(held_out, arrays["test_labels"], arrays["test_proba"])
    gone = _gone(run, before, decided)
    values = {
        "run": run.id,
        **asdict(decided),
        "threshold_dropped": bool(gone),
        "before": asdict(found.before),
        "after": asdict(found.after),
        "log_loss_change": asdict(found.log_loss_change),
        "helps": found.helps,
    }
    lines = textwrap.wrap(report_words.fix_sentence(found), _WIDTH)
    lines.append(f"{run.name} answers so from now on; --undo takes it back.")
    out.result(values, [*lines, *gone, *_broken(run)])


def threshold(chosen: argparse.Namespace, out: Output) -> None:
    """Choose a threshold for one class by what its mistakes cost; keep it, or take it back."""
    from core.evaluate import report_words, validation
    from core.evaluate.threshold import effect
    from core.jobs.deciding import forget_threshold, keep_threshold

    run = run_of(chosen.run)
    if chosen.forget:
        forget_threshold(run.id)
        out.result(
            {"run": run.id, "threshold": None}, [f"{run.name} says the likeliest class again."]
        )
        return
    arrays = decisions.applied(runs.load_arrays(run.id, "predictions"), decisions.get(run.id))
    held_out = validation.from_arrays(arrays)
    classes = classes_of(run)
    if held_out is None or not classes:
        raise BadParam(
            f"There is nothing to choose a threshold for {run.name!r} on.", hint=validation.ABSENT
        )
    if chosen.class_name not in classes:
        raise BadParam(
            f"The run knows no class {chosen.class_name!r}."
            if chosen.class_name
            else "Say which class the threshold is for.",
            hint="It knows " + ", ".join(classes[:20]) + ".",
        )
    code = classes.index(chosen.class_name)
    found = effect(
        held_out,
        arrays["test_labels"],
        arrays["test_proba"],
        code,
        miss_cost=chosen.miss_cost,
    )
    lines = [
        f"Say {chosen.class_name} from a probability of {found.threshold:.3f} on.",
        *textwrap.wrap(report_words.effect_sentence(found, chosen.class_name), _WIDTH),
    ]
    if found.few:
        lines.append(
            f"Chosen on {found.likeliest_held_out.positives} held-out rows of the class: little "
            f"more than a guess. Exact probabilities would put it at {found.in_theory:.3f}."
        )
    if chosen.keep:
        keep_threshold(run.id, code, miss_cost=chosen.miss_cost)
        lines.append("Kept: whatever opens this classifier answers so; --forget takes it back.")
        lines += _broken(run)
    out.result(
        {
            "run": run.id,
            "class": chosen.class_name,
            **asdict(found),
            "few": found.few,
            "kept": chosen.keep,
        },
        lines,
    )


def kept(run: RunRecord) -> tuple[dict[str, Any] | None, list[str]]:
    """The threshold that a run was given: as JSON values and in words; None, [] without."""
    rule = decisions.get(run.id).threshold
    if rule is None:
        return None, []
    name = _name(run, rule.code)
    values = {"class": name, **asdict(rule)}
    return values, textwrap.wrap(
        f"{kept_sentence(rule, name)} The scores here are of the likeliest class.", _WIDTH
    )


def classes_of(run: RunRecord) -> tuple[str, ...]:
    """The names of a run's classes; none where it has no evaluation."""
    from core.jobs.summary import evaluation_of

    evaluation = evaluation_of(run)
    return () if evaluation is None else evaluation.classes


def _broken(run: RunRecord) -> list[str]:
    """That an error promised before cannot be promised for the answers of now."""
    from core.store import doubts

    return textwrap.wrap(doubts.broken(run.id), _WIDTH)


def _gone(run: RunRecord, before: Decisions, after: Decisions) -> list[str]:
    """That a threshold was dropped with the probabilities that it was for."""
    if before.threshold is None or after.threshold is not None:
        return []
    return textwrap.wrap(dropped_sentence(_name(run, before.threshold.code)), _WIDTH)


def _name(run: RunRecord, code: int) -> str:
    classes = classes_of(run)
    return classes[code] if code < len(classes) else f"class number {code}"
