"""One run from its start to its final state, whatever happens on the way.

The database hears how far the run is, what came out or what went wrong. A thread beside the
work watches for a cancel: the work hears of it at its next report, and in a worker, where
nothing else lives, the process ends itself when the work does not listen.
"""

from __future__ import annotations

import contextlib
import math
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from core.errors import Cancelled, NotFound, StoreFailed
from core.jobs import failures
from core.jobs.machine import peak_memory_mb, versions
from core.jobs.process import BEAT_SECONDS, end_helpers
from core.jobs.requests import Request, from_json
from core.progress import Progress
from core.store import runs
from core.store.records import RunRecord

#: Called with the share done (0 to 1) and what is being done.
OnProgress: TypeAlias = Callable[[float, str], None]

#: What a run says that rests until somebody lets it go on.
PAUSED = "Paused"

_WRITE_SECONDS = 0.25
_LOOK_SECONDS = 0.2
#: How long the work may take to hear that it is cancelled; with the time to look and to write
#: it stays below two seconds.
_GRACE_SECONDS = 1.0


class Terminated(BaseException):
    """The system asked this process to end; raised by the signal handler of a worker."""


@dataclass(frozen=True)
class Job:
    """What a task is given.

    Attributes
    ----------
    run : str
        Id of the run.
    request : Request
        What it shall do.
    progress : Progress
        To be called at least twice a second.
    """

    run: str
    request: Request
    progress: Progress

    def note(self, **fields: Any) -> None:
        """Record what is known by now: ``dataset``, ``dataset_title``, ``model``."""
        runs.change(self.run, **fields)


#: Does the work of one kind of run, and returns its result as JSON values.
Task: TypeAlias = Callable[[Job], dict[str, Any]]


class _Reporter:
    """Takes the reports of the work: at most four a second reach the database."""

    def __init__(self, run: str, on_progress: OnProgress | None) -> None:
        self.cancelled = threading.Event()
        self.paused = threading.Event()
        self._run = run
        self._on_progress = on_progress
        self._begun = time.monotonic()
        self._written = -math.inf
        self._fraction = 0.0
        self._message = ""
        self._points: list[dict[str, Any]] = []

    def __call__(self, fraction: float, message: str, metrics: Mapping[str, Any]) -> None:
        if self.cancelled.is_set():
            raise Cancelled
        if self.paused.is_set():
            self._rest()
        self._fraction = max(self._fraction, fraction)
        self._message = message or self._message
        now = time.monotonic()
        if metrics:
            point = {"seconds": round(now - self._begun, 3), "progress": round(fraction, 4)}
            self._points.append(point | {name: _plain(value) for name, value in metrics.items()})
        if now - self._written >= _WRITE_SECONDS:
            self._written = now
            with contextlib.suppress(StoreFailed):  # busy for a moment: no reason to lose work
                self.flush()
            if self._on_progress is not None:
                self._on_progress(self._fraction, self._message)

    def enough(self) -> bool:
        """Whether somebody wants the present training to end; True once for each wish."""
        with contextlib.suppress(StoreFailed, NotFound):
            if runs.wished(self._run, "enough"):
                runs.wish(self._run, "enough", on=False)
                return True
        return False

    def _rest(self) -> None:
        """Wait until the run may go on, or is cancelled; what is known by now can be seen."""
        said, self._message = self._message, PAUSED
        with contextlib.suppress(StoreFailed):
            self.flush()
        while self.paused.is_set():
            if self.cancelled.wait(_LOOK_SECONDS):
                raise Cancelled
        self._message, self._written = said, -math.inf

    def flush(self) -> None:
        """Write what is known by now."""
        runs.add_points(self._run, self._points)
        self._points = []
        runs.change(self._run, progress=self._fraction, message=self._message)


def _plain(value: Any) -> Any:
    """A number that JSON has; what is no finite number becomes a gap in the curve."""
    item = getattr(value, "item", None)
    value = item() if callable(item) else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


