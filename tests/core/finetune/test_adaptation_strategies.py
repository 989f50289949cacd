"""Adaptation across domains: what each undoes, and what it leaves alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from core.errors import BadData, BadParam
from core.finetune import get_strategy
from core.finetune.base import Task
from core.finetune.heads.logistic import LogisticHead
from core.finetune.heads.tree import TreeHead
from core.finetune.source import Source
from core.finetune.strategies.self_training import surest
from core.finetune.strategies.source_self_training import believed
from core.pretrain.base import Encoder
from core.progress import SILENT
from core.transfer.domains.coral import coral, power
from core.transfer.domains.density import density_ratio, effective_rows, from_chances

KEYS = ["source_only", "coral", "importance", "label_shift", "source_self_training"]
KINDS = [np.asarray, sparse.csr_matrix]


def two_classes(n=80, *, shares=(0.5, 0.5), seed=0, stretch=1.0):
    """Classes apart in the first column; the second is noise and varies ``stretch`` as much."""
    draw = np.random.default_rng(seed)
    codes = np.repeat([0, 1], [round(shares[0] * n), n - round(shares[0] * n)])
    X = np.column_stack([2.0 * codes - 1 + draw.normal(0, 0.4, n), draw.normal(0, stretch, n)])
    return X, codes


def task(source, target, *, labelled=0, kind=np.asarray, make_head=LogisticHead, seed=0):
    """A target of which the first rows are labelled; the others are the pool."""
    (X, codes), (T, truth) = source, target
    given = Source(
        head=LogisticHead(),
        classes=("no", "yes"),
        target_classes=("no", "yes"),
        encoded=lambda: kind(X),
        labels=codes,
    )
    return Task(
        rows=np.array(["text"] * labelled, dtype=object),
        labels=truth[:labelled],
        encoded=kind(T[:labelled]),
        pool=lambda: kind(T[labelled:]),
        encoder=Encoder(),
        make_head=make_head,
        seed=seed,
        source=given,
    )


def learn(key, given, **settings):
    encoder, head = get_strategy(key).learn(given, settings, SILENT)
    assert encoder is given.encoder
    return head


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("labelled", [0, 3])
@pytest.mark.parametrize("key", KEYS)
def test_each_learns_without_a_label_of_the_target_and_with_a_few(key, labelled, kind):
    source, target = two_classes(), two_classes(seed=1)
    head = learn(key, task(source, target, labelled=labelled, kind=kind))
    assert (head.predict(kind(target[0])) == target[1]).mean() > 0.9
    dense = learn(key, task(source, target, labelled=labelled))
    np.testing.assert_allclose(head.coef_, dense.coef_, atol=1e-3)
    again = LogisticHead().load_state(head.state())
    np.testing.assert_array_equal(again.predict(kind(target[0])), head.predict(kind(target[0])))


@pytest.mark.parametrize("key", KEYS)
def test_labels_of_the_pool_are_never_seen(key):
    source, (T, truth) = two_classes(), two_classes(seed=1)
    one = learn(key, task(source, (T, truth)))
    other = learn(key, task(source, (T, 1 - truth)))
    np.testing.assert_array_equal(one.coef_, other.coef_)


@pytest.mark.parametrize("key", KEYS)
def test_without_a_source(key):
    import dataclasses

    given = dataclasses.replace(task(two_classes(), two_classes()), source=None)
    with pytest.raises(BadParam, match="none was chosen"):
        learn(key, given)


def test_source_only_sees_nothing_of_the_target():
    source = two_classes()
    head = learn("source_only", task(source, two_classes(seed=1), labelled=4))
    np.testing.assert_array_equal(head.coef_, LogisticHead().fit(*source).coef_)


# CORAL ---------------------------------------------------------------------------------------


def test_coral_gives_the_source_the_mean_and_covariance_of_the_target():
    draw = np.random.default_rng(0)
    source = draw.normal(size=(300, 3)) @ draw.normal(size=(3, 3)) + 1
    target = draw.normal(size=(200, 3)) @ draw.normal(size=(3, 3)) - 5
    carried = coral(source, target, ridge=0.0).carried(source)
    np.testing.assert_allclose(carried.mean(axis=0), target.mean(axis=0), atol=1e-8)
    np.testing.assert_allclose(np.cov(carried.T), np.cov(target.T), atol=1e-6)


def test_coral_by_hand_on_one_column():
    # variance 2 becomes variance 8: each step from the mean is doubled
    found = coral(np.array([[0.0], [2.0]]), np.array([[10.0], [14.0]]), ridge=0.0)
    np.testing.assert_allclose(found.carried(np.array([[0.0], [1.0], [2.0]])), [[10], [12], [14]])


def test_coral_of_a_domain_with_itself_changes_nothing():
    X, _ = two_classes()
    np.testing.assert_allclose(coral(X, X).carried(X), X, atol=1e-8)


def test_coral_in_fewer_directions_keeps_the_encoders_columns():
    draw = np.random.default_rng(1)
    X = draw.normal(size=(60, 12))
    codes = (X[:, 0] > 0).astype(int)
    head = learn("coral", task((X, codes), (X + 0.1, codes)), directions=4)
    assert head.coef_.shape == (2, 12)
    assert np.linalg.matrix_rank(head.coef_) == 1
    found = coral(X, X, directions=4)
    np.testing.assert_allclose(found.basis.T @ found.basis, np.eye(4), atol=1e-8)


def test_coral_undoes_a_stretch():
    """The target's second column varies ten times as much, and means as little as before."""
    (X, codes), (T, truth) = two_classes(), two_classes(seed=1)
    moved = T * [10.0, 1.0] + [30.0, 0.0]
    plain = learn("source_only", task((X, codes), (moved, truth)))
    adapted = learn("coral", task((X, codes), (moved, truth)))
    assert (plain.predict(moved) == truth).mean() < 0.6
    assert (adapted.predict(moved) == truth).mean() > 0.9


