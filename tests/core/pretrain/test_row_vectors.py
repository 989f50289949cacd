"""Tables of row vectors: read without trust, found again by content."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.errors import BadData, BadModelFile, BadParam, NotFound
from core.params import resolve
from core.pretrain import vector_table
from core.pretrain.base import PoolSize
from core.pretrain.row_vectors import METHOD, RowVectorsEncoder, row_keys
from core.pretrain.vector_table import read_vector_table

POOL = np.asarray(["red apple", "green pear", "blue plum"], dtype=object)
VECTORS = np.asarray([[1, 2], [3, 2], [5, 5]], dtype=np.float32)


def centred(vectors: Any, mean: Any) -> Any:
    rows = np.asarray(vectors, dtype=float) - mean
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def npy(tmp_path: Path) -> Any:
    def make(array: Any = VECTORS) -> Path:
        path = tmp_path / "rows.npy"
        np.save(path, array)
        return path

    return make


def test_lines_in_the_order_of_the_rows(npy: Any) -> None:
    encoder = RowVectorsEncoder(str(npy())).fit(POOL)
    np.testing.assert_allclose(encoder.mean_, [3, 3])
    np.testing.assert_allclose(encoder.transform(POOL), centred(VECTORS, [3, 3]), atol=1e-6)
    np.testing.assert_allclose(
        encoder.transform(np.asarray(["blue plum", "new"], dtype=object)),
        [centred(VECTORS[2:], [3, 3])[0], [0, 0]],
        atol=1e-6,
    )
    assert encoder.coverage_ == {"rows": 1.0, "pool": 3.0, "file": 3.0}
    assert encoder.notes_ == ()
    assert encoder.get_feature_names_out().tolist() == ["dimension 1", "dimension 2"]


def test_a_table_for_more_rows_than_the_pool(npy: Any) -> None:
    encoder = RowVectorsEncoder(str(npy())).aligned_with(POOL).fit(POOL[:2])
    np.testing.assert_allclose(encoder.mean_, [2, 2])  # of the pool alone
    np.testing.assert_allclose(encoder.transform(POOL), centred(VECTORS, [2, 2]), atol=1e-6)
    with pytest.raises(
        BadData, match=r"rows\.npy has vectors for 3 rows, but the data set has 2"
    ) as caught:
        RowVectorsEncoder(str(npy())).fit(POOL[:2])
    assert "one line for each row" in str(caught.value.hint)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_a_column_that_holds_the_text(tmp_path: Path, ending: str) -> None:
    frame = pd.DataFrame(
        {"a": [5.0, 1.0, 9.0], "body": ["blue plum", "red apple", "other"], "b": [5.0, 2.0, 9.0]}
    )
    path = tmp_path / f"rows{ending}"
    frame.to_csv(path, index=False) if ending == ".csv" else frame.to_parquet(path)
    encoder = RowVectorsEncoder(str(path), key="body").fit(POOL)
    assert encoder.coverage_ == {"rows": 2 / 3, "pool": 3.0, "file": 3.0}
    assert encoder.notes_ == (
        "The table has vectors for 66.7% of the pool's 3 rows; the others are encoded as zeros.",
    )
    np.testing.assert_allclose(encoder.mean_, [3, 3.5])
    found = encoder.transform(POOL)
    np.testing.assert_allclose(found[[0, 2]], centred([[1, 2], [5, 5]], [3, 3.5]), atol=1e-6)
    assert not found[1].any()
    assert encoder.transform(np.asarray(["other"], dtype=object)).any()


def test_rows_of_the_same_content_share_the_mean(npy: Any) -> None:
    rows = np.asarray(["a", "b", "a"], dtype=object)
    encoder = RowVectorsEncoder(str(npy())).fit(rows)
    assert encoder.coverage_["file"] == 2
    np.testing.assert_allclose(encoder.mean_, [3, 3])  # (3, 3.5), (3, 2), (3, 3.5)
    found = encoder.transform(rows)
    np.testing.assert_array_equal(found[0], found[2])


def test_pictures_and_tables_are_known_again() -> None:
    pictures = np.arange(24).reshape(2, 3, 4)
    np.testing.assert_array_equal(row_keys(pictures), row_keys(pictures.astype(np.uint8)))
    assert len(set(row_keys(pictures).tolist())) == 2
    frame = pd.DataFrame(
        {
            "n": [1, 2, 3],
            "word": ["x", None, "z"],
            "yes": [True, False, True],
            "day": pd.date_range("2024-01-01", periods=3),
            "kind": pd.Categorical(["u", "v", "u"]),
        }
    )
    keys = row_keys(frame)
    assert len(set(keys.tolist())) == 3
    again = frame.astype({"n": "float32", "kind": object, "yes": "boolean"})
    np.testing.assert_array_equal(row_keys(again), keys)
    np.testing.assert_array_equal(row_keys(frame.iloc[1:2]), keys[1:2])
    np.testing.assert_array_equal(row_keys(frame.set_index("n", drop=False)), keys)
    assert row_keys(frame.iloc[:0]).shape == (0,)
    assert row_keys(np.asarray([], dtype=object)).shape == (0,)


def test_only_texts_are_found_by_a_column(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("id,a\nx,1\ny,2\n", "utf-8")
    with pytest.raises(BadParam, match="only texts can be found by a column"):
        RowVectorsEncoder(str(path), key="id").fit(np.ones((2, 3, 4)))


def test_a_column_that_fits_no_row_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("id,a\nx,1\ny,2\n", "utf-8")
    with pytest.raises(BadData, match=r"rows\.csv knows none of the 3 rows of the pool") as caught:
        RowVectorsEncoder(str(path), key="id").fit(POOL)
    assert caught.value.hint


def test_without_a_file_it_says_what_it_wants() -> None:
    with pytest.raises(BadParam, match="No table of row vectors was chosen"):
        RowVectorsEncoder().fit(POOL)


def test_a_damaged_state_is_refused(npy: Any) -> None:
    state = RowVectorsEncoder(str(npy())).fit(POOL).state()
    for keys in (state["keys"][::-1].copy(), state["keys"].astype(np.int64), state["keys"][:0]):
        with pytest.raises(BadModelFile):
            RowVectorsEncoder().load_state({**state, "keys": keys})


def test_the_method_makes_it_with_its_settings(npy: Any) -> None:
    encoder = METHOD.make(resolve(METHOD.params, {"file": "x.npy", "key": "body"}), 3)
    assert isinstance(encoder, RowVectorsEncoder)
    assert (encoder.file, encoder.key) == ("x.npy", "body")
    settings = resolve(METHOD.params, {"file": str(npy())})
    size = PoolSize(rows=1000, characters=10_000)
    assert (
        METHOD.estimate(size, settings).memory_mb
        < METHOD.estimate(size, resolve(METHOD.params)).memory_mb
    )


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["float16", "<f4", ">f4", "float64", "int8", "uint16"])
def test_npy_of_any_number(npy: Any, order: Any, dtype: str) -> None:
    table = read_vector_table(npy(np.asarray(VECTORS, dtype=dtype, order=order)))
    np.testing.assert_array_equal(table.vectors, VECTORS)
    assert table.vectors.dtype == np.float32
    assert table.vectors.flags.c_contiguous


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".parquet"])
def test_columns_of_numbers(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"rows{ending}"
    frame = pd.DataFrame(VECTORS.astype(np.float64), columns=["one", "two"])
    if ending == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False, sep="\t" if ending == ".tsv" else ",")
    np.testing.assert_array_equal(read_vector_table(path).vectors, VECTORS)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_a_column_of_lists(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"rows{ending}"

    def write(lists: list[Any]) -> None:
        frame = pd.DataFrame({"text": POOL[: len(lists)], "embedding": lists})
        frame.to_csv(path, index=False) if ending == ".csv" else frame.to_parquet(path)

    write(VECTORS.tolist())
    table = read_vector_table(path, key="text")
    np.testing.assert_array_equal(table.vectors, VECTORS)
    assert table.keys is not None
    assert table.keys.tolist() == POOL.tolist()
    write([[1.0, 2.0], [3.0]])
    with pytest.raises(BadData, match="has no list of 2 numbers in its line 2"):
        read_vector_table(path, key="text")
    write([[], [3.0]])
    with pytest.raises(BadData, match="has no list of numbers in its line 1"):
        read_vector_table(path, key="text")


def header(shape: str, descr: str = "'<f4'") -> bytes:
    words = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    words = words.ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(words).to_bytes(2, "little") + words


def objects() -> bytes:
    file = io.BytesIO()
    np.save(file, np.asarray([["a", 1]], dtype=object), allow_pickle=True)
    return file.getvalue()


BROKEN = {
    "objects": (objects(), "holds Python objects, which could run anything"),
    "gigantic": (header("(1000000000000, 300)"), "promises 1,200,000,000,000,000 bytes of numbers but holds 0"),
    "overflow": (header("(4611686018427387904, 4)"), "promises 73,786,976,294,838,206,464 bytes"),
    "negative": (header("(-3, -2)") + b"\0" * 24, r"has the shape \(-3, -2\)"),
    "cut": (header("(3, 2)") + b"\0" * 23, "promises 24 bytes of numbers but holds 23"),
    "more": (header("(3, 2)") + b"\0" * 25, "promises 24 bytes of numbers but holds 25"),
    "flat": (header("(6,)") + b"\0" * 24, r"has the shape \(6,\)"),
    "empty": (header("(0, 2)"), r"has the shape \(0, 2\)"),
    "words": (header("(3, 2)", "'<U1'") + b"\0" * 24, "holds values of type <U1, not numbers"),
    "complex": (header("(3, 1)", "'<c8'") + b"\0" * 24, "holds values of type complex64, not numbers"),
    "no-header": (b"\x93NUMPY\x01\x00\x05\x00", "its header cannot be read"),
    "odd-header": (b"\x93NUMPY\x01\x00\x10\x00__import__('os')", "its header cannot be read"),
    "version": (b"\x93NUMPY\x09\x00\x05\x00", "its header cannot be read"),
    "nan": (header("(1, 2)") + np.asarray([1, np.nan], "<f4").tobytes(), "not finite in its line 1"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_npy_is_refused_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "rows.npy"
    path.write_bytes(content)
    with pytest.raises(BadData, match=words) as caught:
        read_vector_table(path)
    assert caught.value.hint


def test_broken_tables_are_refused_in_words(
    tmp_path: Path, npy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "rows.csv"
    for content, words in (
        (b"a,b\n1,2\n3,x\n", r"column 'b' of rows\.csv holds something else than numbers"),
        (b"a,b\n1,2\n3,\n", "missing or not finite in its line 2"),
        (pickle.dumps([1]), "."),
    ):
        path.write_bytes(content)
        with pytest.raises(BadData, match=words):
            read_vector_table(path)
    path.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(
        BadParam, match=r"key cannot be 'c': rows\.csv has no such column"
    ) as caught:
        read_vector_table(path, key="c")
    assert "It has: a, b." in str(caught.value.hint)
    with pytest.raises(BadParam, match="is an array without named columns"):
        read_vector_table(npy(), key="c")
    with pytest.raises(NotFound, match=r"There is no table of vectors 'none\.npy'"):
        read_vector_table(tmp_path / "none.npy")
    path.write_bytes(b"a\nx\ny\n")
    with pytest.raises(BadData, match="holds no vectors"):
        read_vector_table(path, key="a")
    monkeypatch.setattr(vector_table, "_MOST_BYTES", 8)
    with pytest.raises(BadData, match="holds 0 MB of numbers; the limit is"):
        read_vector_table(npy())
