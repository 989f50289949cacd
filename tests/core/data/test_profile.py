"""The numbers of a data set, counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data import profile as module
from core.data.profile import column_kind, empty_rows, profile
from tests.core.data.making import images, table, texts


def test_texts_in_numbers() -> None:
    ds = texts(
        ["one two", "One  two!", "three", " - ", "four five six", "", "seven"],
        [0, 0, 1, 1, 0, -1, -1],
        test=[2, 4, 6],
        domain=np.array(["x", "x", "y", "y", "y", "y", "x"], dtype=object),
    )
    found = profile(ds)
    assert (found.rows, found.classes, found.modality) == (7, 2, "text")
    assert (found.labelled_train, found.labelled_test) == (3, 2)
    assert (found.unlabelled, found.unlabelled_test) == (1, 1)
    assert found.share_labelled == pytest.approx(5 / 7)
    assert found.duplicates == 1
    assert found.empty == 2
    assert found.class_counts.to_dict("list") == {
        "class": ["a", "b"],
        "train": [2, 1],
        "test": [1, 1],
        "share": [3 / 5, 2 / 5],
    }
    assert found.domains is not None
    assert found.domains.to_dict("list") == {
        "domain": ["y", "x"],
        "rows": [4, 3],
        "labelled": [3, 2],
    }
    assert found.lengths is not None
    assert found.lengths.sample.tolist() == [0, 3, 5, 5, 7, 9, 13]
    assert found.lengths.median == 5
    assert (found.lengths.shortest, found.lengths.longest) == (0, 13)
    assert found.lengths.total == 42
    assert found.lengths.mean == 6
    assert (found.lengths.lower_quarter, found.lengths.upper_quarter) == (4, 8)
    assert found.lengths.p95 == pytest.approx(13 - 0.3 * 4)
    assert found.words is not None
    assert (found.words.unit, found.words.total) == ("words", 10)
    assert found.words.sample.tolist() == [0, 1, 1, 1, 2, 2, 3]
    assert (found.columns, found.shape, found.values) == (None, (), ())


def test_images_in_numbers() -> None:
    found = profile(images([[[0, 1]], [[0, 0]], [[0, 1]], [[0.5, 0.5]]], [0, 1, 0, 1], test=[2]))
    assert found.shape == (1, 2)
    assert found.values == (0.0, 0.375, 1.0)
    assert (found.duplicates, found.empty) == (1, 2)
    assert found.lengths is found.words is found.domains is None


def test_tables_in_numbers() -> None:
    ds = table(
        {
            "x": [1.0, np.nan, 3.0, np.nan],
            "kind": pd.Categorical(["u", "v", "v", None]),
            "gone": pd.Series([None] * 4, dtype=object),
        },
        [0, 1, 0, 1],
    )
    found = profile(ds)
    assert found.shape == (3,)
    assert found.missing == 2 + 1 + 4
    assert found.empty == 1
    assert found.columns is not None
    lines = found.columns.set_index("column")
    assert lines.loc["x", ["kind", "missing", "distinct"]].tolist() == ["number", 2, 2]
    assert lines.loc["x", ["smallest", "mean", "largest"]].tolist() == [1, 2, 3]
    assert lines.loc["kind", ["kind", "missing", "commonest"]].tolist() == ["category", 1, "v"]
    assert np.isnan(lines.loc["kind", "mean"])
    assert lines.loc["gone", ["distinct", "commonest"]].tolist() == [0, ""]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2], "number"),
        ([0.5, np.nan], "number"),
        ([True, False], "yes/no"),
        (["a", "b"], "category"),
        ([f"name {i}" for i in range(21)], "text"),
        (["a", "b", None] * 200, "category"),
        (pd.to_datetime(["2024-01-01"]), "date"),
        (pd.Categorical([f"c{i}" for i in range(50)]), "category"),
    ],
)
def test_kinds_of_columns(values: object, kind: str) -> None:
    assert column_kind(pd.Series(values)) == kind


def test_columns_of_one_name_are_told_apart_by_place() -> None:
    frame = pd.DataFrame([[1, "a"], [2, "b"]], columns=["x", "x"])
    ds = table({"y": [1, 2]}, [0, 1])
    found = module._columns(frame)
    assert found["kind"].tolist() == ["number", "category"]
    assert profile(ds).shape == (1,)


@pytest.mark.parametrize(
    "ds", [texts([]), images(np.zeros((0, 2, 2))), table({"x": []}), table({})]
)
def test_no_rows_is_no_trouble(ds: module.Dataset) -> None:
    found = profile(ds)
    assert (found.rows, found.duplicates, found.empty, found.share_labelled) == (0, 0, 0, 0.0)
    assert found.class_counts.empty


def test_many_lengths_are_thinned_out_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAMPLE", 5)
    found = profile(texts(["x" * n for n in range(9)])).lengths
    assert found is not None
    assert found.sample.tolist() == [0, 2, 4, 6, 8]
    assert found.total == 36


@pytest.mark.parametrize(
    ("text", "empty"), [("", True), (" \n", True), ("...!", True), ("\u7814", False), ("7", False)]
)
def test_a_text_without_a_word_is_empty(text: str, empty: bool) -> None:
    assert empty_rows(texts([text])).tolist() == [empty]


@given(st.lists(st.tuples(st.integers(-1, 2), st.booleans()), max_size=20))
def test_every_row_is_counted_once(rows: list[tuple[int, bool]]) -> None:
    labels = [label for label, _ in rows]
    marked = [i for i, (_, test) in enumerate(rows) if test]
    found = profile(texts(["x"] * len(rows), labels, marked, ("a", "b", "c")))
    parts = (found.labelled_train, found.labelled_test, found.unlabelled, found.unlabelled_test)
    assert sum(parts) == found.rows == len(rows)
    assert found.class_counts["train"].sum() == found.labelled_train
    assert found.class_counts["test"].sum() == found.labelled_test
