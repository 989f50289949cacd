"""For every test: a home folder of its own, and nothing left over from the test before."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home folder that only this test uses."""
    folder = tmp_path / "home"
    monkeypatch.setenv("WARMSTART_HOME", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return folder


@pytest.fixture(autouse=True, scope="module")
def _no_stand_ins() -> Iterator[None]:
    """What stands in for an extra package does so for one module of tests."""
    yield
    stand_in = sys.modules.get("sentence_transformers")
    if stand_in is not None and stand_in.__spec__ is None:
        del sys.modules["sentence_transformers"]


@pytest.fixture(scope="session")
def bench_data() -> Path:
    """The folder of real data sets; tests that want it skip where it is missing."""
    root = Path(__file__).resolve().parent.parent
    folder = Path(os.environ.get("WARMSTART_BENCH_DATA", root.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the real data sets are not here (WARMSTART_BENCH_DATA names their folder)")
    return folder
