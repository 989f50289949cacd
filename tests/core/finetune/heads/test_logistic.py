from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.linear_model import LogisticRegression

from core.finetune.heads import logistic
from core.finetune.heads.logistic import LogisticHead


def texts_like(n, d=400, seed=0):
    """Sparse rows of length 1 in three classes, as few words as a short text has."""
    rng = np.random.default_rng(seed)
    codes = np.arange(n) % 3
    counts = rng.poisson(0.02, (n, d)) + rng.poisson(0.2, (n, d)) * (
        np.arange(d) % 3 == codes[:, None]
    )
    X = counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-9)
    return sparse.csr_matrix(X), codes


@pytest.mark.parametrize("C", [0.1, 1.0, 100.0])
@pytest.mark.parametrize("form", [sparse.csr_matrix, lambda X: X.toarray()])
def test_few_rows_in_their_own_span_give_the_same_model(C, form):
    X, y = texts_like(30)
    head = LogisticHead(C=C, tol=1e-8).fit(form(X), y)
    reference = LogisticRegression(C=C, tol=1e-8, max_iter=5000).fit(X, y)
    np.testing.assert_allclose(head.coef_, reference.coef_, atol=1e-4 * C)
    new, _ = texts_like(50, seed=1)
    np.testing.assert_allclose(
        head.predict_proba(form(new)), reference.predict_proba(new), atol=1e-4
    )


def test_many_rows_give_the_model_of_scikit_learn():
    X, y = load_digits(return_X_y=True)
    X = X / 16
    head = LogisticHead(tol=1e-6).fit(X[:150], y[:150])
    reference = LogisticRegression(tol=1e-6, max_iter=5000).fit(X[:150], y[:150])
    np.testing.assert_allclose(head.predict_proba(X), reference.predict_proba(X), atol=1e-4)


def test_two_classes_give_the_model_of_scikit_learn():
    X, y = load_breast_cancer(return_X_y=True)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    head = LogisticHead(tol=1e-8).fit(X, y)
    reference = LogisticRegression(tol=1e-8, max_iter=5000).fit(X, y)
    np.testing.assert_allclose(head.predict_proba(X), reference.predict_proba(X), atol=1e-5)
    np.testing.assert_allclose(head.coef_[1] - head.coef_[0], reference.coef_[0], atol=1e-3)


def test_columns_of_any_scale_settle():
    X, y = load_breast_cancer(return_X_y=True)
    head = LogisticHead().fit(X, y)
    assert head.notes() == ()
    assert (head.predict(X) == y).mean() > 0.9


def test_what_did_not_settle_is_said(monkeypatch):
    monkeypatch.setattr(logistic, "_MAX_ITER", 2)
    X, y = load_digits(return_X_y=True)
    head = LogisticHead().fit(X[:300], y[:300])
    assert "after 2 rounds before its weights settled" in head.notes()[0]


def test_the_order_of_the_rows_does_not_matter():
    X, y = texts_like(40)
    order = np.random.default_rng(0).permutation(40)
    first = LogisticHead(tol=1e-8).fit(X, y)
    second = LogisticHead(tol=1e-8).fit(X[order], y[order])
    np.testing.assert_allclose(first.coef_, second.coef_, atol=1e-5)


def test_rows_of_nothing_share_the_probability_out():
    head = LogisticHead().fit(sparse.csr_matrix((6, 20)), np.array([0, 0, 0, 1, 1, 2]))
    np.testing.assert_allclose(
        head.predict_proba(np.zeros((1, 20)))[0], [1 / 2, 1 / 3, 1 / 6], atol=1e-3
    )
