"""The SVM for very many dense rows finds what liblinear finds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.svm import LinearSVC

from core.errors import Cancelled
from core.finetune import repeated_squares
from core.finetune.heads import svm
from core.finetune.heads.svm import SvmHead
from core.finetune.repeated_squares import products, squared_hinge
from core.progress import Progress

X, Y = load_digits(return_X_y=True)
X = (X / 16).astype(np.float32)


def objective(coef: Any, intercept: Any, codes: Any, C: float, weights: Any) -> float:
    scores = X[: len(codes)] @ coef.T + intercept
    k = scores.shape[1]
    signs = np.where(codes[:, None] == (np.arange(k) if k > 1 else [1]), 1.0, -1.0)
    loss = (weights[:, None] * np.square(np.maximum(1 - signs * scores, 0))).sum()
    return float((np.square(coef).sum() + np.square(intercept).sum()) / 2 + C * loss)


def test_two_rows_by_hand() -> None:
    # the border lies at 0 and w = a in (a, -a): (w² + b²) / 2 + 2 C (1 - w)², so w = 4C / (1 + 4C)
    rows = np.array([[1.0], [-1.0]])
    found = squared_hinge(rows, np.array([1, 0]), C=1.0, weights=np.ones(2))
    assert found.converged
    np.testing.assert_allclose(found.coef, [[0.8]], atol=1e-3)
    np.testing.assert_allclose(found.intercept, [0], atol=1e-6)


@pytest.mark.parametrize("C", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("precise", [True, False])
def test_as_low_as_liblinear(C: float, precise: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeated_squares, "_BLOCK", 500)
    if not precise:
        monkeypatch.setattr(repeated_squares, "_PRECISE", 0)
    ones = np.ones(len(Y))
    found = squared_hinge(X, Y, C=C, weights=ones)
    theirs = LinearSVC(C=C, dual=False, tol=1e-6, max_iter=10_000).fit(X, Y)
    lowest = objective(theirs.coef_, theirs.intercept_, Y, C, ones)
    assert objective(found.coef, found.intercept, Y, C, ones) <= 1.005 * lowest
    same = (X @ found.coef.T + found.intercept).argmax(axis=1) == theirs.predict(X)
    assert same.mean() > 0.998


def test_two_classes_and_weights() -> None:
    rows = Y < 2
    codes, weights = Y[rows], np.where(Y[rows] == 1, 5.0, 0.5)
    found = squared_hinge(X[rows], codes, C=1.0, weights=weights)
    theirs = LinearSVC(C=1.0, dual=False, tol=1e-8).fit(X[rows], codes, sample_weight=weights)
    assert found.coef.shape == (1, 64)
    np.testing.assert_allclose(found.coef, theirs.coef_, atol=0.02)


def test_products_by_hand() -> None:
    found = products(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 2.0]))
    # columns 1 and 2 and ones; the second row counts twice
    np.testing.assert_array_equal(found, [[19, 26, 7], [26, 36, 10], [7, 10, 3]])


def test_products_serve_for_every_strictness(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeated_squares, "_BLOCK", 500)
    weights = np.linspace(0.5, 2, len(Y))
    shared = products(X, weights)
    kept = shared.copy()
    for C in (0.1, 10.0):
        alone = squared_hinge(X, Y, C=C, weights=weights)
        given = squared_hinge(X, Y, C=C, weights=weights, gram=shared)
        np.testing.assert_array_equal(given.coef, alone.coef)
    np.testing.assert_array_equal(shared, kept)


def test_it_can_be_cancelled() -> None:
    seen: list[float] = []

    def report(fraction: float, *_: object) -> None:
        seen.append(fraction)
        if fraction > 0.5:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        squared_hinge(X, Y, C=1.0, weights=np.ones(len(Y)), progress=Progress(report))
    assert seen == sorted(seen)


@pytest.mark.parametrize("class_weight", [None, "balanced", {3: 4.0}])
def test_the_head_takes_it_for_many_rows(
    class_weight: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = SvmHead(class_weight=class_weight).fit(X, Y)
    monkeypatch.setattr(svm, "_MANY", 1000)
    called: list[Any] = []
    whole = svm.squared_hinge

    def counted(*args: Any, **kwargs: Any) -> Any:
        called.append(kwargs["weights"])
        return whole(*args, **kwargs)

    monkeypatch.setattr(svm, "squared_hinge", counted)
    many = SvmHead(class_weight=class_weight).fit(X, Y)
    # once for the weights, and once without the rows that the temperature is measured on
    assert [int((weights == 0).sum()) for weights in called] == [0, 359]
    assert (many.predict(X) == usual.predict(X)).mean() > 0.995
    assert many.temperature_ == pytest.approx(usual.temperature_, rel=0.35)
    assert many.converged_
    assert many.notes() == ()


def test_few_rows_of_a_class_have_the_usual_temperature(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(svm, "_MANY", 10)
    head = SvmHead().fit(X[:12, :5], np.array([0] * 10 + [1] * 2))
    assert head.temperature_ == svm.DEFAULT_TEMPERATURE
