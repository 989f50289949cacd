"""Folds that keep together what belongs together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedKFold

from core.data.folds import around, deal, stratified

MADE = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), min_size=1, max_size=60)


def by_hand(labels: npt.NDArray[np.int64], folds: int, seed: int) -> npt.NDArray[np.int64]:
    """Each class shuffled and dealt in turn: what recorded results were made with."""
    rng = np.random.default_rng(seed)
    found, turn = np.full(len(labels), -1), 0
    for code in np.unique(labels):
        rows = np.flatnonzero(labels == code)
        if len(rows) < 2:
            continue
        found[rng.permutation(rows)] = (turn + np.arange(len(rows))) % folds
        turn += len(rows)
    return found


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.integers(2, 5), st.integers(0, 3))
def test_without_anything_that_belongs_together_nothing_changes(
    made: list[int], folds: int, seed: int
) -> None:
    labels = np.array(made)
    expected = by_hand(labels, folds, seed)
    strange = np.random.default_rng(9).permutation(len(labels)) - 30  # any numbers will do
    for units in (None, np.arange(len(labels)), strange):
        found = deal(labels, units, folds=folds, rng=np.random.default_rng(seed))
        np.testing.assert_array_equal(found, expected)


@settings(deadline=None)
@given(MADE, st.integers(2, 5), st.integers(0, 3))
def test_a_unit_is_in_one_fold_and_every_class_stays_known(
    made: list[tuple[int, int]], folds: int, seed: int
) -> None:
    units, labels = np.array(made).T
    found = deal(labels, units, folds=folds, rng=np.random.default_rng(seed))
    for unit in np.unique(units):
        assert len(np.unique(found[units == unit])) == 1
    for outside, inside in around(found):
        assert set(labels[inside]) <= set(labels[outside])
    again = deal(labels, units, folds=folds, rng=np.random.default_rng(seed))
    np.testing.assert_array_equal(found, again)


def test_copies_of_a_class_count_as_one() -> None:
    labels = np.array([0] * 10 + [1] * 10 + [2] + [3, 3])
    units = np.array([*range(8), 0, 1, *range(8, 18), 18, 19, 19])
    folds = deal(labels, units, folds=5, rng=np.random.default_rng(0))
    assert folds[8] == folds[0]
    assert folds[9] == folds[1]
    # classes 2 and 3 have one distinct row each: always learned, never judged
    assert folds[20:].tolist() == [-1, -1, -1]
    assert np.bincount(folds[10:20], minlength=5).tolist() == [2, 2, 2, 2, 2]


def test_speakers_who_say_every_word_are_spread_evenly() -> None:
    speakers = np.repeat(np.arange(10), 12)
    words = np.tile(np.arange(4), 30)
    folds = deal(words, speakers, folds=5, rng=np.random.default_rng(0))
    assert np.bincount(folds).tolist() == [24] * 5
    for _, inside in around(folds):
        assert len(np.unique(speakers[inside])) == 2
        assert np.bincount(words[inside]).tolist() == [6] * 4


def test_a_unit_with_a_class_to_itself_is_always_learned_from() -> None:
    labels = np.array([0, 1, 2, 0, 1, 0, 1, 0, 1])
    units = np.array([0, 0, 0, 1, 1, 2, 2, 3, 3])
    folds = deal(labels, units, folds=3, rng=np.random.default_rng(0))
    assert folds[:3].tolist() == [-1, -1, -1]
    assert sorted(np.unique(folds[3:])) == [0, 1, 2]


@pytest.mark.parametrize(
    ("labels", "units"),
    [
        ([0, 1, 2, 0, 1, 2], [0, 0, 0, 1, 1, 1]),  # as many folds as units
        ([0, 1, 0, 2, 1, 2], [0, 0, 1, 1, 2, 2]),  # each class in two units of two classes
    ],
)
def test_few_units_of_several_classes(labels: list[int], units: list[int]) -> None:
    codes = np.array(labels)
    folds = deal(codes, np.array(units), folds=5, rng=np.random.default_rng(1))
    assert (folds >= 0).any()
    for outside, inside in around(folds):
        assert set(codes[inside]) <= set(codes[outside])


def test_stratified_is_scikit_learns_where_nothing_belongs_together() -> None:
    labels = np.arange(30) % 3
    splitter = StratifiedKFold(3, shuffle=True, random_state=4)
    expected = list(splitter.split(labels, labels))
    for units in (None, np.arange(30)):
        for one, other in zip(stratified(labels, units, folds=3, seed=4), expected, strict=True):
            np.testing.assert_array_equal(one[0], other[0])
            np.testing.assert_array_equal(one[1], other[1])


def test_stratified_has_as_many_folds_as_the_smallest_class_has_units() -> None:
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    found = stratified(labels, np.array([0, 0, 1, 1, 2, 3, 4, 5]), folds=5, seed=0)
    assert len(found) == 2
    assert stratified(labels, labels, folds=5, seed=0) == []
