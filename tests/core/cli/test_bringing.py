"""Files of one's own on the command line: archives and folders of pictures, tables of values."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.store import datasets
from tests.core.cli.conftest import Call
from tests.core.data.picture_files import by_class, npz, zipped


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "digits.zip"
    path.write_bytes(zipped(by_class(10)))
    return path


@pytest.fixture
def values(tmp_path: Path) -> Path:
    path = tmp_path / "values.csv"
    lines = [f"{i},{i * i / 7:.2f},{'ab'[i % 2]},{'xyz'[i % 3]}" for i in range(60)]
    path.write_text("id,size,kind,label\n" + "\n".join(lines))
    return path


def only(modality: str) -> datasets.DatasetRecord:
    (record,) = datasets.list_all()
    assert record.modality == modality
    return record


def test_an_archive(call: Call, home: Path, archive: Path) -> None:
    assert (
        call("pretrain", archive, "lsa", "--set", "n_components=2", "--picture-size", "6").code == 0
    )
    record = only("image")
    assert (record.rows, record.classes) == (20, ("a", "b"))
    assert datasets.load(record.fingerprint).rows.shape == (20, 6, 6)


def test_a_folder(call: Call, home: Path, tmp_path: Path) -> None:
    for name, content in by_class(10).items():
        path = tmp_path / "shapes" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    assert call("pretrain", tmp_path / "shapes", "lsa", "--set", "n_components=2").code == 0
    assert only("image").name == "shapes"


def test_arrays(call: Call, home: Path, tmp_path: Path) -> None:
    import numpy as np

    images = np.random.default_rng(0).integers(0, 256, (30, 4, 4)).astype(np.uint8)
    path = tmp_path / "a.npz"
    path.write_bytes(npz(X=images, y=np.arange(30) % 3))
    assert call("pretrain", path, "lsa", "--set", "n_components=2").code == 0
    assert only("image").classes == ("0", "1", "2")


@pytest.mark.parametrize(
    ("words", "columns"),
    [
        ((), ["size", "kind"]),
        (("--tabular",), ["size", "kind"]),
        (("--columns", "size, id"), ["size", "id"]),
        (("--columns", "kind", "--label-column", "label"), ["kind"]),
    ],
)
def test_a_table_of_values(
    call: Call, home: Path, values: Path, words: tuple[str, ...], columns: list[str]
) -> None:
    answer = call("pretrain", values, "raw", *words)
    assert answer.code == 0, answer.err
    record = only("tabular")
    assert list(datasets.load(record.fingerprint).rows) == columns
    assert record.classes == ("x", "y", "z")


def test_what_does_not_go_together(
    call: Call, home: Path, archive: Path, values: Path, tmp_path: Path
) -> None:
    told = call("pretrain", archive, "lsa", "--text-column", "a")
    assert "is read as pictures, and these have no columns" in told.err
    told = call("pretrain", values, "raw", "--text-column", "kind", "--tabular")
    assert "--text-column makes a data set of texts" in told.err
    told = call("pretrain", values, "raw", "--picture-size", "8")
    assert "values.csv holds no pictures" in told.err
    told = call("pretrain", "digits", "raw", "--tabular")
    assert "its columns are fixed" in told.err
    told = call("pretrain", "digits", "raw", "--picture-size", "8")
    assert "its columns are fixed" in told.err
    same = tmp_path / "same.csv"
    same.write_text("a,b,label\n" + "\n".join(f"1,2,{'xy'[i % 2]}" for i in range(30)))
    told = call("pretrain", same, "raw", "--tabular")
    assert "No column of the table says anything" in told.err
    (tmp_path / "bad.zip").write_bytes(b"no archive")
    told = call("pretrain", tmp_path / "bad.zip", "lsa")
    assert told.code == 2
    assert "bad.zip is not a zip archive" in told.err
    assert datasets.list_all() == []
