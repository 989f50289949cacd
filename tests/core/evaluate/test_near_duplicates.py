from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.dataset import Dataset
from core.evaluate.minhash import TextSets, jaccard, nearest_texts, signatures
from core.evaluate.near_duplicates import (
    DuplicateEffect,
    NearDuplicates,
    duplicate_effect,
    duplicates_sentence,
    near_duplicates,
)
from core.types import Modality, Rows

_VOCABULARY = [f"word{i}" for i in range(500)]


def made(count: int, length: int, seed: int = 0) -> list[str]:
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(_VOCABULARY, length)) for _ in range(count)]


def of(rows: Rows, modality: Modality, train: int) -> tuple[Dataset, np.ndarray, np.ndarray]:
    n = len(rows)
    test = np.arange(n) >= train
    dataset = Dataset("d", "D", modality, rows, np.zeros(n, np.int32), ("a",), test)
    return dataset, dataset.train_rows, dataset.test_rows


def test_jaccard_of_pairs_of_words_by_hand() -> None:
    sets = TextSets()
    first, second = sets("one two three four"), sets("One, two; three five!")
    assert (len(first), len(second)) == (3, 3)
    assert jaccard(first, second) == pytest.approx(2 / 4)
    assert len(sets("alone")) == 1
    assert len(sets(" ... ")) == 0


def test_signatures_agree_as_often_as_sets_overlap() -> None:
    words = made(1, 400)[0].split()
    sets = TextSets()
    pair = [" ".join(words[:300]), " ".join(words[100:])]
    values, starts, kept = sets.flat(pair)
    assert (starts.tolist(), kept.tolist()) == ([0, 299], [0, 1])
    found = signatures(values, starts)
    similarity = jaccard(*map(sets, pair))
    agreed = float((found[0] == found[1]).mean())
    # five standard deviations of a share of 128 tries: no lucky seed
    assert abs(agreed - similarity) < 5 * np.sqrt(similarity * (1 - similarity) / 128)


def test_a_changed_word_is_found_and_another_text_is_not() -> None:
    known = made(200, 30)
    words = known[17].split()
    words[5] = "changed"
    which, similarity = nearest_texts(
        [" ".join(words), known[3].upper() + "!", made(1, 30, seed=9)[0], ""], known
    )
    assert which.tolist() == [17, 3, -1, -1]
    # 29 pairs each, of which two are lost
    assert similarity.tolist() == pytest.approx([27 / 31, 1, 0, 0])


def test_nothing_to_search() -> None:
    for queries, among in (([], ["a b"]), (["a b"], []), (["a b"], ["", " "])):
        which, similarity = nearest_texts(queries, among)
        assert (which == -1).all()
        assert (similarity == 0).all()


@given(st.lists(st.lists(st.sampled_from("abcde"), max_size=8), min_size=1, max_size=20))
def test_what_is_found_is_exactly_as_similar_as_said(texts: list[list[str]]) -> None:
    rows = [" ".join(words) for words in texts]
    which, similarity = nearest_texts(rows, rows)
    sets = TextSets()
    for place, partner in enumerate(which):
        mine = sets(rows[place])
        assert (partner >= 0) == (len(mine) > 0)  # each is at least its own copy
        if partner >= 0:
            assert similarity[place] == 1.0 == jaccard(mine, sets(rows[partner]))


def test_texts_of_a_data_set() -> None:
    known = made(20, 20)
    rows = np.array([*known, known[4] + " more", "something else entirely now"], dtype=object)
    found = near_duplicates(*of(rows, "text", 20))
    assert found.positions.tolist() == [0]
    assert found.partners.tolist() == [4]
    assert found.similarity[0] == pytest.approx(19 / 20)


def test_rows_of_a_table_but_for_one_column() -> None:
    frame = pd.DataFrame(
        {
            "a": [1.0, 2.0, 1.0, 1.0, 9.0],
            "b": ["x", "y", "x", "x", "x"],
            "c": [None, "q", None, "q", "q"],
            "d": [5, 6, 7, 8, 5],
        }
    )
    found = near_duplicates(*of(frame, "tabular", 2))
    # row 2 differs from row 0 in d alone; row 3 in c and d; row 4 in a and c
    assert found.positions.tolist() == [0]
    assert found.partners.tolist() == [0]
    assert found.similarity.tolist() == [0.75]


def test_equal_rows_of_a_narrow_table_only() -> None:
    frame = pd.DataFrame({"a": [1, 2, 1, 1], "b": [3, 4, 3, 4]})
    found = near_duplicates(*of(frame, "tabular", 2))
    assert found.positions.tolist() == [0]
    assert found.similarity.tolist() == [1.0]


def test_pictures_that_are_brighter_or_noisy() -> None:
    rng = np.random.default_rng(0)
    old = rng.integers(0, 180, (30, 16, 16)).astype(np.uint8)
    brighter = (old[7] + 40).astype(np.uint8)
    noisy = np.clip(old[9].astype(int) + rng.integers(-3, 4, (16, 16)), 0, 255).astype(np.uint8)
    other = rng.integers(0, 180, (16, 16)).astype(np.uint8)
    blank = np.full((16, 16), 7, np.uint8)
    rows = np.concatenate([old, np.stack([brighter, noisy, other, blank])])
    found = near_duplicates(*of(rows, "image", 30))
    assert found.positions.tolist() == [0, 1]
    assert found.partners.tolist() == [7, 9]
    assert found.similarity[0] == 1.0
    assert 0.98 <= found.similarity[1] < 1.0


def test_pictures_in_colour_and_smaller_than_the_rough_ones() -> None:
    rng = np.random.default_rng(1)
    rows = rng.integers(0, 255, (6, 5, 4, 3)).astype(np.uint8)
    rows[5] = rows[2]
    found = near_duplicates(*of(rows, "image", 5))
    assert found.partners.tolist() == [2]


def test_no_rows() -> None:
    dataset, train, _ = of(np.array(["a b", "c d"], dtype=object), "text", 2)
    assert len(near_duplicates(dataset, train, np.empty(0, np.int64)).positions) == 0


def test_effect_on_the_score_by_hand() -> None:
    right = np.array([True, True, False, False])
    found = NearDuplicates(np.array([0, 2]), np.array([5, 6]), np.array([1.0, 0.7]))
    effect = duplicate_effect(right, found)
    assert (effect.rows, effect.repeated, effect.equal) == (4, 2, 1)
    assert (effect.accuracy.value, effect.without.value, effect.on_repeated.value) == (0.5,) * 3
    assert duplicates_sentence(effect) == (
        "2 of 4 test rows (50.0 %) nearly repeat a training row, 1 of them exactly. Without them "
        "it gets 50.0 % right instead of 50.0 % (0.0 points)."
    )


def test_words_where_none_or_all_repeat() -> None:
    none = NearDuplicates(*(np.empty(0, np.int64),) * 2, np.empty(0))
    nothing: DuplicateEffect = duplicate_effect(np.array([True, False]), none)
    assert "None of the 2 test rows nearly repeats" in duplicates_sentence(nothing)
    everything = NearDuplicates(np.array([0, 1]), np.array([0, 0]), np.ones(2))
    said = duplicates_sentence(duplicate_effect(np.array([True, False]), everything))
    assert "No test row is left without them" in said
