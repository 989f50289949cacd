"""Do probabilities mean what they say? Reliability, its error and its limits; one temperature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from core.evaluate.intervals import mean_interval, percentiles, proportion, resample_counts
from core.evaluate.metrics import log_losses
from core.evaluate.results import Interval
from core.evaluate.validation import Validation
from core.finetune.temperature import fit_temperature, sharpened
from core.types import Bools, Floats, Ints

#: With fewer test rows than this nothing is said about calibration: chance alone moves the error
#: by several points.
ENOUGH_ROWS = 200

#: With fewer held-out rows than this no temperature is fitted.
ENOUGH_HELD_OUT = 30

#: Bars of the reliability diagram, of equal width.
BINS = 10

#: A bar of fewer rows tells little, and is drawn faint.
FEW_IN_BIN = 20

_CELLS = 500
_REPLICATES = 1000

CalibrationKind: TypeAlias = Literal["too few", "fits", "over", "under", "uneven"]


@dataclass(frozen=True)
class Bin:
    """Rows that were answered about equally surely."""

    low: float
    high: float
    rows: int
    confidence: float
    right: Interval


@dataclass(frozen=True)
class Calibration:
    """How sure the answers are, against how often they are right.

    Attributes
    ----------
    rows : int
        Test rows.
    kind : {"too few", "fits", "over", "under", "uneven"}
        The finding: too few rows to tell; no more error than chance makes; surer than right; less
        sure than right; or right on the whole, but not everywhere.
    bins : tuple of Bin
        Those that have rows.
    confidence, accuracy : float
        Mean probability of the answers, and how often they are right.
    gap : Interval
        The first minus the second.
    ece : Interval
        Expected calibration error: mean distance of both over the bins, weighed by rows.
    chance : float
        Up to this a perfectly calibrated model shows with so many rows, in 95 of 100 samples.
    brier : Interval
        Mean squared distance of all probabilities from the truth, 0 to 2.
    log_loss : Interval
        Mean of minus the natural logarithm of the probability of the truth.
    """

    rows: int
    kind: CalibrationKind
    bins: tuple[Bin, ...]
    confidence: float
    accuracy: float
    gap: Interval
    ece: Interval
    chance: float
    brier: Interval
    log_loss: Interval


@dataclass(frozen=True)
class Fix:
    """What one temperature does.

    Attributes
    ----------
    temperature : float
        Above 1 makes the answers less sure, below 1 surer.
    held_out : int
        Labelled rows it was fitted on.
    before, after : Calibration
        On the test rows.
    log_loss_change, brier_change : Interval
        After minus before, on the same test rows; below zero is better.
    """

    temperature: float
    held_out: int
    before: Calibration
    after: Calibration
    log_loss_change: Interval
    brier_change: Interval

    @property
    def helps(self) -> bool | None:
        """Whether the log loss falls; None where the rows cannot tell."""
        change = self.log_loss_change
        if change.low is None or change.high is None or change.low <= 0 <= change.high:
            return None
        return change.high < 0


def calibration(truth: Ints, proba: Floats, *, seed: int = 0) -> Calibration:
    """Hold the probabilities of the answers against how often they are right.

    Parameters
    ----------
    truth : ndarray of int, shape (n,)
        Codes.
    proba : ndarray of float, shape (n, k)
        Probabilities; the answer is the largest.
    seed : int
        Of the bootstrap.

    Notes
    -----
    Reliability diagram and expected calibration error in ten bins of equal width, of the answer
    given (Naeini, Cooper & Hauskrecht 2015; Guo, Pleiss, Sun & Weinberger 2017). The error of a
    sample is above that of the truth, and that of a resample above that of the sample: the
    bootstrap's replicates are moved down by their mean excess. What chance alone would show
    comes from drawing the answers right as often as they say (consistency resampling, Bröcker &
    Smith 2007). Brier score (1950) over all classes.
    """
    n = len(truth)
    none = Interval(0.0)
    if n == 0:
        return Calibration(0, "too few", (), 0.0, 0.0, none, none, 0.0, none, none)
    confidence = np.asarray(proba.max(axis=1), float)
    right = np.asarray(proba.argmax(axis=1) == truth)
    # a hair off, so that 0.3 computed as 0.29999… stays with its like
    where = np.minimum((confidence * BINS + 1e-9).astype(int), BINS - 1)
    rows = np.bincount(where, minlength=BINS)
    sums: Floats = np.bincount(where, confidence, BINS).astype(float)
    hits = np.bincount(where, right, BINS)
    bins = tuple(
        Bin(
            i / BINS,
            (i + 1) / BINS,
            int(rows[i]),
            float(sums[i] / rows[i]),
            proportion(int(hits[i]), int(rows[i])),
        )
        for i in np.flatnonzero(rows)
    )
    value = float(np.abs(sums - hits).sum() / n)
    chance = _chance(rows, sums, seed)
    gap = mean_interval(confidence - right)
    return Calibration(
        rows=n,
        kind=_kind(n, gap, value, chance),
        bins=bins,
        confidence=float(confidence.mean()),
        accuracy=float(right.mean()),
        gap=gap,
        ece=_ece_interval(value, confidence, right, where, seed),
        chance=chance,
        brier=mean_interval(brier_scores(truth, proba), floor=0.0),
        log_loss=mean_interval(log_losses(truth, proba), floor=0.0),
    )


def brier_scores(truth: Ints, proba: Floats) -> Floats:
    """Squared distance of the probabilities from the truth, row by row (Brier 1950); 0 to 2."""
    given = proba[np.arange(len(truth)), truth]
    return np.asarray((proba**2).sum(axis=1) - 2 * given + 1, float)


def temperature_of(held_out: Validation) -> float:
    """The temperature that makes the labels of held-out rows likeliest.

    Parameters
    ----------
    held_out : Validation
        Labelled rows, predicted by models that had not learned their labels.
    """
    known = held_out.proba.max(axis=0) > 0  # classes that the model has never seen stay at 0
    place = np.cumsum(known) - 1
    scores = np.log(np.clip(held_out.proba[:, known], 1e-12, 1))
    return fit_temperature(scores, place[held_out.labels])


def fix(held_out: Validation, truth: Ints, proba: Floats, *, seed: int = 0) -> Fix:
    """Fit one temperature on held-out rows, and see on the test rows what it changes.

    Parameters
    ----------
    held_out : Validation
        What it is fitted on.
    truth, proba : ndarray, shapes (n,) and (n, k)
        The test rows.
    seed : int
        Of the bootstrap.
    """
    temperature = temperature_of(held_out)
    after = sharpened(proba, temperature)
    return Fix(
        temperature=temperature,
        held_out=len(held_out.rows),
        before=calibration(truth, proba, seed=seed),
        after=calibration(truth, after, seed=seed),
        log_loss_change=mean_interval(log_losses(truth, after) - log_losses(truth, proba)),
        brier_change=mean_interval(brier_scores(truth, after) - brier_scores(truth, proba)),
    )


def _kind(n: int, gap: Interval, ece: float, chance: float) -> CalibrationKind:
    if n < ENOUGH_ROWS:
        return "too few"
    if ece <= chance:
        return "fits"
    if gap.low is not None and gap.low > 0:
        return "over"
    if gap.high is not None and gap.high < 0:
        return "under"
    return "uneven"


def _chance(rows: Ints, sums: Floats, seed: int) -> float:
    """95th percentile of the error when every bin is right as often as it says."""
    filled = rows > 0
    n = rows[filled]
    mean = np.clip(sums[filled] / n, 0, 1)
    drawn = np.random.default_rng(seed).binomial(n, mean, size=(_REPLICATES, len(n)))
    return float(np.quantile(np.abs(drawn - n * mean).sum(axis=1) / n.sum(), 0.95))


def _ece_interval(
    value: float, confidence: Floats, right: Bools, where: Ints, seed: int
) -> Interval:
    """Resample the rows, in cells of like confidence where there are many."""
    n = len(confidence)
    order = np.lexsort((confidence, right, where))
    # each cell lies in one bin and is all right or all wrong
    kind = 2 * where[order] + right[order]
    fine = np.arange(n) * _CELLS // n if n > _CELLS else np.arange(n)
    _, cell = np.unique(kind * (fine.max() + 1) + fine, return_inverse=True)
    counts = np.bincount(cell)
    distance = np.bincount(cell, (confidence - right)[order]) / counts
    bins = np.zeros((len(counts), BINS))
    bins[cell, where[order]] = 1
    drawn = np.concatenate(
        [
            np.abs((block * distance) @ bins).sum(axis=1) / n
            for block in resample_counts(counts, replicates=_REPLICATES, seed=seed)
        ]
    )
    low, high = percentiles(drawn - (drawn.mean() - value))
    return Interval(value, max(0.0, min(low, value)), max(high, value))
