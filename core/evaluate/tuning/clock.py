"""The budget of a search."""

from __future__ import annotations

import time


class Clock:
    """Seconds of a budget, from the moment it is made; rests are not counted."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._begun = time.monotonic()

    @property
    def spent(self) -> float:
        """Seconds so far."""
        return time.monotonic() - self._begun

    @property
    def left(self) -> float:
        """Seconds until the work has to end; a moment is kept for the end itself."""
        return self.seconds - self.spent - min(1.0, 0.04 * self.seconds)

    def rested(self, seconds: float) -> None:
        """Leave out a rest."""
        self._begun += seconds
