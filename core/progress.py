"""How long work says how far it is, and hears that it should stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


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
    """

    def __init__(
        self,
        report: Callable[[float, str, Mapping[str, Any]], None] | None = None,
        start: float = 0.0,
        stop: float = 1.0,
    ) -> None:
        self._report = report
        self._start = start
        self._stop = stop

    def update(self, fraction: float, message: str = "", **metrics: Any) -> None:
        """Report that ``fraction`` (0 to 1) of this part is done.

        Numbers passed by keyword (``loss=0.31``) are kept with the run as points of a
        curve. Call it at least once a second: it is where cancelling takes effect.
        """
        if self._report is not None:
            fraction = min(max(fraction, 0.0), 1.0)
            self._report(
                self._start + (self._stop - self._start) * fraction, message, dict(metrics)
            )

    def part(self, start: float, stop: float) -> Progress:
        """A receiver for the share of this work from ``start`` to ``stop``."""
        span = self._stop - self._start
        return Progress(self._report, self._start + span * start, self._start + span * stop)


#: Swallows every report; the default of every ``progress`` argument.
SILENT = Progress()
