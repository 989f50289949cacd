"""Columns of text as values: what is read as numbers, dates, yes and no, or categories."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.data.features import choose_features, days_of, like_an_id, read_features
from core.data.reading import read_table
from core.data.table import dataset_from_table
from core.errors import BadData, BadParam


def read(values: list[Any]) -> tuple[pd.Series, list[str]]:
    """One column, beside one that is never empty."""
    notes: list[str] = []
    frame = pd.DataFrame({"x": pd.Series(values), "other": range(len(values))})
    return read_features(frame, notes)["x"], notes


NAN = float("nan")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "2.5", "-3", "+.5", "1e3"], [1, 2.5, -3, 0.5, 1000]),
        ([" 1 ", "", None, "  "], [1, NAN, NAN, NAN]),
        (["1", "?", "NA", "n/a"], [1, NAN, NAN, NAN]),
        (["1,234", "5", "1,234,567.5"], [1234, 5, 1234567.5]),
        (["1,5", "2", "1.234,5"], [1.5, 2, 1234.5]),
        (["12 %", "7%"], [12, 7]),
        (["1 234,5", "1 000 000"], [1234.5, 1000000]),
        (["1\u202f234", "5"], [1234, 5]),
        (["\u22125", "5"], [-5, 5]),
        (["1e999", "1"], [NAN, 1]),
        ([1, 2, 3], [1, 2, 3]),
        ([1.5, np.inf, None], [1.5, NAN, NAN]),
        (["1"] * 199 + ["oops"], [1] * 199 + [NAN]),
    ],
)
def test_numbers(values: list[Any], expected: list[float]) -> None:
    column, _ = read(values)
    assert pd.api.types.is_numeric_dtype(column)
    np.testing.assert_allclose(column.to_numpy(float), expected)


@pytest.mark.parametrize(
    "values",
    [
        ["1", "two", "3"],
        ["007", "012", "1"],  # codes
        ["1.5", "1,5", "1,234.5"],  # written in several ways
        ["tall", "short"],
        ["1_000", "2"],
        ["0x10", "1"],
        ["?", "NA"],
        ["1/2/2020", "3/4/2020"],  # which is the month?
        ["2024-13-45", "2024-01-01"],  # no date
        ["yes", "no", "maybe"],
    ],
)
def test_categories(values: list[str]) -> None:
    column, _ = read(values)
    assert column.tolist() == values


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["yes", "No", "yes"], [True, False, True]),
        (["TRUE", "false", "true"], [True, False, True]),
        (["on", "off", "", "on"], [1.0, 0.0, NAN, 1.0]),
        ([True, False, True], [True, False, True]),
    ],
)
def test_yes_and_no(values: list[Any], expected: list[Any]) -> None:
    column, _ = read(values)
    np.testing.assert_array_equal(column.to_numpy(float), np.array(expected, float))
    assert (column.dtype == bool) is all(isinstance(value, bool) for value in expected)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["2024-01-31", "1999-12-01"], ["2024-01-31", "1999-12-01"]),
        (["2024-01-31 12:30", "1999-12-01T00:00:05"], ["2024-01-31 12:30", "1999-12-01 00:00:05"]),
        (["2024-01-31T12:00:00+02:00", "2024-01-01T00:00:00Z"], ["2024-01-31 10:00", "2024-01-01"]),
        (["31.1.2024", "", "01.12.1999"], ["2024-01-31", None, "1999-12-01"]),
        ([pd.Timestamp("2024-01-31", tz="Europe/Paris")] * 2, ["2024-01-30 23:00"] * 2),
    ],
)
def test_dates(values: list[Any], expected: list[Any]) -> None:
    column, _ = read(values)
    assert pd.api.types.is_datetime64_any_dtype(column)
    assert [None if pd.isna(v) else v for v in column] == [
        None if e is None else pd.Timestamp(e) for e in expected
    ]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["1", "2", "3", "four"], "holds numbers and words ('four'); it was read as categories"),
        (["1"] * 200 + ["oops"], "No number, and so missing, in the column 'x': 'oops' (1 row)."),
        (["1,234", "5"], "commas stand for thousands: '1,234' was read as 1234."),
        (["1,5", "5"], "commas stand for decimals: '1,5' was read as 1.5."),
        (["1.5", "2,5"], "written in several ways ('1.5', '2,5')"),
        (["1", "NA", "NA"], "Taken as missing in the column 'x': 'NA' (2 rows)."),
        (["yes", "no"], "'x' was read as true and false"),
        (["2024-01-01"] * 2, "'x' was read as dates"),
        ([None, ""], "Left out, as without any value: 'x'."),
        (["a", "a"], "The same in every row, and so of no use: 'x'."),
    ],
)
def test_what_a_person_should_know(values: list[Any], words: str) -> None:
    notes: list[str] = []
    frame = pd.DataFrame({"x": pd.Series(values, dtype=object), "o": range(len(values))})
    read_features(frame, notes)
    assert any(words in note for note in notes), notes


def test_other_kinds() -> None:
    notes: list[str] = []
    frame = pd.DataFrame(
        {
            "kind": pd.Categorical(["a", "b"]),
            "whole": pd.array([1, None], dtype="Int64"),
            "flag": pd.array([True, None], dtype="boolean"),
            "time": pd.to_timedelta(["1min", "2min"]),
            "small": np.array([1, 2], np.uint8),
        }
    )
    found = read_features(frame, notes)
    assert found["kind"].tolist() == ["a", "b"]
    np.testing.assert_array_equal(found["whole"], [1, np.nan])
    np.testing.assert_array_equal(found["flag"], [1, np.nan])
    assert found["time"].tolist() == [60, 120]
    assert found["small"].dtype == np.int64


def test_columns_of_no_use_are_left_out() -> None:
    rows = 30
    frame = pd.DataFrame(
        {
            "id": [str(i) for i in range(rows)],
            "name": [f"N{i}" for i in range(rows)],
            "same": ["x"] * rows,
            "empty": [""] * rows,
            "story": [f"once upon a time there were {i} little stories told" for i in range(rows)],
            "height": [str(1.5 + i / 7) for i in range(rows)],
            "size": ["s", "m", "l"] * 10,
            "label": ["a", "b"] * 15,
        }
    )
    chosen = choose_features(frame, ["label", None])
    assert chosen.columns == ["height", "size"]
    assert set(chosen.left_out) == {"id", "name", "same", "empty", "story"}
    assert chosen.left_out["same"] == "the same in every row"


def test_ids() -> None:
    assert like_an_id(pd.Series(range(20)))
    assert not like_an_id(pd.Series(range(19)))
    assert not like_an_id(pd.Series(np.arange(20) * 100))
    assert not like_an_id(pd.Series(pd.date_range("2024-01-01", periods=30, freq="3D")))
    assert like_an_id(pd.Series([f"n{i}" for i in range(20)]))


CSV = "id,age,job,when,label,part\n" + "".join(
    f"{i},{20 + i},{'ab'[i % 2]},2024-01-{i + 1:02},{'xy'[i % 2]},{'train' if i % 3 else 'test'}\n"
    for i in range(24)
)


def test_a_table_of_values() -> None:
    ds = dataset_from_table(
        read_table(CSV.encode(), "t.csv"),
        feature_columns=["age", "job", "when"],
        label_column="label",
        split_column="part",
        name="t",
    )
    assert ds.modality == "tabular"
    assert isinstance(ds.rows, pd.DataFrame)
    assert list(ds.rows) == ["age", "job", "when"]
    assert ds.rows["age"].dtype == np.float64
    assert ds.rows["when"].iloc[1] == pd.Timestamp("2024-01-02")
    assert ds.extra is not None
    assert list(ds.extra) == ["id"]
    assert int(ds.test.sum()) == 8
    assert ds.options["feature_columns"] == ["age", "job", "when"]
    assert ds.options["text_column"] is None


def test_equal_rows_stay_on_one_side() -> None:
    frame = pd.DataFrame({"a": [1, 2, 3, 4] * 10, "b": list("xyzx") * 10, "y": [0, 1, 0, 1] * 10})
    ds = dataset_from_table(
        frame, feature_columns=["a", "b"], label_column="y", name="t", test_share=0.5
    )
    sides = pd.Series(ds.test).groupby(ds.rows["a"].to_numpy()).nunique()  # type: ignore[index]
    assert set(sides) == {1}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "Name either the column of texts or"),
        ({"text_column": "job", "feature_columns": ["age"]}, "not both"),
    ],
)
def test_one_kind_of_column(options: dict[str, Any], words: str) -> None:
    with pytest.raises(BadParam, match=words):
        dataset_from_table(read_table(CSV.encode(), "t.csv"), name="t", **options)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ([], "No column was chosen"),
        (["age", "age"], "'age' was named twice"),
        (["age", "nope"], "no column 'nope' for the values"),
        (["age", "label"], "'label' cannot be values and label at once"),
    ],
)
def test_columns_that_will_not_do(columns: list[str], words: str) -> None:
    with pytest.raises(BadData, match=words) as caught:
        dataset_from_table(
            read_table(CSV.encode(), "t.csv"),
            feature_columns=columns,
            label_column="label",
            name="t",
        )
    assert caught.value.hint


def test_columns_without_a_value() -> None:
    frame = pd.DataFrame({"a": [None, None], "b": ["", " "], "y": ["p", "q"]})
    with pytest.raises(BadData, match="columns 'a', 'b' are empty in all 2 rows"):
        dataset_from_table(frame, feature_columns=["a", "b"], label_column="y", name="t")


def test_what_is_kept_comes_back(home: Path) -> None:
    from core.store import datasets

    frame = pd.DataFrame(
        {
            "n": ["1", "", "3", "4"] * 3,
            "c": ["a", None, "b", "a"] * 3,
            "d": ["2024-01-01", "", "2024-01-03", "2024-01-01"] * 3,
            "t": ["yes", "no"] * 6,
        }
    )
    ds = dataset_from_table(frame, feature_columns=list(frame), name="t")
    again = datasets.load(datasets.save(ds).fingerprint)
    pd.testing.assert_frame_equal(again.rows, ds.rows)  # type: ignore[arg-type]


def test_real_table(bench_data: Path) -> None:
    frame = pd.read_parquet(bench_data / "tabular" / "adult.parquet")
    chosen = choose_features(frame, ["label", "split"])
    assert len(chosen.columns) == 14
    ds = dataset_from_table(
        frame, feature_columns=chosen.columns, label_column="label", split_column="split", name="a"
    )
    assert int(ds.test.sum()) == 16_281


def test_dates_are_days_since_1970_however_old_or_far() -> None:
    old = pd.Series(pd.to_datetime(["1500-01-01", None, "9999-12-31"])).astype("datetime64[s]")
    np.testing.assert_array_equal(days_of(old), [-171_664, np.nan, 2_932_896])
    east = pd.Series(pd.to_datetime(["1970-01-02 12:00"]).tz_localize("Asia/Tokyo"))
    np.testing.assert_array_equal(days_of(east), [1 + (12 - 9) / 24])
