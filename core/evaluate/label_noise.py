"""Labels that are probably wrong: confident learning (Northcutt, Jiang & Chuang 2021).

Every probability here comes from a classifier that had not learned the label in question.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.data.folds import around, deal
from core.evaluate.trials import Contender, quiet
from core.evaluate.words import percent
from core.finetune.base import Head
from core.progress import Progress
from core.types import Bools, Floats, Ints

#: Folds of the labelled training rows.
FOLDS = 5


@dataclass(frozen=True)
class Suspect:
    """A labelled row whose label is probably wrong.

    Attributes
    ----------
    position : int
        Among the rows that were looked at.
    given, likely : int
        Code of its label, and of the class that it probably belongs to.
    given_probability, likely_probability : float
        What a classifier that had not learned this label gives to each.
    """

    position: int
    given: int
    likely: int
    given_probability: float
    likely_probability: float


@dataclass(frozen=True)
class LabelNoise:
    """What the labels and the probabilities say about each other.

    Attributes
    ----------
    rows : int
        Labelled rows that were looked at.
    disagree : int
        Of them, those whose likeliest class is another than their label.
    share : float
        Estimated share of wrong labels: what lies off the diagonal of the joint.
    joint : ndarray of float, shape (k, k)
        Estimated share of rows labelled i that belong to class j.
    suspects : tuple of Suspect
        By how much likelier the other class is, the clearest first.
    """

    rows: int
    disagree: int
    share: float
    joint: Floats
    suspects: tuple[Suspect, ...]


def label_noise(labels: Ints, proba: Floats) -> LabelNoise:
    """Find labels that are probably wrong, by confident learning.

    A row counts as confidently of class j when its probability of j is at least the mean
    probability of j among the rows labelled j; where several classes qualify, the likeliest.
    Counted by label these make the confident joint (equation 1 of the paper), which is scaled
    to how often each label occurs and to a sum of 1 (equation 3). A row that is confidently of
    another class than its label is a suspect; they are ranked by the margin between the two.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Codes as given.
    proba : ndarray of float, shape (n, k)
        Out-of-fold probabilities.
    """
    n, k = proba.shape
    counts = np.bincount(labels, minlength=k)
    own = proba[np.arange(n), labels]
    thresholds = np.bincount(labels, weights=own, minlength=k) / np.maximum(counts, 1)
    thresholds[counts == 0] = np.inf  # nobody can tell what a class without rows looks like
    confident = proba >= thresholds
    known = confident.any(axis=1)
    likely = np.where(confident, proba, -1.0).argmax(axis=1)
    # of equals the label as given
    tied = known & confident[np.arange(n), labels] & (own >= proba[np.arange(n), likely])
    likely = np.where(tied, labels, likely)
    cells = labels[known] * k + likely[known]
    confident_joint = np.bincount(cells, minlength=k * k).reshape(k, k).astype(float)
    joint = _calibrated(confident_joint, counts)
    suspected = np.flatnonzero(known & (likely != labels))
    margin = proba[suspected, likely[suspected]] - own[suspected]
    order = suspected[np.argsort(-margin, kind="stable")]
    return LabelNoise(
        rows=n,
        disagree=int(np.count_nonzero(proba.argmax(axis=1) != labels)),
        share=float(joint.sum() - joint.trace()),
        joint=joint,
        suspects=tuple(
            Suspect(
                position=int(i),
                given=int(labels[i]),
                likely=int(likely[i]),
                given_probability=float(own[i]),
                likely_probability=float(proba[i, likely[i]]),
            )
            for i in order
        ),
    )


def _calibrated(confident_joint: Floats, counts: Ints) -> Floats:
    """The confident joint with as many rows of each label as there are, as shares of all."""
    sums = confident_joint.sum(axis=1)
    # a label without one confident row is taken at its word
    plain = np.diag(np.where(sums == 0, counts, 0).astype(float))
    scaled = confident_joint * (counts / np.maximum(sums, 1))[:, None] + plain
    total: float = scaled.sum()
    joint: Floats = scaled / total if total else scaled
    return joint


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """Labelled rows with probabilities of classifiers that had not learned their labels.

    Attributes
    ----------
    rows, labels : ndarray of int, shape (n,)
        Indices into the data set, and codes.
    proba : ndarray of float, shape (n, k)
        Probabilities.
    test : ndarray of bool, shape (n,)
        Which of them are test rows; nothing learned from those.
    """

    rows: Ints
    labels: Ints
    proba: Floats
    test: Bools


def out_of_fold_labels(
    contender: Contender, make_head: Callable[[], Head], *, seed: int, progress: Progress
) -> OutOfFold:
    """Predict all labelled rows by classifiers that had not learned their labels.

    The labelled training rows, whatever the label budget was, are dealt into ``FOLDS`` folds,
    those that belong together into the same one (else a wrong label would be backed by its own
    copy, or by the rest of its group). Test rows get the mean of the folds' classifiers and are
    learned from by none. A class that is in a single unit of such rows is always learned and never
    judged; where that is so of all classes, the test rows alone are judged, by what all training
    rows say.
    """
    sides = contender.sides
    rng = np.random.default_rng(seed)
    folds = deal(sides.labels, sides.units, folds=FOLDS, rng=rng)
    test_rows = contender.encoded[len(sides.train) :]
    proba = np.zeros((len(sides.train), len(sides.dataset.classes)))
    on_test = np.zeros((len(sides.test), len(sides.dataset.classes)))
    everyone = np.arange(len(sides.train))
    used = around(folds) or [(everyone, everyone[:0])]
    for place, (kept, out) in enumerate(used):
        part = progress.part(place / len(used), (place + 1) / len(used))
        title = f"Asking about every label, fold {place + 1} of {len(used)}"
        part.update(0.0, title)
        classifier = contender.fit(
            kept,
            make_head,
            away=out,
            seed=seed,
            progress=quiet(part, title),
        )
        if len(out):
            encoded = contender.training_rows(classifier, out)
            proba[out] = classifier.predict_proba_encoded(encoded)
        if classifier.encoder is contender.encoder:
            on_test += classifier.predict_proba_encoded(test_rows) / len(used)
        else:
            through = contender.encode(classifier.encoder, sides.test)
            on_test += classifier.predict_proba_encoded(through) / len(used)
    judged = np.flatnonzero(folds >= 0)
    return OutOfFold(
        rows=np.concatenate([sides.train[judged], sides.test]),
        labels=np.concatenate([sides.labels[judged], sides.truth]),
        proba=np.vstack([proba[judged], on_test]),
        test=np.concatenate([np.zeros(len(judged), bool), np.ones(len(sides.test), bool)]),
    )


def noise_sentence(found: LabelNoise, classes: Sequence[str]) -> str:
    """What was found, with the two classes that are mixed up most."""
    if not found.suspects:
        return (
            f"Not one of {found.rows:,} labels looks wrong: no row is confidently of another "
            "class than the one it was given."
        )
    look = "looks" if len(found.suspects) == 1 else "look"
    pairs: dict[tuple[int, int], int] = {}
    for one in found.suspects:
        pairs[one.given, one.likely] = pairs.get((one.given, one.likely), 0) + 1
    (given, likely), often = max(pairs.items(), key=lambda item: item[1])
    return (
        f"{len(found.suspects):,} of {found.rows:,} labels {look} wrong; all in all about "
        f"{percent(found.share)} of the labels are estimated to be. Most often “{classes[given]}” "
        f"was given where “{classes[likely]}” is likelier ({often:,}). The classifiers that say so "
        f"agree with {percent(1 - found.disagree / found.rows)} of the labels; the weaker they "
        "are, the more labels look wrong that are right."
    )
