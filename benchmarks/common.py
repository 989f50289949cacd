"""What the benchmarks share: the data, facts about the machine, timing, tables, JSON.

A benchmark is a script, ``python benchmarks/<name>.py``. It prints a Markdown table and writes
``benchmarks/results/<name>.json``, with the machine it ran on and what else the machine was
doing. Data that is not part of the project is looked for by :func:`data_folder`; a script that
does not find what it needs says so and stops with status 0 (:func:`skip`).
"""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"

# python benchmarks/<name>.py puts only benchmarks/ on the path
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))


def skip(reason: str) -> NoReturn:
    """Stop the script without an error, with the reason on the screen."""
    print(f"Skipped: {reason}")
    raise SystemExit(0)


def data_folder() -> Path | None:
    """The folder of real data: ``$WARMSTART_BENCH_DATA`` or ``../shared/data``; None if absent."""
    named = os.environ.get("WARMSTART_BENCH_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    return folder if folder.is_dir() else None


def data_file(name: str) -> Path:
    """A file or folder below :func:`data_folder`; skips the script where it is missing."""
    folder = data_folder()
    if folder is None:
        skip("no folder of real data; name one in WARMSTART_BENCH_DATA.")
    path = folder / name
    if not path.exists():
        skip(f"{name} is not in the data folder {folder}.")
    return path


def newsgroups(
    subset: str, *, remove: tuple[str, ...] = ("headers", "footers", "quotes")
) -> tuple[list[str], Any, list[str]]:
    """20 Newsgroups from scikit-learn's own cache.

    Parameters
    ----------
    subset : {"train", "test"}
        Which part.
    remove : tuple of str
        As in :func:`sklearn.datasets.fetch_20newsgroups`.

    Returns
    -------
    texts : list of str
    labels : ndarray of int
    names : list of str
        Names of the classes.
    """
    from sklearn.datasets import fetch_20newsgroups

    found = fetch_20newsgroups(
        subset=subset,
        remove=remove,
        data_home=data_file("scikit_learn_data"),
        download_if_missing=False,
    )
    return list(found.data), found.target, list(found.target_names)


def peak_memory_mb() -> float:
    """Most memory this process has held at once, in MiB."""
    # ru_maxrss is carried over from the parent by exec, VmHWM belongs to this process alone
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return float(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 1024


def run_python(arguments: Sequence[str], **variables: str) -> Any:
    """Run this Python on ``arguments``; returns the JSON of the last line it prints.

    Each method of a comparison runs in its own process, so that its peak memory and its cold
    start are its own.
    """
    process = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(process.stdout.strip().splitlines()[-1])


def command_line(home: str, *words: str) -> dict[str, Any]:
    """What ``python -m core`` says as JSON, in a home folder of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "core", *words, "--json"],
        cwd=ROOT,
        env={
            **os.environ,
            "WARMSTART_HOME": home,
            "WARMSTART_DATA_HOME": os.environ.get("WARMSTART_DATA_HOME")
            or str(data_file("scikit_learn_data")),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} failed:\n{done.stderr[-3000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@dataclass
class Stopwatch:
    """Wall seconds of the block under :func:`stopwatch`."""

    seconds: float = float("nan")


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    """Time the block: ``with stopwatch() as watch: ...; watch.seconds``."""
    watch = Stopwatch()
    start = time.perf_counter()
    yield watch
    watch.seconds = time.perf_counter() - start


def timings(work: Callable[[], Any], *, repeats: int = 5) -> list[float]:
    """Wall seconds of each of several runs of ``work``."""
    found = []
    for _ in range(repeats):
        with stopwatch() as watch:
            work()
        found.append(watch.seconds)
    return found


def median(values: Sequence[float]) -> float:
    """The median as a plain float."""
    return float(statistics.median(values))


def versions(*packages: str) -> dict[str, str]:
    """Versions of the named packages; "absent" where one is not installed."""
    found = {}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "absent"
    return found


def machine(*packages: str) -> dict[str, Any]:
    """The machine, its load at this moment, and the versions of the named packages."""
    cpuinfo = Path("/proc/cpuinfo")
    model = platform.processor() or platform.machine()
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.system(),
        "python": platform.python_version(),
        "load_1_minute": round(os.getloadavg()[0], 2),
        "versions": versions("numpy", "scipy", "scikit-learn", "numba", *packages),
    }


def markdown(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; the first column is left-aligned, the others are right-aligned."""
    marks = ["---"] + ["---:"] * (len(header) - 1)
    lines = [list(header), marks, *[[str(cell) for cell in row] for row in rows]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def write_json(name: str, payload: Mapping[str, Any]) -> Path:
    """Write ``benchmarks/results/<name>.json`` and return its path."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(payload, indent=2, sort_keys=False) + "\n", encoding="utf-8")
    return path
