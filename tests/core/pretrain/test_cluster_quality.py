"""How well rows fall into clusters, and into how many."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import make_blobs

from core.errors import BadData, NotFound
from core.pretrain.cluster_quality import clearest, clustered, try_counts
from core.pretrain.kmeans import KMeansEncoder
from core.pretrain.lsa import LsaEncoder

# two pairs of rows on one line; one scale, so that distances stay in proportion
LINE = np.array([[0.0, 0.0], [1.0, 1.0], [10.0, 10.0], [11.0, 11.0]])


def blobs(centres: int = 4) -> np.ndarray:
    places = 12.0 * np.eye(centres)
    return make_blobs(40 * centres, centers=places, cluster_std=1.0, random_state=5)[0]


def test_silhouettes_by_hand() -> None:
    found = clustered(KMeansEncoder(n_clusters=2).fit(LINE), LINE)
    assert found.cluster[0] == found.cluster[1] != found.cluster[2] == found.cluster[3]
    # the first row is 1 from its own, and 10 and 11 from the others: (10.5 - 1) / 10.5
    expected = [9.5 / 10.5, 8.5 / 9.5, 8.5 / 9.5, 9.5 / 10.5]
    np.testing.assert_allclose(found.silhouette, expected, rtol=1e-5)
    assert found.score == pytest.approx(np.mean(expected), rel=1e-5)
    # one direction joins two centres; rows lie along it in order
    assert np.all(np.diff(found.x) > 0) or np.all(np.diff(found.x) < 0)


def test_one_cluster_has_no_neighbour() -> None:
    same = np.ones((5, 3))
    found = clustered(KMeansEncoder(n_clusters=4).fit(same), same)
    assert found.score == 0
    assert not found.x.any()


def test_the_number_of_blobs_is_found() -> None:
    rows = blobs(4)
    tried = try_counts(KMeansEncoder(n_clusters=9).fit(rows), rows, (2, 3, 4, 5, 7, 500))
    assert [one.count for one in tried] == [2, 3, 4, 5, 7]
    assert clearest(tried).count == 4
    lost = [one.lost for one in tried]
    assert lost == sorted(lost, reverse=True)
    assert lost[2] < 0.1


def test_what_is_lost_by_hand() -> None:
    tried = try_counts(KMeansEncoder(n_clusters=2).fit(LINE), LINE, (2,))
    # on the diagonal at 0, 1, 10, 11: 4 × 0.25 within of 101 in all
    assert tried[0].lost == pytest.approx(1 / 101, rel=1e-4)


def test_what_cannot_be_asked() -> None:
    rows = blobs(2)
    with pytest.raises(NotFound, match="no clusters"):
        clustered(LsaEncoder(n_components=2).fit(rows), rows)
    model = KMeansEncoder(n_clusters=2).fit(rows)
    with pytest.raises(BadData, match="too few rows"):
        clustered(model, rows[:1])
    with pytest.raises(BadData, match="1 of them different"):
        try_counts(model, np.repeat(rows[:1], 6, axis=0))
