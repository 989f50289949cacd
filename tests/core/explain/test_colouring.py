"""Stretches for tinting: no overlap, nothing lost."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.explain.colouring import by_word


def test_a_pair_shares_its_value_among_its_words() -> None:
    # "state of art": two words and the pair, with a stop word between
    assert by_word([(0, 5), (9, 12), (0, 12)], [1.0, 2.0, 0.5]) == [
        (0, 5, 1.25),
        (9, 12, 2.25),
    ]


def test_pairs_of_characters_overlap() -> None:
    assert by_word([(0, 2), (1, 3)], [1.0, 3.0]) == [(0, 1, 0.5), (1, 2, 2.0), (2, 3, 1.5)]


def test_repeated_places_add_up() -> None:
    assert by_word([(0, 2), (0, 2)], [1.0, 3.0]) == [(0, 2, 4.0)]


def test_a_pair_alone_keeps_its_value() -> None:
    assert by_word([(3, 9)], [1.5]) == [(3, 9, 1.5)]


def test_nothing() -> None:
    assert by_word([], []) == []


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(1, 12), st.floats(-5, 5)), min_size=1, max_size=30
    )
)
def test_nothing_overlaps_and_nothing_is_lost(pieces: list[tuple[int, int, float]]) -> None:
    spans = [(start, start + length) for start, length, _ in pieces]
    values = [value for _, _, value in pieces]
    found = by_word(spans, values)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(found))
    assert all(start < end for start, end, _ in found)
    assert sum(value for _, _, value in found) == pytest.approx(sum(values), abs=1e-9)
