"""Finding rows by text, class, part and length."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.browse import find_rows
from core.errors import BadData, BadParam, NotFound
from tests.core.data.making import images, table, texts

DS = texts(
    ["The red apple", "a RED pear", "green apple", "red-hot apple pie", "don't", ""],
    [0, 0, 1, 1, -1, -1],
    test=[1, 3, 5],
    classes=("fruit", "other"),
)


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ({}, [0, 1, 2, 3, 4, 5]),
        ({"text": "red"}, [0, 1, 3]),
        ({"text": "Apple RED"}, [0, 3]),
        ({"text": '"red apple"'}, [0]),
        ({"text": '"Red Apple" the'}, [0]),
        ({"text": '"red app'}, [0, 3]),
        ({"text": "pp"}, [0, 2, 3]),
        ({"text": "don't"}, [4]),
        ({"text": "  "}, [0, 1, 2, 3, 4, 5]),
        ({"text": "a\\b"}, []),
        ({"text": "#"}, []),
        ({"text": "re.*d"}, []),
        ({"classes": ["fruit"]}, [0, 1]),
        ({"classes": ("fruit", "other")}, [0, 1, 2, 3]),
        ({"part": "train"}, [0, 2]),
        ({"part": "test"}, [1, 3, 5]),
        ({"part": "unlabelled"}, [4]),
        ({"min_length": 11}, [0, 2, 3]),
        ({"max_length": 0}, [5]),
        ({"min_length": 5, "max_length": 11}, [1, 2, 4]),
        ({"text": "apple", "classes": ["other"], "part": "train", "max_length": 11}, [2]),
    ],
)
def test_rows_fit_all_of_what_is_asked(asked: dict[str, Any], rows: list[int]) -> None:
    assert find_rows(DS, **asked).tolist() == rows


def test_any_column_of_a_table_will_do_for_a_word() -> None:
    ds = table({"name": ["Ann Lee", "Bob", None], "age": [31, 42, 31]}, [0, 1, 0])
    assert find_rows(ds, text="31").tolist() == [0, 2]
    assert find_rows(ds, text="ann 31").tolist() == [0]
    assert find_rows(ds, text="bob 31").tolist() == []
    assert find_rows(ds, classes=["a"], text="3").tolist() == [0, 2]


def test_images_are_found_by_class_and_part() -> None:
    ds = images(np.zeros((3, 2, 2)), [0, 1, 1], test=[2])
    assert find_rows(ds, classes=["b"], part="test").tolist() == [2]
    with pytest.raises(BadData, match="no text to search"):
        find_rows(ds, text="x")
    with pytest.raises(BadData, match="have no length"):
        find_rows(ds, min_length=1)


def test_what_does_not_exist_is_told() -> None:
    with pytest.raises(NotFound, match="no class 'meat'") as caught:
        find_rows(DS, classes=["meat"])
    assert caught.value.hint == "There is: fruit, other."
    with pytest.raises(BadParam, match="no part 'all'"):
        find_rows(DS, part="all")  # type: ignore[arg-type]
    with pytest.raises(BadParam, match="at least 5 and at most 4 characters"):
        find_rows(DS, min_length=5, max_length=4)


def test_nothing_is_changed_by_looking() -> None:
    before = DS.test.copy()
    find_rows(DS, part="test", text="red", classes=["fruit"])
    assert (DS.test == before).all()


@given(st.text(max_size=6))
def test_whatever_is_typed_finds_rows_or_none(text: str) -> None:
    assert set(find_rows(DS, text=text).tolist()) <= set(range(6))
