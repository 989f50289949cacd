from __future__ import annotations

import numpy as np

from core.text.counts import count_matrix, count_pairs


def test_counts_per_text() -> None:
    ids = np.array([2, 0, 2, 1, 1, 1], dtype=np.int32)
    offsets = np.array([0, 3, 3, 6])
    before = ids.copy()
    counts = count_matrix(ids, offsets, 4)
    assert counts.dtype == np.float32
    assert counts.has_canonical_format
    np.testing.assert_array_equal(counts.toarray(), [[1, 0, 2, 0], [0, 0, 0, 0], [0, 3, 0, 0]])
    np.testing.assert_array_equal(ids, before)


def test_counts_of_nothing() -> None:
    assert count_matrix(np.empty(0, np.int32), np.array([0, 0]), 3).toarray().tolist() == [
        [0, 0, 0]
    ]


def test_pairs_in_any_order() -> None:
    counts = count_pairs(np.array([1, 0, 1]), np.array([2, 1, 2]), (2, 3))
    assert counts.dtype == np.float32
    assert counts.has_sorted_indices
    np.testing.assert_array_equal(counts.toarray(), [[0, 1, 0], [0, 0, 2]])
