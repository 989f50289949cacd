from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.pretrain.base import Encoder, unit_rows


def test_unit_rows_by_hand() -> None:
    rows = np.array([[3.0, 4.0], [0.0, 0.0]])
    assert unit_rows(rows) is rows
    assert rows.tolist() == [[0.6, 0.8], [0, 0]]


@given(arrays(np.float64, (4, 3), elements=st.floats(-1e3, 1e3, width=16)))
def test_unit_rows_have_length_one_or_are_zeros(rows: np.ndarray) -> None:
    zeros = ~rows.any(axis=1)
    lengths = np.linalg.norm(unit_rows(rows.copy()), axis=1)
    np.testing.assert_allclose(lengths, np.where(zeros, 0, 1))


def test_what_a_method_leaves_out_says_so() -> None:
    encoder = Encoder()
    for call in (
        lambda: encoder.fit(np.zeros((1, 1))),
        lambda: encoder.transform(np.zeros((1, 1))),
        encoder.state,
        lambda: encoder.load_state({}),
    ):
        with pytest.raises(NotImplementedError):
            call()
    assert encoder.parts("text") is None
