"""Following a descent: both losses of each pass, when to stop, which step to keep."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from core.errors import BadParam
from core.finetune.descent import Descent
from core.finetune.rates import largest_curvature
from core.finetune.weights import Weights
from core.progress import SILENT, Progress
from core.types import Floats, Matrix, State

# seconds: a pass over few rows takes far less than a report, which may go to disk
_REPORT_EVERY = 0.05
_BREATH = 0.4
_GROWN = 2.0

Ending: TypeAlias = Literal["patience", "passes", "enough"]


@dataclass(frozen=True)
class Stopping:
    """When a descent has done enough.

    Attributes
    ----------
    passes : int
        Passes at most.
    patience : int
        It ends when this many passes together did not lower the loss by ``gain``.
    gain : float
        As a share of the loss.
    """

    passes: int = 300
    patience: int = 20
    gain: float = 0.01


@dataclass(frozen=True)
class Course:
    """How a descent went.

    Attributes
    ----------
    weights : Weights
        Of the best step: the one with the lowest loss on the rows held out, or on the training
        rows where none are.
    best_pass : int
        After how many passes that was; 0 is the start.
    ending : {"patience", "passes", "enough"}
        Why it ended; "enough" is a person's wish.
    curves : dict of list of float
        "train_loss", "train_accuracy" and, with rows held out, "validation_loss" and
        "validation_accuracy", and "learning_rate": a value a pass.
    """

    weights: Weights
    best_pass: int
    ending: Ending
    curves: dict[str, list[float]] = field(default_factory=dict)


def course_state(course: Course) -> State:
    """A course as plain values, to be kept."""
    return {
        "coef": course.weights.coef,
        "intercept": course.weights.intercept,
        "best_pass": course.best_pass,
        "ending": course.ending,
        "curves": {name: np.array(values) for name, values in course.curves.items()},
    }


def course_of(state: State) -> Course:
    """The course that was kept."""
    return Course(
        weights=Weights(state["coef"], state["intercept"]),
        best_pass=int(state["best_pass"]),
        ending=state["ending"],
        curves={name: list(map(float, values)) for name, values in state["curves"].items()},
    )


def follow(
    descent: Descent,
    stopping: Stopping,
    *,
    held_out: tuple[Matrix, Floats] | None = None,
    identity: str = "",
    progress: Progress = SILENT,
) -> Course:
    """Drive ``descent`` until it has done enough.

    Parameters
    ----------
    descent : Descent
        Is left at its last step, which need not be the best.
    stopping : Stopping
        When to end (early stopping: Prechelt 1998, Early Stopping, But When?).
    held_out : (Matrix (m, d), ndarray (m, k)), optional
        Validation rows and their targets.
    identity : str
        Stands for rows and settings. What an interrupted course of the same identity kept is gone
        on from; without one nothing is kept.
    progress : Progress
        Told ``pass_``, the values of the curves and, with rows held out, ``patience_left`` as
        metrics.

    Raises
    ------
    BadParam
        When the loss grows: the learning rate is too high for these rows.
    """
    key = "train_loss" if held_out is None else "validation_loss"
    pace = _Pace(progress, stopping.passes)
    so_far = _SoFar.begin(descent, _measure(descent, held_out), key)
    if identity:
        saved = progress.saved()
        if saved is not None and saved.get("identity") == identity:
            so_far = _SoFar.again(descent, saved)
    for number in range(descent.passes + 1, stopping.passes + 1):
        rate = descent.present_rate
        descent.advance(pace.breathe)
        now = _measure(descent, held_out) | {"learning_rate": rate}
        if not now["train_loss"] <= so_far.ceiling:  # NaN is not below it either
            raise _too_fast(descent, now["train_loss"], number)
        so_far.take(descent, now, number, gain=stopping.gain)
        left = stopping.patience - (number - so_far.marked_at)
        tired = left <= 0
        told = now if held_out is None else now | {"patience_left": max(left, 0)}
        pace.report(number, told, last=tired or number == stopping.passes)
        if tired:
            return so_far.course("patience")
        if pace.enough():
            return so_far.course("enough")
        if identity:
            progress.save(lambda: {"identity": identity, **so_far.state(descent)})
    return so_far.course("passes")


@dataclass
class _SoFar:
    """What a course remembers from pass to pass."""

    key: str
    ceiling: float
    best: Weights
    best_pass: int
    lowest: float
    mark: float
    marked_at: int
    curves: dict[str, list[float]]

    @classmethod
    def begin(cls, descent: Descent, now: dict[str, float], key: str) -> _SoFar:
        """Before the first pass."""
        return cls(
            key=key,
            ceiling=_GROWN * max(now["train_loss"], _loss_of_nothing(descent)),
            best=descent.weights.copy(),
            best_pass=0,
            lowest=now[key],
            mark=now[key],
            marked_at=0,
            curves={name: [] for name in (*now, "learning_rate")},
        )

    def take(self, descent: Descent, now: dict[str, float], number: int, *, gain: float) -> None:
        """Look at a pass."""
        for name, value in now.items():
            self.curves[name].append(value)
        if now[self.key] < self.lowest:
            self.lowest, self.best, self.best_pass = now[self.key], descent.weights.copy(), number
        if now[self.key] < self.mark * (1 - gain):
            self.mark, self.marked_at = now[self.key], number

    def course(self, ending: Ending) -> Course:
        """How it went."""
        return Course(self.best, self.best_pass, ending, self.curves)

    def state(self, descent: Descent) -> State:
        """All that it takes to go on from here."""
        return {
            "descent": descent.state(),
            "key": self.key,
            "numbers": np.array([self.ceiling, self.lowest, self.mark]),
            "places": [self.best_pass, self.marked_at],
            "best": {"coef": self.best.coef, "intercept": self.best.intercept},
            "curves": {name: np.array(values) for name, values in self.curves.items()},
        }

    @classmethod
    def again(cls, descent: Descent, state: State) -> _SoFar:
        """As it was; the descent goes on too."""
        descent.load_state(state["descent"])
        ceiling, lowest, mark = (float(value) for value in state["numbers"])
        best_pass, marked_at = (int(place) for place in state["places"])
        return cls(
            key=str(state["key"]),
            ceiling=ceiling,
            best=Weights(state["best"]["coef"], state["best"]["intercept"]),
            best_pass=best_pass,
            lowest=lowest,
            mark=mark,
            marked_at=marked_at,
            curves={name: list(map(float, values)) for name, values in state["curves"].items()},
        )


class _Pace:
    """Reports often enough to be cancelled, and not so often that reports cost more than work."""

    def __init__(self, progress: Progress, passes: int) -> None:
        self._progress = progress
        self._passes = passes
        self._done = 0
        self._at = self._looked = -np.inf

    def breathe(self) -> None:
        """Within a pass: report where the last one is long ago."""
        if time.monotonic() - self._at >= _BREATH:
            self._update()

    def report(self, number: int, metrics: dict[str, float], *, last: bool) -> None:
        """After a pass: its losses, unless the pass before was reported just now."""
        self._done = number
        if last or number == 1 or time.monotonic() - self._at >= _REPORT_EVERY:
            self._update(pass_=number, **metrics)

    def enough(self) -> bool:
        """Whether somebody wants it to end; looked at as often as is reported."""
        if time.monotonic() - self._looked < _BREATH:
            return False
        self._looked = time.monotonic()
        return self._progress.enough()

    def _update(self, **metrics: float) -> None:
        self._at = time.monotonic()
        share = self._done / self._passes
        self._progress.update(share, f"Pass {self._done:,} of at most {self._passes:,}", **metrics)


def _measure(descent: Descent, held_out: tuple[Matrix, Floats] | None) -> dict[str, float]:
    # too high a rate may overflow; the caller looks at the loss
    with np.errstate(over="ignore", invalid="ignore"):
        values = {
            "train_loss": descent.train_loss,
            "train_accuracy": _accuracy(descent.scores, descent.targets),
        }
        if held_out is not None:
            scores = descent.weights.scores(held_out[0])
            values["validation_loss"] = descent.loss.value(scores, held_out[1])
            values["validation_accuracy"] = _accuracy(scores, held_out[1])
    return values


def _accuracy(scores: Floats, targets: Floats) -> float:
    return float((scores.argmax(axis=1) == targets.argmax(axis=1)).mean())


def _loss_of_nothing(descent: Descent) -> float:
    return descent.loss.value(np.zeros_like(descent.targets), descent.targets)


def _too_fast(descent: Descent, loss: float, number: int) -> BadParam:
    bound = 2 / (descent.loss.curvature * largest_curvature(descent.X, descent.batch_size))
    return BadParam(
        f"The learning rate {descent.rate:g} is too high: after {number} passes the training loss "
        f"had grown to {loss:.3g}.",
        hint=f"On these rows a rate below about {bound:.2g} is stable. Leave the learning rate "
        "empty to have one chosen.",
    )
