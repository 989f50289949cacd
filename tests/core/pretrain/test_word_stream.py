"""Texts as terms in reading order."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import BadData, Cancelled
from core.pretrain import word_stream
from core.pretrain.word_stream import read_words
from core.progress import Progress
from core.text.preparation import TextPreparation
from core.text.terms import build_terms

TEXTS = ["red apple tree", "", "the red apple, red apple", "green tree", "plum"]


def spelled(stream: word_stream.WordStream, text: int) -> list[tuple[int, str]]:
    at = range(stream.offsets[text], stream.offsets[text + 1])
    places = stream.positions if stream.positions is not None else stream.ids * 0
    return [(int(places[i]), stream.vocabulary.terms[stream.ids[i]]) for i in at]


def test_words_alone_have_no_positions() -> None:
    stream = read_words(TEXTS, TextPreparation(min_df=1, max_df=1.0))
    assert stream.positions is None
    assert [term for _, term in spelled(stream, 2)] == ["red", "apple", "red", "apple"]
    assert stream.offsets.tolist() == [0, 3, 3, 7, 9, 10]


@pytest.mark.parametrize("block", [1, 2, 1000])
def test_a_group_stands_where_it_begins(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_stream, "_TEXTS", block)
    preparation = TextPreparation(min_df=2, max_df=1.0, ngram_max=2)
    stream = read_words(TEXTS, preparation)
    # green and plum stand in one text only, "apple red" too
    assert set(stream.vocabulary.terms) == {"red", "apple", "tree", "red apple"}
    assert spelled(stream, 0) == [(0, "red"), (0, "red apple"), (1, "apple"), (2, "tree")]
    assert spelled(stream, 1) == []
    assert spelled(stream, 2) == [
        (0, "red"),
        (0, "red apple"),
        (1, "apple"),
        (2, "red"),
        (2, "red apple"),
        (3, "apple"),
    ]
    # the unknown word before it is no place
    assert spelled(stream, 3) == [(0, "tree")]
    assert spelled(stream, 4) == []
    assert stream.offsets.tolist() == [0, 4, 4, 10, 11, 11]
    assert stream.ids.dtype == stream.positions.dtype == np.int32


def test_counts_are_those_of_the_terms() -> None:
    preparation = TextPreparation(min_df=1, max_df=1.0, ngram_max=3)
    expected, vocabulary = build_terms(TEXTS, preparation)
    stream = read_words(TEXTS, preparation)
    assert stream.vocabulary.terms == vocabulary.terms
    np.testing.assert_array_equal(stream.counts().toarray(), expected.toarray())


@pytest.mark.parametrize("ngram_max", [1, 2])
def test_no_term_is_an_error_in_words(ngram_max: int) -> None:
    with pytest.raises(BadData, match="min_df"):
        read_words(["apple", "tree"], TextPreparation(ngram_max=ngram_max))


def test_it_can_be_cancelled_while_groups_are_found() -> None:
    def report(fraction: float, message: str, metrics: object) -> None:
        if fraction > 0.6:
            raise Cancelled

    with pytest.raises(Cancelled):
        read_words(TEXTS, TextPreparation(min_df=1, ngram_max=2), progress=Progress(report))
