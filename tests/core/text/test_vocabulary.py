from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadModelFile
from core.text.vocabulary import Vocabulary, in_order


def state(
    terms: bytes = b"cat\ndog", frequency: Any = (2, 1), documents: Any = 3
) -> dict[str, Any]:
    return {
        "terms": np.frombuffer(terms, dtype=np.uint8),
        "document_frequency": np.asarray(frequency),
        "documents": documents,
    }


@given(st.lists(st.text("abcß東é \u0301", min_size=1, max_size=8), unique=True, max_size=20))
def test_state_and_back(terms: list[str]) -> None:
    frequency = np.arange(len(terms), 0, -1)
    vocabulary = Vocabulary(tuple(terms), frequency, documents=len(terms) + 1)
    found = Vocabulary.from_state(vocabulary.state())
    assert found.terms == tuple(terms)
    assert found.documents == len(terms) + 1
    np.testing.assert_array_equal(found.document_frequency, frequency)
    assert found.lookup == {term: i for i, term in enumerate(terms)}
    assert len(found) == len(terms)


def test_order_is_by_frequency_then_alphabet() -> None:
    assert in_order(["b", "c", "a"], np.array([1, 2, 1])) == [1, 2, 0]


def test_a_sound_state_loads() -> None:
    assert Vocabulary.from_state(state()).terms == ("cat", "dog")


@pytest.mark.parametrize(
    ("forged", "words"),
    [
        ({}, "terms are not a line of bytes"),
        (state() | {"terms": "cat"}, "terms are not a line of bytes"),
        (state() | {"terms": np.zeros((2, 2), np.uint8)}, "terms are not a line of bytes"),
        (state() | {"terms": np.zeros(7, np.int64)}, "terms are not a line of bytes"),
        (state(b"\xff\xfe"), "not UTF-8"),
        (state(frequency=(1.0, 2.0)), "frequencies are not whole numbers"),
        (state(frequency=((1, 2),)), "frequencies are not whole numbers"),
        (state() | {"document_frequency": None}, "frequencies are not whole numbers"),
        (state(documents=True), "number of texts is True"),
        (state(documents=-1), "number of texts is -1"),
        (state(documents="3"), "number of texts is '3'"),
        (state(b"cat"), "1 terms but 2 frequencies"),
        (state(b"", frequency=(1,)), "0 terms but 1 frequencies"),
        (state(frequency=(2, 0)), "outside 1 to 3"),
        (state(frequency=(4, 1)), "outside 1 to 3"),
        (state(b"cat\ncat"), "empty or stands twice"),
        (state(b"cat\n"), "empty or stands twice"),
    ],
)
def test_a_forged_state_is_refused(forged: dict[str, Any], words: str) -> None:
    with pytest.raises(BadModelFile, match=words):
        Vocabulary.from_state(forged)
