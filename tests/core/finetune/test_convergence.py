"""Descent ends where scikit-learn's solvers end, on the same convex objective."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.svm import SVC, LinearSVC

from core.finetune.descent import Descent
from core.finetune.losses import LOSSES
from core.finetune.optimisers import OPTIMISERS
from core.finetune.rates import largest_curvature
from core.finetune.weights import Weights, one_hot

L2 = 0.05


def _rows(k: int = 3):
    rng = np.random.default_rng(3)
    codes = np.repeat(np.arange(k), 20)
    X = rng.normal(size=(len(codes), 6)) + 0.8 * rng.normal(size=(k, 6))[codes]
    return X, codes


def _descend(X, codes, loss, *, optimiser="plain", passes=4000, factor=1.0, **more):
    made = LOSSES[loss]()
    rate = factor / (made.curvature * largest_curvature(X) + L2)
    descent = Descent(
        X,
        one_hot(codes, codes.max() + 1),
        rate=rate,
        loss=made,
        optimiser=OPTIMISERS[optimiser](),
        l2=L2,
        **more,
    )
    for _ in range(passes):
        descent.advance()
    return descent


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix])
def test_squared_is_ridge(kind):
    X, codes = _rows()
    found = _descend(kind(X), codes, "squared").weights
    ridge = Ridge(alpha=L2 * len(X), solver="cholesky").fit(X, one_hot(codes, 3))
    np.testing.assert_allclose(found.coef, ridge.coef_.T, atol=1e-4)
    np.testing.assert_allclose(found.intercept, ridge.intercept_, atol=1e-4)


@pytest.mark.parametrize(
    ("optimiser", "factor"), [("plain", 1.0), ("momentum", 0.2), ("adagrad", 5.0), ("adam", 0.02)]
)
def test_softmax_is_logistic_regression(optimiser, factor):
    X, codes = _rows()
    found = _descend(X, codes, "softmax", optimiser=optimiser, factor=factor).weights
    exact = LogisticRegression(C=1 / (L2 * len(X)), tol=1e-10, max_iter=10_000).fit(X, codes)
    np.testing.assert_allclose(found.coef, exact.coef_.T, atol=1e-4)
    # the intercepts are known up to a constant, which the penalty leaves free
    ours, theirs = found.intercept - found.intercept.mean(), exact.intercept_
    np.testing.assert_allclose(ours, theirs - theirs.mean(), atol=1e-4)


def test_squared_hinge_is_the_linear_svm():
    X, codes = _rows()
    found = _descend(X, codes, "squared_hinge").weights
    # liblinear penalises the intercept as well: a large scale makes that next to nothing
    exact = LinearSVC(
        C=1 / (L2 * len(X)), dual=False, tol=1e-12, max_iter=100_000, intercept_scaling=1e3
    ).fit(X, codes)
    np.testing.assert_allclose(found.coef, exact.coef_.T, atol=1e-4)
    np.testing.assert_allclose(found.intercept, exact.intercept_, atol=1e-4)


def test_hinge_is_the_linear_svm():
    """Its kink makes constant steps swing to and fro: the mean of late steps is what settles.

    Averaging: Polyak & Juditsky 1992; four stages, each from the mean of the one before.
    """
    X, codes = _rows(2)
    l2, rate, known, passes = 1.0, 0.1, None, 6000
    for _ in range(4):
        descent = Descent(
            X, one_hot(codes, 2), rate=rate, loss=LOSSES["hinge"](), l2=l2, start=known
        )
        coef, intercept = np.zeros((6, 2)), np.zeros(2)
        for number in range(passes):
            descent.advance()
            if number >= passes // 2:
                coef += descent.weights.coef
                intercept += descent.weights.intercept
        known, rate = Weights(coef / (passes // 2), intercept / (passes // 2)), rate / 6
    exact = SVC(kernel="linear", C=1 / (l2 * len(X)), tol=1e-9).fit(X, codes)
    np.testing.assert_allclose(known.coef[:, 1], exact.coef_[0], atol=1e-4)
    np.testing.assert_allclose(known.intercept[1], exact.intercept_[0], atol=1e-4)
    # one class against the other: the first is the mirror of the second
    np.testing.assert_allclose(known.coef[:, 0], -exact.coef_[0], atol=1e-4)


def test_mini_batches_end_there_too_when_steps_shrink():
    from core.finetune.schedules import Schedule

    X, codes = _rows()
    passes = 2000
    found = _descend(
        X,
        codes,
        "softmax",
        passes=passes,
        factor=0.1,
        batch_size=16,
        schedule=Schedule("cosine", passes),
    ).weights
    exact = LogisticRegression(C=1 / (L2 * len(X)), tol=1e-10, max_iter=10_000).fit(X, codes)
    np.testing.assert_allclose(found.coef, exact.coef_.T, atol=2e-3)


def test_row_weights_are_repeated_rows():
    X, codes = _rows()
    weights = np.where(codes == 0, 2.0, 1.0)
    again = np.concatenate([np.arange(len(X)), np.flatnonzero(codes == 0)])
    one = _descend(X, codes, "softmax", row_weights=weights / weights.mean())
    two = _descend(X[again], codes[again], "softmax")
    np.testing.assert_allclose(one.weights.coef, two.weights.coef, atol=1e-6)


@pytest.mark.parametrize("optimiser", ["plain", "adam"])
def test_towards_given_weights(optimiser):
    """The answer is that of the loss seen from the given weights, with a plain penalty."""
    X, codes = _rows()
    rng = np.random.default_rng(0)
    known = Weights(rng.normal(size=(6, 3)), rng.normal(size=3))
    factor = 1.0 if optimiser == "plain" else 0.02
    found = _descend(X, codes, "squared", optimiser=optimiser, factor=factor, towards=known).weights
    A = np.hstack([X, np.ones((len(X), 1))])
    gram = A.T @ A / len(X) + L2 * np.eye(7)
    W0 = np.vstack([known.coef, known.intercept])
    exact = np.linalg.solve(gram, A.T @ one_hot(codes, 3) / len(X) + L2 * W0)
    np.testing.assert_allclose(np.vstack([found.coef, found.intercept]), exact, atol=1e-4)


def test_clipping_bounds_the_step():
    X, codes = _rows()
    before = _descend(X, codes, "squared", passes=0)
    start = before.weights.copy()
    free = Descent(X, before.targets, rate=1.0, loss=before.loss)
    bound = Descent(X, before.targets, rate=1.0, loss=before.loss, clip=0.01)
    free.advance()
    bound.advance()

    def length(weights: Weights) -> float:
        coef, intercept = weights.coef - start.coef, weights.intercept - start.intercept
        return float(np.sqrt((coef**2).sum() + (intercept**2).sum()))

    assert length(free.weights) > 0.02
    assert length(bound.weights) == pytest.approx(0.01)
    # the direction stays
    np.testing.assert_allclose(
        bound.weights.coef / 0.01, free.weights.coef / length(free.weights), atol=1e-12
    )
