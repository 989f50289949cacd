"""Nearest words, arithmetic, likeness."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import BadParam, NotFound
from core.pretrain import word_space as module
from core.pretrain.word_space import WordSpace

TERMS = ("king", "queen", "man", "woman", "apple", "Paris", "nothing")
#: first axis: royal; second: female; third: fruit; lengths differ on purpose
VECTORS = np.asarray(
    [[2, -2, 0], [1.2, 1, 0], [0, -3, 0], [0, 1, 0], [0, 0, 5], [0.1, 0, 0.1], [0, 0, 0]],
    dtype=np.float32,
)


@pytest.fixture(name="space")
def _space() -> WordSpace:
    return WordSpace(TERMS, VECTORS.copy())


def test_likeness_is_the_cosine(space: WordSpace) -> None:
    assert space.similarity("king", "queen") == pytest.approx(0.2 / np.sqrt(2 * 2.44))
    assert space.similarity("king", "man") == pytest.approx(np.sqrt(0.5))
    assert space.similarity("man", "woman") == pytest.approx(-1)
    assert space.similarity("apple", "apple") == pytest.approx(1)
    np.testing.assert_array_equal(space.vectors, VECTORS)


def test_the_nearest_come_first_without_the_word_itself(space: WordSpace) -> None:
    found = space.nearest("king", 3)
    assert [word for word, _ in found] == ["man", "Paris", "queen"]
    assert [score for _, score in found] == pytest.approx(
        [np.sqrt(0.5), 0.5, 0.2 / np.sqrt(2 * 2.44)]
    )
    everything = space.nearest("king", 100)
    # all but the word itself and the one without a vector
    assert sorted(word for word, _ in everything) == sorted(set(TERMS) - {"king", "nothing"})
    scores = [score for _, score in everything]
    assert scores == sorted(scores, reverse=True)
    assert space.nearest("king", 0) == []


def test_king_minus_man_plus_woman(space: WordSpace) -> None:
    found = space.arithmetic(["king", "woman"], ["man"], 2)
    assert found[0][0] == "queen"
    # unit vectors: (1, -1)/sqrt 2 + (0, 1) + (0, 1)
    goal = np.asarray([1 / np.sqrt(2), 2 - 1 / np.sqrt(2)])
    assert found[0][1] == pytest.approx(goal @ [1.2, 1] / np.sqrt(2.44) / np.linalg.norm(goal))
    assert not {"king", "man", "woman"} & {word for word, _ in found}


def test_equally_like_words_come_in_the_order_of_the_vocabulary() -> None:
    space = WordSpace(("a", "b", "c", "d"), np.asarray([[1, 0], [0, 1], [0, 1], [0, 1.0]]))
    assert [word for word, _ in space.nearest("b", 2)] == ["c", "d"]
    assert [word for word, _ in space.nearest("a", 3)] == ["b", "c", "d"]


def test_unit_vectors_are_not_copied() -> None:
    vectors = np.eye(3, dtype=np.float32)
    vectors[2] = 0
    assert WordSpace("abc", vectors)._unit is vectors


def test_an_unknown_word_comes_with_close_spellings(space: WordSpace) -> None:
    with pytest.raises(NotFound, match="'quen' is not in the vocabulary") as caught:
        space.nearest("quen")
    assert caught.value.hint == "Close to it: queen."
    with pytest.raises(NotFound, match="'zzz'") as caught:
        space.similarity("king", "zzz")
    assert "rare" in str(caught.value.hint)
    with pytest.raises(NotFound):
        space.arithmetic(["king"], ["mann"])


def test_only_frequent_words_are_offered(space: WordSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    assert space.close_spellings("appel") == ["apple"]
    monkeypatch.setattr(module, "_COMPARED", 4)
    assert space.close_spellings("appel") == []


def test_case_gives_way_where_only_lower_case_is_known(space: WordSpace) -> None:
    assert space.similarity("King", "king") == pytest.approx(1)
    assert space.similarity("Paris", "Paris") == pytest.approx(1)
    assert "king" in space
    assert "King" not in space
    assert len(space) == 7


def test_a_word_without_a_vector_is_no_answer_and_no_question(space: WordSpace) -> None:
    with pytest.raises(NotFound, match="'nothing' has no vector"):
        space.nearest("nothing")


def test_sums_of_nothing_are_refused(space: WordSpace) -> None:
    with pytest.raises(NotFound, match="No word was given"):
        space.arithmetic([], [])
    with pytest.raises(NotFound, match="cancel each other out"):
        space.arithmetic(["king"], ["king"])
    with pytest.raises(NotFound, match="cancel each other out"):
        space.arithmetic(["man", "woman"])


def test_words_and_vectors_must_be_as_many() -> None:
    with pytest.raises(BadParam, match="2 words but 3 vectors"):
        WordSpace(("a", "b"), np.eye(3))
