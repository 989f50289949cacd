from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.dataset import Dataset
from core.errors import BadData, JobFailed, NotFound, StoreFailed
from core.store import database as db
from core.store import datasets, runs
from core.store import home as homes
from tests.core.store.doubles import texts

LABELS = np.array([0, 1, -1, 0, 1, -1])
TEST = np.array([False, False, False, True, True, False])


def make(modality: str, rows: Any, **more: Any) -> Dataset:
    n = len(rows)
    return Dataset(
        name="made",
        title="Made up",
        modality=modality,  # type: ignore[arg-type]
        rows=rows,
        labels=LABELS[:n],
        classes=("a", "é\ud800"),
        test=TEST[:n],
        **more,
    )


def objects(*values: object) -> np.ndarray[Any, Any]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


TABLE = {
    "real": [1.5, np.nan, -0.0, np.inf, 5.0, 1e-300],
    "whole": np.array([1, -2, 3, 4, 5, 6], dtype="int16"),
    "large": np.array([2**63, 1, 2, 3, 4, 5], dtype="uint64"),
    "yes": [True, False] * 3,
    "short": np.array([1, 2, 3, 4, 5, 6], dtype="float32"),
    "text": ["a", None, "", "é", "日本", "b"],
    "objects": pd.Series(["a", "b", None, "\ud800", "c", ""], dtype=object),
    "mixed": pd.Series(["a", 1, None, 2.5, True, np.nan], dtype=object),
    "category": pd.Categorical(["x", "y", None] * 2, categories=["y", "x", "unused"]),
    "ordered": pd.Categorical([3, 1, 2] * 2, categories=[3, 2, 1], ordered=True),
    "shares": pd.Categorical([0.1, 0.2, 0.3] * 2),
    "days": pd.Categorical(pd.to_datetime(["2020-01-02", "2020-01-01"] * 3)),
    "truths": pd.Categorical([True, False] * 3),
    "moment": pd.to_datetime(["2020-01-01", None] * 3),
    "zoned": pd.to_datetime(["2020-01-01"] * 6).tz_localize("Europe/Berlin"),
    "span": pd.to_timedelta([1, None] * 3, unit="h"),
    "gaps": pd.array([2**62 + 1, None, 3, 4, 5, 6], dtype="Int64"),
    "maybe": pd.array([True, None] * 3, dtype="boolean"),
    "gaps in reals": pd.array([1.5, None] * 3, dtype="Float64"),
    "string": pd.array(["a", None] * 3, dtype="string"),
    "plain string": pd.array(["\ud800", None] * 3, dtype=pd.StringDtype("python")),
    "arrow": pd.array([1, None] * 3, dtype="int64[pyarrow]"),
    7: [1] * 6,
    "é\ud800": [2] * 6,
}

