"""What a tuning found, in sentences."""

from __future__ import annotations

from collections.abc import Mapping

from core.evaluate.tuning.configuration import words
from core.evaluate.tuning.results import Tuning
from core.evaluate.words import percent, points


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
    if tuning.best == tuning.chosen:
        return "They did best, and nothing simpler came within one standard error of them."
    return (
        f"The best score was {percent(best)}; these are the simplest settings within one standard "
        "error of it, and not below the default."
    )


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


def how_judged(tuning: Tuning) -> str:
    """What the scores stand on."""
    folds = f"{tuning.folds} folds"
    if tuning.repeats > 1:
        folds += f", dealt {tuning.repeats} times"
    return (
        f"Cross-validation on {tuning.labels:,} labelled training rows ({folds}). No test row was "
        "looked at: they are predicted once, when you fine-tune with these settings. The score of "
        "the best of many is a little too good; the test score will say."
    )
