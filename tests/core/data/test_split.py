"""The split: shares, groups and classes, by hand and for any input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.split import stratified_split
from core.errors import BadData, BadParam

SHARES = st.floats(0.05, 0.95)


@st.composite
def inputs(draw: st.DrawFn, *, pure: bool, unlabelled: bool) -> tuple[np.ndarray, np.ndarray]:
    """Labels and keys; pure: rows with equal key have equal labels."""
    n = draw(st.integers(1, 60))
    keys = np.array(draw(st.lists(st.integers(0, 25), min_size=n, max_size=n)))
    low = -1 if unlabelled else 0
    if pure:
        of_key = draw(st.lists(st.integers(low, 4), min_size=26, max_size=26))
        return np.array(of_key)[keys], keys
    return np.array(draw(st.lists(st.integers(low, 4), min_size=n, max_size=n))), keys


def sides(test: np.ndarray, labels: np.ndarray, keys: np.ndarray, label: int) -> tuple[int, int]:
    """How many groups of a class are on the training and on the test side."""
    own = labels == label
    return len(set(keys[own & ~test])), len(set(keys[own & test]))


@given(inputs(pure=False, unlabelled=True), SHARES, st.integers(0, 3))
def test_always(data: tuple[np.ndarray, np.ndarray], share: float, seed: int) -> None:
    labels, keys = data
    test = stratified_split(labels, keys, test_share=share, seed=seed)
    assert test.dtype == bool
    assert test.shape == labels.shape
    assert not test[labels == -1].any()
    assert not set(keys[test]) & set(keys[~test])
    assert np.array_equal(test, stratified_split(labels, keys, test_share=share, seed=seed))


@given(inputs(pure=True, unlabelled=True), SHARES, st.integers(0, 3))
def test_each_class_of_two_groups_is_on_both_sides(
    data: tuple[np.ndarray, np.ndarray], share: float, seed: int
) -> None:
    labels, keys = data
    test = stratified_split(labels, keys, test_share=share, seed=seed)
    for label in set(labels[labels >= 0]):
        train_groups, test_groups = sides(test, labels, keys, label)
        if train_groups + test_groups >= 2:
            assert train_groups
            assert test_groups


@given(inputs(pure=True, unlabelled=False), SHARES, st.integers(0, 3))
def test_shares_are_within_half_a_group(
    data: tuple[np.ndarray, np.ndarray], share: float, seed: int
) -> None:
    labels, keys = data
    test = stratified_split(labels, keys, test_share=share, seed=seed)
    for label in set(labels):
        own = labels == label
        sizes = np.unique(keys[own], return_counts=True)[1]
        off = abs(test[own].sum() - share * own.sum())
        # a class that had to have a group on either side may be off by that group
        mended = min(sides(test, labels, keys, label)) == 1
        assert off <= max(sizes) * (1.0 if mended else 0.5) + 1e-6


@given(inputs(pure=False, unlabelled=False), SHARES, st.integers(0, 3))
def test_a_class_with_a_group_of_its_own_is_on_both_sides(
    data: tuple[np.ndarray, np.ndarray], share: float, seed: int
) -> None:
    """Also where other groups carry several labels."""
    labels, keys = data
    test = stratified_split(labels, keys, test_share=share, seed=seed)
    several = {key for key in set(keys) if len(set(labels[keys == key])) > 1}
    for label in set(labels):
        groups = set(keys[labels == label])
        if len(groups) >= 2 and groups - several:
            assert min(sides(test, labels, keys, label)) >= 1


@given(
    st.integers(2, 40),
    st.integers(2, 40),
    st.floats(0.05, 0.95),
    st.integers(0, 5),
)
def test_single_rows_give_the_nearest_whole_number(a: int, b: int, share: float, seed: int) -> None:
    labels = np.repeat([0, 1], [a, b])
    test = stratified_split(labels, test_share=share, seed=seed)
    for label, rows in ((0, a), (1, b)):
        nearest = min(max(share * rows, 1), rows - 1)
        assert abs(test[labels == label].sum() - nearest) <= 0.5 + 1e-6


def test_a_quarter_of_each_class_by_hand() -> None:
    labels = np.repeat([0, 1, 2, -1], [8, 4, 2, 6])
    test = stratified_split(labels, test_share=0.25)
    assert np.bincount(labels[test], minlength=3).tolist() == [2, 1, 1]


def test_a_class_of_one_group_is_learned_from() -> None:
    labels = np.array([0, 0, 0, 1, 1, 1, 1])
    keys = np.array(["a", "a", "a", "b", "c", "d", "e"])
    test = stratified_split(labels, keys, test_share=0.5)
    assert not test[:3].any()
    assert test[3:].sum() == 2


def test_a_large_group_leaves_the_rest_to_the_single_rows() -> None:
    """Ten rows, six of them one text: half of ten needs all but the group or nearly so."""
    labels = np.zeros(10, int)
    keys = np.array(["same"] * 6 + list("abcd"))
    test = stratified_split(labels, keys, test_share=0.5)
    assert sorted((test[:6].sum(), test[6:].sum())) == [0, 4]


def test_a_group_with_an_unlabelled_row_stays_in_training() -> None:
    labels = np.array([0, -1, 0, 0, 1, 1])
    keys = np.array(["a", "a", "b", "c", "d", "e"])
    for seed in range(10):
        test = stratified_split(labels, keys, test_share=0.5, seed=seed)
        assert not test[:2].any()
        assert test[2:4].any()


def test_a_text_with_two_labels_stays_whole_and_both_classes_are_tested() -> None:
    labels = np.array([0, 1, 0, 0, 1, 1])
    keys = np.array(["both", "both", "a", "b", "c", "d"])
    for seed in range(10):
        test = stratified_split(labels, keys, test_share=0.5, seed=seed)
        assert test[0] == test[1]
        for label in (0, 1):
            assert min(sides(test, labels, keys, label)) >= 1


def test_other_seeds_choose_other_rows() -> None:
    labels = np.zeros(40, int)
    chosen = {stratified_split(labels, seed=seed).tobytes() for seed in range(5)}
    assert len(chosen) > 1


def test_every_row_can_be_chosen() -> None:
    labels = np.zeros(8, int)
    chosen = sum(stratified_split(labels, seed=seed).astype(int) for seed in range(60))
    assert chosen.min() > 0


def test_without_labels_nothing_is_tested() -> None:
    assert not stratified_split(np.full(5, -1)).any()
    assert stratified_split(np.array([], int)).shape == (0,)


def test_keys_may_be_missing_values() -> None:
    labels = np.array([0, 0, 0, 0])
    test = stratified_split(labels, [None, None, "a", "b"], test_share=0.5)
    assert test[0] == test[1]


@pytest.mark.parametrize("share", [0, 1, -0.1, 1.5, float("nan")])
def test_a_share_out_of_range_is_refused(share: float) -> None:
    with pytest.raises(BadParam, match="test_share cannot be"):
        stratified_split(np.array([0, 1]), test_share=share)


def test_keys_must_be_as_many_as_labels() -> None:
    with pytest.raises(BadData, match="3 labels but 2 keys"):
        stratified_split(np.array([0, 1, 1]), ["a", "b"])
