"""Loops as machine code, and many of them at once.

Kernels are plain Python functions, compiled by numba on first use. They let go of Python's
lock, so ordinary threads run them side by side: unlike numba's own thread pools that is safe
for several fits at once and inside any worker process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import cache
from typing import Any, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt

from core.progress import SILENT, Progress

P = ParamSpec("P")
R = TypeVar("R")

_TICK = 0.5  # seconds between two looks at whether the person wants to stop


@cache
def compiled(function: Callable[P, R], *, reorder: bool = False) -> Callable[P, R]:
    """The function as machine code; kept on disk, so that only the first use compiles.

    Parameters
    ----------
    function : callable
        Top-level function of arrays and numbers that calls no other Python function.
    reorder : bool, default=False
        Let sums be taken in another order and 1 / sqrt be estimated and refined, so that
        loops over float32 work on many numbers at once; a division by zero is then infinite
        and no error. The result is the same from run to run on one machine.
    """
    import numba  # takes a second: only when something is fitted

    options: dict[str, Any] = {"nogil": True}
    if reorder:
        # not "nnan" or "ninf": what is not finite must stay visible
        options |= {"fastmath": {"reassoc", "contract", "arcp", "nsz"}, "error_model": "numpy"}
    try:
        fast: Callable[P, R] = numba.njit(**options, cache=True)(function)
    except RuntimeError:  # no folder to keep it in: a read-only installation without a home
        fast = numba.njit(**options)(function)
    return fast


_blas_lock = threading.Lock()
_blas_users = 0
_blas_limit: Any = None


@contextmanager
def blas_in_one_thread() -> Iterator[None]:
    """Keep the linear algebra library to one thread while jobs of ours run on all cores.

    Its own threads wait for each other in busy loops, which on a machine with other work to do
    multiplies the time; and the order of its sums follows their number. The limit holds for
    the whole process, and ends with the last of the fits that asked for it.
    """
    global _blas_users, _blas_limit  # noqa: PLW0603
    from threadpoolctl import threadpool_limits

    with _blas_lock:
        if _blas_users == 0:
            _blas_limit = threadpool_limits(limits=1, user_api="blas")
        _blas_users += 1
    try:
        yield
    finally:
        with _blas_lock:
            _blas_users -= 1
            if _blas_users == 0:
                _blas_limit.restore_original_limits()


def cores() -> int:
    """How many cores this process may use, as far as containers and job systems say."""
    import joblib

    return int(joblib.cpu_count())


class Stop:
    """Tells running kernels to give up: ``flag[0]`` turns from 0 to 1."""

    def __init__(self) -> None:
        self.flag: npt.NDArray[np.uint8] = np.zeros(1, dtype=np.uint8)

    def set(self) -> None:
        """Ask every kernel that looks at the flag to return."""
        self.flag[0] = 1


def in_threads(
    jobs: Sequence[Callable[[], R]],
    *,
    progress: Progress = SILENT,
    message: str = "",
    stop: Stop | None = None,
) -> list[R]:
    """Run jobs on all cores and return their results in order.

    Parameters
    ----------
    jobs : sequence of callable
        Each should take well under a second, or look at ``stop.flag``.
    progress : Progress
        Told the share of jobs done; when it raises, jobs that have not begun never do.
    message : str
        What is being done.
    stop : Stop, optional
        Set when ``progress`` or a job raises.
    """
    workers = min(cores(), len(jobs)) or 1
    with ThreadPoolExecutor(workers, thread_name_prefix="warmstart-fit") as pool:
        futures: list[Future[R]] = [pool.submit(job) for job in jobs]
        try:
            # in order, not as they finish: reports are the same from run to run
            for done, future in enumerate(futures):
                while not wait([future], timeout=_TICK).done:
                    progress.update(done / len(jobs), message)
                future.result()
                progress.update((done + 1) / len(jobs), message)
        except BaseException:
            if stop is not None:
                stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [future.result() for future in futures]


def even_cuts(work: npt.NDArray[np.integer[Any]], step: int) -> list[tuple[int, int]]:
    """Cut rows into runs of about equal work.

    Parameters
    ----------
    work : ndarray of int, shape (n_rows + 1,)
        Work before each row, rising from 0.
    step : int
        Work of a run; a run holds at least one row.

    Returns
    -------
    list of (first, last)
        Runs of rows, ``last`` exclusive, that cover all of them in order.
    """
    rows = len(work) - 1
    runs: list[tuple[int, int]] = []
    first = 0
    while first < rows:
        last = int(np.searchsorted(work, work[first] + step, side="right")) - 1
        last = min(max(last, first + 1), rows)
        runs.append((first, last))
        first = last
    return runs
