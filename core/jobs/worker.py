"""The worker: a process that takes one run from the queue, does it, and ends.

One process a run: its memory is given back, its peak is the run's own, and killing it takes
nothing else along. Before it ends it starts the next worker where runs wait.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import WarmstartError
from core.jobs import queue
from core.jobs.execute import Task, Terminated, execute
from core.store import runs
from core.store.home import settings


def main(tasks: Mapping[str, Task] | None = None, command: Sequence[str] | None = None) -> int:
    """Do the oldest waiting run, if there is one and a place is free.

    Parameters
    ----------
    tasks : mapping, optional
        The task of each kind of run; by default those of :mod:`core.jobs.tasks`.
    command : sequence of str, optional
        How the next worker is started, when it is not this module.

    Returns
    -------
    int
        Exit code: 0, also when the run failed (that stands in its record).
    """

    def leave() -> None:
        # the record is written; the next run must not wait for work that does not listen
        with contextlib.suppress(WarmstartError):
            queue.ensure_workers(command)
        os._exit(0)

    try:
        signal.signal(signal.SIGTERM, _terminate)
        run = runs.claim(os.getpid(), at_most=settings().jobs)
        if run is None:
            return 0
        _log_to(run.id)
        execute(run, tasks, leave=leave)
        queue.ensure_workers(command)
    except WarmstartError as error:
        sys.stderr.write(f"{error.words}\n")
        return 1
    except Terminated:
        return 1
    return 0


def _terminate(number: int, frame: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # asked twice: go at once
    raise Terminated


def _log_to(run: str) -> None:
    """Send everything that is printed from now on, by any library, to the run's own log."""
    log = os.open(runs.folder(run) / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    faulthandler.enable()


if __name__ == "__main__":
    sys.exit(main())
