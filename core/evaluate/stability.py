"""How much of what a classifier says hangs on chance: which labels it saw, and its seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.errors import BadData
from core.evaluate.intervals import two_way
from core.evaluate.results import Interval
from core.evaluate.words import percent, points
from core.types import Floats, Ints


@dataclass(frozen=True)
class Stability:
    """Several trainings of the same recipe on the same test rows.

    Attributes
    ----------
    accuracies : tuple of float
        Of each training.
    mean : Interval
        Over all of them; the interval covers the choice of test rows and of trainings.
    spread : float
        Standard deviation of the accuracies.
    agreement : float
        Share of the test rows on which two of the trainings say the same, mean over all pairs.
    unanimous : float
        Share of the test rows on which all say the same.
    rows : int
        Test rows.
    """

    accuracies: tuple[float, ...]
    mean: Interval
    spread: float
    agreement: float
    unanimous: float
    rows: int


def stability(answers: Ints, truth: Ints, *, seed: int = 0) -> Stability:
    """Compare what several trainings say of the same rows.

    Parameters
    ----------
    answers : ndarray of int, shape (trainings, n)
        Codes of the classes said.
    truth : ndarray of int, shape (n,)
        Codes of the true ones.
    seed : int
        Of the bootstrap.

    Raises
    ------
    BadData
        When there are fewer than two trainings, which cannot be compared.
    """
    if len(answers) < 2:
        raise BadData(
            "One training says nothing about how stable it is.", hint="Train at least twice."
        )
    right = (answers == truth).astype(np.int8)
    same = agreement_by_row(answers)
    return Stability(
        accuracies=tuple(float(one) for one in right.mean(axis=1)),
        mean=two_way(right, made_up=(1, 1, 0, 0), seed=seed),
        spread=float(right.mean(axis=1).std(ddof=1)),
        agreement=float(same.mean()),
        unanimous=float(np.mean(same == 1)),
        rows=len(truth),
    )


def agreement_by_row(answers: Ints) -> Floats:
    """Share of the pairs of trainings that say the same, row by row.

    Parameters
    ----------
    answers : ndarray of int, shape (trainings, n)

    Returns
    -------
    ndarray of float, shape (n,)
        1 where all agree, 0 where each says something else.
    """
    trainings, n = answers.shape
    classes = int(answers.max(initial=0)) + 1
    counts = np.zeros((n, classes))
    for said in answers:
        counts[np.arange(n), said] += 1
    agreeing: Floats = (counts * (counts - 1)).sum(axis=1) / (trainings * (trainings - 1))
    return agreeing


def stability_sentence(found: Stability, *, of: str) -> str:
    """What it comes to: "Over 5 draws of labels ..."; ``of`` says what was changed."""
    low, high = min(found.accuracies), max(found.accuracies)
    changed = (
        f"{percent(1 - found.agreement)} of the answers change from one to another"
        if found.agreement < 1
        else "not one answer changes"
    )
    return (
        f"Over {len(found.accuracies)} {of} the accuracy lies between {percent(low)} and "
        f"{percent(high)} (a spread of {points(high - low).lstrip('+')}); {changed}."
    )
