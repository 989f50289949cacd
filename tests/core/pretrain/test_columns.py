from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from core.errors import BadModelFile
from core.pretrain.columns import ScaledColumns


@parametrize_with_checks([ScaledColumns()])
def test_scikit_learns_checks(estimator: Any, check: Any) -> None:
    check(estimator)


def test_by_hand() -> None:
    X = np.array([[1.0, 5.0, np.nan], [3.0, 5.0, np.nan], [np.nan, 5.0, np.nan], [2.0, 5.0, 1.0]])
    scaler = ScaledColumns().fit(X)
    assert scaler.median_.tolist() == [2, 5, 1]
    assert scaler.gaps_.tolist() == [0, 2]
    encoded = scaler.transform(X)
    one = 1 / np.sqrt(0.5)  # values 1, 3, 2, 2
    np.testing.assert_allclose(
        encoded,
        [[-one, 0, 0, 0, 1], [one, 0, 0, 0, 1], [0, 0, 0, 1, 1], [0, 0, 0, 0, 0]],
        rtol=1e-6,
    )


def test_a_column_without_any_value_and_a_constant_one() -> None:
    scaler = ScaledColumns().fit(np.array([[np.nan, 0.1], [np.nan, 0.1], [np.nan, 0.1]]))
    assert scaler.transform(np.array([[7.0, 0.1]])).tolist() == [[7, 0, 0]]


def test_values_out_of_all_proportion_stay_finite() -> None:
    scaler = ScaledColumns().fit(np.array([[0.0], [1e-200]]))
    assert np.isfinite(scaler.transform(np.array([[1e300], [-1e300]]))).all()


@pytest.mark.parametrize(
    "forged",
    [
        {"scale": np.array([1.0, 0.0])},
        {"gaps": np.array([2])},
        {"gaps": np.array([-1])},
        {"gaps": np.array([0.5])},
        {"mean": np.zeros(3)},
    ],
)
def test_a_forged_state_is_refused(forged: dict[str, Any]) -> None:
    state = ScaledColumns().fit(np.array([[1.0, 2.0], [2.0, 2.0]])).state()
    assert ScaledColumns().load_state(state).n_features_in_ == 2
    with pytest.raises(BadModelFile):
        ScaledColumns().load_state(state | forged)
