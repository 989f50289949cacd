"""Terms that tell classes apart: the formula by hand, and where it is taken from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data import terms as module
from core.data.terms import class_terms, log_odds
from core.errors import BadData
from tests.core.data.making import images, texts


def test_the_formula_by_hand() -> None:
    # six terms counted inside, six outside; a prior of 12 is worth as much as all that was counted
    scores = log_odds(np.array([4, 1, 1]), np.array([2, 2, 2]), prior_weight=12)
    # prior (6, 3, 3), so inside (10, 4, 4) of 18 and outside (8, 5, 5) of 18
    delta = np.log(10 / 8) - np.log(8 / 10)
    assert scores[0] == pytest.approx(delta / np.sqrt(1 / 10 + 1 / 8))
    delta = np.log(4 / 14) - np.log(5 / 13)
    assert scores[1] == pytest.approx(delta / np.sqrt(1 / 4 + 1 / 5))
    assert scores[2] == scores[1]


def test_one_term_alone_tells_nothing() -> None:
    assert log_odds(np.array([3]), np.array([0])).tolist() == [0]
    assert log_odds(np.array([]), np.array([])).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=6))
def test_the_other_group_has_the_opposite_scores(pairs: list[tuple[int, int]]) -> None:
    here, there = (np.array(side) + 1 for side in zip(*pairs, strict=True))
    np.testing.assert_allclose(log_odds(here, there), -log_odds(there, here))
    np.testing.assert_allclose(log_odds(here, here), 0, atol=1e-12)


def fruit() -> list[str]:
    return ["apple pear", "apple plum", "apple fruit", "drum flute", "drum harp", "drum fruit"]


def test_each_class_has_its_own_terms_first() -> None:
    ds = texts(fruit(), [0, 0, 0, 1, 1, 1], classes=("eat", "play"))
    found = class_terms(ds, k=2)
    assert list(found) == ["eat", "play"]
    assert found["eat"][0][0] == "apple"
    assert found["play"][0][0] == "drum"
    assert all(len(terms) == 2 for terms in found.values())
    scores = [score for _, score in found["eat"]]
    assert scores == sorted(scores, reverse=True)
    # what both use alike, and what the other uses, is no term of a class
    everything = {term for term, _ in class_terms(ds, k=99)["eat"]}
    assert everything == {"apple", "pear", "plum"}


def test_test_rows_and_the_pool_are_not_read() -> None:
    rows = [*fruit(), "secret apple", "hidden apple"]
    ds = texts(rows, [0, 0, 0, 1, 1, 1, 0, -1], test=[6], classes=("eat", "play"))
    terms = {term for term, _ in class_terms(ds, k=99)["eat"]}
    assert not terms & {"secret", "hidden"}


def test_a_term_counts_once_in_a_text() -> None:
    rows = fruit()
    rows[1] = "plum " * 500
    found = class_terms(texts(rows, [0, 0, 0, 1, 1, 1]))
    assert found["a"][0][0] == "apple"


def test_classes_without_training_rows_are_left_out() -> None:
    ds = texts(fruit(), [0, 0, 0, 1, 1, 2], test=[5], classes=("eat", "play", "none"))
    assert list(class_terms(ds)) == ["eat", "play"]
    assert class_terms(texts(fruit())) == {}
    assert class_terms(texts(["", "the"], [0, 1])) == {}


def test_only_texts_have_terms() -> None:
    with pytest.raises(BadData, match="Tiny holds no texts") as caught:
        class_terms(images([[[0, 1]], [[1, 0]]], [0, 1]))
    assert caught.value.hint


def test_many_rows_are_thinned_out_in_every_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 30)
    ds = texts(["x"] * 100, [0] * 90 + [1] * 10)
    rows = module._thinned(ds)
    assert len(rows) == 25
    assert rows.tolist() == sorted(rows)
    assert (ds.labels[rows] == 1).sum() == 3 - 1 + (90 % 4 == 0)
