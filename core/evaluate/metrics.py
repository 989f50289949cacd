"""Scores of a classifier on labelled rows, each with its 95 % interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.evaluate.intervals import (
    mean_interval,
    mover,
    percentiles,
    proportion,
    resample_cells,
    wilson,
)
from core.evaluate.results import ClassScores, Interval, Scores
from core.types import Floats, Ints

#: Probabilities below this count as this in the log loss (as in scikit-learn), so that one
#: row given no chance at all costs 36 and not infinity.
SMALLEST_PROBABILITY = float(np.finfo(np.float64).eps)


def confusion_matrix(truth: Ints, said: Ints, n_classes: int) -> Ints:
    """Rows by truth and prediction: entry (i, j) counts rows of class i called j."""
    cells = np.asarray(truth, np.int64) * n_classes + np.asarray(said, np.int64)
    return np.bincount(cells, minlength=n_classes**2).reshape(n_classes, n_classes)


def log_losses(truth: Ints, proba: Floats) -> Floats:
    """Minus the natural logarithm of the probability given to the truth, row by row."""
    given = np.asarray(proba, np.float64)[np.arange(len(truth)), truth]
    eps = SMALLEST_PROBABILITY
    return -np.log(np.clip(given, eps, 1 - eps))


def score(
    truth: Ints, proba: Floats, classes: Sequence[str], *, replicates: int = 1000, seed: int = 0
) -> Scores:
    """All scores of predictions on labelled rows.

    A class without a row has no recall: it is left out of ``per_class`` and of the averages,
    while ``confusion`` keeps its place. A class that is never predicted has precision 0 by
    convention, without an interval.

    Intervals. Accuracy, recall and precision are shares and get Wilson's (1927) interval, given
    the number of rows (called so, for precision). F1 is 2j / (1 + j) of the share j of right
    rows among those that are of the class or called so; its bounds are those of j. The averages
    over classes are bootstrapped over rows (Efron 1979); since a bootstrap of few mistakes is
    too narrow, they are at least as wide as the bounds of the classes together allow (Zou &
    Donner 2008). Log loss is a mean and gets Student's t interval.

    Parameters
    ----------
    truth : ndarray of int, shape (n,)
        Codes of the true classes.
    proba : ndarray of float, shape (n, k)
        Probabilities; the prediction is the largest, the first of equals.
    classes : sequence of str, length k
        Names.
    replicates, seed : int
        Of the bootstrap.

    Returns
    -------
    Scores
        All zero without bounds when there are no rows.
    """
    k = len(classes)
    n = len(truth)
    said = np.asarray(proba).argmax(axis=1) if n else np.zeros(0, int)
    confusion = confusion_matrix(truth, said, k)
    cells = tuple(tuple(map(int, row)) for row in confusion)
    if n == 0:
        none = Interval(0.0)
        return Scores(0, none, none, none, none, none, none, (), cells)

    present = np.flatnonzero(confusion.sum(axis=1))
    right = confusion.diagonal()[present]
    support = confusion.sum(axis=1)[present]
    called = confusion.sum(axis=0)[present]
    touched = support + called - right
    low, high = wilson(right, touched)
    f1 = [
        Interval(float(2 * r / (t + r)), float(2 * a / (1 + a)), float(2 * b / (1 + b)))
        for r, t, a, b in zip(right, touched, low, high, strict=True)
    ]
    per_class = tuple(
        ClassScores(
            name=classes[int(c)],
            support=int(s),
            precision=proportion(int(r), int(p)),
            recall=proportion(int(r), int(s)),
            f1=f,
        )
        for c, r, s, p, f in zip(present, right, support, called, f1, strict=True)
    )

    drawn: dict[str, list[Floats]] = {"precision": [], "recall": [], "f1": []}
    for r, s, p in resample_cells(confusion, replicates=replicates, seed=seed):
        seen = s > 0  # a small class may miss a replicate, and then does not count in it
        size = seen.sum(axis=1)
        for name, below in (("precision", p), ("recall", s), ("f1", (s + p) / 2)):
            each = np.where(seen, r / np.maximum(below, 0.5), 0.0)
            drawn[name].append(each.sum(axis=1) / size)
    precision, recall, macro_f1 = (
        _average([getattr(c, name) for c in per_class], np.concatenate(drawn[name]))
        for name in ("precision", "recall", "f1")
    )
    return Scores(
        rows=n,
        accuracy=proportion(int(right.sum()), n),
        # the same number under the name that people look for
        balanced_accuracy=recall,
        macro_precision=precision,
        macro_recall=recall,
        macro_f1=macro_f1,
        log_loss=mean_interval(log_losses(truth, proba), floor=0.0),
        per_class=per_class,
        confusion=cells,
    )


def _average(each: list[Interval], replicates: Floats) -> Interval:
    values = np.array([e.value for e in each])
    below = np.array([0.0 if e.low is None else e.low for e in each])
    # a class never predicted says nothing about how precise it would be
    above = np.array([1.0 if e.high is None else e.high for e in each])
    low, high = mover(values, below, above)
    bottom, top = percentiles(replicates)
    return Interval(float(values.mean()), max(0.0, min(low, bottom)), min(1.0, max(high, top)))
