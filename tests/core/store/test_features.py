from __future__ import annotations

import errno
import logging
import os
import threading
import time
from pathlib import Path

import joblib
import numpy as np
import pytest
from scipy import sparse

from core.store import features
from core.types import Matrix


@pytest.fixture
def place(home: Path) -> Path:
    return home / "cache" / "features"


class Counting:
    """Gives a matrix and counts how often it was asked."""

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        self.asked = 0

    def __call__(self) -> Matrix:
        self.asked += 1
        return self.matrix


def dense(n: int = 4, fill: float = 1.0) -> Matrix:
    return np.full((n, 256), fill, dtype=np.float32)


def age(place: Path, seconds: float) -> None:
    """Make all files older."""
    for path in place.iterdir():
        status = path.stat()
        os.utime(path, (status.st_atime - seconds, status.st_mtime - seconds))


@pytest.mark.parametrize(
    "matrix",
    [
        dense(),
        np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)),
        np.zeros((0, 3), dtype=np.float32),
        sparse.csr_matrix(np.eye(3, dtype=np.float32)),
        sparse.csr_array(np.eye(3, dtype=np.float32)),
    ],
)
def test_a_matrix_is_computed_once(matrix: Matrix) -> None:
    compute = Counting(matrix)
    for _ in range(3):
        got = features.cached("key", compute)
        assert got.dtype == np.float32
        assert got.shape == matrix.shape
        if sparse.issparse(matrix):
            assert type(got) is type(matrix)
            assert (got != matrix).nnz == 0
        else:
            assert type(got) is np.ndarray
            np.testing.assert_array_equal(got, matrix)
            assert not got.flags.writeable
    assert compute.asked == 1


def test_keys_are_kept_apart() -> None:
    for key in ("a", "b", "é\ud800", ""):
        features.cached(key, Counting(dense(fill=len(key) + ord((key or "x")[0]))))
    for key in ("a", "b", "é\ud800", ""):
        expected = len(key) + ord((key or "x")[0])
        assert features.cached(key, Counting(dense()))[0, 0] == expected


def test_what_the_caller_owns_stays_writable() -> None:
    mine = dense()
    features.cached("key", lambda: mine)
    mine[0, 0] = 5  # type: ignore[index]


def test_a_sparse_matrix_that_was_kept_may_be_sorted_in_place() -> None:
    matrix = sparse.csr_matrix(
        (np.ones(2, dtype=np.float32), np.array([1, 0]), np.array([0, 2])), shape=(1, 2)
    )
    features.cached("key", lambda: matrix)
    features.cached("key", Counting(dense())).sort_indices()  # type: ignore[union-attr]


def test_what_compute_raises_is_passed_on(place: Path) -> None:
    def fail() -> Matrix:
        raise RuntimeError("no rows")

    with pytest.raises(RuntimeError, match="no rows"):
        features.cached("key", fail)
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("kind", ["dense", "sparse"])
@pytest.mark.parametrize("damage", ["cut", "empty", "other", "text"])
def test_a_damaged_file_is_made_anew(
    place: Path, caplog: pytest.LogCaptureFixture, kind: str, damage: str
) -> None:
    matrix = dense() if kind == "dense" else sparse.csr_matrix(np.eye(300, dtype=np.float32))
    compute = Counting(matrix)
    features.cached("key", compute)
    (path,) = place.iterdir()
    assert path.suffix == f".{kind}"
    whole = path.read_bytes()
    if damage == "other":
        joblib.dump({"key": "another", "matrix": dense()}, path)
    else:
        path.write_bytes({"cut": whole[: len(whole) // 2], "empty": b"", "text": b"hello"}[damage])
    with caplog.at_level(logging.WARNING):
        again = features.cached("key", compute)
    assert compute.asked == 2
    assert "is damaged" in caplog.text
    assert (again != matrix).sum() == 0
    features.cached("key", compute)
    assert compute.asked == 2


def test_the_longest_unused_makes_way(place: Path) -> None:
    def keep(key: str) -> Counting:
        compute = Counting(dense(1024))  # 1 MiB
        features.cached(key, compute, limit_mb=3)
        return compute

    for key in ("a", "b"):
        keep(key)
        age(place, 10)
    assert keep("a").asked == 0  # used again, so "b" is now the longest unused
    age(place, 10)
    keep("c")
    age(place, 10)
    assert features.size() < 3 * 2**20
    assert [keep(key).asked for key in ("a", "c")] == [0, 0]
    assert keep("b").asked == 1


def test_a_matrix_larger_than_the_limit_is_not_kept(place: Path) -> None:
    features.cached("small", Counting(dense()), limit_mb=1)
    compute = Counting(dense(2048))
    for _ in range(2):
        features.cached("large", compute, limit_mb=1)
    assert compute.asked == 2
    assert len(list(place.iterdir())) == 1


def test_the_environment_sets_the_limit(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    monkeypatch.setenv("WARMSTART_CACHE_MB", "0")
    features.cached("key", Counting(dense()))
    assert list(place.iterdir()) == []


def test_clearing() -> None:
    features.cached("a", Counting(dense()))
    features.cached("b", Counting(sparse.csr_matrix((3, 3), dtype=np.float32)))
    size = features.size()
    assert size > 4096
    assert features.clear() == size
    assert features.size() == 0


def test_abandoned_files_are_tidied_and_those_of_others_are_not(place: Path) -> None:
    place.mkdir(parents=True)
    fresh, old = place / ".new-fresh.dense", place / ".new-old.dense"
    fresh.write_bytes(b"x")
    old.write_bytes(b"x")
    hours_ago = time.time() - 7200
    os.utime(old, (hours_ago, hours_ago))
    features.cached("key", Counting(dense()))
    assert fresh.exists()
    assert not old.exists()


def test_a_full_disk_costs_a_computation_only(
    place: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    compute = Counting(dense())
    with caplog.at_level(logging.WARNING):
        np.testing.assert_array_equal(features.cached("key", compute), dense())
    assert "the disk is full" in caplog.text
    assert list(place.iterdir()) == []


def test_no_home_costs_a_computation_only(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    home.write_bytes(b"")
    with caplog.at_level(logging.WARNING):
        np.testing.assert_array_equal(features.cached("key", Counting(dense())), dense())
    assert "are not kept" in caplog.text
    assert (features.size(), features.clear()) == (0, 0)


def test_many_at_once(place: Path) -> None:
    wrong: list[str] = []
    begin = threading.Barrier(4)

    def work(number: int) -> None:
        begin.wait()
        for step in range(12):
            key = str((number + step) % 3)
            got = features.cached(key, lambda key=key: dense(512, float(key)), limit_mb=1)  # type: ignore[misc]
            if not (np.asarray(got) == float(key)).all():
                wrong.append(key)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert features.size() <= 2**20
    assert not [path for path in place.iterdir() if path.name.startswith(".new-")]
