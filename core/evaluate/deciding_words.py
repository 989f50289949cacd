"""What is said of a threshold that was kept for one class, in sentences for people."""

from __future__ import annotations

from collections.abc import Sequence

from core.evaluate.threshold import count
from core.evaluate.words import percent
from core.finetune.deciding import ClassThreshold, said
from core.types import Floats, Ints


def kept_sentence(rule: ClassThreshold, name: str) -> str:
    """From when on a class is said, and why."""
    rows = "row" if rule.held_out == 1 else "rows"
    cost = "a false alarm" if rule.miss_cost == 1 else f"{rule.miss_cost:g} false alarms"
    return (
        f"It says {name} from a probability of {percent(rule.threshold)} on, and the likeliest "
        f"other class below: chosen on {rule.held_out:,} held-out {rows}, where a missed row of "
        f"{name} costs as much as {cost}."
    )


def on_test_rows(labels: Ints, proba: Floats, rule: ClassThreshold, name: str) -> str:
    """What a threshold changes on the test rows; they had no say in it.

    Parameters
    ----------
    labels, proba : ndarray, shapes (n,) and (n, k)
        The test rows, as the classifier answers now.
    rule : ClassThreshold
    name : str
        Of its class.
    """
    before = count(labels, proba.argmax(axis=1), rule.code)
    after = count(labels, said(proba, rule), rule.code)
    if not after.rows:
        return "There are no test rows to see what that changes."
    rows = "row" if after.positives == 1 else "rows"
    alarms = "alarm" if after.false_alarms == 1 else "alarms"
    return (
        f"On the test rows it misses {after.missed:,} of {after.positives:,} {rows} of {name} "
        f"instead of {before.missed:,}, for {after.false_alarms:,} false {alarms} instead of "
        f"{before.false_alarms:,}; {percent(after.right / after.rows)} of all answers are right "
        f"instead of {percent(before.right / before.rows)}."
    )


def because(proba: Floats, classes: Sequence[str], rule: ClassThreshold | None) -> str:
    """Why the answer to one row is not its likeliest class; empty where it is that.

    Parameters
    ----------
    proba : ndarray, shape (k,)
        Of the row.
    classes : sequence of str
        Names by code.
    rule : ClassThreshold, optional
        That was kept.
    """
    likeliest, answer = int(proba.argmax()), int(said(proba[None], rule)[0])
    if rule is None or likeliest == answer:
        return ""
    here, other = percent(float(proba[answer])), percent(float(proba[likeliest]))
    if answer == rule.code:
        return (
            f"Said {classes[answer]} because its {here} reach the threshold of "
            f"{percent(rule.threshold)} that was kept for it; {classes[likeliest]} is likelier, "
            f"at {other}."
        )
    return (
        f"Said {classes[answer]}, at {here}, because {classes[likeliest]} is likelier, at {other}, "
        f"but stays below the threshold of {percent(rule.threshold)} that was kept for it."
    )


def dropped_sentence(name: str) -> str:
    """That a threshold went with the probabilities it was for."""
    return (
        f"The threshold for {name} was taken back: it was one for the probabilities as they were "
        "before. Keep one again for those of now."
    )


def same_rows_sentence(*, calibrated: bool, threshold_of: str = "") -> str:
    """That a promise rests on rows which chose something else too; empty where it does not.

    Parameters
    ----------
    calibrated : bool
        Whether a temperature was fitted on them.
    threshold_of : str
        Name of the class that a threshold was chosen for; empty where there is none.
    """
    chosen = ["the temperature"] if calibrated else []
    chosen += [f"the threshold for {threshold_of}"] if threshold_of else []
    if not chosen:
        return ""
    told = " and ".join(chosen)
    return (
        f"{told[0].upper()}{told[1:]} {'were' if len(chosen) > 1 else 'was'} chosen on these same "
        "rows, so the promise may be a little better than what it keeps on new ones."
    )


def broken_promise_sentence(allowed_error: float) -> str:
    """That a promise of before cannot be kept for the answers of now."""
    return (
        f"At most {percent(allowed_error)} wrong answers were promised under “I don't know”, and "
        "for the answers of now they cannot be: Predict says “I don't know” to whatever is not "
        "certain. Allow more errors there, or take one of the two back."
    )