class _Watcher(threading.Thread):
    """Looks for a cancel or a pause, and gives signs of life while the work is silent.

    Parameters
    ----------
    run : str
        Id of the run.
    cancelled : threading.Event
        Set when a cancel is seen, or when the run was deleted.
    paused : threading.Event
        Set while the run shall rest.
    give_up : callable, optional
        Called when the work has not stopped after the grace that it has.
    """

    def __init__(
        self,
        run: str,
        cancelled: threading.Event,
        paused: threading.Event,
        give_up: Callable[[], None] | None,
    ) -> None:
        super().__init__(name=f"watch {run}", daemon=True)
        self._run = run
        self._cancelled = cancelled
        self._paused = paused
        self._give_up = give_up
        self._over = threading.Event()

    def stop(self) -> None:
        """End the thread: the run is over."""
        self._over.set()
        self.join()

    def run(self) -> None:
        seen: float | None = None
        beaten = time.monotonic()
        while not self._over.wait(_LOOK_SECONDS):
            now = time.monotonic()
            with contextlib.suppress(StoreFailed):
                if seen is None and self._unwanted():
                    seen = now
                    self._cancelled.set()
                if runs.wished(self._run, "pause"):
                    self._paused.set()
                else:
                    self._paused.clear()
                if now - beaten > BEAT_SECONDS:
                    beaten = now
                    runs.change(self._run, pid=os.getpid())
            if seen is not None and now - seen > _GRACE_SECONDS and self._give_up is not None:
                self._give_up()
                return

    def _unwanted(self) -> bool:
        try:
            return runs.get(self._run).cancel_requested
        except NotFound:
            return True


def execute(
    run: RunRecord,
    tasks: Mapping[str, Task] | None = None,
    *,
    on_progress: OnProgress | None = None,
    leave: Callable[[], None] | None = None,
) -> RunRecord:
    """Do the work of a run that this process has taken, and record how it ended.

    Parameters
    ----------
    run : RunRecord
        Running, and claimed by this process.
    tasks : mapping, optional
        The task of each kind of run; by default those of :mod:`core.jobs.tasks`.
    on_progress : callable, optional
        Hears of progress too, at most four times a second.
    leave : callable, optional
        Ends this process at once, for a run that was cancelled and does not listen. Only in a
        worker; elsewhere a cancel waits until the work reports.

    Returns
    -------
    RunRecord
        In a final state.

    Raises
    ------
    StoreFailed
        When not even the end could be recorded.
    """
    begun = time.monotonic()
    reporter = _Reporter(run.id, on_progress)

    def finish(**fields: Any) -> RunRecord:
        seconds = round(time.monotonic() - begun, 3)
        return _insist(run.id, seconds=seconds, peak_memory_mb=peak_memory_mb(), **fields)

    def give_up() -> None:
        with contextlib.suppress(StoreFailed, NotFound):
            finish(state="cancelled")
        end_helpers()
        if leave is not None:
            leave()

    watcher = _Watcher(
        run.id, reporter.cancelled, reporter.paused, give_up if leave is not None else None
    )
    watcher.start()
    try:
        runs.change(run.id, versions=versions(), message="Starting")
        if tasks is None:  # loading what learns takes a second or two, and can be cancelled
            from core.jobs.tasks import TASKS

            tasks = TASKS
        job = Job(run.id, from_json(run.request), Progress(reporter, enough=reporter.enough))
        result = tasks[run.kind](job)
        reporter.flush()
        return finish(state="done", result=result, message="")
    except (Cancelled, KeyboardInterrupt):
        return finish(state="cancelled")
    except Terminated:
        return finish(state="interrupted", error=failures.STOPPED, hint=failures.AGAIN)
    except Exception as error:  # noqa: BLE001 - whatever went wrong is told, never lost
        return _failed(run, error, finish)
    finally:
        watcher.stop()


def _failed(run: RunRecord, error: Exception, finish: Callable[..., RunRecord]) -> RunRecord:
    failure = failures.explain(error)
    failures.write_traceback(runs.folder(run.id) / "log.txt", error, failure.log)
    told = {"kind": failure.kind, "log": failure.log}
    return finish(state="failed", error=failure.error, hint=failure.hint, result={"failure": told})


def _insist(run: str, **fields: Any) -> RunRecord:
    """Record the end of a run; a disk that was full a moment ago may have room again."""
    for pause in (0.3, 1.0, 3.0):
        try:
            return runs.change(run, **fields)
        except StoreFailed:
            time.sleep(pause)
    return runs.change(run, **fields)


def leave_process() -> None:
    """End this process without waiting for any thread."""
    os._exit(0)
