from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.errors import BadData, BadModelFile
from core.pretrain.numeric import RowNumbers


def test_pictures_by_their_largest_value() -> None:
    pictures = np.array([[[0.0, 16.0]], [[8.0, 4.0]]])
    rows = RowNumbers().fit(pictures)
    assert rows.names == ["row 1, column 1", "row 1, column 2"]
    assert rows.transform(pictures).tolist() == [[0, 1], [0.5, 0.25]]


def test_bytes_are_divided_by_255_whatever_is_seen() -> None:
    pictures = np.array([[[0, 51]]], dtype=np.uint8)
    np.testing.assert_allclose(RowNumbers().fit(pictures).transform(pictures), [[0, 0.2]])


def test_black_pictures_and_colours() -> None:
    black = np.zeros((2, 1, 1, 3))
    rows = RowNumbers().fit(black)
    assert rows.transform(black).tolist() == [[0, 0, 0]] * 2
    assert rows.names[1] == "row 1, column 1, channel 2"


def test_plain_arrays_are_standardised_and_infinity_is_missing() -> None:
    rows = RowNumbers().fit(np.array([[0.0, 1.0], [2.0, np.inf], [4.0, 3.0]]))
    assert rows.names == ["column 1", "column 2", "column 2 is missing"]
    encoded = rows.transform(np.array([[2.0, -np.inf]]))
    np.testing.assert_allclose(encoded, [[0, 0, 1]], atol=1e-7)


def test_a_table_by_hand() -> None:
    frame = pd.DataFrame(
        {
            "age": [1, 3, None, 2],
            "shop": ["x", "x", None, "rare"],
            "day": pd.to_datetime(["2024-01-01", "2024-01-03", None, "2024-01-02"]),
        }
    )
    rows = RowNumbers(min_category_rows=2).fit(frame)
    assert rows.names == [
        "age",
        "day",
        "age is missing",
        "day is missing",
        "shop = x",
        "shop = other",
    ]
    one = 1 / np.sqrt(0.5)
    np.testing.assert_allclose(
        rows.transform(frame),
        [
            [-one, -one, 0, 0, 1, 0],
            [one, one, 0, 0, 1, 0],
            [0, 0, 1, 1, 0, 1],
            [0, 0, 0, 0, 0, 1],
        ],
        atol=1e-6,
    )


def test_columns_may_come_in_another_order_and_with_others() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]})
    rows = RowNumbers(min_category_rows=1).fit(frame)
    other = pd.DataFrame({"new": [0, 0], "b": ["x", "z"], "a": ["1", "2"]})
    encoded = rows.transform(other)
    assert encoded[:, 0].tolist() == rows.transform(frame)[:, 0].tolist()
    assert encoded[:, 1:].tolist() == [[1, 0, 0], [0, 0, 1]]


def test_only_the_most_frequent_categories_stay() -> None:
    frame = pd.DataFrame({"c": ["a"] * 3 + ["b"] * 2 + ["d"] * 2 + ["other"] * 4})
    rows = RowNumbers(min_category_rows=1, max_categories=3).fit(frame)
    assert rows.names == ["c = a", "c = b", "c = other"]


def test_times_of_a_zone_and_nullable_numbers() -> None:
    frame = pd.DataFrame(
        {
            "when": pd.to_datetime(["2024-01-01", None], utc=True),
            "n": pd.array([1, None], dtype="Int64"),
            "kind": pd.Categorical(["u", "v"]),
        }
    )
    rows = RowNumbers(min_category_rows=1).fit(frame)
    assert rows.transform(frame).shape == (2, 7)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (np.zeros((0, 3)), "no rows to learn from"),
        (pd.DataFrame({"a": []}), "no rows to learn from"),
        (pd.DataFrame(index=[1, 2]), "no columns"),
        (np.zeros((2, 0, 3)), "hold nothing"),
        (np.zeros(3), r"have the shape \(3,\)"),
        (np.zeros((1, 1, 1, 1, 1)), "have the shape"),
        (np.full((2, 2), "a"), "are of type <U1"),
        (np.array([[[1.0]], [[np.nan]]]), r"Picture 1 has pixels that are not numbers \(1 such"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "several columns called 'a'"),
    ],
)
def test_rows_that_cannot_be_learned_from(rows: Any, words: str) -> None:
    with pytest.raises(BadData, match=words):
        RowNumbers().fit(rows)


def test_new_rows_must_fit_the_old_ones(images: Any, table: pd.DataFrame) -> None:
    pictures, plain = RowNumbers().fit(images), RowNumbers().fit(np.eye(3))
    with pytest.raises(BadData, match="Pictures were expected, but these rows have the shape"):
        pictures.transform(np.eye(20))
    with pytest.raises(BadData, match="Rows of 3 numbers were expected"):
        plain.transform(np.eye(4))
    with pytest.raises(BadData, match="learned from pictures"):
        pictures.transform(table)
    with pytest.raises(BadData, match="learned from plain arrays"):
        plain.transform(table)
    columns = RowNumbers().fit(table)
    with pytest.raises(BadData, match="learned from a table"):
        columns.transform(np.eye(5))
    with pytest.raises(BadData, match=r"lacks columns .*: 'size', 'day'") as caught:
        columns.transform(table.drop(columns=["size", "day"]))
    assert "'colour'" in (caught.value.hint or "")
    with pytest.raises(BadData, match=r"Column 'size' held numbers .* row 1 has 'tall'"):
        columns.transform(table.assign(size=["3", "tall"] * 25))


def test_a_long_list_of_missing_columns_is_cut() -> None:
    frame = pd.DataFrame({f"c{i}": [i, i + 1] for i in range(13)})
    rows = RowNumbers().fit(frame)
    with pytest.raises(BadData, match="and 3 more"):
        rows.transform(pd.DataFrame({"x": [1]}))


@pytest.mark.parametrize(
    "forged",
    [
        {"kind": "sound"},
        {"kind": "image", "shape": [0, 3], "top": 1.0},
        {"kind": "image", "shape": [3], "top": 1.0},
        {"kind": "image", "shape": [True, 3], "top": 1.0},
        {"kind": "image", "shape": [99_999, 99_999], "top": 1.0},
        {"kind": "image", "shape": [2, 2], "top": 0.0},
        {"kind": "image", "shape": [2, 2], "top": float("nan")},
        {"kind": "table", "numeric": [], "categorical": [], "categories": {}},
        {"kind": "table", "numeric": [], "categorical": ["a", "a"], "categories": {}},
        {"kind": "table", "numeric": [], "categorical": [1], "categories": {"0": []}},
        {"kind": "table", "numeric": [], "categorical": ["a"], "categories": {"0": [1]}},
    ],
)
def test_a_forged_state_is_refused(forged: dict[str, Any]) -> None:
    with pytest.raises(BadModelFile):
        RowNumbers().load_state(forged)


def test_scales_of_other_columns_are_refused() -> None:
    state = RowNumbers().fit(pd.DataFrame({"a": [1, 2], "b": [1, 3]})).state()
    state["numeric"] = ["a"]
    with pytest.raises(BadModelFile):
        RowNumbers().load_state(state)


def test_a_column_may_be_called_anything() -> None:
    frame = pd.DataFrame({0: ["x", "y"], "a.b/c": ["u", "u"]})
    rows = RowNumbers(min_category_rows=1).fit(frame)
    again = RowNumbers(min_category_rows=1).load_state(rows.state())
    assert again.names == rows.names
    np.testing.assert_array_equal(again.transform(frame), rows.transform(frame))
