"""The map on tiny rows that can be checked by hand, its errors, and what it keeps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.estimator_checks import parametrize_with_checks

from core.errors import BadModelFile, Cancelled
from core.pretrain.som import SomEncoder
from core.pretrain.som_map import Map, neighbouring, places
from core.progress import Progress


@parametrize_with_checks([Map(2, 3), Map(2, 2, topology="rectangular", encoding="distance")])
def test_scikit_learns_checks(estimator: Any, check: Any) -> None:
    check(estimator)


# the grid ------------------------------------------------------------------------------------


def test_hexagonal_neighbours_are_one_apart() -> None:
    at = places(3, 3, "hexagonal")
    touch = neighbouring(3, 3, "hexagonal")
    apart = np.sqrt(((at[:, None] - at[None]) ** 2).sum(axis=2))
    np.testing.assert_allclose(apart[touch], 1)
    # the middle cell has all six: its row, and two above and below, which are moved to the left
    assert np.flatnonzero(touch[4]).tolist() == [1, 2, 3, 5, 7, 8]
    assert touch[0].sum() == 2


def test_rectangular_neighbours_share_a_side_or_a_corner() -> None:
    touch = neighbouring(3, 3, "rectangular")
    assert np.flatnonzero(touch[4]).tolist() == [0, 1, 2, 3, 5, 6, 7, 8]
    assert np.flatnonzero(touch[0]).tolist() == [1, 3, 4]


@given(st.integers(1, 6), st.integers(1, 6), st.sampled_from(["rectangular", "hexagonal"]))
def test_touching_is_mutual(height: int, width: int, topology: Any) -> None:
    touch = neighbouring(height, width, topology)
    assert (touch == touch.T).all()
    assert not touch.diagonal().any()


# learning ------------------------------------------------------------------------------------


def test_one_pass_by_hand() -> None:
    """Two cells 1 apart on rows at 0, 1 and 10: each mean is weighed by exp(-1/2) for the other."""
    X = np.array([[0.0], [1.0], [10.0]], dtype=np.float32)
    learned = Map(1, 2, topology="rectangular", passes=1, radius=1.0, end_radius=1.0).fit(X)
    far = np.exp(-0.5)
    left = (0 + 1 + far * 10) / (2 + far)
    right = (10 + far * (0 + 1)) / (1 + far * 2)
    assert sorted(learned.weights_.ravel()) == pytest.approx(sorted([left, right]))


def test_errors_by_hand() -> None:
    given = Map(1, 3, topology="rectangular").fit(np.array([[0.0], [1.0], [2.0]]))
    given.weights_ = np.array([[0.0], [10.0], [1.0]], dtype=np.float32)
    rows = np.array([[0.4], [9.0], [-1.0]])
    # distances .4, 1 and 1; the two nearest cells of the first and the third are 1 and 3
    quantization, topographic = given.errors(rows)
    assert quantization == pytest.approx(2.4 / 3)
    assert topographic == pytest.approx(2 / 3)
    assert given.errors(rows[:0]) == (0.0, 0.0)


def test_the_u_matrix_by_hand() -> None:
    given = Map(1, 3, topology="rectangular").fit(np.array([[0.0], [1.0], [2.0]]))
    given.weights_ = np.array([[0.0], [1.0], [5.0]], dtype=np.float32)
    np.testing.assert_allclose(given.u_matrix(), [1, 2.5, 4])
    assert Map(1, 1).fit(np.array([[0.0], [1.0]])).u_matrix().tolist() == [0]


def test_a_plane_is_laid_out_in_order() -> None:
    """Rows on a plane in ten dimensions: neighbours stay neighbours."""
    rng = np.random.default_rng(0)
    plane = rng.uniform(-1, 1, (2000, 2)) * [3, 2]
    X = plane @ np.linalg.qr(rng.normal(size=(10, 2)))[0].T
    for topology in ("rectangular", "hexagonal"):
        learned = Map(6, 9, topology=topology).fit(X)
        assert learned.topographic_error_ < 0.05
        assert learned.quantization_error_ < 0.6
        assert learned.hits_.sum() == 2000
        assert learned.errors(X) == (learned.quantization_error_, learned.topographic_error_)


def test_large_pools_start_on_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.pretrain import som_map

    rng = np.random.default_rng(0)
    X = rng.uniform(size=(3000, 2))
    whole = Map(4, 4, random_state=0).fit(X)
    monkeypatch.setattr(som_map, "_LARGE", 1)
    part = Map(4, 4, random_state=0).fit(X)
    assert part.quantization_error_ == pytest.approx(whole.quantization_error_, rel=0.1)
    again = Map(4, 4, random_state=0).fit(X)
    np.testing.assert_array_equal(part.weights_, again.weights_)


def test_equal_rows_are_no_trouble() -> None:
    learned = Map(3, 3).fit(np.ones((5, 4)))
    np.testing.assert_allclose(learned.weights_, 1, atol=1e-6)
    assert learned.quantization_error_ == pytest.approx(0, abs=1e-6)


def test_encodings_are_of_the_same_distances(images: Any) -> None:
    encoders = {
        name: SomEncoder(height=2, width=3, encoding=name).fit(images)
        for name in ("distance", "nearness", "triangle")
    }
    distances = encoders["distance"].transform(images)
    nearness = distances.mean(axis=1, keepdims=True) - distances
    np.testing.assert_allclose(encoders["nearness"].transform(images), nearness, atol=1e-5)
    np.testing.assert_allclose(
        encoders["triangle"].transform(images), np.maximum(nearness, 0), atol=1e-5
    )
    assert (encoders["distance"].cells(images) == distances.argmin(axis=1)).all()


def test_learning_on_moves_cells_and_keeps_the_first_map() -> None:
    rng = np.random.default_rng(0)
    first = SomEncoder(height=3, width=3).fit(rng.normal(size=(100, 2)))
    before = first.map_.weights_.copy()
    more = first.continued(rng.normal(size=(300, 2)) + 4)
    np.testing.assert_array_equal(first.map_.weights_, before)
    assert more.map_.hits_.sum() == 400
    assert more.map_.weights_.mean() > before.mean() + 1


def test_a_map_much_too_large_says_so() -> None:
    encoder = SomEncoder(height=20, width=20).fit(np.random.default_rng(0).normal(size=(30, 3)))
    assert "a smaller map would do" in encoder.notes_[-1]


def test_can_be_cancelled() -> None:
    def report(fraction: float, *_: object) -> None:
        if fraction > 0.6:
            raise Cancelled

    with pytest.raises(Cancelled):
        SomEncoder().fit(np.random.default_rng(0).normal(size=(200, 3)), progress=Progress(report))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("weights", np.zeros((5, 2), np.float32)),
        ("hits", np.zeros(3, np.int64)),
        ("quantization_error", None),
    ],
)
def test_a_damaged_map_is_refused(name: str, value: object) -> None:
    fitted = Map(2, 2).fit(np.random.default_rng(0).normal(size=(20, 2)))
    with pytest.raises(BadModelFile):
        Map(2, 2).load_state(fitted.state() | {name: value}, 2)
