"""Pieces to leave out: words, characters of scripts without spaces, bounded in number."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from core.explain.occlusion import occlude, pieces


def test_words_and_characters() -> None:
    text = "An ox's yoke 文字ab"
    assert [text[a:b] for a, b in pieces(text)] == ["An", "ox", "s", "yoke", "文", "字", "ab"]


def test_given_places_are_kept() -> None:
    assert pieces("one two three", [(4, 7), (0, 3), (4, 7)]) == [(0, 3), (4, 7)]


def test_leaving_out() -> None:
    assert occlude("one two", [(0, 3), (4, 7)]) == ["  two", "one  "]


def test_long_texts_are_cut_into_longer_pieces() -> None:
    text = "word " * 1001
    found = pieces(text)
    assert len(found) == 167  # of six words each, the last of five
    assert text[slice(*found[0])] == " ".join(["word"] * 6)
    assert found[-1][1] == len(text) - 1


def test_very_long_texts_are_cut_into_few() -> None:
    assert len(pieces("word " * 40_000)) <= 10


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 30)), max_size=900))
def test_pieces_never_overlap_when_grouped(places: list[tuple[int, int]]) -> None:
    spans = [(start, start + length) for start, length in places]
    found = pieces("x" * 3100, spans)
    assert len(found) <= 200 or len(found) == len(set(spans))
    if len(set(spans)) > 200:
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(found))
