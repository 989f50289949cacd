from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from core.errors import BadModelFile
from core.pretrain import centres as module
from core.pretrain.centres import Centres

# two rows near (0, 0), three near (10, 0)
ROWS = np.array([[0.0, 1], [0, -1], [10, 0], [10, 3], [10, -3]])


@parametrize_with_checks([Centres(3), Centres(3, encoding="distance")])
def test_scikit_learns_checks(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.mark.parametrize("large", [False, True])
def test_by_hand(large: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if large:
        monkeypatch.setattr(module, "_LARGE", 0)
    found = Centres(2, encoding="distance", random_state=0).fit(ROWS)
    np.testing.assert_allclose(found.cluster_centers_, [[10, 0], [0, 0]], atol=1e-5)
    assert found.sizes_.tolist() == [3, 2]
    assert found.inertia_ == pytest.approx(20)
    np.testing.assert_allclose(
        found.transform([[0, 0], [10, 4]]), [[10, 0], [4, 116**0.5]], atol=1e-4
    )


def test_nearness_and_its_positive_part() -> None:
    distances = Centres(2, encoding="distance", random_state=0).fit(ROWS).transform([[0, 0]])
    nearness = Centres(2, random_state=0).fit(ROWS).transform([[0, 0]])
    np.testing.assert_allclose(distances, [[10, 0]], atol=1e-5)
    np.testing.assert_allclose(nearness, [[-5, 5]], atol=1e-5)
    triangle = Centres(2, encoding="triangle", random_state=0).fit(ROWS)
    np.testing.assert_allclose(triangle.transform([[0, 0]]), [[0, 5]], atol=1e-5)
    np.testing.assert_allclose(triangle.distances([[0, 0]]), distances)


def test_no_more_clusters_than_different_rows() -> None:
    rows = np.array([[0.0, 0], [-0.0, 0], [1, 1], [1, 1], [2, 5]])
    found = Centres(10, random_state=0).fit(rows)
    assert len(found.cluster_centers_) == 3
    assert found.inertia_ == pytest.approx(0, abs=1e-6)


def test_mini_batches_come_near_to_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.RandomState(0)
    rows = (
        random.standard_normal((3000, 5))
        + 6 * random.standard_normal((6, 5))[random.randint(0, 6, 3000)]
    )
    whole = Centres(6, random_state=0).fit(rows)
    monkeypatch.setattr(module, "_LARGE", 0)
    monkeypatch.setattr(module, "_BATCH", 256)
    batched = Centres(6, random_state=0).fit(rows)
    assert batched.sizes_.sum() == 3000
    # both are local minima; chance may merge two clusters in either, hardly more
    assert batched.inertia_ < 3 * whole.inertia_


def test_distances_are_worked_out_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Centres(2, random_state=0).fit(ROWS)
    whole = found.distances(ROWS)
    monkeypatch.setattr(module, "_BLOCK", 3)
    np.testing.assert_allclose(found.distances(ROWS), whole, atol=1e-5)


@pytest.mark.parametrize("centres", [np.zeros((0, 2)), np.zeros((3, 2)), np.zeros((2, 3))])
def test_a_forged_state_is_refused(centres: Any) -> None:
    state = Centres(2, random_state=0).fit(ROWS).state()
    assert Centres(2).load_state(state, 2).sizes_.tolist() == [3, 2]
    with pytest.raises(BadModelFile):
        Centres(2).load_state(state | {"centres": centres}, 2)


def test_learning_on_by_hand() -> None:
    first = Centres(2, encoding="distance", random_state=0).fit(ROWS)
    more = np.array([[13.0, 1], [17, -1], [0, 9]])
    grown = first.continued(more)
    # (10, 0) of three rows takes two; (0, 0) of two takes one
    np.testing.assert_allclose(grown.cluster_centers_, [[12, 0], [0, 3]], atol=1e-5)
    assert grown.sizes_.tolist() == [5, 3]
    # as it was, and what the new rows are from the new centres: (1, 1), (5, -1), (0, 6)
    assert grown.inertia_ == pytest.approx(20 + 2 + 26 + 36)
    assert first.sizes_.tolist() == [3, 2]


def test_the_larger_cluster_comes_first_after_learning_on() -> None:
    first = Centres(2, random_state=0).fit(ROWS)
    grown = first.continued(np.zeros((9, 2)))
    np.testing.assert_allclose(grown.cluster_centers_, [[0, 0], [10, 0]], atol=1e-5)
    assert grown.sizes_.tolist() == [11, 3]
