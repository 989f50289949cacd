"""How much memory a piece of work holds at its peak, beyond what the process held before."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

import psutil

_SECONDS = 0.02


class MemoryGrowth:
    """Looks at the size of this process while a block runs.

    The high-water mark that the system keeps cannot tell two pieces of work in one process
    apart; looking fifty times a second can, and misses no more than what lives shorter.

    Attributes
    ----------
    megabytes : float
        The largest growth seen, in MiB.
    """

    megabytes: float = 0.0

    def __enter__(self) -> Self:
        self._process = psutil.Process()
        self._start = self._process.memory_info().rss
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="memory", daemon=True)
        self._thread.start()
        return self

    def _look(self) -> None:
        while True:
            over = self._over.wait(_SECONDS)
            grown = (self._process.memory_info().rss - self._start) / 2**20
            self.megabytes = max(self.megabytes, round(grown, 1))
            if over:
                return

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
