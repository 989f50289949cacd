"""The page of clusters and of components, for pictures and for texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from core import jobs
from core.data.dataset import Dataset
from core.jobs.requests import DataRef, PretrainRequest
from core.store import datasets
from ui import pictures


def images(shape: tuple[int, ...] = (6, 6)) -> str:
    random = np.random.RandomState(0)
    base = random.randint(0, 256, (3, *shape))
    noisy = base[np.arange(60) % 3] + random.randint(-20, 21, (60, *shape))
    rows = noisy.clip(0, 255).astype(np.uint8)
    labels = np.arange(60, dtype=np.int32) % 2
    return datasets.save(
        Dataset("few", "Few", "image", rows, labels, ("a", "b"), np.arange(60) % 4 == 3)
    ).fingerprint


def learned(data: str, method: str, **settings: Any) -> str:
    run = jobs.run_here(
        PretrainRequest(data=DataRef(fingerprint=data), method=method, settings=settings)
    )
    assert run.state == "done", (run.error, run.hint)
    return run.model or ""


@pytest.mark.parametrize("shape", [(6, 6), (6, 6, 3)])
def test_clusters_of_pictures(app: Callable[..., Any], shape: tuple[int, ...]) -> None:
    model = learned(images(shape), "kmeans", n_clusters=4)
    at = app("pretrain", model=model)
    assert not at.exception
    assert {"Its clusters", "Where they lie", "How many clusters?"} <= {
        one.value for one in at.subheader
    }
    assert len(at.get("image")) == 1
    assert any("The mean picture of each cluster" in one.value for one in at.caption)
    assert "Mean silhouette" in [one.label for one in at.metric]
    at.button(key="pt_try_counts").click().run()
    assert not at.exception
    # three pictures with noise are three clusters, whatever was asked for
    assert any("most clear-cut when there are 3." in one.value for one in at.caption)
    assert "pt_try_counts" not in [one.key for one in at.button]


def test_clusters_without_their_rows(app: Callable[..., Any]) -> None:
    data = images()
    model = learned(data, "kmeans", n_clusters=3)
    datasets.delete(data)
    at = app("pretrain", model=model)
    assert not at.exception
    assert len(at.get("image")) == 1
    assert any("So its rows cannot be shown." in one.value for one in at.caption)
    assert "How many clusters?" not in {one.value for one in at.subheader}


def test_rows_that_are_all_alike_say_so(app: Callable[..., Any]) -> None:
    rows = np.full((40, 3, 3), 9, np.uint8)
    labels = np.arange(40, dtype=np.int32) % 2
    data = datasets.save(
        Dataset("same", "Same", "image", rows, labels, ("a", "b"), np.arange(40) % 4 == 3)
    ).fingerprint
    at = app("pretrain", model=learned(data, "kmeans", n_clusters=3))
    assert not at.exception
    at.button(key="pt_try_counts").click().run()
    assert not at.exception
    assert [one.value for one in at.error] == ["Choose a larger pool."]


@pytest.mark.parametrize("shape", [(6, 6), (6, 6, 3)])
def test_components_of_pictures_are_pictures(
    app: Callable[..., Any], shape: tuple[int, ...]
) -> None:
    at = app("pretrain", model=learned(images(shape), "lsa", n_components=5))
    assert not at.exception
    assert "Its directions as pictures" in {one.value for one in at.subheader}
    assert len(at.get("image")) == 1
    assert any("The first 5 of 5" in one.value for one in at.caption)


def test_signed_numbers_have_two_colours() -> None:
    found = pictures.signed(np.array([[-1.0, 0.0, 1.0, 9.0]]))
    assert found.tolist() == [[[47, 111, 222], [44, 47, 54], [217, 130, 43], [217, 130, 43]]]
