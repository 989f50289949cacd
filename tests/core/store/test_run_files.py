from __future__ import annotations

import errno
import os

import numpy as np
import pytest

from core.errors import NotFound, StoreFailed
from core.store import runs


def make() -> str:
    return runs.create({"kind": "load"}, name="a run").id


@pytest.mark.parametrize("run_id", ["..", "../../etc/passwd", "a/b", "a\\b", ".", "a b c d e f"])
def test_no_id_leads_out_of_the_home_folder(run_id: str) -> None:
    with pytest.raises(NotFound):
        runs.folder(run_id)


def test_points_are_appended() -> None:
    run_id = make()
    assert runs.points(run_id) == []
    runs.add_points(run_id, [])
    runs.add_points(run_id, [{"step": 1, "loss": np.float32(0.5)}, {"step": 2}])
    runs.add_points(run_id, [{"step": 3, "name": "é"}])
    assert runs.points(run_id) == [{"step": 1, "loss": 0.5}, {"step": 2}, {"step": 3, "name": "é"}]


def test_a_half_written_point_is_left_out_and_spoils_no_other() -> None:
    run_id = make()
    runs.add_points(run_id, [{"step": 1}])
    path = runs.folder(run_id) / "progress.jsonl"
    with open(path, "ab") as file:
        file.write(b'{"step": 2, "lo')
    assert runs.points(run_id) == [{"step": 1}]
    runs.add_points(run_id, [{"step": 3}])
    assert runs.points(run_id) == [{"step": 1}, {"step": 3}]
    path.write_bytes(b'\xff\n[1]\n7\n{"step": 4}\n')
    assert runs.points(run_id) == [{"step": 4}]


def test_arrays_come_back() -> None:
    run_id = make()
    arrays = {"proba": np.eye(2, dtype=np.float32), "names": np.array(["a", "bc"])}
    runs.save_arrays(run_id, "test-rows", arrays)
    runs.save_arrays(run_id, "test-rows", {**arrays, "more": np.arange(3)})
    loaded = runs.load_arrays(run_id, "test-rows")
    assert set(loaded) == {"proba", "names", "more"}
    assert loaded["proba"].dtype == np.float32
    np.testing.assert_array_equal(loaded["names"], ["a", "bc"])
    assert sorted(os.listdir(runs.folder(run_id))) == ["test-rows.npz"]


def test_arrays_of_objects_are_neither_written_nor_read() -> None:
    run_id = make()
    with pytest.raises(ValueError, match="arrays of objects are not kept: a"):
        runs.save_arrays(run_id, "x", {"a": np.array([{}], dtype=object)})
    np.savez(runs.folder(run_id) / "x.npz", a=np.array([{}], dtype=object))
    with pytest.raises(StoreFailed, match="is damaged"):
        runs.load_arrays(run_id, "x")


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 but cut off"])
def test_damaged_arrays(content: bytes) -> None:
    run_id = make()
    (runs.folder(run_id) / "x.npz").write_bytes(content)
    with pytest.raises(StoreFailed, match="is damaged"):
        runs.load_arrays(run_id, "x")


@pytest.mark.parametrize("name", ["../x", "", "A", "a.b", "-a", "a" * 65])
def test_names_of_arrays_lead_nowhere_else(name: str) -> None:
    run_id = make()
    with pytest.raises(NotFound, match="nothing under the name"):
        runs.save_arrays(run_id, name, {})
    with pytest.raises(NotFound):
        runs.load_arrays(run_id, name)


def test_what_is_not_there() -> None:
    run_id = make()
    with pytest.raises(NotFound, match="has no arrays 'x'"):
        runs.load_arrays(run_id, "x")
    runs.change(run_id, state="failed")
    runs.delete(run_id)
    for act in (
        lambda: runs.add_points(run_id, [{}]),
        lambda: runs.save_arrays(run_id, "x", {}),
        lambda: runs.keep_sha256(run_id, "a", "b"),
        lambda: runs.kept_sha256(run_id, "a"),
    ):
        with pytest.raises(NotFound, match="There is no run"):
            act()
    assert runs.points(run_id) == []


def test_a_full_disk_while_points_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = make()

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("builtins.open", full)
    with pytest.raises(StoreFailed, match=r"progress\.jsonl: the disk is full"):
        runs.add_points(run_id, [{"step": 1}])
