"""Positive pointwise mutual information."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import sparse

from core.errors import BadParam
from core.pretrain import association
from core.pretrain.association import ppmi


def csr(dense: Any) -> sparse.csr_matrix:
    return sparse.csr_matrix(np.asarray(dense, dtype=np.float32))


def test_five_words_by_hand() -> None:
    # a-b twice, a-c once, d-d once (both directions: 2); e never stands near a word
    counts = csr(
        [
            [0, 2, 1, 0, 0],
            [2, 0, 0, 0, 0],
            [1, 0, 0, 0, 0],
            [0, 0, 0, 2, 0],
            [0, 0, 0, 0, 0],
        ]
    )
    # all pairs: 8; words: a 3/8, b 2/8, c 1/8, d 2/8
    expected = np.zeros((5, 5))
    expected[0, 1] = expected[1, 0] = np.log((2 / 8) / (3 / 8 * 2 / 8))  # log 8/3
    expected[0, 2] = expected[2, 0] = np.log((1 / 8) / (3 / 8 * 1 / 8))  # log 8/3
    expected[3, 3] = np.log((2 / 8) / (2 / 8 * 2 / 8))  # log 4
    np.testing.assert_allclose(ppmi(counts, smoothing=1).toarray(), expected, rtol=1e-6)


def test_smoothing_by_hand() -> None:
    # words 0 and 1 meet 8 times, 2 stands near 0 once: shares 9/18, 8/18, 1/18
    counts = csr([[0, 8, 1], [8, 0, 0], [1, 0, 0]])
    share = np.asarray([9, 8, 1]) / 18
    # to the power 0: all contexts alike, q = 1/3
    side = (np.log(share) + np.log(1 / 3)) / 2
    expected = np.zeros((3, 3))
    for i, j, count in ((0, 1, 8), (0, 2, 1)):
        expected[i, j] = expected[j, i] = max(np.log(count / 18) - side[i] - side[j], 0)
    found = ppmi(counts, smoothing=0)
    np.testing.assert_allclose(found.toarray(), expected, atol=1e-6)
    # only what is above 0 is stored
    assert found.nnz == np.count_nonzero(expected)


def plainly(counts: Any, smoothing: float) -> Any:
    total, sums = counts.sum(), counts.sum(axis=0)
    power = np.where(sums > 0, sums**smoothing, 0)
    result = np.zeros(counts.shape)
    for i, j in np.argwhere(counts > 0):
        asymmetric = [
            np.log(counts[a, b] / total) - np.log(sums[a] / total) - np.log(power[b] / power.sum())
            for a, b in ((i, j), (j, i))
        ]
        result[i, j] = max(np.mean(asymmetric), 0)
    return result


@given(
    arrays.arrays(np.int64, (6, 6), elements=st.integers(0, 4)),
    st.sampled_from([0.0, 0.5, 0.75, 1.0]),
)
def test_it_is_the_mean_of_both_directions(half: Any, smoothing: float) -> None:
    counts = half + half.T
    found = ppmi(csr(counts), smoothing=smoothing)
    assert found.dtype == np.float32
    assert (found.data > 0).all()
    np.testing.assert_allclose(found.toarray(), plainly(counts, smoothing), atol=1e-5)


def test_many_jobs_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    half = sparse.random_array((80, 80), density=0.2, rng=np.random.default_rng(0))
    counts = csr(np.ceil(9 * (half + half.T).toarray()))
    before = counts.copy()
    once = ppmi(counts)
    assert (once != once.T).nnz == 0
    assert once.has_sorted_indices
    monkeypatch.setattr(association, "_STEP", 50)
    assert (ppmi(counts) != once).nnz == 0
    assert (counts != before).nnz == 0


def test_nothing_stays_nothing() -> None:
    assert ppmi(csr(np.zeros((3, 3)))).nnz == 0


@pytest.mark.parametrize("smoothing", [-0.1, 1.5])
def test_a_wrong_smoothing_is_named(smoothing: float) -> None:
    with pytest.raises(BadParam, match=f"smoothing cannot be {smoothing}"):
        ppmi(csr(np.eye(2)), smoothing=smoothing)
