from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.datasets import load_digits
from sklearn.tree import DecisionTreeClassifier

from core.errors import BadModelFile
from core.finetune.heads import tree
from core.finetune.heads.tree import TreeHead


def good_state():
    """Column 1 at most 0.5: class 0 in three of four rows; else class 1."""
    return {
        "classes": np.array([0, 1]),
        "n_features": 2,
        "left": np.array([1, -1, -1]),
        "right": np.array([2, -1, -1]),
        "feature": np.array([1, -1, -1]),
        "threshold": np.array([0.5, 0.0, 0.0]),
        "value": np.array([[0.5, 0.5], [0.75, 0.25], [0.0, 1.0]]),
    }


def test_by_hand():
    head = TreeHead().load_state(good_state())
    X = np.array([[9.0, 0.5], [0.0, 0.6]])
    assert head.predict_proba(X).tolist() == [[0.75, 0.25], [0, 1]]
    assert head.leaves(sparse.csr_matrix(X)).tolist() == [1, 2]
    assert head.predict(X).tolist() == [0, 1]
    assert head.linear() is None


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10_000),
    st.integers(4, 60),
    st.integers(1, 6),
    st.fixed_dictionaries(
        {
            "max_depth": st.sampled_from([None, 1, 3]),
            "min_samples_leaf": st.integers(1, 4),
            "criterion": st.sampled_from(["gini", "entropy"]),
        }
    ),
)
def test_says_exactly_what_scikit_learn_says(seed, n, d, options):
    rng = np.random.default_rng(seed)
    # few different values: many rows lie exactly on a threshold's side
    X = rng.integers(0, 4, (n, d)) / 3
    y = np.append([0, 1, 2], rng.integers(0, 3, n - 3))
    head = TreeHead(**options, random_state=1).fit(X, y)
    reference = DecisionTreeClassifier(**options, random_state=1).fit(X, y)
    new = np.vstack([X, rng.standard_normal((20, d))])
    np.testing.assert_array_equal(head.predict_proba(new), reference.predict_proba(new))
    np.testing.assert_array_equal(
        head.predict_proba(sparse.csr_matrix(new)), reference.predict_proba(new)
    )


def test_sparse_rows_in_blocks_say_exactly_what_scikit_learn_says(monkeypatch):
    monkeypatch.setattr(tree, "_CELLS", 1000)
    X, y = load_digits(return_X_y=True)
    thin = sparse.csr_matrix(X)
    head = TreeHead(random_state=0).fit(thin[:900], y[:900])
    reference = DecisionTreeClassifier(random_state=0).fit(X[:900], y[:900])
    for rows in (X, thin):
        np.testing.assert_array_equal(head.predict_proba(rows), reference.predict_proba(X))


def test_survives_its_state():
    X, y = load_digits(return_X_y=True)
    head = TreeHead(max_depth=5).fit(X, y)
    again = TreeHead().load_state(head.state())
    np.testing.assert_array_equal(again.predict_proba(X), head.predict_proba(X))
    assert again.n_features_in_ == 64


def test_a_tree_of_one_leaf_knows_the_shares():
    head = TreeHead().fit(np.zeros((4, 2)), np.array([0, 0, 0, 1]))
    assert head.predict_proba(np.ones((2, 2))).tolist() == [[0.75, 0.25]] * 2


def changed(name, place, value):
    array = good_state()[name].copy()
    array[place] = value
    return {name: array}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"left": None}, "'left' is missing"),
        ({"left": np.array([], dtype=int)}, "has the shape"),
        (changed("left", 0, 3), "out of the tree"),
        (changed("right", 0, 2**40), "out of the tree"),
        (changed("left", 0, 0), "or back"),
        (changed("right", 0, -7), "or back"),
        (changed("right", 0, -1), "one side only"),
        (changed("feature", 0, 2), "beyond its 2"),
        (changed("feature", 0, -1), "beyond its 2"),
        (changed("value", (1, 0), 0.9), "add up to 1"),
        (changed("value", 1, [1.5, -0.5]), "add up to 1"),
        (changed("threshold", 0, np.inf), "'threshold' holds NaN"),
        ({"value": np.ones((3, 3)) / 3}, "'value' has the shape"),
        ({"right": np.array([2, -1])}, "'right' has the shape"),
        ({"n_features": 0}, "'n_features' is 0"),
        ({"left": np.array([1.0, -1, -1])}, "holds values of type float64"),
    ],
)
def test_a_forged_tree_is_refused(change, words):
    with pytest.raises(BadModelFile, match=words):
        TreeHead().load_state({**good_state(), **change})


def test_a_tree_without_nodes_is_refused():
    empty = {
        **good_state(),
        **{name: np.array([], dtype=int) for name in ("left", "right", "feature")},
        "threshold": np.array([]),
        "value": np.zeros((0, 2)),
    }
    with pytest.raises(BadModelFile, match="no nodes"):
        TreeHead().load_state(empty)


def test_what_stands_in_a_leaf_is_never_asked():
    head = TreeHead().load_state({**good_state(), **changed("feature", 1, 10**9)})
    assert head.predict(np.array([[0.0, 0.0]])).tolist() == [0]
