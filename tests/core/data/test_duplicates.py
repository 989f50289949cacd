"""Equal rows, and texts that resemble each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.duplicates import first_of_each, near_groups, row_codes, text_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hello, world!", "hello world"),
        ("a  b\n", "A b"),
        ("It's so.", "its so"),
        ("\xc9clair", "e\u0301CLAIR"),
        ("\uff21\uff22", "ab"),
        ("", " \t"),
        ("a\u00a0b", "a b"),
    ],
)
def test_texts_that_say_the_same(one: str, other: str) -> None:
    assert text_key(one) == text_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("1.5", "15"), ("-3", "3"), ("C++", "C"), ("can", "can not"), ("é", "e")]
)
def test_texts_that_do_not(one: str, other: str) -> None:
    assert text_key(one) != text_key(other)


def test_rows_are_numbered_by_first_occurrence() -> None:
    texts = np.array(["b", "a", "B!", "c", "a "], dtype=object)
    assert row_codes(texts).tolist() == [0, 1, 0, 2, 1]
    images = np.array([[[0, 1]], [[1, 0]], [[0, 1]]], dtype=np.float32)
    assert row_codes(images).tolist() == [0, 1, 0]


def test_table_rows_are_equal_in_every_column() -> None:
    frame = pd.DataFrame(
        {
            "x": [1.0, np.nan, 1.0, np.nan, 1.0],
            "y": pd.Series(["a", None, "a", None, "b"], dtype="object"),
            "z": pd.Categorical(["u", "u", "u", "u", "u"]),
        }
    )
    assert row_codes(frame).tolist() == [0, 1, 0, 1, 2]
    assert row_codes(frame[[]]).tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    "rows", [np.array([], dtype=object), np.zeros((0, 2, 2)), pd.DataFrame({"x": []})]
)
def test_no_rows(rows: np.ndarray | pd.DataFrame) -> None:
    assert row_codes(rows).tolist() == []


def test_the_first_of_each() -> None:
    assert first_of_each(np.array([2, 0, 2, 1, 0])).tolist() == [1, 3, 0]
    assert first_of_each(np.array([], dtype=np.int64)).tolist() == []


@given(st.lists(st.text("aB ,é", max_size=3), max_size=12))
def test_codes_are_equal_where_keys_are(texts: list[str]) -> None:
    codes = row_codes(np.array([*texts, "x"], dtype=object)[:-1])
    for i, one in enumerate(texts):
        for j, other in enumerate(texts):
            assert (codes[i] == codes[j]) == (text_key(one) == text_key(other))


def test_near_texts_share_most_runs() -> None:
    # runs of two words: {ab bc cd} and {ab bc ce} share 2 of 4
    pair = ["a b c d", "a b c e"]
    assert len(set(near_groups(pair, run=2, share=0.5))) == 1
    assert len(set(near_groups(pair, run=2, share=0.51))) == 2


def test_a_chain_of_near_texts_is_one_group() -> None:
    chain = ["a b c d", "b c d e", "c d e f", "x y z"]
    groups = near_groups(chain, run=2, share=0.5).tolist()
    assert groups[0] == groups[1] == groups[2] != groups[3]


def test_short_and_empty_texts_have_groups_too() -> None:
    groups = near_groups(["one", "one!", "two", "", "...", "one two"], run=5).tolist()
    assert groups[0] == groups[1]
    assert groups[3] == groups[4]
    assert len({groups[0], groups[2], groups[3], groups[5]}) == 4
    assert near_groups([]).tolist() == []
