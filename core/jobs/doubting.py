"""Doubts about the answers to many rows, in a column of words beside the predictions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from core.progress import SILENT, Progress
from core.types import Floats, Rows

if TYPE_CHECKING:
    from core.data.dataset import Dataset
    from core.evaluate.acquaintance import Acquaintance
    from core.finetune.classifier import Classifier

#: Says for rows and their probabilities what is to be said against each answer; "" for nothing.
Sayer: TypeAlias = Callable[[Rows, Floats], list[str]]

DONT_KNOW = "I don't know"


def doubter(
    run_id: str,
    classifier: Classifier,
    dataset: Dataset,
    *,
    acquaintance: Acquaintance | None = None,
    progress: Progress = SILENT,
) -> Sayer:
    """What says, for rows, whether the classifier of a run knows, and why not.

    Parameters
    ----------
    run_id : str
        A finished fine-tuning; what was chosen for it counts (:mod:`core.store.doubts`).
    classifier, dataset : Classifier, Dataset
        Its own.
    acquaintance : Acquaintance, optional
        What the classifier has seen, where it is at hand.
    progress : Progress
        Told of getting to know the training rows.

    Returns
    -------
    callable
        ``say(rows, proba)`` gives a text a row: "I don't know: ..." where the answer does not
        stand, the reasons alone where it does, "" where nothing is to be said against it.
    """
    from core.evaluate.acquaintance import acquaint
    from core.evaluate.doubt import doubt
    from core.store import doubts

    settings = doubts.get(run_id)
    known = acquaintance or acquaint(classifier, dataset, progress=progress)

    def say(rows: Rows, proba: Floats) -> list[str]:
        told = []
        for one in doubt(classifier, rows, known, settings=settings, proba=proba):
            reasons = " ".join(one.reasons)
            told.append(reasons if one.knows else f"{DONT_KNOW}: {reasons}")
        return told

    return say
