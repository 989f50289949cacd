"""What the sections of a report say, in sentences for people: fit, calibration, thresholds."""

from __future__ import annotations

from core.evaluate.calibration import ENOUGH_ROWS, Calibration, Fix
from core.evaluate.results import Evaluation, Interval, Scores
from core.evaluate.threshold import Count, Effect
from core.evaluate.words import percent, points


def between(interval: Interval, *, times: float = 100, digits: int = 1) -> str:
    """The 95 % interval in brackets' words: "95 % interval 1.2 to 3.4"; empty without bounds."""
    if interval.low is None or interval.high is None:
        return "no interval"
    low, high = (f"{times * bound:.{digits}f}" for bound in (interval.low, interval.high))
    return f"95 % interval {_minus(low)} to {_minus(high)}"


def held_out_sentence(evaluation: Evaluation) -> str:
    """How the held-out labels fare beside the test rows; empty where none were held out."""
    held_out, test = evaluation.validation, evaluation.test
    if held_out is None:
        return ""
    one = "row" if held_out.rows == 1 else "rows"
    start = (
        f"On {held_out.rows:,} labelled {one}, each predicted by a model that had not seen its "
        f"label, it is right in {percent(held_out.accuracy.value)} "
        f"({between(held_out.accuracy)})"
    )
    difference = gap(held_out, test)
    if difference.low is not None and difference.low > 0:
        return (
            f"{start}. That is clearly above the test rows, so these are of another sort than the "
            "training rows: of another time or source, perhaps. Believe the test rows."
        )
    if difference.high is not None and difference.high < 0:
        return f"{start}. That is below the test rows: those models had fewer labels to learn from."
    return f"{start}, which agrees with the test rows as far as so many rows can tell."


def gap(one: Scores, other: Scores) -> Interval:
    """Difference of two accuracies on different rows, with its interval (Newcombe 1998, hybrid).

    The bounds put together those of both shares (Wilson's), as for independent samples.
    """
    a, b = one.accuracy, other.accuracy
    value = a.value - b.value
    if None in (a.low, a.high, b.low, b.high):
        return Interval(value)
    down = ((a.value - (a.low or 0.0)) ** 2 + ((b.high or 0.0) - b.value) ** 2) ** 0.5
    up = (((a.high or 0.0) - a.value) ** 2 + (b.value - (b.low or 0.0)) ** 2) ** 0.5
    return Interval(value, value - down, value + up)


def calibration_title(found: Calibration) -> str:
    """The finding in a few words."""
    return {
        "too few": "Too few rows to tell",
        "fits": "The probabilities mean what they say",
        "over": "Surer than right",
        "under": "Less sure than right",
        "uneven": "Right on the whole, but not everywhere",
    }[found.kind]


def calibration_sentence(found: Calibration) -> str:
    """What the reliability of the answers is, and what chance alone would show."""
    if found.kind == "too few":
        return (
            f"There {'is' if found.rows == 1 else 'are'} {found.rows:,} test "
            f"{_plural(found.rows, 'row')}. With fewer than {ENOUGH_ROWS} nothing is said about "
            "calibration: chance alone moves the error by several points."
        )
    facts = (
        f"Its answers sound {percent(found.confidence)} sure on average, and "
        f"{percent(found.accuracy)} of them are right"
    )
    error = (
        f"The calibration error is {100 * found.ece.value:.1f} points ({between(found.ece)}); "
        f"chance alone shows up to {100 * found.chance:.1f} with {found.rows:,} rows."
    )
    if found.kind == "fits":
        return f"{facts}. {error} So there is no sign that they mislead."
    ending = {
        "over": f": {points(found.gap.value)} ({between(found.gap)}). Take them with a grain of "
        "salt.",
        "under": f": {points(found.gap.value)} ({between(found.gap)}). It knows more than it says.",
        "uneven": ", but the diagram shows where they are off.",
    }[found.kind]
    return f"{facts}{ending} {error}"


def fix_sentence(found: Fix) -> str:
    """What the temperature does to the test rows."""
    sort = "less sure" if found.temperature > 1 else "surer"
    start = (
        f"A temperature of {found.temperature:.2f}, fitted on {found.held_out:,} held-out labels, "
        f"makes the answers {sort} and changes none of them. On the test rows the log loss goes "
        f"from {found.before.log_loss.value:.3f} to {found.after.log_loss.value:.3f}"
    )
    change = f"difference {_minus(f'{found.log_loss_change.value:.3f}')}, " + between(
        found.log_loss_change, times=1, digits=3
    )
    ending = {
        True: "it helps",
        False: "it hurts",
        None: "no clear difference",
    }[found.helps]
    return f"{start} ({change}): {ending}."


def effect_sentence(found: Effect, name: str) -> str:
    """What a threshold changes on the test rows."""
    before, after = found.likeliest, found.with_threshold
    saved = found.saved
    facts = (
        f"On the test rows it misses {_of(after)} of {name} instead of {before.missed:,}, "
        f"for {after.false_alarms:,} false {_plural(after.false_alarms, 'alarm')} instead of "
        f"{before.false_alarms:,}."
    )
    worse = saved.value < 0
    shown = Interval(-saved.value, _less(saved.high), _less(saved.low)) if worse else saved
    amount = (
        f"{shown.value:.1f} false alarms' worth {'more ' if worse else ''}for each 1,000 rows "
        f"({between(shown, times=1)})"
    )
    if saved.low is not None and saved.low > 0:
        return f"{facts} It saves {amount}."
    if saved.high is not None and saved.high < 0:
        return f"{facts} It costs {amount}: what held on the held-out rows does not hold here."
    return f"{facts} No clear difference in cost: it {'costs' if worse else 'saves'} {amount}."


def _less(value: float | None) -> float | None:
    return None if value is None else -value


def _of(found: Count) -> str:
    return f"{found.missed:,} of {found.positives:,} {_plural(found.positives, 'row')}"


def _plural(count: int, word: str) -> str:
    return word if count == 1 else word + "s"


def _minus(text: str) -> str:
    return text.replace("-", "−")
