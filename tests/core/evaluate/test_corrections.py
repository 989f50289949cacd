from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluate.corrections import holm


def test_by_hand() -> None:
    # 0.01 * 4; 0.02 * 3 = 0.06; 0.03 * 2 = 0.06; 0.5 * 1
    assert holm([0.02, 0.5, 0.01, 0.03]).tolist() == pytest.approx([0.06, 0.5, 0.04, 0.06])


def test_nothing_and_one() -> None:
    assert holm([]).tolist() == []
    assert holm([0.3]).tolist() == [0.3]


@given(st.lists(st.floats(0, 1), max_size=30))
def test_between_the_plain_ones_and_bonferroni(values: list[float]) -> None:
    found = holm(values)
    plain = np.asarray(values)
    assert (found >= plain).all()
    assert (found <= np.minimum(1, plain * len(plain)) + 1e-12).all()
    assert (np.diff(found[np.argsort(plain, kind="stable")]) >= 0).all()
