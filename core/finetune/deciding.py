"""From probabilities to an answer: the likeliest class, or a threshold that one class has."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.errors import BadParam
from core.types import Bools, Floats, Ints

#: What a missed row may cost, in false alarms.
LOWEST_COST, HIGHEST_COST = 0.01, 10_000.0


@dataclass(frozen=True)
class ClassThreshold:
    """A class that is said from a probability of its own on, kept because a miss costs more.

    Attributes
    ----------
    code : int
        Of the class.
    threshold : float
        It is said from this probability on; below it the likeliest other class is.
    miss_cost : float
        What a missed row of it costs, in false alarms: why the threshold lies there.
    held_out : int
        Labelled rows that it was chosen on.

    Raises
    ------
    BadParam
        When a value is of another kind or out of range.
    """

    code: int
    threshold: float
    miss_cost: float
    held_out: int

    def __post_init__(self) -> None:
        whole = {"code": 0, "held_out": 1}
        for name, least in whole.items():
            value = getattr(self, name)
            if type(value) is not int or value < least:
                raise BadParam(
                    f"A threshold cannot have {name} = {value!r}.",
                    hint=f"It takes a whole number from {least}.",
                )
        ranges = {"threshold": (0.0, 1.0), "miss_cost": (LOWEST_COST, HIGHEST_COST)}
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            fits = type(value) in (int, float) and math.isfinite(value) and low <= value <= high
            if not fits or value == 0:
                raise BadParam(
                    f"A threshold cannot have {name} = {value!r}.",
                    hint=f"It takes a number from {low:g} to {high:g}, and not 0.",
                )


def said_with(proba: Floats, code: int, threshold: float) -> Ints:
    """The class of each row: ``code`` from its threshold on, else the likeliest other one.

    Parameters
    ----------
    proba : ndarray of float, shape (n, k)
    code : int
        The class with a threshold of its own.
    """
    others = np.array(proba, dtype=float)
    others[:, code] = -1.0
    return np.where(proba[:, code] >= threshold, code, others.argmax(axis=1))


def said(proba: Floats, rule: ClassThreshold | None) -> Ints:
    """The class of each row, shape (n,): the likeliest one where there is no threshold."""
    if rule is None:
        return np.asarray(proba.argmax(axis=1))
    return said_with(proba, rule.code, rule.threshold)


def probability_of(proba: Floats, codes: Ints) -> Floats:
    """The probability of one class a row, shape (n,)."""
    return np.asarray(proba[np.arange(len(codes)), codes])


def by_threshold(proba: Floats, rule: ClassThreshold | None) -> Bools:
    """Whether the answer to each row is another than the likeliest class, shape (n,)."""
    return np.asarray(said(proba, rule) != proba.argmax(axis=1))


def standing(proba: Floats, rule: ClassThreshold | None) -> Floats:
    """Numbers of the same shape whose largest one in each row stands at the answer.

    Without a threshold these are the probabilities. With one, the class that has it is held
    against its threshold, and each other class against the likeliest of them: 1 is what it takes.
    """
    if rule is None:
        return proba
    others = np.delete(proba, rule.code, axis=1).max(axis=1, keepdims=True)
    found = np.asarray(proba / np.where(others > 0, others, 1.0))
    found[:, rule.code] = proba[:, rule.code] / rule.threshold
    return found
