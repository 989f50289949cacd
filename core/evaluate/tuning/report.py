"""What a tuning found, in sentences."""

from __future__ import annotations

from collections.abc import Mapping

from core.evaluate.tuning.configuration import words
from core.evaluate.tuning.results import Trial, Tuning
from core.evaluate.words import percent, points

#: Seconds to suggest where a search was too short.
_BUDGETS = (60, 120, 300, 900)


def handed_out(tuning: Tuning, names: Mapping[str, str] | None = None) -> str:
    """What is handed out, and how it did beside the default and the best."""
    one = words(tuning.trials[tuning.chosen].configuration, names)
    mine, default = tuning.on(tuning.chosen), tuning.on(0)
    if mine is None or default is None:
        return f"The default settings, unseen: {one}."
    if tuning.chosen == 0:
        count = len(tuning.finalists()) - 1
        if not count:
            return f"The default settings: {one}. There was no time for others."
        return (
            f"The default settings, {one}: {percent(mine)} of the validation rows right, and "
            "no others were better by more than one standard error."
        )
    return (
        f"{one}: {percent(mine)} of the validation rows right, "
        f"{points(mine - default)} against the default settings."
    )


def why_chosen(tuning: Tuning) -> str:
    """Why these settings and no others."""
    best, mine = tuning.on(tuning.best), tuning.on(tuning.chosen)
    if best is None or mine is None:
        return ""
    among = f"Of the {len(tuning.finalists())} settings that were {_how_far(tuning)}"
    if tuning.best == tuning.chosen:
        said = f"{among} they did best, and nothing simpler came within one standard error of them."
    else:
        said = (
            f"{among} the best got {percent(best)}; these are the simplest within one standard "
            "error of it, and not below the default."
        )
    if any((one.score or 0.0) > best for one in tuning.trials if tuning.on(one.number) is None):
        said += " Higher scores in the table stand on fewer rows or splits: they do not compare."
    return said


def measured(trial: Trial, tuning: Tuning) -> str:
    """How far a trial came, in a few words: "in full" or "stage 1 of 3"."""
    if trial.scores and len(trial.scores) == len(tuning.rungs):
        return "in full"
    return f"stage {len(trial.scores)} of {len(tuning.rungs)}" if trial.scores else "not at all"


def table_words(tuning: Tuning) -> str:
    """What can be held against what in the table of all trials."""
    scored = sum(1 for one in tuning.trials if one.scores)
    among = len(tuning.finalists())
    if tuning.rung < 0:
        return ""
    said = f"{among} of {scored} settings were {_how_far(tuning)}: choose among these."
    if scored > among:
        said += (
            " The others were given up early or cut off by the end; their scores stand on fewer "
            "rows or splits and may be higher by luck."
        )
    return said


def _how_far(tuning: Tuning) -> str:
    if tuning.rung == len(tuning.rungs) - 1:
        return "measured in full"
    return f"measured up to stage {tuning.rung + 1} of {len(tuning.rungs)}"


def why_ended(tuning: Tuning) -> str:
    """How many settings were tried, how long, and what ended it."""
    count = sum(1 for one in tuning.trials if one.scores)
    how = {
        "time": "the time was over",
        "trials": "as many as asked for were tried",
        "enough": "it was told to stop",
        "nothing new": "nothing new was left to try",
        "trouble": "a helper process was lost",
    }[tuning.ended]
    settings = "1 setting" if count == 1 else f"{count} settings"
    return (
        f"{settings} tried in {tuning.spent:.1f} of {tuning.budget:g} seconds on {tuning.workers}; "
        f"it ended because {how}."
    )


def no_pretraining(tuning: Tuning) -> str | None:
    """That nothing pretrained was measured, and what to do; None where something was."""
    if any(one.scores and one.configuration.encoder.learns for one in tuning.trials):
        return None
    more = next((s for s in _BUDGETS if s >= 2 * tuning.budget), round(2 * tuning.budget))
    return (
        f"No pretraining was tried: {tuning.budget:g} seconds were too few to learn from the rows "
        "first, so only plain rows were compared. Pretrained models often do better with few "
        f"labels: search for {more} seconds, or pretrain a model first, which then takes part."
    )


def how_judged(tuning: Tuning) -> str:
    """What the scores stand on."""
    folds = f"{tuning.folds} {'fold' if tuning.folds == 1 else 'folds'}"
    if tuning.repeats > 1:
        folds += f", dealt {tuning.repeats} times"
    return (
        f"Cross-validation on {tuning.labels:,} labelled training rows ({folds}). No test row was "
        "looked at: they are predicted once, when you fine-tune with these settings. The score of "
        "the best of many is a little too good; the test score will say."
    )
