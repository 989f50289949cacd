"""The rows that a classifier gets wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.types import Ints

Arrays = Mapping[str, np.ndarray[Any, Any]]


@dataclass(frozen=True)
class Mistake:
    """A test row that is wrong.

    Attributes
    ----------
    row : int
        Index into the data set.
    truth, said : str
        Names of the classes.
    confidence, truth_probability : float
        What was given to the class said, and to the true one.
    """

    row: int
    truth: str
    said: str
    confidence: float
    truth_probability: float


def worst_mistakes(arrays: Arrays, classes: Sequence[str], k: int = 20) -> list[Mistake]:
    """The wrong test rows that the classifier was surest of, surest first.

    Parameters
    ----------
    arrays : mapping
        With "test_rows", "test_labels" and "test_proba" of an outcome.
    classes : sequence of str
        Names by code.
    k : int, default=20
        At most so many.
    """
    proba, truth = arrays["test_proba"], arrays["test_labels"]
    if not len(truth):
        return []
    said = proba.argmax(axis=1)
    confidence = proba.max(axis=1)
    wrong = np.flatnonzero(said != truth)
    # stable, so that equally sure rows stay in the order of the data set
    worst = wrong[np.argsort(-confidence[wrong], kind="stable")][:k]
    return [
        Mistake(
            row=int(arrays["test_rows"][i]),
            truth=classes[int(truth[i])],
            said=classes[int(said[i])],
            confidence=float(confidence[i]),
            truth_probability=float(proba[i, truth[i]]),
        )
        for i in worst
    ]


def cell_rows(arrays: Arrays, truth: int, said: int) -> Ints:
    """Rows behind one cell of the confusion matrix, surest first.

    Parameters
    ----------
    arrays : mapping
        With "test_rows", "test_labels" and "test_proba" of an outcome.
    truth, said : int
        Codes of the true class and of the class said.

    Returns
    -------
    ndarray of int
        Indices into the data set.
    """
    proba = arrays["test_proba"]
    if not len(proba):
        return np.zeros(0, dtype=np.int64)
    inside = np.flatnonzero((arrays["test_labels"] == truth) & (proba.argmax(axis=1) == said))
    order = np.argsort(-proba[inside, said], kind="stable")
    return np.asarray(arrays["test_rows"][inside[order]])
