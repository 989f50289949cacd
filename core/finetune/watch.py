"""Staying able to cancel work that does not report."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from core.progress import Progress

T = TypeVar("T")
_EVERY = 0.4


def watch(work: Callable[[], T], progress: Progress, message: str) -> T:
    """Run ``work`` in a thread of its own and report until it is done.

    Solvers in C cannot be interrupted but let other threads run meanwhile. When the report
    raises Cancelled, that travels up at once; the solver ends by itself, unheard, or with its
    process.

    Parameters
    ----------
    work : callable
        Called without arguments; what it returns or raises is returned or raised here.
    progress : Progress
        Told ``message`` before the work and twice a second during it.
    """
    progress.update(0, message)
    returned: list[T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            returned.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(_EVERY)
    while thread.is_alive():
        progress.update(0, message)
        thread.join(_EVERY)
    if raised:
        raise raised[0]
    return returned[0]
