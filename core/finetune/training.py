"""A training by gradient descent: rows are held out, a rate is found, the best step is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.data.split import stratified_split
from core.data.units import repeated, units_per_class
from core.finetune.course import Course, Stopping, course_of, course_state, follow
from core.finetune.descent import Descent
from core.finetune.linear import all_columns, used_columns
from core.finetune.losses import LOSSES
from core.finetune.optimisers import OPTIMISERS, Momentum, Optimiser
from core.finetune.rates import largest_curvature
from core.finetune.schedules import Schedule, ScheduleKind
from core.finetune.temperature import fit_temperature
from core.finetune.threads import one_thread
from core.finetune.weights import Weights, one_hot
from core.progress import SILENT, Progress
from core.types import Bools, Floats, Ints, Matrix

_ROWS_FOR_TEMPERATURE = 20
_PASSES_UNWATCHED = 20

#: Rates of the optimisers whose steps do not depend on the size of the gradient.
_RATES = {"adagrad": 0.5, "adam": 0.05}


@dataclass(frozen=True)
class TrainingSettings:
    """Everything that a training by gradient descent can be told.

    See :data:`core.finetune.heads.gradient.PARAMS` for what each one does.
    """

    learning_rate: float | None = None
    batch_size: int | None = 256
    passes: int = 300
    validation_share: float = 0.2
    patience: int = 20
    refit: bool = True
    loss: str = "squared"
    optimiser: str = "plain"
    momentum: float = 0.9
    schedule: ScheduleKind = "constant"
    warm_up: float = 0.0
    l2: float = 0.0
    clip: float | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> TrainingSettings:
        """Pick them out of a larger mapping."""
        return cls(**{name: values[name] for name in cls.__dataclass_fields__ if name in values})


@dataclass(frozen=True, eq=False)
class Trained:
    """What a training left.

    Attributes
    ----------
    weights : Weights
        Of the step that was kept.
    temperature : float
        For the probabilities.
    rate : float
        The learning rate used.
    curves : dict of list of float
        Losses and accuracies, a value a pass.
    notes : tuple of str
        When it stopped, and what it did where labels were too few to hold any out.
    """

    weights: Weights
    temperature: float
    rate: float
    curves: dict[str, list[float]]
    notes: tuple[str, ...]


def train(
    X: Matrix,
    codes: Ints,
    n_classes: int,
    settings: TrainingSettings,
    *,
    seed: int = 0,
    start: Weights | None = None,
    towards: Weights | None = None,
    row_weights: Floats | None = None,
    units: Ints | None = None,
    progress: Progress = SILENT,
) -> Trained:
    """Train a linear model on encoded rows.

    Parameters
    ----------
    X : Matrix, shape (n, d)
        Encoded rows, dense or CSR.
    codes : ndarray of int, shape (n,)
        Their classes, 0 to ``n_classes`` - 1.
    settings : TrainingSettings
        How.
    seed : int
        Of the rows held out and of the batches.
    start : Weights, optional
        Where to start from; zeros when None.
    towards : Weights, optional
        What the penalty ``settings.l2`` pulls to; zero when None.
    row_weights : ndarray, shape (n,), optional
        How much each row counts; scaled to mean 1.
    units : ndarray of int, shape (n,), optional
        Equal numbers for rows that belong together (:mod:`core.data.units`).

    Raises
    ------
    BadParam
        When the learning rate is too high for these rows.
    """
    if start is None and towards is None:
        rows, columns = used_columns(X.astype(np.float64, copy=False))
    else:  # weights of columns that these rows lack are known too
        rows, columns = X.astype(np.float64, copy=False), None
    held = hold_out(codes, settings.validation_share, units=units, seed=seed)
    watched = bool(held.any())
    again = settings.refit and watched
    # nothing to watch although it was asked for: a few passes, before memorising sets in
    blind = not watched and settings.validation_share > 0
    passes = min(settings.passes, _PASSES_UNWATCHED) if blind else settings.passes

    kept = progress.checkpoints is not None
    identity = (
        _identity(rows, codes, held, n_classes, settings, seed, start, towards, row_weights)
        if kept
        else ""
    )

    def learn(held: Bools, passes: int, stage: str, progress: Progress) -> tuple[Course, float]:
        return _learn(
            rows,
            one_hot(codes, n_classes),
            codes,
            held,
            settings=settings,
            importance=row_weights,
            passes=passes,
            seed=seed,
            start=start,
            towards=towards,
            identity=identity and f"{identity} {stage}",
            progress=progress.under("descent"),
        )

    first = progress.part(0, 0.8 if again else 1)
    known = progress.under("course").saved() if kept and again else None
    if known is not None and known.get("identity") == identity:
        course, rate = course_of(known), float(known["rate"])
    else:
        course, rate = learn(held, passes, "first", first)
    if kept and again:
        done = {"identity": identity, "rate": rate, **course_state(course)}
        progress.under("course").save(lambda: done)
    loss = LOSSES[settings.loss]()
    temperature = loss.temperature
    if held.sum() >= _ROWS_FOR_TEMPERATURE:
        temperature = fit_temperature(course.weights.scores(rows[held]), codes[held])
    weights = course.weights
    if again and course.best_pass:
        # its losses are not those of the curve, so only the share done is reported
        tail = progress.part(0.8, 1)
        quiet = Progress(lambda share, _, __: tail.update(share, "Training on all rows"))
        quiet = quiet.keeping(progress.checkpoints)
        full, _ = learn(np.zeros_like(held), course.best_pass, "again", quiet)
        weights = full.weights
    coef = all_columns(np.ascontiguousarray(weights.coef.T), columns, X.shape[1])
    return Trained(
        Weights(coef.T, weights.intercept),
        temperature,
        rate,
        course.curves,
        _words(course, held, blind, codes, units),
    )


def automatic_rate(X: Matrix, settings: TrainingSettings) -> float:
    """The learning rate that is used where none was given.

    Plain steps and momentum take half of what is stable for the loss and the penalty on these
    rows; the others, whose steps do not depend on the size of gradients, a fixed one.
    """
    if settings.optimiser in _RATES:
        return _RATES[settings.optimiser]
    curvature = LOSSES[settings.loss]().curvature
    rate = 1 / (curvature * largest_curvature(X, settings.batch_size) + settings.l2)
    return rate * (1 - settings.momentum) if settings.optimiser == "momentum" else rate


def make_optimiser(settings: TrainingSettings) -> Optimiser:
    """A fresh optimiser as the settings name it."""
    if settings.optimiser == "momentum":
        return Momentum(settings.momentum)
    return OPTIMISERS[settings.optimiser]()


def _learn(
    X: Any,
    targets: Floats,
    codes: Ints,
    held: Bools,
    *,
    settings: TrainingSettings,
    importance: Floats | None,
    passes: int,
    seed: int,
    start: Weights | None,
    towards: Weights | None,
    identity: str,
    progress: Progress,
) -> tuple[Course, float]:
    """Train on the rows not held out; without any held out, all passes are made."""
    kept = ~held
    watched = bool(held.any())
    rows = X[kept] if watched else X
    rate = settings.learning_rate
    if rate is None:
        rate = automatic_rate(rows, settings)
    descent = Descent(
        rows,
        targets[kept],
        rate=rate,
        batch_size=settings.batch_size,
        loss=LOSSES[settings.loss](),
        optimiser=make_optimiser(settings),
        seed=seed,
        spread=codes[kept],
        start=start,
        l2=settings.l2,
        towards=towards,
        row_weights=None if importance is None else importance[kept] / importance[kept].mean(),
        clip=settings.clip,
        schedule=Schedule(settings.schedule, settings.passes, settings.warm_up),
    )
    with one_thread():
        course = follow(
            descent,
            Stopping(passes, patience=settings.patience if watched else passes),
            held_out=(X[held], targets[held]) if watched else None,
            identity=identity,
            progress=progress,
        )
    return course, rate


def _identity(  # noqa: PLR0917 - all that the answer depends on
    X: Any,
    codes: Ints,
    held: Bools,
    n_classes: int,
    settings: TrainingSettings,
    seed: int,
    start: Weights | None,
    towards: Weights | None,
    row_weights: Floats | None,
) -> str:
    """Stands for a training: what another one kept is never taken for its own."""
    digest = hashlib.sha256(repr((settings, n_classes, seed, X.shape)).encode())
    arrays: list[Any] = [X] if isinstance(X, np.ndarray) else [X.data, X.indices, X.indptr]
    arrays += [codes, row_weights, held]
    for weights in (start, towards):
        arrays += [None, None] if weights is None else [weights.coef, weights.intercept]
    for array in arrays:
        digest.update(b"-" if array is None else np.ascontiguousarray(array).data)
    return digest.hexdigest()


def hold_out(codes: Ints, share: float, *, units: Ints | None = None, seed: int) -> Bools:
    """Choose validation rows, class by class.

    Each class with two labelled rows or more gives its share, but at least one row, and keeps at
    least one. Where most classes have a single row, or the share is 0, none is held out: rows
    of the few other classes would say little about all of them.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        Classes of the labelled rows.
    share : float
        Of the rows of each class, 0 to 0.5.
    units : ndarray of int, shape (n,), optional
        Equal numbers for rows that belong together (:mod:`core.data.units`). These are held out
        together, and count as one where it matters whether a class has a single row. With few of
        them a class may give none; where most rows would have to be held out, none are.
    seed : int
        Of the choice.

    Returns
    -------
    ndarray of bool, shape (n,)
        True for rows held out.
    """
    held = np.zeros(len(codes), dtype=bool)
    sizes = units_per_class(codes, units) if repeated(units) else np.bincount(codes)
    if share == 0 or 2 * (sizes >= 2).sum() <= len(sizes):
        return held
    if repeated(units):
        held = stratified_split(codes, units, test_share=share, seed=seed)
        return _enough_left(codes, np.unique(units, return_inverse=True)[1], held)
    for code in np.flatnonzero(sizes >= 2):
        rows = np.flatnonzero(codes == code)
        number = min(max(1, round(share * len(rows))), len(rows) - 1)
        held[np.random.RandomState(seed).permutation(rows)[:number]] = True
    return held


def _enough_left(codes: Ints, units: Ints, held: Bools) -> Bools:
    """Hold out only what training can do without.

    Where units are few and of several classes, a class may be held out with all its units: the
    smallest of them goes back. Where most rows would still be held out, none are.
    """
    held = held.copy()
    sizes = np.bincount(units)
    while len(lost := np.setdiff1d(codes[held], codes[~held])):
        own = np.unique(units[held & (codes == lost[0])])
        held[units == own[sizes[own].argmin()]] = False
    return held if 2 * held.sum() <= len(held) else np.zeros_like(held)


def _words(
    course: Course, held: Bools, blind: bool, codes: Ints, units: Ints | None
) -> tuple[str, ...]:
    said = _how_it_ended(course, held, blind, codes, units)
    if course.ending == "enough":
        return ("It was asked to stop before it was done.", *said)
    return said


def _how_it_ended(
    course: Course, held: Bools, blind: bool, codes: Ints, units: Ints | None
) -> tuple[str, ...]:
    passes = len(course.curves["train_loss"])
    alone = "a single labelled row"
    if repeated(units):
        sizes = units_per_class(codes, units)
        alone = f"{alone} or only rows that belong together"
    else:
        sizes = np.bincount(codes)
    single = int((sizes == 1).sum())
    if blind and 2 * single < len(sizes):
        return (
            "What belongs together is so many rows that most would have to be held out, so no "
            f"validation rows were: it made {passes} passes and kept the last.",
        )
    if blind:
        return (
            f"{single} of {len(sizes)} classes have {alone}, so no validation rows could be held "
            f"out: it made {passes} passes and kept the last.",
        )
    if not held.any():
        return (
            f"No validation rows were held out, as asked: it made {passes} passes, and nothing "
            "watched for memorising.",
        )
    if not course.best_pass:
        return (
            f"In {passes:,} passes the loss on {held.sum():,} validation rows never fell below "
            "that of the start, so nothing was learned.",
        )
    said: tuple[str, ...] = (
        f"The loss on {held.sum():,} validation rows was lowest after pass {course.best_pass:,} "
        f"of {passes:,}; that step was kept.",
    )
    if single:
        said += (
            f"{single} of {len(sizes)} classes have {alone}, kept for training: the validation "
            "rows say nothing about them.",
        )
    return said
