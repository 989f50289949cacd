from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadData, BadParam
from core.finetune.draws import draw_labels

label_lists = st.lists(st.integers(-1, 4), min_size=1, max_size=60).filter(
    lambda labels: max(labels) >= 0
)
seeds = st.integers(0, 2**32 - 1)


def of_class(labels, drawn, code):
    return [row for row in drawn if labels[row] == code]


@settings(max_examples=40, deadline=None)
@given(label_lists, st.integers(1, 12), seeds)
def test_each_class_gives_the_budget_or_all_it_has(labels, per_class, seed):
    labels = np.array(labels)
    drawn = draw_labels(labels, per_class, seed=seed)
    assert len(set(drawn.tolist())) == len(drawn)
    assert (labels[drawn] >= 0).all()
    for code in set(labels[labels >= 0]):
        assert len(of_class(labels, drawn, code)) == min(per_class, (labels == code).sum())


@settings(max_examples=40, deadline=None)
@given(label_lists, st.integers(1, 12), seeds)
def test_a_smaller_budget_is_the_beginning_of_a_larger_one(labels, per_class, seed):
    labels = np.array(labels)
    small = draw_labels(labels, per_class, seed=seed)
    large = draw_labels(labels, per_class + 1, seed=seed)
    for code in set(labels[labels >= 0]):
        few, more = of_class(labels, small, code), of_class(labels, large, code)
        assert more[: len(few)] == few


@settings(max_examples=40, deadline=None)
@given(label_lists, st.integers(1, 12), seeds)
def test_the_seed_decides(labels, per_class, seed):
    labels = np.array(labels)
    np.testing.assert_array_equal(
        draw_labels(labels, per_class, seed=seed), draw_labels(labels, per_class, seed=seed)
    )


@settings(max_examples=40, deadline=None)
@given(label_lists, st.integers(0, 4), st.integers(1, 20), st.integers(1, 12), seeds)
def test_rows_added_to_one_class_leave_the_others_alone(labels, grown, number, per_class, seed):
    before = np.array(labels)
    after = np.append(before, [grown] * number)
    first = draw_labels(before, per_class, seed=seed)
    second = draw_labels(after, per_class, seed=seed)
    for code in set(before[before >= 0]) - {grown}:
        assert of_class(before, first, code) == of_class(after, second, code)


def test_follows_the_published_protocol():
    labels = np.array([1, 0, 1, 0, 1, 0, 1])
    first = np.array([1, 3, 5])[np.random.RandomState(7).permutation(3)]
    second = np.array([0, 2, 4, 6])[np.random.RandomState(7).permutation(4)]
    drawn = draw_labels(labels, 2, seed=7)
    assert drawn.tolist() == [*first[:2].tolist(), *second[:2].tolist()]


def test_other_seeds_draw_other_rows():
    labels = np.zeros(50, dtype=int)
    drawn = {tuple(draw_labels(labels, 5, seed=seed)) for seed in range(10)}
    assert len(drawn) == 10


def test_no_budget_takes_every_label_in_order():
    assert draw_labels(np.array([1, -1, 0, 1]), None, seed=3).tolist() == [0, 2, 3]


def test_a_budget_below_one_is_refused():
    with pytest.raises(BadParam, match="cannot be 0 per class"):
        draw_labels(np.array([0, 1]), 0, seed=0)


@pytest.mark.parametrize("labels", [[-1, -1], []])
def test_rows_without_labels_are_refused(labels):
    with pytest.raises(BadData, match="None of the training rows has a label"):
        draw_labels(np.array(labels, dtype=int), 5, seed=0)
