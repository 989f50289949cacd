from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.errors import BadData, BadModelFile
from core.pretrain.rows import as_texts, is_text, numbers, part


def test_what_is_text() -> None:
    assert is_text(["a", "b"])
    assert is_text(np.array(["a"], dtype=object))
    assert is_text("a")
    assert not is_text(np.zeros((2, 2)))
    assert not is_text(np.zeros(2))
    assert not is_text(pd.DataFrame({"a": ["x"]}))


def test_texts_come_as_an_array() -> None:
    assert as_texts(["a", ""]).tolist() == ["a", ""]
    assert as_texts([]).shape == (0,)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("one text", "One text was given"),
        (np.zeros((2, 2)), "several columns"),
        (pd.DataFrame({"a": ["x"]}), "several columns"),
        (["a", float("nan")], r"Row 1 is no text but float \(nan\)"),
        (["a", None], r"Row 1 is no text but NoneType"),
    ],
)
def test_what_is_no_text_is_named(rows: Any, words: str) -> None:
    with pytest.raises(BadData, match=words) as caught:
        as_texts(rows)
    assert caught.value.hint


@pytest.mark.parametrize("state", [{}, {"n": True}, {"n": "1"}, {"n": None}, None])
def test_a_part_must_be_there_and_of_its_kind(state: Any) -> None:
    with pytest.raises(BadModelFile, match="part 'n' is missing or damaged"):
        part(state, "n", int)


def test_a_part_that_fits() -> None:
    assert part({"n": 3}, "n", int) == 3
    assert numbers({"a": np.ones((2, 3))}, "a", (None, 3)).shape == (2, 3)


@pytest.mark.parametrize(
    "array",
    [
        np.ones(3),
        np.ones((2, 4)),
        np.full((2, 3), np.inf),
        np.full((2, 3), "x"),
        np.ones((2, 3)) * 1j,
    ],
)
def test_numbers_must_have_their_shape(array: Any) -> None:
    with pytest.raises(BadModelFile, match="part 'a' is damaged"):
        numbers({"a": array}, "a", (None, 3))
