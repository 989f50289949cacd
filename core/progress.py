"""How long work says how far it is, hears that it should stop, and keeps what it has so far."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what only reports progress need not load numpy
    from core.types import State


class Checkpoints:
    """Where long work keeps what it needs to go on after an interruption.

    Parameters
    ----------
    read : callable
        ``read(key)`` gives the state that an earlier attempt kept under that key, or None.
    write : callable
        ``write(key, state)`` keeps one.
    every : float, default=10.0
        Seconds between two writes, at least.
    """

    def __init__(
        self,
        read: Callable[[str], State | None],
        write: Callable[[str, State], None],
        *,
        every: float = 10.0,
    ) -> None:
        self.read = read
        self._write = write
        self._every = self._pause = every
        self._written = time.monotonic()

    def write(self, key: str, make: Callable[[], State]) -> None:
        """Keep what ``make()`` gives, unless something was kept a moment ago."""
        begun = time.monotonic()
        if begun - self._written >= self._pause:
            self._write(key, make())
            self._written = time.monotonic()
            cost = self._written - begun
            # a large state on a slow disk is kept less often: a twentieth of the time at most
            self._pause = self._every if cost < 0.5 else max(self._every, 20 * cost)


class Progress:
    """Receiver of progress; calling :meth:`update` is also where a job can be cancelled.

    Parameters
    ----------
    report : callable, optional
        Called as ``report(fraction, message, metrics)``. It may raise
        :class:`core.errors.Cancelled`, which then travels up through the work. ``None``
        swallows all reports.
    start, stop : float, default=0.0, 1.0
        The share of the whole that this part of the work covers.
    checkpoints : Checkpoints, optional
        Without, nothing is kept on the way.
    key : str, default=""
        What the checkpoints of this work are kept under.
    enough : callable, optional
        Says, once each time, that somebody wants the present training to end and to keep its best.
    """

    def __init__(
        self,
        report: Callable[[float, str, Mapping[str, Any]], None] | None = None,
        start: float = 0.0,
        stop: float = 1.0,
        *,
        checkpoints: Checkpoints | None = None,
        key: str = "",
        enough: Callable[[], bool] | None = None,
    ) -> None:
        self._report = report
        self._start = start
        self._stop = stop
        self._checkpoints = checkpoints
        self._key = key
        self._enough = enough

    def update(self, fraction: float, message: str = "", **metrics: Any) -> None:
        """Report that ``fraction`` (0 to 1) of this part is done.

        Numbers passed by keyword (``train_loss=0.31``) are kept with the run as points of a
        curve. Call it at least once a second: it is where cancelling takes effect.
        """
        if self._report is not None:
            fraction = min(max(fraction, 0.0), 1.0)
            self._report(self._at(fraction), message, dict(metrics))

    def part(self, start: float, stop: float) -> Progress:
        """A receiver for the share of this work from ``start`` to ``stop``."""
        return Progress(
            self._report,
            self._at(start),
            self._at(stop),
            checkpoints=self._checkpoints,
            key=self._key,
            enough=self._enough,
        )

    def _at(self, fraction: float) -> float:
        # rounding must not carry the end of a part past the start of the next one
        return min(self._stop, self._start + (self._stop - self._start) * fraction)

    def under(self, key: str) -> Progress:
        """The same receiver with checkpoints of its own, for one piece of work among several."""
        return Progress(
            self._report,
            self._start,
            self._stop,
            checkpoints=self._checkpoints,
            key=key,
            enough=self._enough,
        )

    @property
    def checkpoints(self) -> Checkpoints | None:
        """Where something is kept on the way; None where nothing is, and nobody need prepare it."""
        return self._checkpoints

    @property
    def key(self) -> str:
        """What the checkpoints of this work are kept under."""
        return self._key

    def keeping(self, checkpoints: Checkpoints | None) -> Progress:
        """The same receiver with other checkpoints; its key stays."""
        return Progress(
            self._report,
            self._start,
            self._stop,
            checkpoints=checkpoints,
            key=self._key,
            enough=self._enough,
        )

    def through(self, report: Callable[[float, str, Mapping[str, Any]], None]) -> Progress:
        """A receiver whose reports go to ``report``, and that is steered as this one is."""
        return Progress(report, checkpoints=self._checkpoints, key=self._key, enough=self._enough)

    def enough(self) -> bool:
        """Whether somebody wants the present training to end and to keep its best.

        Asked by work in passes, after each pass that improved something or not. True once for
        each wish: the training that hears it ends, those that follow go on as usual.
        """
        return self._enough is not None and self._enough()

    def saved(self) -> State | None:
        """What an earlier, interrupted attempt at this very work kept last, or None.

        The caller checks that it fits (sizes, settings) and starts anew where it does not.
        """
        return None if self._checkpoints is None else self._checkpoints.read(self._key)

    def save(self, make: Callable[[], State]) -> None:
        """Keep what is needed to go on from here.

        Call it after each step (a pass, a block): ``make`` is asked for the state only when the
        last one is ten seconds old, and not at all where nobody keeps it.
        """
        if self._checkpoints is not None:
            self._checkpoints.write(self._key, make)


#: Swallows every report; the default of every ``progress`` argument.
SILENT = Progress()