CASES: dict[str, Dataset] = {
    "text": make("text", objects("a", "", "é\ud800", "日本", "zero\0inside", "😀\n")),
    "text with everything": make(
        "text",
        objects(*"abcdef"),
        domain=objects("one", None, "two\ud800", "", "one", "x"),
        group=objects(1, 1.0, "1", None, True, 2**40),
        extra=pd.DataFrame({"n": range(6), "s": list("uvwxyz")}, index=list("ghijkl")),
        about="About.",
        options={"remove": ["headers"], "n": 3},
    ),
    "no rows": make("text", objects()),
    "images": make("image", np.arange(24, dtype=np.float32).reshape(6, 2, 2)),
    "images in colour": make("image", np.arange(72, dtype=np.uint8).reshape(6, 2, 2, 3)),
    "images from elsewhere": make("image", np.asfortranarray(np.ones((6, 2, 3), dtype=">f8"))),
    "table": make("tabular", pd.DataFrame(TABLE)),
    "table with twins": make(
        "tabular",
        pd.concat([pd.DataFrame({"x": range(6)}), pd.DataFrame({"x": list("abcdef")})], axis=1),
    ),
    "no columns": make("text", objects(*"abcdef"), extra=pd.DataFrame(index=range(6))),
    "odd index": make(
        "tabular", pd.DataFrame({"x": range(6)}, index=[5, 5, 4, 3, 2, 1]), group=objects(*"abcabc")
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_data_set_comes_back(case: str) -> None:
    before = CASES[case]
    record = datasets.save(before)
    after = datasets.load(record.fingerprint)
    assert record.fingerprint == before.fingerprint == after.fingerprint
    for field in ("name", "title", "modality", "classes", "about", "options"):
        assert getattr(after, field) == getattr(before, field)
    np.testing.assert_array_equal(after.labels, before.labels)
    np.testing.assert_array_equal(after.test, before.test)
    for field in ("domain", "group"):
        mine, yours = getattr(before, field), getattr(after, field)
        if mine is None:
            assert yours is None
        else:
            assert [(type(v), v) for v in yours] == [(type(v), v) for v in mine]
    if isinstance(before.rows, pd.DataFrame):
        same_frame(before.rows, after.rows)
    else:
        assert isinstance(after.rows, np.ndarray)
        assert after.rows.tolist() == before.rows.tolist()
        assert after.rows.dtype == before.rows.dtype
        assert after.rows.shape == before.rows.shape
    if before.extra is None:
        assert after.extra is None
    else:
        assert after.extra is not None
        same_frame(before.extra, after.extra)


def same_frame(one: pd.DataFrame, other: Any) -> None:
    assert isinstance(other, pd.DataFrame)
    assert list(other.columns) == list(one.columns)
    assert list(other.dtypes) == list(one.dtypes)
    assert list(other.index) == list(range(len(one)))
    for place in range(one.shape[1]):
        mine, yours = one.iloc[:, place], other.iloc[:, place]
        assert [None if pd.isna(v) else v for v in yours] == [
            None if pd.isna(v) else v for v in mine
        ]


def test_the_record_counts() -> None:
    record = datasets.save(CASES["text with everything"])
    assert (record.rows, record.labelled_train, record.labelled_test, record.unlabelled) == (
        *(6, 2, 2, 2),
    )
    assert record.classes == ("a", "é\ud800")
    assert record.modality == "text"
    assert record.options == {"remove": ["headers"], "n": 3}
    assert datasets.get(record.fingerprint) == record
    assert datasets.list_all() == [record]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.text(alphabet=st.characters(codec=None), max_size=8),
            st.none() | st.text(alphabet=st.characters(codec=None), max_size=3),
        ),
        max_size=6,
    )
)
def test_any_text_comes_back(rows: list[tuple[str, str | None]]) -> None:
    before = make("text", objects(*(r[0] for r in rows)), domain=objects(*(r[1] for r in rows)))
    after = datasets.load(datasets.save(before).fingerprint)
    assert list(after.rows) == list(before.rows)
    assert list(after.domain) == list(before.domain)  # type: ignore[arg-type]


def test_equal_content_is_kept_once_under_its_latest_name(home: Path) -> None:
    first, second = texts("first"), texts("second")
    one = datasets.save(first)
    two = datasets.save(second)
    assert one.fingerprint == two.fingerprint
    assert (two.name, two.title, two.options) == ("second", "Second", {"of": "second"})
    assert two.created == one.created
    assert datasets.list_all() == [two]
    assert datasets.find("first", {"of": "first"}) == two
    assert datasets.find("second", {"of": "second"}) == two
    assert os.listdir(home / "datasets") == [one.fingerprint]
    assert datasets.load(one.fingerprint).title == "Second"


def test_finding_by_name_and_options() -> None:
    made = make("text", objects("a"), options={"a": 1, "b": [2, 3]})
    record = datasets.save(made)
    assert datasets.find("made", {"b": [2, 3], "a": 1}) == record
    assert datasets.find("made", {"b": (2, 3), "a": np.int64(1)}) == record
    assert datasets.find("made", {}) is None
    assert datasets.find("other", {"a": 1, "b": [2, 3]}) is None


def test_options_that_lead_to_other_content_now() -> None:
    """A new version of a built-in set has other content under the same name."""
    options = {"x": 1}
    datasets.save(make("text", objects("old"), options=options))
    newer = datasets.save(make("text", objects("new"), options=options))
    assert datasets.find("made", options) == newer
    assert len(datasets.list_all()) == 2


def test_the_newest_comes_first() -> None:
    for name in ("a", "b", "c"):
        datasets.save(texts(name, (name,)))
    assert [r.name for r in datasets.list_all()] == ["c", "b", "a"]


@pytest.mark.parametrize("fingerprint", ["", "..", "../" * 5, "a" * 63, "G" * 64, "0" * 64, None])
def test_what_is_not_kept(fingerprint: str) -> None:
    for act in (datasets.get, datasets.load, datasets.delete):
        with pytest.raises(NotFound, match="No data set with the fingerprint"):
            act(fingerprint)


def test_deleting(home: Path) -> None:
    record = datasets.save(texts())
    datasets.delete(record.fingerprint)
    assert datasets.list_all() == []
    assert datasets.find("words", {"of": "words"}) is None
    assert os.listdir(home / "datasets") == []
    assert datasets.save(texts()).fingerprint == record.fingerprint


