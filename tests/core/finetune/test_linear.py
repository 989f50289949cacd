from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from core.errors import BadModelFile
from core.finetune.heads.gradient import GradientHead
from core.finetune.heads.logistic import LogisticHead
from core.finetune.heads.svm import SvmHead
from core.finetune.linear import LinearHead, all_columns, row_per_class, used_columns

HEADS = [SvmHead, LogisticHead, GradientHead]


def good_state():
    return {
        "classes": np.array([0, 2, 5]),
        "coef": np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]]),
        "intercept": np.array([0.0, 0.5, 0.0]),
        "temperature": 2.0,
    }


def some_rows(k, n=60, d=6, seed=0):
    rng = np.random.default_rng(seed)
    codes = np.arange(n) % k
    centres = 2 * rng.standard_normal((k, d))
    return rng.standard_normal((n, d)) + centres[codes], codes


def test_scores_and_probabilities_by_hand():
    head = LinearHead().load_state(good_state())
    X = np.array([[2.0, 1.0]])
    assert head.scores(X).tolist() == [[2.0, 1.5, -3.0]]
    expected = np.exp([1.0, 0.75, -1.5])
    np.testing.assert_allclose(head.predict_proba(X)[0], expected / expected.sum())
    assert head.predict(X).tolist() == [0]
    assert head.predict(-X).tolist() == [5]


@pytest.mark.parametrize("k", [2, 4])
@pytest.mark.parametrize("make", HEADS)
def test_parts_of_a_row_add_up_to_its_score(make, k):
    X, codes = some_rows(k)
    head = make().fit(X, codes)
    weights, intercepts = head.linear()
    assert weights.shape == (k, 6)
    assert intercepts.shape == (k,)
    parts = X[:1] * weights  # what each column adds to each class
    np.testing.assert_allclose(parts.sum(axis=1) + intercepts, head.scores(X[:1])[0], rtol=1e-12)
    proba = head.predict_proba(X)
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    np.testing.assert_array_equal(proba.argmax(axis=1), head.scores(X).argmax(axis=1))
    # log-odds of two classes are the difference of their scores over the temperature
    odds = np.log(proba[:, 1] / proba[:, 0])
    scores = head.scores(X)
    np.testing.assert_allclose(odds, (scores[:, 1] - scores[:, 0]) / head.temperature_, rtol=1e-6)


@pytest.mark.parametrize("k", [2, 3])
@pytest.mark.parametrize("make", HEADS)
def test_sparse_rows_give_what_dense_rows_give(make, k):
    X, codes = some_rows(k, d=9)
    X[X < 0.5] = 0
    X[:, 3] = 0  # a column that no row uses
    dense = make().fit(X, codes)
    thin = make().fit(sparse.csr_matrix(X), codes)
    new = np.abs(X[:, ::-1])
    np.testing.assert_allclose(
        thin.predict_proba(sparse.csr_array(new)), dense.predict_proba(new), atol=2e-3
    )
    assert (thin.linear()[0][:, 3] == 0).all()


@pytest.mark.parametrize("make", HEADS)
def test_survives_its_state(make):
    X, codes = some_rows(3)
    head = make().fit(X, codes + 4)
    again = make().load_state(head.state())
    np.testing.assert_array_equal(again.predict_proba(X), head.predict_proba(X))
    assert again.classes_.tolist() == [4, 5, 6]
    assert again.n_features_in_ == 6
    assert again.notes() == head.notes()
    assert again.curves() == head.curves()


@pytest.mark.parametrize("make", HEADS)
def test_sixty_four_bit_indices_and_floats_of_half_the_size_will_do(make):
    X, codes = some_rows(2)
    wide = sparse.csr_matrix(X.astype(np.float32))
    wide.indices, wide.indptr = wide.indices.astype(np.int64), wide.indptr.astype(np.int64)
    proba = make().fit(wide, codes).predict_proba(wide)
    np.testing.assert_allclose(proba, make().fit(X, codes).predict_proba(X), atol=2e-3)


@pytest.mark.parametrize("make", HEADS)
def test_nothing_writes_to_a_fitted_head(make):
    head = make().fit(*some_rows(2))
    with pytest.raises(ValueError, match="read-only"):
        head.coef_[0, 0] = 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"coef": None}, "its part 'coef' is missing"),
        ({"coef": np.ones((3, 2), dtype=int)}, "holds values of type int64"),
        ({"coef": np.ones((2, 2))}, r"'coef' has the shape \(2, 2\)"),
        ({"coef": np.ones(3)}, r"'coef' has the shape \(3,\)"),
        ({"coef": np.ones((3, 0))}, "its weights have no columns"),
        ({"coef": np.full((3, 2), np.nan)}, "'coef' holds NaN"),
        ({"intercept": np.ones(2)}, r"'intercept' has the shape \(2,\)"),
        ({"classes": np.array([2, 0, 5])}, "not in order"),
        ({"classes": np.array([0, 0, 5])}, "not in order"),
        ({"classes": np.array([0])}, "fewer than two"),
        ({"classes": np.array([0.0, np.nan])}, "'classes' holds NaN"),
        ({"temperature": 0.0}, "'temperature' is 0"),
        ({"temperature": np.inf}, "'temperature' is inf"),
        ({"temperature": True}, "'temperature' is missing"),
        ({"temperature": "1"}, "'temperature' is missing"),
    ],
)
def test_a_damaged_state_is_refused(change, words):
    head = LinearHead()
    with pytest.raises(BadModelFile, match=words):
        head.load_state({**good_state(), **change})
    assert not hasattr(head, "coef_")


def test_one_row_for_two_classes_is_split():
    coef, intercept = row_per_class(np.array([[2.0, -4.0]]), np.array([1.0]))
    assert coef.tolist() == [[-1, 2], [1, -2]]
    assert intercept.tolist() == [-0.5, 0.5]


def test_more_rows_stay():
    coef, intercept = row_per_class(np.eye(3), np.arange(3.0))
    assert coef.tolist() == np.eye(3).tolist()
    assert intercept.tolist() == [0, 1, 2]


def test_columns_without_a_value_are_left_out_and_come_back():
    X = sparse.csr_matrix(np.array([[0.0, 1.0, 0.0, 2.0], [0.0, 3.0, 0.0, 0.0]]))
    small, columns = used_columns(X)
    assert small.toarray().tolist() == [[1, 2], [3, 0]]
    assert all_columns(np.array([[5.0, 6.0]]), columns, 4).tolist() == [[0, 5, 0, 6]]


@pytest.mark.parametrize("X", [np.zeros((2, 3)), sparse.csr_matrix((2, 3)), sparse.eye(3).tocsr()])
def test_dense_empty_and_full_rows_keep_their_columns(X):
    same, columns = used_columns(X)
    assert same is X
    assert columns is None
    weights = np.ones((2, 3))
    assert all_columns(weights, None, 3) is weights
