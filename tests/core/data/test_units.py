"""Rows that belong together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.dataset import Dataset
from core.data.units import join_groups, repeated, stack_units, units_of, units_per_class


def texts(rows: list[str], group: list[object] | None = None) -> Dataset:
    return Dataset(
        name="made",
        title="Made",
        modality="text",
        rows=np.array(rows, dtype=object),
        labels=np.zeros(len(rows), np.int32),
        classes=("a",),
        test=np.zeros(len(rows), bool),
        group=None if group is None else np.array(group, dtype=object),
    )


def test_equal_rows_are_one_unit() -> None:
    found = units_of(texts(["One!", "two", "one", "three"]), np.arange(4))
    assert found.tolist() == [0, 1, 0, 2]


def test_rows_of_a_group_are_one_unit_and_equal_rows_join_groups() -> None:
    made = texts(["a", "b", "c", "d", "a", "e", "f"], ["x", "x", "y", "z", "y", None, np.nan])
    # "a" is in x and in y, so these are one; z and the rows without a group are alone
    assert units_of(made, np.arange(7)).tolist() == [0, 0, 0, 1, 0, 2, 3]
    # of the rows asked for alone: nothing joins x and y
    assert units_of(made, np.array([1, 2, 3])).tolist() == [0, 1, 2]
    assert units_of(made, np.array([], dtype=np.int64)).tolist() == []


def test_groups_may_be_anything() -> None:
    groups = np.array([1, "1", 1.0, None], dtype=object)
    assert join_groups(np.arange(4), groups).tolist() == [0, 1, 0, 2]
    assert join_groups(np.array([], np.int64), np.array([], dtype=object)).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=40))
def test_units_are_the_closure_of_both(made: list[tuple[int, int]]) -> None:
    codes, groups = np.array(made).T
    codes = np.unique(codes, return_inverse=True)[1]
    found = join_groups(codes, groups.astype(object))
    slow = np.arange(len(codes))
    for _ in codes:  # the least number among those of equal content or group, until it settles
        for column in (codes, groups):
            for value in np.unique(column):
                slow[column == value] = slow[column == value].min()
    assert (
        np.unique(found, return_inverse=True)[1] == np.unique(slow, return_inverse=True)[1]
    ).all()


def test_counting() -> None:
    units, labels = np.array([-5, -5, 3, 9]), np.array([0, 0, 0, 2])
    assert units_per_class(labels, units).tolist() == [2, 0, 1]
    assert repeated(units)
    assert not repeated(np.arange(3))
    assert not repeated(None)


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        (((None, 2), (None, 3)), None),
        (((np.array([4, 4]), 2), (np.array([4, 7]), 2)), [4, 4, 4, 7]),
        (((None, 2), (np.array([1, 1, 0]), 3)), [2, 3, 1, 1, 0]),
        (((np.array([-1, -2]), 2), (None, 2)), [-1, -2, 2, 3]),
    ],
)
def test_units_of_stacked_rows(parts: tuple[object, ...], found: list[int] | None) -> None:
    got = stack_units(*parts)  # type: ignore[arg-type]
    assert (None if got is None else got.tolist()) == found
