"""Where trials are computed: processes, a Dask cluster; cut in time, the same results."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from scipy import sparse

from core.errors import BadParam, JobFailed, MissingExtra
from core.evaluate.tuning import search as module
from core.evaluate.tuning import workers as places
from core.evaluate.tuning.results import Tuning
from core.evaluate.tuning.search import search
from core.evaluate.tuning.workers import DASK_VARIABLE, Cluster, Here, Processes, workers
from tests.core.evaluate.tuning.made import endless, space, task

ROOT = Path(__file__).resolve().parents[4]


def found(where: Any, **more: Any) -> Tuning:
    settings: dict[str, Any] = {"seconds": 100.0, "labels_per_class": 6, "trials": 4, **more}
    return search(task(), space(), where, **settings)


def scores(tuning: Tuning) -> list[Any]:
    return [(one.configuration, one.scores) for one in tuning.trials]


@pytest.fixture(scope="module", autouse=True)
def _few_repeats() -> Iterator[None]:
    """Few repeats of the folds: quick."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.evaluate.tuning.folds._VALIDATED", 24)
        yield


@pytest.fixture(scope="module", name="here")
def _here() -> Tuning:
    return found(Here())


@pytest.fixture(scope="module", name="processes")
def _processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    pool = Processes(tmp_path_factory.mktemp("shared"), 2)
    yield pool
    pool.stop()


def test_processes_find_the_same(processes: Processes, here: Tuning) -> None:
    tuning = found(processes)
    assert scores(tuning) == scores(here)
    assert (tuning.best, tuning.chosen) == (here.best, here.chosen)
    assert tuning.workers == "2 processes"


def test_processes_keep_to_one_thread_and_are_not_forked(processes: Processes) -> None:
    assert processes.submit(os.getenv, "OMP_NUM_THREADS").result() == "1"
    assert processes.submit(os.getenv, "OPENBLAS_NUM_THREADS").result() == "1"
    mine = os.environ.get("PYTEST_CURRENT_TEST")
    assert mine  # a fork would have what was set after it began
    assert processes.submit(os.getpid).result() != os.getpid()


def test_what_is_shared_arrives(processes: Processes) -> None:
    matrix = sparse.random(20, 8, 0.3, format="csr", random_state=0)
    back = processes.submit(_first_rows, processes.share(matrix)).result()
    np.testing.assert_array_equal(back, matrix[:3].toarray())


def _first_rows(matrix: Any) -> Any:
    return matrix[np.array([0, 1, 2])].toarray()


def test_what_goes_wrong_comes_back_in_its_own_words(processes: Processes) -> None:
    with pytest.raises(BadParam, match="no good") as raised:
        processes.submit(_refuses).result()
    assert raised.value.hint == "Do this."


def _refuses() -> None:
    raise BadParam("It is no good.", hint="Do this.")


def test_a_running_fit_is_cut_when_the_time_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "attempt", endless)  # ten minutes each
    begun = time.monotonic()
    with workers(tmp_path, 1) as pool:
        tuning = found(pool, seconds=3.0)
    assert tuning.ended == "time"
    assert tuning.spent <= 1.1 * tuning.budget
    assert time.monotonic() - begun < 60
    assert not list(tmp_path.iterdir())  # nothing shared is left


