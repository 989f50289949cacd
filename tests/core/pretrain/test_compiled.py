"""Compiling loops, cutting work, running jobs."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from threadpoolctl import threadpool_info

from core.errors import Cancelled
from core.pretrain.compiled import Stop, blas_in_one_thread, compiled, even_cuts, in_threads
from core.progress import Progress


@given(st.lists(st.integers(0, 20), max_size=30), st.integers(1, 50))
def test_cuts_cover_all_rows_and_share_the_work(loads: list[int], step: int) -> None:
    work = np.concatenate([[0], np.cumsum(loads, dtype=np.int64)])
    cuts = even_cuts(work, step)
    assert [row for first, last in cuts for row in range(first, last)] == list(range(len(loads)))
    for first, last in cuts:
        assert last > first
        # within the step, unless one row alone is more than that
        assert work[last] - work[first] <= step or last == first + 1


def test_results_come_in_order_and_progress_rises() -> None:
    seen: list[float] = []
    jobs = [lambda i=i: (time.sleep(0.01 * (4 - i)), i)[1] for i in range(4)]  # type: ignore[misc]
    progress = Progress(lambda done, message, metrics: seen.append(done))
    assert in_threads(jobs, progress=progress, message="Working") == [0, 1, 2, 3]
    assert seen == [0.25, 0.5, 0.75, 1.0]
    assert in_threads([]) == []


def test_a_failing_job_stops_the_others() -> None:
    begun: list[int] = []
    stop = Stop()

    def job(i: int) -> None:
        begun.append(i)
        if i == 0:
            raise ValueError("job 0")
        while not stop.flag[0]:
            time.sleep(0.001)

    with pytest.raises(ValueError, match="job 0"):
        in_threads([lambda i=i: job(i) for i in range(200)], stop=stop)  # type: ignore[misc]
    assert len(begun) < 200
    assert stop.flag[0] == 1


def test_a_cancel_is_heard_while_a_job_runs() -> None:
    running, stop = threading.Event(), Stop()

    def job() -> None:
        running.set()
        while not stop.flag[0]:
            time.sleep(0.001)

    def report(done: float, message: str, metrics: Any) -> None:
        assert running.is_set()
        raise Cancelled

    with pytest.raises(Cancelled):
        in_threads([job], progress=Progress(report), stop=stop)


def twice(x: float) -> float:
    return 2 * x


def test_a_function_is_compiled_once() -> None:
    assert compiled(twice) is compiled(twice)
    assert compiled(twice)(2.5) == 5.0
    assert compiled(twice) is not twice


def test_it_works_where_nothing_can_be_kept() -> None:
    # numba finds no file beside which to keep what was made from a string
    space: dict[str, Any] = {}
    exec(compile("def thrice(x):\n    return 3 * x\n", "<nowhere>", "exec"), space)  # noqa: S102
    assert compiled(space["thrice"])(2.0) == 6.0


def test_numba_is_not_loaded_before_it_is_needed() -> None:
    code = (
        "import sys; from core.pretrain import methods; assert 'ppmi' in methods();"
        "assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def blas_threads() -> list[int]:
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


def test_the_limit_ends_with_the_last_who_asked_for_it() -> None:
    before = blas_threads()
    first, second = blas_in_one_thread(), blas_in_one_thread()
    first.__enter__()
    second.__enter__()
    assert set(blas_threads()) == {1}
    first.__exit__(None, None, None)  # the first to come is the first to go
    assert set(blas_threads()) == {1}
    second.__exit__(None, None, None)
    assert blas_threads() == before
    with pytest.raises(ValueError, match="inside"), blas_in_one_thread():
        raise ValueError("inside")
    assert blas_threads() == before
