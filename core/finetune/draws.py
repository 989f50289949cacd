"""Which rows get to show their label: nested draws of a label budget."""

from __future__ import annotations

import numpy as np

from core.data.dataset import UNLABELLED
from core.errors import BadData, BadParam
from core.types import Ints


def draw_labels(labels: Ints, per_class: int | None, *, seed: int) -> Ints:
    """Draw up to ``per_class`` rows of each class.

    The draws of one seed are nested: within each class, the rows of a budget are the first of
    those of any larger one, so that points of a label curve differ in what was added alone. Each
    class is drawn by itself: rows added to one change nothing about another.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Codes of the training rows; rows without a label (-1) are never drawn.
    per_class : int, optional
        The label budget. A class with fewer rows gives all it has. None takes every labelled
        row, in the order they stand in.
    seed : int
        Of ``RandomState(seed).permutation``, made afresh for each class.

    Returns
    -------
    ndarray of int
        Positions in ``labels``, class by class.

    Raises
    ------
    BadParam
        When the budget is below one.
    BadData
        When no row has a label.
    """
    labels = np.asarray(labels)
    if per_class is not None and per_class < 1:
        raise BadParam(
            f"The label budget cannot be {per_class} per class.",
            hint="Take at least one label of each class, or all labels.",
        )
    labelled = np.flatnonzero(labels != UNLABELLED)
    if not len(labelled):
        raise BadData(
            "None of the training rows has a label, so there is nothing to learn from.",
            hint="Choose a label column, or label a few rows of each class.",
        )
    if per_class is None:
        return labelled
    drawn = []
    for code in np.unique(labels[labelled]):
        rows = np.flatnonzero(labels == code)
        order = np.random.RandomState(seed).permutation(len(rows))
        drawn.append(rows[order[:per_class]])
    return np.concatenate(drawn)
