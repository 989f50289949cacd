"""Memory, cores, versions."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core
from core.jobs import machine


def test_the_peak_of_memory_rises_with_what_is_held_and_stays() -> None:
    before = machine.peak_memory_mb()
    assert before is not None
    held = np.ones(int(before + 64) * 2**17)  # so many MiB, written to
    after = machine.peak_memory_mb()
    assert after is not None
    assert after >= before + 60
    del held
    assert machine.peak_memory_mb() == pytest.approx(after, rel=0.2)


def test_without_proc_the_system_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(self: Path, **options: Any) -> str:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", missing)
    peak = machine.peak_memory_mb()
    assert peak is not None
    assert 10 < peak < 100_000
    monkeypatch.setitem(sys.modules, "resource", None)
    assert machine.peak_memory_mb() is None


def test_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.cores() >= 1
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert machine.cores() == 1


def test_versions_of_what_a_result_may_depend_on() -> None:
    found = machine.versions()
    assert found["warmstart"] == core.__version__
    assert found["numpy"] == np.__version__
    found["numpy"] = "changed"
    assert machine.versions()["numpy"] == np.__version__
