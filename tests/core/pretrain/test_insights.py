from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.errors import NotFound
from core.pretrain.insights import (
    centre_pictures,
    clusters,
    component_pictures,
    explained_variance,
    topics,
)
from core.pretrain.kmeans import KMeansEncoder
from core.pretrain.lsa import LsaEncoder
from core.pretrain.tfidf import TfidfEncoder

ANIMALS = set("cat dog bird horse fish animal tail paw feather fur".split())
CARS = set("engine wheel brake car road driver fuel gear tyre clutch".split())


def test_topics_of_texts(texts: Any) -> None:
    found = topics(LsaEncoder(n_components=2).fit(texts), 20)
    assert [topic.index for topic in found] == [0, 1]
    # the subjects share no word, so that each has a component of its own
    subjects = [{word for word, weight in topic.terms if weight > 0.05} for topic in found]
    assert sorted(subjects, key=min) == [ANIMALS, CARS]
    for topic in found:
        weights = [abs(weight) for _, weight in topic.terms]
        assert weights == sorted(weights, reverse=True)


def test_topics_of_a_table() -> None:
    random = np.random.RandomState(0)
    shared = random.standard_normal(200)
    frame = pd.DataFrame({"a": shared, "b": -shared, "noise": random.standard_normal(200)})
    first, *_ = topics(LsaEncoder(n_components=3).fit(frame), 2)
    assert {name for name, _ in first.terms} == {"a", "b"}
    assert first.terms[0][1] * first.terms[1][1] < 0
    assert first.share == pytest.approx(2 / 3, abs=0.03)


def test_explained_variance_adds_up(images: Any) -> None:
    found = explained_variance(LsaEncoder(n_components=20).fit(images))
    assert (np.diff(found.ratio) <= 1e-12).all()
    np.testing.assert_allclose(found.cumulative, np.cumsum(found.ratio))
    assert found.cumulative[-1] == pytest.approx(1, abs=1e-5)


def test_clusters_of_texts(texts: Any) -> None:
    encoder = KMeansEncoder(n_clusters=2, n_components=2).fit(texts)
    found = clusters(encoder, texts[:59], k_terms=10, k_rows=3)
    assert {frozenset(word for word, _ in cluster.terms) for cluster in found} == {
        frozenset(ANIMALS),
        frozenset(CARS),
    }
    for cluster in found:
        assert len(cluster.rows) == 3
        words = {word for word, _ in cluster.terms}
        assert all(set(texts[row].split()) <= words for row in cluster.rows)
        assert all(weight > 0 for _, weight in cluster.terms)
    assert sum(cluster.size for cluster in found) == 60  # of the pool, not of the rows read


def test_clusters_without_rows_have_the_sizes_of_the_pool(images: Any) -> None:
    found = clusters(KMeansEncoder(n_clusters=4).fit(images), k_terms=2)
    assert [cluster.size for cluster in found] == [10] * 4
    assert all(cluster.rows == () for cluster in found)
    assert all(len(cluster.terms) == 2 for cluster in found)


def test_what_sets_a_cluster_of_a_table_apart() -> None:
    frame = pd.DataFrame({"size": [1.0] * 5 + [9.0] * 5, "same": [3.0] * 10})
    found = clusters(KMeansEncoder(n_clusters=2).fit(frame), frame, k_terms=1, k_rows=9)
    assert sorted(cluster.terms for cluster in found) == [
        (("size", pytest.approx(-1, abs=1e-5)),),
        (("size", pytest.approx(1, abs=1e-5)),),
    ]
    assert {frozenset(cluster.rows) for cluster in found} == {
        frozenset(range(5)),
        frozenset(range(5, 10)),
    }


def test_an_encoder_without_them_says_so(texts: Any) -> None:
    encoder = TfidfEncoder().fit(texts)
    for look in (topics, explained_variance):
        with pytest.raises(NotFound, match="A TfidfEncoder has no components"):
            look(encoder)
    with pytest.raises(NotFound, match="A TfidfEncoder has no clusters"):
        clusters(encoder)


def test_centres_and_components_of_pictures() -> None:
    images = np.zeros((6, 2, 2), np.uint8)
    images[:4, 0, 0] = 255
    images[4:, 1, 1] = 102
    drawn = centre_pictures(KMeansEncoder(n_clusters=2).fit(images))
    assert drawn is not None
    assert drawn.tolist() == [[[255, 0], [0, 0]], [[0, 0], [0, 102]]]
    parts = component_pictures(LsaEncoder(n_components=2).fit(images))
    assert parts is not None
    # the one direction runs along both pixels, against each other: 255 and 102 apart
    np.testing.assert_allclose(parts[0], [[1, 0], [0, -0.4]], atol=1e-6)


def test_colours_count_by_the_strongest() -> None:
    images = np.zeros((4, 1, 2, 3), np.uint8)
    images[:2, 0, 0] = (0, 255, 51)
    parts = component_pictures(LsaEncoder(n_components=1).fit(images))
    assert parts is not None
    assert parts.shape == (1, 1, 2)
    np.testing.assert_allclose(parts[0], [[1, 0]], atol=1e-6)


def test_what_is_no_picture_has_none() -> None:
    rows = np.arange(12.0).reshape(6, 2)
    assert centre_pictures(KMeansEncoder(n_clusters=2).fit(rows)) is None
    assert component_pictures(LsaEncoder(n_components=2).fit(rows)) is None
    with pytest.raises(NotFound, match="no clusters"):
        centre_pictures(LsaEncoder(n_components=1).fit(rows))