@pytest.mark.parametrize("how", ["column", "request"])
def test_a_data_set_in_use_is_not_deleted(how: str) -> None:
    record = datasets.save(texts())
    request = {"kind": "load", "data": {"fingerprint": record.fingerprint, "name": None}}
    if how == "column":
        run = runs.create({"kind": "load"}, name="busy", dataset=record.fingerprint)
    else:
        run = runs.create(request, name="busy")
    with pytest.raises(JobFailed, match="'Words' is in use by the run 'busy'"):
        datasets.delete(record.fingerprint)
    assert datasets.load(record.fingerprint).fingerprint == record.fingerprint
    runs.request_cancel(run.id)
    datasets.delete(record.fingerprint)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda place: (place / "columns.parquet").unlink(),
        lambda place: (place / "columns.parquet").write_bytes(b""),
        lambda place: (place / "columns.parquet").write_bytes(b"no parquet at all"),
        lambda place: (place / "content.json").unlink(),
        lambda place: (place / "content.json").write_bytes(b"{"),
        lambda place: (place / "content.json").write_bytes(b"{}"),
        lambda place: (place / "content.json").write_bytes(b"[]"),
    ],
)
def test_damaged_files(home: Path, spoil: Any) -> None:
    record = datasets.save(texts())
    spoil(home / "datasets" / record.fingerprint)
    with pytest.raises(StoreFailed) as caught:
        datasets.load(record.fingerprint)
    assert str(home) in caught.value.message
    assert caught.value.hint


def test_other_content_than_was_kept(home: Path) -> None:
    one, two = datasets.save(texts("a", ("x", "y"))), datasets.save(texts("b", ("x", "z")))
    mine = home / "datasets" / one.fingerprint / "columns.parquet"
    mine.write_bytes((home / "datasets" / two.fingerprint / "columns.parquet").read_bytes())
    with pytest.raises(StoreFailed, match="The kept data set 'A' is damaged") as caught:
        datasets.load(one.fingerprint)
    assert caught.value.hint == "Delete the data set, then load or upload it again."
    datasets.delete(one.fingerprint)
    datasets.save(texts("a", ("x", "y")))
    assert list(datasets.load(one.fingerprint).rows) == ["x", "y"]


def test_pictures_of_python_objects_are_not_read(home: Path) -> None:
    record = datasets.save(CASES["images"])
    path = home / "datasets" / record.fingerprint / "images.npy"
    np.save(path, np.array([{}] * 6, dtype=object), allow_pickle=True)
    with pytest.raises(StoreFailed, match="is damaged"):
        datasets.load(record.fingerprint)


def test_a_newer_version_is_told(home: Path) -> None:
    record = datasets.save(texts())
    path = home / "datasets" / record.fingerprint / "content.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": 2}))
    with pytest.raises(StoreFailed, match="kept by a newer Warmstart"):
        datasets.load(record.fingerprint)


def test_a_record_without_its_folder_is_mended_by_saving(home: Path) -> None:
    from core.store.files import remove_folder

    record = datasets.save(texts())
    remove_folder(home / "datasets" / record.fingerprint)
    with pytest.raises(StoreFailed, match="it is not there"):
        datasets.load(record.fingerprint)
    datasets.save(texts())
    assert len(datasets.load(record.fingerprint)) == 4


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (pd.Series([b"bytes"] * 6), "bytes cannot be written as JSON"),
        (pd.Series([1 + 2j] * 6), "Unsupported numpy type"),
        (pd.Series(pd.Categorical(pd.interval_range(0, 6))), "categories of kind interval"),
        (pd.Series([{1: 2}] * 6), "does not come back as it was"),
    ],
)
def test_columns_that_cannot_be_kept(home: Path, values: Any, words: str) -> None:
    with pytest.raises(BadData, match=words) as caught:
        datasets.save(make("tabular", pd.DataFrame({"odd": values})))
    assert caught.value.hint
    assert os.listdir(home / "datasets") == []
    assert datasets.list_all() == []


def test_a_full_disk(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    homes.ensure_home()

    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFailed, match="the disk is full"):
        datasets.save(texts())
    assert os.listdir(home / "datasets") == []


def test_another_process_was_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both wrote; the folder of the first stays, that of the second goes."""
    made = texts()
    whole = datasets._write

    def both(dataset: Dataset, place: Path) -> None:
        whole(dataset, place)
        whole(dataset, place)

    monkeypatch.setattr(datasets, "_write", both)
    record = datasets.save(made)
    assert os.listdir(home / "datasets") == [record.fingerprint]
    assert len(datasets.load(record.fingerprint)) == 4


def test_a_file_in_the_place_of_the_folder(home: Path) -> None:
    made = texts()
    (home / "datasets").mkdir(parents=True)
    (home / "datasets" / made.fingerprint).write_bytes(b"")
    with pytest.raises(StoreFailed, match="a file stands where a folder should be"):
        datasets.save(made)
    assert os.listdir(home / "datasets") == [made.fingerprint]
    with db.reading() as connection:
        assert connection.execute(db.datasets.select()).first() is None
