"""Splits and rungs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadData
from core.evaluate.tuning.folds import FIRST_ROWS, Rung, plan


def test_two_labels_per_class_are_learned_and_judged_in_turn() -> None:
    found = plan(np.array([0, 0, 1, 1, 2, 2]))
    assert (found.folds, found.repeats) == (2, 10)
    assert found.rungs == (Rung(2), Rung(20))
    for split in found.splits:
        assert sorted(np.concatenate([split.train, split.validation])) == list(range(6))
        assert len(split.validation) == 3


def test_more_labels_more_folds_fewer_repeats() -> None:
    hundred = plan(np.repeat(np.arange(20), 5))
    assert (hundred.folds, hundred.repeats) == (5, 4)
    thousand = plan(np.repeat(np.arange(10), 100))
    assert (thousand.folds, thousand.repeats) == (3, 1)
    assert thousand.rungs == (Rung(1), Rung(3))


def test_a_large_task_begins_with_few_rows() -> None:
    found = plan(np.repeat(np.arange(4), 1500))
    assert found.rungs == (Rung(1, FIRST_ROWS), Rung(1), Rung(3))
    assert found.size(0, 0) == FIRST_ROWS
    assert found.size(0, 1) == 4000
    first = found.splits[0].train[:FIRST_ROWS] // 1500
    assert np.abs(np.bincount(first) - FIRST_ROWS / 4).max() <= 1  # a fair sample of the classes


def test_a_row_alone_in_its_class_is_learned_from_in_every_split() -> None:
    found = plan(np.array([0, 0, 1, 1, 2]))
    assert found.single == 1
    for split in found.splits:
        assert 4 in split.train
        assert 4 not in split.validation


def test_nothing_to_hold_out() -> None:
    with pytest.raises(BadData, match="Only 0 of 3 classes have two labelled rows") as raised:
        plan(np.array([0, 1, 2]))
    assert "at least two labels per class" in (raised.value.hint or "")
    with pytest.raises(BadData, match="Only 1 of 2 classes has two"):
        plan(np.array([0, 0, 0, 1]))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 3), min_size=2, max_size=60), st.integers(0, 5))
def test_every_repeat_judges_each_row_once(labels: list[int], seed: int) -> None:
    codes = np.array(labels)
    counts = np.bincount(codes)
    if (counts > 1).sum() < 2:
        return
    found = plan(codes, seed=seed)
    for repeat in range(found.repeats):
        own = found.splits[repeat * found.folds : (repeat + 1) * found.folds]
        judged = np.concatenate([split.validation for split in own])
        assert sorted(judged) == [i for i, code in enumerate(codes) if counts[code] > 1]
        for split in own:
            assert not set(split.train) & set(split.validation)
            assert set(codes[split.validation]) <= set(codes[split.train])  # nothing unknown
    again = plan(codes, seed=seed)
    for one, other in zip(found.splits, again.splits, strict=True):
        np.testing.assert_array_equal(one.train, other.train)


def test_rows_that_belong_together_are_learned_or_judged_but_never_both() -> None:
    labels = np.repeat([0, 1, 0, 1], 10)
    units = np.arange(40) // 2  # every row twice, and a copy has the same label
    found = plan(labels, units=units)
    for split in found.splits:
        assert not set(units[split.train]) & set(units[split.validation])
    for one, other in zip(
        plan(labels, units=np.arange(40)).splits, plan(labels).splits, strict=True
    ):
        np.testing.assert_array_equal(one.train, other.train)
        np.testing.assert_array_equal(one.validation, other.validation)


def test_every_fold_judges_something_where_units_are_few() -> None:
    units = np.repeat(np.arange(4), 12)  # four speakers, who say everything
    labels = np.tile([0, 1], 24)
    labels[:6] = 2  # but one thing only the first of them says, who is never judged then
    found = plan(labels, units=units)
    assert found.folds == 3
    assert found.rungs[0].splits == 3
    assert len(found.splits) == 3 * found.repeats
    for split in found.splits:
        assert len(split.validation)
        assert set(labels[split.validation]) <= set(labels[split.train])
    # one speaker alone can be held out: one fold of it, and nothing learned from the others is lost
    found = plan(np.array([0, 1, 0, 1, 2, 2]), units=np.array([0, 0, 1, 1, 1, 1]))
    assert found.folds == 1
    assert [split.validation.tolist() for split in found.splits] == [[0, 1]] * len(found.splits)


@pytest.mark.parametrize(
    "units",
    [
        [0, 0, 1, 1],  # one row each, twice
        [0, 0, 0, 0],  # all of one speaker
    ],
)
def test_nothing_to_hold_out_where_a_class_belongs_together(units: list[int]) -> None:
    with pytest.raises(BadData, match="Only 0 of 2 classes have labelled rows that do") as raised:
        plan(np.array([0, 0, 1, 1]), units=np.array(units))
    assert "label rows of more groups" in (raised.value.hint or "")
