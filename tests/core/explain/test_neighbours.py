"""The nearest training rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.spatial.distance import cdist

from core.errors import BadData, BadParam
from core.explain.neighbours import Neighbour, nearest_rows


def test_by_hand() -> None:
    rows = np.array([[3.0, 4.0], [1.0, 0.0], [0.0, 0.0], [0.0, 2.0]], dtype=np.float32)
    found = nearest_rows(rows, np.array([[1.0, 0.0]], dtype=np.float32), k=3)
    assert found == [
        Neighbour(1, pytest.approx(0.0), pytest.approx(1.0)),
        Neighbour(2, pytest.approx(1.0), 0.0),
        Neighbour(3, pytest.approx(np.sqrt(5)), pytest.approx(0.0)),
    ]


@given(seed=st.integers(0, 1000), k=st.integers(1, 8))
def test_as_scipy_orders_them(seed: int, k: int) -> None:
    random = np.random.RandomState(seed)
    rows = random.normal(size=(6, 3)).astype(np.float32)
    row = random.normal(size=(1, 3)).astype(np.float32)
    apart = np.sort(cdist(row, rows)[0])[:k]
    for matrix, one in ((rows, row), (sparse.csr_matrix(rows), sparse.csr_matrix(row))):
        found = nearest_rows(matrix, one, k)
        assert [near.distance for near in found] == pytest.approx(apart, abs=1e-5)
        assert len({near.position for near in found}) == min(k, 6)


def test_nothing_to_look_among() -> None:
    assert nearest_rows(np.zeros((0, 2)), np.ones((1, 2))) == []
    assert nearest_rows(np.ones((1, 2)), np.zeros((1, 2)))[0].cosine == 0.0


def test_wrong_rows() -> None:
    with pytest.raises(BadData, match="One row of 2 numbers was expected"):
        nearest_rows(np.ones((3, 2)), np.ones((2, 2)))
    with pytest.raises(BadData, match="One row of 2 numbers was expected"):
        nearest_rows(np.ones((3, 2)), np.ones((1, 3)))
    with pytest.raises(BadParam, match="k cannot be 0"):
        nearest_rows(np.ones((3, 2)), np.ones((1, 2)), k=0)
