"""Word vectors of two domains in one space."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.pretrain import get_method
from core.transfer.domains.alignment import aligned_vectors, merge, procrustes
from tests.core.transfer.domains.made_pairs import reviews


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5))
def test_a_rotation_is_found_again(seed, d):
    draw = np.random.default_rng(seed)
    words = draw.normal(size=(3 * d + 2, d))
    turn = np.linalg.qr(draw.normal(size=(d, d)))[0]
    weights = draw.uniform(0.1, 5, len(words))
    for found in (procrustes(words, words @ turn), procrustes(words, words @ turn, weights)):
        np.testing.assert_allclose(found, turn, atol=1e-7)


def test_a_heavy_word_decides_where_words_disagree():
    source = np.array([[1.0, 0.0], [0.0, 1.0]])
    target = np.array([[0.0, 1.0], [0.0, 1.0]])  # the first turned by a right angle, the second not
    heavy = procrustes(source, target, np.array([100.0, 1.0]))
    assert source[0] @ heavy @ target[0] > 0.99
    other = procrustes(source, target, np.array([1.0, 100.0]))
    assert source[1] @ other @ target[1] > 0.99


def test_shared_words_take_the_mean_and_others_the_place_that_is_turned():
    first = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    second = np.array([[0.0, 1.0], [-1.0, 0.0]])  # the same two words, a quarter turn on
    found = merge(
        ["a", "b", "own", "nowhere"],
        [first, second],
        [{"a": 0, "b": 1, "own": 2}, {"a": 0, "b": 1}],
        [np.array([2.0, 2.0, 1.0]), np.array([5.0, 1.0])],
    )
    np.testing.assert_allclose(found, [[0, 1], [-1, 0], [0, 1], [0, 0]], atol=1e-7)


def test_without_a_word_in_common_each_keeps_its_own_space():
    found = merge(
        ["a", "b"], [np.eye(2)[:1], np.eye(2)[1:]], [{"a": 0}, {"b": 0}], [np.ones(1), np.ones(1)]
    )
    np.testing.assert_allclose(found, np.eye(2))


@pytest.fixture(scope="module", name="aligned")
def _aligned():
    books, pans = reviews("books", 200), reviews("pans", 200, seed=1)
    return aligned_vectors(books.rows, pans.rows, {"dimensions": 6, "min_df": 3})


def test_praise_of_both_subjects_lies_together(aligned):
    encoder, _ = aligned
    rows = encoder.transform(
        np.array(["superb excellent novel", "superb excellent pan", "awful boring pan"], object)
    )
    assert rows[0] @ rows[1] > rows[0] @ rows[2]
    known = encoder.text_.vocabulary_.lookup
    assert {"novel", "pan", "superb"} <= set(known)


def test_it_is_a_word_vector_model_like_any_other(aligned):
    encoder, found = aligned
    again = get_method("ppmi").make(found, 0).load_state(encoder.state())
    texts = np.array(["superb novel", "dreadful lid", ""], object)
    np.testing.assert_array_equal(again.transform(texts), encoder.transform(texts))
    assert np.abs(encoder.transform(texts)[2]).max() == 0
