"""Docstrings are read from sources, without importing them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from core.data.built_in import docstrings
from core.data.built_in.docstrings import (
    Docstring,
    Source,
    docstrings_of,
    find_sources,
    modules_inside,
    read_docstrings,
)
from core.data.built_in.masking import Masker
from core.errors import Cancelled, JobFailed
from core.progress import Progress

CODE = b'''"""Of the module."""
import os
class Thing:
    """Of the class."""
    def method(self):
        """Of the method."""
        def inner():
            """Of a function inside."""
    async def later(self):
        """Of a coroutine."""
if os.name:
    def one():
        """In a branch."""
else:
    def other():
        """In the other branch."""
try:
    pass
except OSError:
    def rescue():
        """In a handler."""
finally:
    def last():
        """At last."""
def bare():
    x = """No docstring."""
    "Nor this."
def empty():
    """"""
'''


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that fails when it is imported."""
    root = tmp_path / "warmdocs"
    files = {
        "__init__.py": '"""The package itself, described."""\nraise RuntimeError("imported")\n',
        "stats/__init__.py": '"""The part on statistics, described."""\n',
        "stats/_core.py": 'def f():\n    """See warmdocs.stats.g, and stats.h for more."""\n',
        "stats/tests/test_f.py": '"""A test, which is nobody\'s documentation."""\n',
        "stats/externals/copy.py": '"""A copy of something else, which is skipped."""\n',
        "broken.py": 'def f(:\n    """Not Python at all, as it stands."""\n',
        "zero.py": '"""A file with a byte\x00 that no source has."""\n',
        "conftest.py": '"""Of the tests again, so not read."""\n',
        "short.py": '"""Short."""\n',
        "none.py": "x = 1\n",
        "data.txt": '"""No source at all, whatever it says."""\n',
        "latin.py": "# coding: latin-1\n'''An \xe9clair, in another encoding.'''\n",
    }
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("latin-1"))
    monkeypatch.syspath_prepend(tmp_path)
    return root


def test_every_definition_is_found_in_the_order_of_the_source() -> None:
    assert list(docstrings_of(CODE, "m")) == [
        ("m", "Of the module."),
        ("m.Thing", "Of the class."),
        ("m.Thing.method", "Of the method."),
        ("m.Thing.method.inner", "Of a function inside."),
        ("m.Thing.later", "Of a coroutine."),
        ("m.one", "In a branch."),
        ("m.other", "In the other branch."),
        ("m.last", "At last."),
        ("m.rescue", "In a handler."),
    ]


def test_sources_are_found_without_importing(package: Path) -> None:
    found = find_sources(["warmdocs", "no_such_package_anywhere"])
    assert [source.module for source in found] == [
        "warmdocs",
        "warmdocs.broken",
        "warmdocs.latin",
        "warmdocs.none",
        "warmdocs.short",
        "warmdocs.zero",
        "warmdocs.stats",
        "warmdocs.stats._core",
    ]
    assert {source.package for source in found} == {"warmdocs"}
    assert found[0].size == (package / "__init__.py").stat().st_size
    assert "warmdocs" not in sys.modules
    assert modules_inside(found, "warmdocs")["stats"] == ["_core"]
    assert modules_inside(found, "other") == {}


@pytest.mark.parametrize("processes", [1, 3])
def test_reading_is_the_same_with_any_number_of_processes(package: Path, processes: int) -> None:
    sources = find_sources(["warmdocs"])
    masker = Masker(["warmdocs"], {"stats": ["_core"]}, "warmdocs")
    found = read_docstrings(
        sources, longer_than=20, masker=masker, thorough_for="warmdocs", processes=processes
    )
    assert found == [
        Docstring("warmdocs", "The package itself, described."),
        Docstring("warmdocs.latin", "An \xe9clair, in another encoding."),
        Docstring("warmdocs.stats", "The part on statistics, described."),
        Docstring("warmdocs.stats._core.f", "See module.g, and module.h for more."),
    ]


def test_short_ones_are_left_out_and_nothing_is_masked_unasked(package: Path) -> None:
    sources = [one for one in find_sources(["warmdocs"]) if one.module.endswith("_core")]
    text = "See warmdocs.stats.g, and stats.h for more."
    assert read_docstrings(sources, longer_than=len(text)) == []
    found = read_docstrings(sources, longer_than=len(text) - 1)
    assert found == [Docstring("warmdocs.stats._core.f", text)]


def test_no_sources_no_docstrings() -> None:
    assert read_docstrings([]) == []


def test_progress_grows_with_the_bytes_read(package: Path) -> None:
    shares: list[float] = []
    progress = Progress(lambda share, words, metrics: shares.append(share))
    read_docstrings(find_sources(["warmdocs"]), progress=progress)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_cancelling_ends_the_processes(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    start = docstrings._start

    def remember() -> subprocess.Popen[bytes]:
        started.append(start())
        return started[-1]

    def stop(share: float, words: str, metrics: Mapping[str, Any]) -> None:
        raise Cancelled

    monkeypatch.setattr(docstrings, "_start", remember)
    with pytest.raises(Cancelled):
        read_docstrings(find_sources(["warmdocs"]), processes=2, progress=Progress(stop))
    assert len(started) == 2
    assert all(child.poll() is not None for child in started)


def test_a_process_that_dies_is_told(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docstrings, "_HERE", "no_such_module_to_run")
    with pytest.raises(JobFailed, match="stopped after 0 of 8 files") as caught:
        read_docstrings(find_sources(["warmdocs"]))
    assert caught.value.hint


def test_a_process_that_cannot_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with pytest.raises(JobFailed, match="No process could be started"):
        read_docstrings([Source("x.py", "x", 1)])


def test_a_reading_process_loads_the_standard_library_only() -> None:
    code = (
        "import sys, core.data.built_in.docstrings\n"
        "heavy = {'numpy', 'pandas', 'scipy', 'sklearn', 'joblib'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    root = Path(docstrings.__file__).resolve().parents[3]
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True)
