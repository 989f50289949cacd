from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from core.finetune.rates import largest_curvature, squared_lengths


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 30), st.integers(1, 20))
def test_is_the_largest_eigenvalue_with_the_intercept(seed, n, d):
    X = np.random.default_rng(seed).standard_normal((n, d))
    exact = np.linalg.norm(np.hstack([X, np.ones((n, 1))]), 2) ** 2 / n
    found = largest_curvature(X)
    assert found <= exact * (1 + 1e-9)
    assert found == pytest.approx(exact, rel=0.02)
    assert largest_curvature(sparse.csr_matrix(X)) == pytest.approx(found)


def test_rows_of_nothing_leave_the_intercept():
    assert largest_curvature(np.zeros((4, 3))) == pytest.approx(1)


def test_batches_lie_between_all_rows_and_single_ones():
    X = np.random.default_rng(0).standard_normal((50, 4))
    whole = largest_curvature(X)
    single = squared_lengths(X).max() + 1
    assert largest_curvature(X, 1) == pytest.approx(single)
    assert largest_curvature(X, 50) == whole
    assert largest_curvature(X, 500) == whole
    bounds = [largest_curvature(X, size) for size in (1, 2, 5, 10, 25, 50)]
    assert bounds == sorted(bounds, reverse=True)


def test_squared_lengths():
    X = np.array([[3.0, 4.0], [0.0, 0.0]])
    assert squared_lengths(X).tolist() == [25, 0]
    assert squared_lengths(sparse.csr_matrix(X)).tolist() == [25, 0]
