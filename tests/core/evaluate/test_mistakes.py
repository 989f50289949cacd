"""Mistakes on four rows that fit on a napkin."""

from __future__ import annotations

import numpy as np

from core.evaluate.mistakes import Mistake, cell_rows, worst_mistakes

ARRAYS = {
    "test_rows": np.array([10, 20, 30, 40, 50]),
    "test_labels": np.array([0, 0, 1, 1, 0]),
    "test_proba": np.array([[0.9, 0.1], [0.4, 0.6], [0.8, 0.2], [0.3, 0.7], [0.2, 0.8]]),
}


def test_surest_first() -> None:
    assert worst_mistakes(ARRAYS, ("no", "yes")) == [
        Mistake(row=30, truth="yes", said="no", confidence=0.8, truth_probability=0.2),
        Mistake(row=50, truth="no", said="yes", confidence=0.8, truth_probability=0.2),
        Mistake(row=20, truth="no", said="yes", confidence=0.6, truth_probability=0.4),
    ]
    assert [m.row for m in worst_mistakes(ARRAYS, ("no", "yes"), 1)] == [30]


def test_rows_behind_a_cell() -> None:
    assert list(cell_rows(ARRAYS, 0, 1)) == [50, 20]
    assert list(cell_rows(ARRAYS, 1, 0)) == [30]
    assert list(cell_rows(ARRAYS, 1, 1)) == [40]


def test_no_rows() -> None:
    empty = {"test_rows": np.zeros(0, int), "test_labels": np.zeros(0, int)}
    empty["test_proba"] = np.zeros((0, 2))
    assert worst_mistakes(empty, ("no", "yes")) == []
    assert len(cell_rows(empty, 0, 1)) == 0
