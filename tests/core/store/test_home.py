from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import BadParam, StoreFailed
from core.store import home as homes


def test_the_environment_is_read_anew_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        monkeypatch.setenv("WARMSTART_HOME", str(tmp_path / name))
        assert homes.home() == tmp_path / name


def test_without_a_name_it_is_the_folder_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WARMSTART_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert homes.home().name == "warmstart"
    if sys.platform == "linux":
        assert homes.home() == tmp_path / "warmstart"


def test_a_tilde_and_a_relative_path_are_resolved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("WARMSTART_HOME", "~/w")
    assert homes.home() == tmp_path / "w"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WARMSTART_HOME", "here")
    assert homes.home() == tmp_path / "here"


def test_it_is_made_and_left_clean(home: Path) -> None:
    assert homes.ensure_home() == home
    assert homes.ensure_home() == home
    assert os.listdir(home) == []
    assert homes.subfolder("a", "b") == home / "a" / "b"
    assert (home / "a" / "b").is_dir()


def test_a_file_in_its_place(home: Path) -> None:
    home.write_bytes(b"")
    with pytest.raises(StoreFailed, match=f"{home}: a file stands where a folder") as caught:
        homes.ensure_home()
    assert caught.value.hint is not None
    assert "WARMSTART_HOME" in caught.value.hint


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.EROFS, "the disk can only be read"), (errno.ENOSPC, "the disk is full")],
)
def test_a_home_that_cannot_be_written(
    home: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    home.mkdir()

    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(StoreFailed) as caught:
        homes.ensure_home()
    monkeypatch.undo()
    assert caught.value.message == f"Could not write to the home folder {home}: {words}."


def test_settings(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.delenv("WARMSTART_WORKERS", raising=False)
    monkeypatch.delenv("WARMSTART_CACHE_MB", raising=False)
    plain = homes.settings()
    assert (plain.home, plain.database_url, plain.cache_mb) == (home, None, 2048)
    assert plain.jobs >= 1
    monkeypatch.setenv("WARMSTART_WORKERS", "3")
    monkeypatch.setenv("WARMSTART_CACHE_MB", "0")
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://u@h/d")
    changed = homes.settings()
    assert (changed.jobs, changed.cache_mb) == (3, 0)
    assert changed.database_url == "postgresql+psycopg://u@h/d"


@pytest.mark.parametrize("text", ["many", "-1", "1.5"])
def test_a_number_in_the_environment_that_is_none(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("WARMSTART_CACHE_MB", text)
    with pytest.raises(BadParam, match=f"WARMSTART_CACHE_MB={text}"):
        homes.settings()


def test_the_store_starts_without_the_heavy_libraries() -> None:
    code = (
        "import sys\n"
        "from core.store import classifiers, database, datasets, features, home, models, runs\n"
        "from core.store import audit, columns, encoders, modelfile, records\n"
        "heavy = {'sklearn', 'skops', 'numba', 'plotly', 'streamlit', 'joblib', 'scipy.stats'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
