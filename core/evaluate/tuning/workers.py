"""Where trials are computed: in this process, on all cores through joblib, or on a Dask cluster.

The results are the same everywhere; what differs is how many are computed at once, and how a
running one is cut. Processes are started afresh (joblib's loky), never forked: a fork hangs once
OpenMP has run. Each keeps to one thread, so that as many run as there are cores.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import joblib
import psutil

from core.errors import BadParam, JobFailed, MissingExtra

#: Names the scheduler of a Dask cluster, as ``tcp://host:8786``.
DASK_VARIABLE = "WARMSTART_DASK"

_ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "BLIS_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "NUMBA_NUM_THREADS",
    ),
    "1",
)
_REACHED_SECONDS = 10
_PREFIX = "tuning"
_WATCH_SECONDS = 1.0
_HANDED_OUT_SECONDS = 0.3
_ABANDONED_SECONDS = 86_400
_OPEN = 6  # shared things that a process keeps open


class Pending(Protocol):
    """What is being computed."""

    def done(self) -> bool:
        """Whether it is over."""

    def result(self) -> Any:
        """What came out; raises what was raised."""


class Workers(Protocol):
    """Where work is done.

    Attributes
    ----------
    size : int
        How much can be done at once.
    name : str
        For people.
    """

    size: int
    name: str

    def share(self, thing: Any) -> Any:
        """A handle that stands for ``thing`` among the arguments of :meth:`submit`."""

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Pending:
        """Begin ``work(*arguments)``; a function of an importable module."""

    def stop(self) -> None:
        """End everything at once, running work too."""


class Here:
    """This process, one after the other: for tests, and where nothing else may be started."""

    size = 1
    name = "this process"

    def share(self, thing: Any) -> Any:
        """The thing itself."""
        return thing

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Pending:
        """Do it now."""
        from core.finetune.threads import one_thread

        future: Future[Any] = Future()
        try:
            with one_thread():
                future.set_result(work(*arguments))
        except Exception as error:  # noqa: BLE001 - raised by result(), as elsewhere
            future.set_exception(error)
        return future

    def stop(self) -> None:
        """Nothing runs."""


@dataclass(frozen=True)
class _Kept:
    """A shared thing in a file."""

    path: str


class Processes:
    """Processes of this machine, by joblib's loky; what is shared lies on disk and is mapped.

    Parameters
    ----------
    folder : Path
        Where shared things are kept until the end.
    size : int, optional
        How many; by default as many as joblib counts cores, which heeds ``LOKY_MAX_CPU_COUNT``.
    """

    def __init__(self, folder: Path, size: int | None = None) -> None:
        from joblib.externals.loky import ProcessPoolExecutor

        self.size = size or joblib.cpu_count()
        self.name = f"{self.size} {'process' if self.size == 1 else 'processes'}"
        _tidy(folder)
        self._folder = tempfile.TemporaryDirectory(prefix=_PREFIX, dir=folder)
        self._count = 0
        self._last: Any = Future()
        self._last.cancel()  # nothing to wait for yet
        self._pool = ProcessPoolExecutor(
            max_workers=self.size,
            timeout=None,
            env=_ONE_THREAD,
            initializer=_leave_with,
            initargs=(os.getpid(),),
        )

    def share(self, thing: Any) -> Any:
        """Write it once; every process maps it into its memory."""
        self._count += 1
        path = str(Path(self._folder.name) / f"{self._count}.joblib")
        joblib.dump(thing, path)
        return _Kept(path)

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Pending:
        """Hand it to the next free process."""
        self._last = self._pool.submit(_call, work, arguments)
        return self._last  # type: ignore[no-any-return]

    def stop(self) -> None:
        """Kill the processes and delete what they shared."""
        # loky's own thread stumbles over work that is taken away while it hands it out
        end = time.monotonic() + _HANDED_OUT_SECONDS
        while not (self._last.running() or self._last.done()) and time.monotonic() < end:
            time.sleep(0.005)
        self._pool.shutdown(wait=True, kill_workers=True)
        with contextlib.suppress(OSError):
            self._folder.cleanup()


class Cluster:
    """A Dask cluster. Its machines need this program, in this version, and its packages.

    Parameters
    ----------
    address : str
        Of the scheduler, as ``tcp://host:8786``.

    Raises
    ------
    MissingExtra
        When Dask is not installed here.
    JobFailed
        When there is no scheduler at the address, it has no workers, or they lack the program.
    """

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise MissingExtra(
                f"{DASK_VARIABLE} names a Dask cluster, but the package distributed is not "
                f"installed ({error}).",
                hint="Install it: pip install -r requirements-dask.txt. Or unset "
                f"{DASK_VARIABLE}: then this machine does the work.",
            ) from error
        again = f"Start it there, or unset {DASK_VARIABLE}: then this machine does the work."
        try:
            self._client: Any = Client(address, timeout=_REACHED_SECONDS, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise JobFailed(
                f"No Dask scheduler answers at {address} ({type(error).__name__}).", hint=again
            ) from error
        try:
            self.size = sum(self._client.nthreads().values())
            if not self.size:
                raise JobFailed(f"The Dask cluster at {address} has no workers.", hint=again)
            _same_version(self._client.run(_version))
        except BaseException:
            self._client.close()
            raise
        self.name = f"{self.size} threads of the Dask cluster at {address}"
        self._running: list[Any] = []

    def share(self, thing: Any) -> Any:
        """Send it to the cluster, where it travels to whoever needs it."""
        return self._client.scatter(thing, hash=False)

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Pending:
        """Hand it to the scheduler."""
        future = self._client.submit(work, *arguments, pure=False)
        self._running = [one for one in self._running if not one.done()] + [future]
        return future  # type: ignore[no-any-return]

    def stop(self) -> None:
        """Drop what is asked for; work that runs hears of its time being over by itself."""
        with contextlib.suppress(Exception):  # a cluster that is gone has stopped as well
            self._client.cancel(self._running, force=True)
        self._client.close()


def _leave_with(parent: int) -> None:
    """In a process: end with the one that started it, also when that one is killed."""

    def watch() -> None:
        while os.getppid() == parent and psutil.pid_exists(parent):
            time.sleep(_WATCH_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="watch parent", daemon=True).start()


def _tidy(folder: Path) -> None:
    """Delete what processes that were killed left behind a day ago or earlier."""
    for path in folder.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _ABANDONED_SECONDS:
                shutil.rmtree(path, ignore_errors=True)


@contextmanager
def workers(folder: Path, size: int | None = None) -> Iterator[Workers]:
    """The workers that the environment asks for; stopped at the end, whatever happens.

    Raises
    ------
    BadParam
        When the environment names a cluster by something that is no address.
    MissingExtra, JobFailed
        As :class:`Cluster`.
    """
    address = os.environ.get(DASK_VARIABLE, "").strip()
    if address and "://" not in address:
        raise BadParam(
            f"{DASK_VARIABLE} cannot be {address!r}.",
            hint="It takes the address of a scheduler, as tcp://host:8786.",
        )
    found: Workers = Cluster(address) if address else Processes(folder, size)
    try:
        yield found
    finally:
        found.stop()


def _version() -> str:
    import core

    return core.__version__


def _same_version(found: dict[str, str]) -> None:
    mine = _version()
    for worker, other in found.items():
        if other != mine:
            raise JobFailed(
                f"The Dask worker {worker} has Warmstart {other}, this is {mine}.",
                hint="Install the same version on every machine of the cluster.",
            )


_open: OrderedDict[str, Any] = OrderedDict()
_open_lock = threading.Lock()


def _call(work: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """In a process: open what is shared, then do the work."""
    return work(*(_opened(one.path) if isinstance(one, _Kept) else one for one in arguments))


def _opened(path: str) -> Any:
    with _open_lock:
        if path not in _open:
            _open[path] = joblib.load(path, mmap_mode="r")
        _open.move_to_end(path)
        while len(_open) > _OPEN:
            _open.popitem(last=False)
        return _open[path]
