"""Out-of-fold predictions of the labelled rows: what thresholds and calibration may be chosen on.

The test rows judge and choose nothing; the training rows that a model learned from flatter it.
So the labelled rows are dealt into folds, and each fold is predicted by a model that the same
strategy, head and encoder learned without its labels (cross-fitting; Stone 1974).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.data.folds import deal
from core.data.units import units_per_class
from core.evaluate.trials import Contender, Trial, quiet
from core.finetune.base import Head
from core.progress import Progress
from core.types import Floats, Ints

#: Folds at most.
FOLDS = 5

#: Where there are more labelled rows, folds are predicted until so many rows are held out.
ENOUGH = 400

#: A fold has so many rows at most.
MOST = 2_000

#: Why a run has no such predictions, in words.
ABSENT = (
    "This run has no predictions of labelled rows that were held out. It is older than they are, "
    "or it has too few labels to hold any out (rows that are equal or of one group count as one), "
    "or its source had learned from rows of this very data set. Run it again with two labels per "
    "class or more to get them."
)


@dataclass(frozen=True, eq=False)
class Validation:
    """Labelled training rows, each predicted by a model that had not learned its label.

    Attributes
    ----------
    rows : ndarray of int, shape (n,)
        Indices into the data set.
    labels : ndarray of int, shape (n,)
        Their codes.
    proba : ndarray of float, shape (n, k)
        Probabilities of all classes.
    """

    rows: Ints
    labels: Ints
    proba: Floats

    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """As they are kept with a run."""
        return {
            "validation_rows": self.rows,
            "validation_labels": self.labels,
            "validation_proba": self.proba,
        }


def from_arrays(arrays: Mapping[str, np.ndarray[Any, Any]]) -> Validation | None:
    """The validation predictions among the arrays of a run; None where it has none.

    Parameters
    ----------
    arrays : mapping
        What :func:`core.store.runs.load_arrays` gives for "predictions".
    """
    if "validation_rows" not in arrays or not len(arrays["validation_rows"]):
        return None
    return Validation(
        arrays["validation_rows"], arrays["validation_labels"], arrays["validation_proba"]
    )


def held_out_folds(labels: Ints, *, units: Ints | None = None, seed: int) -> list[Ints]:
    """Rows to hold out together, fold by fold, as :func:`core.data.folds.deal` deals them.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Codes of the labelled rows.
    units : ndarray of int, shape (n,), optional
        Equal numbers for rows that belong together (:mod:`core.data.units`). They are held out
        together and count as one: a model that had learned the label of a copy, or of another
        row of the group, would flatter itself. The folds differ by more then.
    seed : int
        Of the shuffle.

    Returns
    -------
    list of ndarray of int
        Positions in ``labels``. Five folds for up to 400 units; beyond that as many of the five as
        it takes to hold out 400 of them, in the end a single one of a fifth, or of 2,000 where
        that is less. Empty where fewer than two classes have two units.
    """
    if units is None:
        units = np.arange(len(labels))
    several = units_per_class(labels, units) >= 2
    if several.sum() < 2:
        return []
    # what is dealt: units without a class that they have to themselves
    free = np.setdiff1d(units, units[~several[labels]])
    if len(free) < 2:
        return []
    count = max(min(FOLDS, len(free)), len(free) // MOST)
    kept = min(count, -(-ENOUGH * count // len(free)))  # rounded up
    fold_of = deal(labels, units, folds=count, rng=np.random.default_rng(seed))
    folds = [np.flatnonzero(fold_of == fold) for fold in range(kept)]
    return [fold for fold in folds if len(fold)]


def out_of_fold(
    contender: Contender,
    trial: Trial,
    make_head: Callable[[], Head],
    *,
    seed: int,
    progress: Progress,
    remember: Callable[[str, Callable[[], Floats]], Floats] = lambda name, compute: compute(),
) -> Validation | None:
    """Predict the labelled rows of a trial by models that had not learned their labels.

    Strategies that look at rows without a label do not see the rows held out at all, as they
    do not see test rows. The encoder is the trial's own: where it was pretrained on the
    training rows, it has seen the held-out ones without their labels, which test rows are spared.

    The cost is bounded: up to 400 labelled rows each is held out once (five trainings on four
    fifths of the rows, few beside what a label curve trains on); beyond that there are fewer
    trainings the more rows there are, and from 2,000 on a single one, on at least four fifths of
    the rows. Only the rows that they did without are predicted.

    Parameters
    ----------
    contender : Contender
        Encoder, strategy and rows.
    trial : Trial
        Its label budget is what is split; no other row is looked at.
    make_head : callable
        As for learning.
    seed : int
        Of the folds and of the learning.
    progress : Progress
        Told of each fold.
    remember : callable
        Called as ``remember(name, compute)`` for each fold; may know the answer from before an
        interruption.

    Returns
    -------
    Validation or None
        Rows of classes with a single label are not among them; None where nothing can be split.
    """
    positions = trial.positions
    labels = contender.sides.labels[positions]
    held_out = held_out_folds(labels, units=contender.sides.units[positions], seed=seed)
    if not held_out:
        return None
    proba = []
    for number, out in enumerate(held_out):
        part = progress.part(number / len(held_out), (number + 1) / len(held_out))
        title = "Asking about held-out labels" + (
            f", fold {number + 1} of {len(held_out)}" if len(held_out) > 1 else ""
        )
        part.update(0.0, title)

        def predicted(out: Ints = out, part: Progress = part, title: str = title) -> Floats:
            classifier = contender.fit(
                np.delete(positions, out),
                make_head,
                away=positions[out],
                seed=seed,
                progress=quiet(part, title),  # losses are those of the model that is kept
            )
            encoded = contender.training_rows(classifier, positions[out])
            return classifier.predict_proba_encoded(encoded)

        proba.append(remember(f"fold {number}", predicted))
    where = np.concatenate(held_out)
    order = np.argsort(where, kind="stable")
    picked = positions[where[order]]
    return Validation(
        rows=contender.sides.train[picked],
        labels=contender.sides.labels[picked],
        proba=np.vstack(proba)[order],
    )
