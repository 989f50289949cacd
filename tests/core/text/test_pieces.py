"""Pieces of words, and groups by how firmly their words hold together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from core.text.pieces import is_piece, number_pieces, pieces_of, spread
from core.text.preparation import TextPreparation
from core.text.terms import bond, build_terms, encode_terms
from core.text.tokens import Tokenizer

EVERYTHING = {"min_df": 1, "max_df": 1.0, "stop_words": False}


def test_pieces_by_hand() -> None:
    assert pieces_of("card", 3) == ["~<ca", "~car", "~ard", "~rd>"]
    assert pieces_of("card", 4) == ["~<ca", "~car", "~ard", "~rd>", "~<car", "~card", "~ard>"]
    # what would be the whole word is the word
    assert pieces_of("at", 6) == ["~<at", "~at>"]
    assert pieces_of("a", 6) == []
    assert is_piece("~car")
    assert not is_piece("car")


def test_pieces_of_words_in_a_text() -> None:
    names, ids, offsets = number_pieces(["cat", "a", "cats"], 3)
    assert names == ["~<ca", "~cat", "~at>", "~ats", "~ts>"]
    assert ids.tolist() == [0, 1, 2, 0, 1, 3, 4]
    assert offsets.tolist() == [0, 3, 3, 7]
    places, pieces = spread(np.asarray([2, 1, 0, 2]), ids, offsets)
    assert places.tolist() == [0, 0, 0, 0, 2, 2, 2, 3, 3, 3, 3]
    assert pieces.tolist() == [0, 1, 3, 4, 0, 1, 2, 0, 1, 3, 4]
    # by a vocabulary, the others are left out
    _, ids, offsets = number_pieces(["cat", "dog"], 3, {"~cat": 7})
    assert ids.tolist() == [7]
    assert offsets.tolist() == [0, 1, 1]


@given(
    st.lists(
        st.lists(st.sampled_from(["pay", "paid", "payment", "x1", "été"]), max_size=6).map(
            " ".join
        ),
        min_size=1,
        max_size=6,
    ).filter(any)
)
def test_pieces_are_counted_as_scikit_learn_counts_them(texts: list[str]) -> None:
    counts, vocabulary = build_terms(texts, TextPreparation(piece_max=4, **EVERYTHING))
    theirs = CountVectorizer(analyzer="char_wb", ngram_range=(3, 4)).fit(texts)
    expected = theirs.transform(texts).toarray()
    for column, term in enumerate(vocabulary.terms):
        if is_piece(term):
            same = term[1:].replace("<", " ").replace(">", " ")
            np.testing.assert_array_equal(
                counts[:, [column]].toarray().ravel(), expected[:, theirs.vocabulary_[same]]
            )
    again = encode_terms(texts, Tokenizer(TextPreparation(piece_max=4, **EVERYTHING)), vocabulary)
    np.testing.assert_array_equal(again.toarray(), counts.toarray())


def test_an_unknown_word_shares_pieces_with_known_ones() -> None:
    preparation = TextPreparation(piece_max=3, ngram_max=2, **EVERYTHING)
    _, vocabulary = build_terms(["card payment"], preparation)
    found = encode_terms(["cards"], Tokenizer(preparation), vocabulary).toarray().ravel()
    known = [vocabulary.terms[i] for i in np.flatnonzero(found)]
    assert sorted(known) == ["~<ca", "~ard", "~car"]


def test_terms_and_spans_agree() -> None:
    tokenizer = Tokenizer(TextPreparation(piece_max=3, ngram_max=2, **EVERYTHING))
    text = "My card"
    assert tokenizer(text) == [term for _, _, term in tokenizer.spans(text)]
    assert [span for span in tokenizer.spans(text) if span[2].startswith("~")] == [
        (0, 2, "~<my"),
        (0, 2, "~my>"),
        (3, 7, "~<ca"),
        (3, 7, "~car"),
        (3, 7, "~ard"),
        (3, 7, "~rd>"),
    ]


def test_bonds_by_hand() -> None:
    # of 8 words, a stands 2 times, b 2, c 4: "a b" stands together twice, "a c" once
    words = np.asarray([2, 2, 4])
    codes = np.asarray([0 * 3 + 1, 0 * 3 + 2])
    found = bond(codes, np.asarray([2, 1]), 2, words)
    assert found[0] == pytest.approx(1)  # never apart
    assert found[1] == pytest.approx(0)  # 1/8 = 2/8 × 4/8: by chance
    # three words never apart
    assert bond(np.asarray([5]), np.asarray([2]), 3, np.full(4, 2)) == pytest.approx([1])
    # a group that is all there is
    assert bond(np.asarray([0]), np.asarray([1]), 2, np.asarray([1])).tolist() == [1]


def test_groups_that_hold_together_are_kept() -> None:
    texts = ["new york is big", "new york is old", "big is new", "old is big", "is york"]
    preparation = TextPreparation(ngram_max=2, stop_words=False, max_df=1.0)
    _, every = build_terms(texts, preparation)
    _, firm = build_terms(texts, TextPreparation(**{**vars(preparation), "group_bond": 0.5}))
    assert {"new york", "york is", "is big"} <= set(every.terms)
    assert [term for term in firm.terms if " " in term] == ["new york"]
