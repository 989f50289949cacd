from __future__ import annotations

import numpy as np
import pytest

from core.errors import BadParam
from core.text.groups import TermIndex, document_of, group_codes, positions


def test_codes_by_hand() -> None:
    # two texts: 1 2 3 | 4 -1 2 2; the gap ends a group, the text does too
    ids = np.array([1, 2, 3, 4, -1, 2, 2])
    documents = document_of(np.array([0, 3, 7]))
    assert documents.tolist() == [0, 0, 0, 1, 1, 1, 1]
    codes, where = group_codes(ids, documents, 2, 10)
    assert codes.tolist() == [12, 23, 22]
    assert where.tolist() == [0, 0, 1]
    codes, where = group_codes(ids, documents, 3, 10)
    assert codes.tolist() == [123]
    assert where.tolist() == [0]


def test_fewer_words_than_a_group() -> None:
    codes, where = group_codes(np.array([1]), np.array([0]), 3, 10)
    assert len(codes) == len(where) == 0


def test_too_many_words_for_codes() -> None:
    with pytest.raises(BadParam, match="Groups of 3 words out of 3,000,000") as caught:
        group_codes(np.array([1]), np.array([0]), 3, 3_000_000)
    assert caught.value.hint is not None
    assert "min_df" in caught.value.hint


def test_positions_of_what_is_there_and_what_is_not() -> None:
    assert positions(np.array([5, 1, 9, 0]), np.array([1, 5])).tolist() == [1, 0, -1, -1]
    assert positions(np.array([5]), np.empty(0, dtype=np.int64)).tolist() == [-1]


def test_terms_are_found_in_numbered_texts() -> None:
    index = TermIndex(["red", "red fox", "fox runs far", "far"])
    assert index.words == {"red": 0, "fox": 1, "runs": 2, "far": 3}
    numbers = np.array([0, 1, 2, 3, 1, -1, 3])  # red fox runs far | fox ? far
    documents, terms = index.find(numbers, np.array([0, 4, 7]))
    assert sorted(zip(documents.tolist(), terms.tolist(), strict=True)) == [
        (0, 0),
        (0, 1),
        (0, 2),
        (0, 3),
        (1, 3),
    ]


def test_an_index_of_nothing_finds_nothing() -> None:
    documents, terms = TermIndex([]).find(np.array([-1, -1]), np.array([0, 2]))
    assert len(documents) == len(terms) == 0
