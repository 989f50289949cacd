from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans

from core.params import resolve
from core.pretrain import get_method
from core.pretrain.base import PoolSize
from core.pretrain.kmeans import KMeansEncoder
from core.pretrain.raw import RawEncoder
from core.text.preparation import TextPreparation


def test_pictures_are_found_in_their_groups(images: Any) -> None:
    encoder = KMeansEncoder(n_clusters=4).fit(images)
    nearest = encoder.transform(images).argmax(axis=1)
    assert len(set(nearest[:4])) == 4
    assert (nearest == np.tile(nearest[:4], 10)).all()
    assert encoder.centres_.sizes_.tolist() == [10] * 4
    raw = RawEncoder().fit(images).transform(images)
    theirs = KMeans(4, n_init=5, random_state=0).fit(raw)
    assert encoder.centres_.inertia_ == pytest.approx(theirs.inertia_, rel=1e-4)


def test_texts_are_found_in_their_groups(texts: Any) -> None:
    encoder = KMeansEncoder(n_clusters=2, n_components=2).fit(texts)
    nearest = encoder.distances(texts).argmin(axis=1)
    assert (nearest[:59] == np.where(np.arange(59) % 2, nearest[1], nearest[0])).all()
    assert nearest[0] != nearest[1]
    assert encoder.get_feature_names_out().tolist() == ["cluster 1", "cluster 2"]
    assert encoder.parts("cat") is None  # a distance is no sum over words


def test_encodings_are_of_the_same_distances(table: pd.DataFrame) -> None:
    encoders = {
        name: KMeansEncoder(n_clusters=3, encoding=name).fit(table)
        for name in ("distance", "nearness", "triangle")
    }
    distances = encoders["distance"].transform(table)
    nearness = distances.mean(axis=1, keepdims=True) - distances
    np.testing.assert_allclose(encoders["nearness"].transform(table), nearness, atol=1e-5)
    np.testing.assert_allclose(
        encoders["triangle"].transform(table), np.maximum(nearness, 0), atol=1e-5
    )
    np.testing.assert_allclose(encoders["triangle"].distances(table), distances, atol=1e-5)


def test_fewer_clusters_than_asked_for_is_no_error() -> None:
    frame = pd.DataFrame({"a": [1.0, 1.0, 2.0, 3.0]})
    encoder = KMeansEncoder(n_clusters=50).fit(frame)
    assert encoder.transform(frame).shape == (4, 3)
    assert encoder.notes_ == ("50 clusters were asked for; the pool has only 3 different rows.",)


def test_notes_of_the_first_steps_are_passed_on() -> None:
    encoder = KMeansEncoder(n_clusters=2, n_components=50).fit(["red cat", "blue dog", "red owl"])
    assert any("components were asked for" in note for note in encoder.notes_)


def test_settings_reach_the_encoder() -> None:
    method = get_method("kmeans")
    encoder = method.make(resolve(method.params, {"n_clusters": 9, "encoding": "triangle"}), 4)
    assert isinstance(encoder, KMeansEncoder)
    assert encoder.get_params() == {
        "preparation": TextPreparation(),
        "n_clusters": 9,
        "encoding": "triangle",
        "n_components": 100,
        "min_category_rows": 5,
        "max_categories": 50,
        "random_state": 4,
    }


def test_the_estimate_knows_small_and_large_pools() -> None:
    method = get_method("kmeans")
    settings = resolve(method.params)
    small = method.estimate(PoolSize(rows=1_000, columns=64), settings)
    large = method.estimate(PoolSize(rows=1_000_000, columns=64), settings)
    assert small.seconds < 1 < large.seconds < 120
