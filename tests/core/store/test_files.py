from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from core.errors import StoreFailed
from core.store import files


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "your share of the disk is used up"),
        (errno.EROFS, "the disk can only be read"),
        (errno.EACCES, "it is not permitted"),
        (errno.ENOTDIR, "a file stands where a folder should be"),
        (errno.ENOENT, "it is not there"),
        (errno.ELOOP, "Too many levels of symbolic links"),
    ],
)
def test_troubles_are_told_with_path_and_advice(number: int, words: str) -> None:
    with pytest.raises(StoreFailed) as caught, files.in_words("write", Path("/some/file")):
        raise OSError(number, os.strerror(number))
    assert caught.value.message == f"Could not write /some/file: {words}."
    assert caught.value.hint


def test_a_trouble_without_a_number_still_has_words() -> None:
    with (
        pytest.raises(StoreFailed, match=r"Could not read x: something odd\."),
        files.in_words("read", Path("x")),
    ):
        raise OSError("something odd")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_really_full_disk() -> None:
    def fill() -> None:
        with files.in_words("write", Path("/dev/full")), open("/dev/full", "wb") as file:
            file.write(b"x")
            file.flush()

    with pytest.raises(StoreFailed, match="the disk is full") as caught:
        fill()
    assert caught.value.hint is not None
    assert "WARMSTART_HOME" in caught.value.hint


def test_an_atomic_file_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    files.write_atomic(path, lambda file: file.write(b"one"))
    files.write_atomic(path, lambda file: file.write(b"two"))
    assert path.read_bytes() == b"two"
    assert os.listdir(tmp_path) == ["a.bin"]


def test_a_failure_leaves_the_old_file_and_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def fill(file: object) -> None:
        file.write(b"half")  # type: ignore[attr-defined]
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        files.write_atomic(path, fill)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.bin"]


def test_a_full_disk_leaves_the_old_file_and_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFailed, match="the disk is full"):
        files.write_atomic(path, lambda file: file.write(b"new"))
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.bin"]


def test_json_takes_what_results_are_made_of(tmp_path: Path) -> None:
    files.write_json(
        tmp_path / "a.json",
        {
            "number": np.float32(0.5),
            "list": np.arange(2),
            "set": {"b", "a"},
            "at": Path("x"),
            "view": MappingProxyType({"a": 1}),
        },
    )
    assert (tmp_path / "a.json").read_text() == (
        '{"number": 0.5, "list": [0, 1], "set": ["a", "b"], "at": "x", "view": {"a": 1}}'
    )
    with pytest.raises(TypeError, match="object cannot be written as JSON"):
        files.write_json(tmp_path / "b.json", {"x": object()})
    assert os.listdir(tmp_path) == ["a.json"]


def test_folders_come_and_go(tmp_path: Path) -> None:
    folder = files.make_folder(tmp_path / "a" / "b")
    (folder / "file").write_bytes(b"x")
    files.remove_folder(folder)
    files.remove_folder(folder)
    files.remove_file(folder / "file")
    assert os.listdir(tmp_path / "a") == []


def test_a_file_in_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(StoreFailed, match=re.escape(f"Could not create the folder {tmp_path}/a")):
        files.make_folder(tmp_path / "a" / "b")