def test_stopping_ends_processes_and_what_they_do(tmp_path: Path) -> None:
    pool = Processes(tmp_path, 1)
    pid = pool.submit(os.getpid).result()
    pending = pool.submit(time.sleep, 600)
    pool.stop()
    assert pending.done()
    with pytest.raises((BrokenExecutor, RuntimeError)):
        pending.result()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_processes_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    code = (
        "import os, sys, time; from pathlib import Path\n"
        "from core.evaluate.tuning.workers import Processes\n"
        f"pool = Processes(Path({str(tmp_path)!r}), 1)\n"
        "print(pool.submit(os.getpid).result(), flush=True)\n"
        "time.sleep(600)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert parent.stdout is not None
    helper = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    end = time.monotonic() + 60
    while psutil.pid_exists(helper) and time.monotonic() < end:
        time.sleep(0.1)
    assert not psutil.pid_exists(helper)


def test_what_was_left_behind_is_deleted_after_a_day(tmp_path: Path) -> None:
    old, young = tmp_path / "tuning-old", tmp_path / "tuning-young"
    for path in (old, young):
        path.mkdir()
        (path / "1.joblib").write_bytes(b"x")
    os.utime(old, (0, time.time() - 90_000))
    places._tidy(tmp_path)
    assert not old.exists()
    assert young.exists()


def test_a_failure_here_is_raised_where_it_is_asked_for() -> None:
    pending = Here().submit(_refuses)
    assert pending.done()
    with pytest.raises(BadParam):
        pending.result()


def test_no_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(DASK_VARIABLE, "cluster.local")
    with (
        pytest.raises(BadParam, match=r"WARMSTART_DASK cannot be 'cluster.local'"),
        workers(tmp_path),
    ):
        pass


def test_dask_is_not_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(DASK_VARIABLE, "tcp://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(MissingExtra, match="the package distributed is not installed") as raised,
        workers(tmp_path),
    ):
        pass
    assert "requirements-dask.txt" in (raised.value.hint or "")


def test_another_version_on_the_cluster() -> None:
    with pytest.raises(JobFailed, match=r"The Dask worker tcp://a has Warmstart 0.0, this is"):
        places._same_version({"tcp://a": "0.0"})


@pytest.fixture(scope="module", name="cluster")
def _cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A scheduler and two workers, as processes of their own."""
    pytest.importorskip("distributed", reason="Dask is an extra: requirements-dask.txt")
    folder = tmp_path_factory.mktemp("dask")
    file = folder / "scheduler.json"
    run = {"cwd": ROOT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    common = ["--scheduler-file", str(file), "--host", "127.0.0.1"]
    quiet = ["--no-dashboard"]
    scheduler = [
        sys.executable,
        "-m",
        "distributed.cli.dask_scheduler",
        *common,
        "--port",
        "0",
        *quiet,
    ]
    worker = [
        sys.executable,
        "-m",
        "distributed.cli.dask_worker",
        *common,
        "--nthreads",
        "1",
        "--no-nanny",
    ]
    worker += ["--local-directory", str(folder), *quiet]
    started = [subprocess.Popen(scheduler, env=env, **run)]  # type: ignore[call-overload]
    try:
        started += [subprocess.Popen(worker, env=env, **run) for _ in range(2)]  # type: ignore[call-overload]
        yield _address(file)
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


def _address(file: Path) -> str:
    """Where the scheduler listens, once both workers have come."""
    import json

    from distributed import Client

    end = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < end, "no scheduler"
        time.sleep(0.1)
    time.sleep(0.2)
    address = str(json.loads(file.read_text())["address"])
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
    return address


def test_a_cluster_finds_the_same(
    cluster: str, here: Tuning, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(DASK_VARIABLE, cluster)
    with workers(tmp_path) as pool:
        assert isinstance(pool, Cluster)
        assert pool.size == 2
        tuning = found(pool)
    assert scores(tuning) == scores(here)
    assert (tuning.best, tuning.chosen) == (here.best, here.chosen)
    assert "Dask cluster at tcp://127.0.0.1" in tuning.workers


def test_a_cluster_is_left_in_time_too(cluster: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "attempt", endless)
    pool = Cluster(cluster)
    try:
        tuning = found(pool, seconds=3.0)
    finally:
        pool.stop()
    assert tuning.ended == "time"
    assert tuning.spent <= 1.1 * tuning.budget


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="Dask is an extra: requirements-dask.txt")
    monkeypatch.setattr(places, "_REACHED_SECONDS", 0.5)
    monkeypatch.setenv(DASK_VARIABLE, "tcp://127.0.0.1:9")
    with (
        pytest.raises(JobFailed, match=r"No Dask scheduler answers at tcp://127.0.0.1:9") as raised,
        workers(tmp_path),
    ):
        pass
    assert "unset WARMSTART_DASK" in (raised.value.hint or "")
