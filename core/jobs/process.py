"""The processes that do the work: starting them, knowing whether they live, ending them."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import psutil

import core
from core.errors import JobFailed
from core.jobs.machine import cores
from core.store import database
from core.store.files import in_words
from core.store.home import HOME_VARIABLE, ensure_home, home, settings
from core.store.records import RunRecord

#: How a worker is started. A caller may name another command that ends in ``worker.main``.
COMMAND: tuple[str, ...] = (sys.executable, "-m", "core.jobs.worker")

#: A worker gives a sign of life at least this often, in seconds.
BEAT_SECONDS = 10.0
#: Silence after which a run on another machine (a shared home folder) counts as dead.
SILENT_SECONDS = 120.0
#: The clock of a machine may be set while a process runs, which moves the time it was begun.
_CLOCK_SECONDS = 5.0

#: Set in the environment of workers: such a process is ours to kill.
_MARK = "WARMSTART_IS_WORKER"
_LOG_BYTES = 1_000_000
_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "LOKY_MAX_CPU_COUNT",
)

_started: set[int] = set()  # numbers of processes
_started_lock = threading.Lock()


def environment() -> dict[str, str]:
    """The environment of a worker: the same home folder, and its share of the cores."""
    root = str(Path(core.__file__).parents[1])
    share = str(max(1, cores() // settings().jobs))
    mine = dict(os.environ)
    for name in _THREADS:
        mine.setdefault(name, share)
    mine[HOME_VARIABLE] = str(home())
    mine["PYTHONPATH"] = os.pathsep.join(filter(None, (root, mine.get("PYTHONPATH"))))
    mine[_MARK] = "1"
    return mine


def start(command: Sequence[str] | None = None) -> None:
    """Start one worker (:data:`COMMAND`), detached: it outlives this process and its terminal.

    Raises
    ------
    JobFailed
        When the system does not start it.
    StoreFailed
        When the home folder cannot be written.
    """
    reap()
    log = ensure_home() / "worker.log"
    with in_words("write", log):
        too_long = log.exists() and log.stat().st_size > _LOG_BYTES
        out = log.open("wb" if too_long else "ab")
    with out:
        try:
            process = subprocess.Popen(
                list(command or COMMAND),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=Path(core.__file__).parents[1],
                env=environment(),
                start_new_session=True,
            )
        except OSError as error:
            raise JobFailed(
                f"No worker could be started: {error.strerror or error}.",
                hint="The run stays in the queue, and starts as soon as a worker can.",
            ) from error
    # It is on its own from here: nobody waits for it, and a server that ends before it does
    # need not be warned.
    process.returncode = 0
    with _started_lock:
        _started.add(process.pid)


def reap() -> None:
    """Let go of the workers that this process started and that have ended."""
    if not hasattr(os, "WNOHANG"):  # Windows keeps nothing of a process that ended
        return
    with _started_lock:
        for pid in list(_started):
            try:
                ended = os.waitpid(pid, os.WNOHANG)[0] == pid
            except ChildProcessError:  # somebody else has waited for it
                ended = True
            if ended:
                _started.remove(pid)


def alive(run: RunRecord) -> bool:
    """Whether the process that took a run still exists."""
    if run.host != socket.gethostname():
        return _silence(run) < SILENT_SECONDS
    return _process(run) is not None


def _silence(run: RunRecord) -> float:
    """Seconds since the last sign of life."""
    said = run.updated or run.started or run.created
    return (database.now() - said).total_seconds()


def _process(run: RunRecord) -> psutil.Process | None:
    """The process of a run on this machine; None when it is gone or its number is another's."""
    if run.pid is None:
        return None
    try:
        process = psutil.Process(run.pid)
        if process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD):
            return None
        apart = abs(process.create_time() - (run.pid_created or 0.0))
    except psutil.Error:
        return None
    # When the times disagree, the number went to another process or the clock was set: only a
    # sign of life can tell.
    return process if apart < _CLOCK_SECONDS or _silence(run) < 3 * BEAT_SECONDS else None


def end(run: RunRecord) -> bool:
    """Kill the worker of a run and its helpers; whether it is gone now.

    Only workers on this machine: other runs live in somebody's notebook or shell.
    """
    process = _process(run)
    if run.host != socket.gethostname():
        return False
    if process is None:
        return True
    try:
        if process.pid == os.getpid() or _MARK not in process.environ():
            return False
        end_helpers(process)
        process.kill()
        process.wait(timeout=2)
    except psutil.Error:
        pass
    return _process(run) is None


def end_helpers(process: psutil.Process | None = None) -> None:
    """Kill the processes that ``process`` (default: this one) started for its work."""
    with contextlib.suppress(psutil.Error):
        for helper in (process or psutil.Process()).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                helper.kill()
