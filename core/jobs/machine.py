"""What a run notes about the machine: its memory, the versions it ran with."""

from __future__ import annotations

import os
import platform
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

import core

_PACKAGES = ("numpy", "scipy", "pandas", "scikit-learn", "numba")


def peak_memory_mb() -> float | None:
    """The most memory this process has held so far, in MiB; None where nobody tells.

    On Linux it is read from ``/proc``: what ``getrusage`` says there begins at the size of
    the process that started this one, a browser server of any size.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return _peak_elsewhere()
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) / 1024, 1)
    return _peak_elsewhere()


def _peak_elsewhere() -> float | None:
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024**2 if sys.platform == "darwin" else 1024), 1)


def cores() -> int:
    """How many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


@cache
def _versions() -> tuple[tuple[str, str], ...]:
    found = [("warmstart", core.__version__), ("python", platform.python_version())]
    for name in _PACKAGES:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            continue
    return tuple(found)


def versions() -> dict[str, str]:
    """The versions that a result may depend on, by package name."""
    return dict(_versions())