def test_powers_of_a_matrix():
    matrix = np.array([[4.0, 0.0], [0.0, 9.0]])
    np.testing.assert_allclose(power(matrix, 0.5), [[2, 0], [0, 3]])
    np.testing.assert_allclose(power(matrix, -0.5) @ matrix @ power(matrix, -0.5), np.eye(2))


def test_coral_needs_a_linear_head():
    with pytest.raises(BadParam, match="needs a linear head"):
        learn("coral", task(two_classes(), two_classes(), make_head=TreeHead))


# importance weighting ------------------------------------------------------------------------


def test_weights_are_odds_with_mean_one():
    weights = from_chances(np.array([0.5, 0.75]), 1.0)
    np.testing.assert_allclose(weights, [0.5, 1.5])
    # twice as many source rows: the same odds after scaling
    np.testing.assert_allclose(from_chances(np.array([0.5, 0.75]), 2.0), weights)
    assert from_chances(np.array([0.999999] + [0.01] * 99), 1.0, most=5).max() < 100
    assert effective_rows(np.array([1.0, 1, 1, 1])) == 4
    assert effective_rows(np.array([1.0, 0, 0, 0])) == 1


def test_rows_that_look_like_the_target_count_more():
    draw = np.random.default_rng(0)
    X = draw.normal(size=(200, 1))
    weights = density_ratio(X, draw.normal(size=(200, 1)) + 1.5)
    assert weights.mean() == pytest.approx(1.0)
    assert weights[X[:, 0] > 1].mean() > 4 * weights[X[:, 0] < 0].mean()


def test_the_target_like_half_of_the_source_decides():
    """Half of the source says the opposite, far from where the target lies."""
    (near, codes), (far, _) = two_classes(), two_classes(seed=2)
    X = np.vstack([near, far + [0, 12]])
    y = np.concatenate([codes, 1 - codes])
    target = two_classes(seed=1)
    one = learn("source_only", task((X[:, :1], y), (target[0][:, :1], target[1])))
    assert abs(one.coef_).max() < 0.2  # both halves together say nothing
    head = learn("importance", task((X, y), target))
    assert (head.predict(target[0]) == target[1]).mean() > 0.9


# label shift ---------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["bbse", "em"])
def test_correction_moves_the_boundary_towards_the_class_that_became_rare(method):
    source, target = two_classes(200), two_classes(200, shares=(0.95, 0.05), seed=1)
    plain = learn("source_only", task(source, target))
    corrected = learn("label_shift", task(source, target), estimate_by=method)
    middle = np.array([[0.0, 0.0]])
    assert corrected.predict_proba(middle)[0, 1] < plain.predict_proba(middle)[0, 1] - 0.1


def test_too_few_rows_for_a_correction():
    X, codes = two_classes()
    with pytest.raises(BadData, match="too few labelled rows of each class"):
        learn("label_shift", task((X[[0, -1]], codes[[0, -1]]), two_classes(seed=1)))


# self-training -------------------------------------------------------------------------------


def moved_task(labelled=0):
    """The target lies aslant: the source's boundary is right about the sure rows alone."""
    source, (T, truth) = two_classes(), two_classes(200, seed=1, stretch=1.0)
    return task(source, (T + [0.0, 3.0], truth), labelled=labelled)


def test_believing_nothing_is_the_source_alone():
    plain = learn("source_only", moved_task())
    gated = learn("source_self_training", moved_task(), least=1.0)
    np.testing.assert_array_equal(gated.coef_, plain.coef_)
    believed = learn("source_self_training", moved_task(), share=0.5)
    assert not np.array_equal(believed.coef_, plain.coef_)


def test_without_other_rows_there_is_nothing_to_believe():
    source, target = two_classes(), two_classes(n=4, seed=1)
    head = learn("source_self_training", task(source, target, labelled=4))
    wanted = LogisticHead().fit(
        np.vstack([target[0], source[0]]), np.concatenate([target[1], source[1]])
    )
    np.testing.assert_array_equal(head.coef_, wanted.coef_)


def test_several_rounds_reach_the_same_share():
    one = learn("source_self_training", moved_task(), share=0.6, rounds=1)
    many = learn("source_self_training", moved_task(), share=0.6, rounds=3)
    assert one.coef_.shape == many.coef_.shape == (2, 2)


FOUR_ANSWERS = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]])  # all for the first class


@pytest.mark.parametrize(
    ("balance", "rows", "answers"),
    [
        (0.0, [0, 1], [0, 0]),  # as answered: half of four
        (1.0, [0, 3], [0, 1]),  # as at home: the second class by its best second answer
        (0.5, [0, 1], [0, 0]),  # 3 of 4 and 1 of 4: half of each is 1.5 and 0.5, rounded to even
    ],
)
def test_a_class_is_believed_as_often_as_the_balance_says(balance, rows, answers):
    chosen, said = believed(FOUR_ANSWERS, 0.5, np.array([0.5, 0.5]), balance)
    assert chosen.tolist() == rows
    assert said.tolist() == answers


def test_a_third_answer_is_never_believed():
    proba = np.array([[0.6, 0.3, 0.1]] * 4)
    chosen, said = believed(proba, 1.0, np.array([0.25, 0.25, 0.5]), 1.0)
    assert said.tolist() == [0, 1]
    assert chosen.tolist() == [0, 1]


def test_what_a_row_cannot_be_is_never_believed():
    proba = np.array([[1.0, 0.0], [0.8, 0.2], [1.0, 0.0], [1.0, 0.0]])  # as trees answer
    chosen, said = believed(proba, 1.0, np.array([0.25, 0.75]), 1.0)
    assert dict(zip(chosen.tolist(), said.tolist(), strict=True)) == {0: 0, 1: 1}


@given(st.integers(0, 10_000), st.floats(0.05, 1))
def test_without_balance_the_surest_of_each_answer_are_believed(seed, share):
    proba = np.random.default_rng(seed).dirichlet(np.ones(3), 20)
    for ours, wanted in zip(
        believed(proba, share, np.ones(3) / 3, 0.0), surest(proba, share), strict=True
    ):
        np.testing.assert_array_equal(ours, wanted)


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_two_classes_get_their_quotas_wherever_the_answers_lean(seed, balance):
    p = np.random.default_rng(seed).uniform(0.3, 0.9, 40)
    proba = np.column_stack([p, 1 - p])
    home = np.array([0.25, 0.75])
    _, said = believed(proba, 0.5, home, balance)
    answered = np.array([(p >= 0.5).sum(), (p < 0.5).sum()])
    wanted = np.round(0.5 * (balance * 40 * home + (1 - balance) * answered)).astype(int)
    assert np.bincount(said, minlength=2).tolist() == np.maximum(wanted, answered > 0).tolist()
