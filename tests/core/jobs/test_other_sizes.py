"""A model of small pictures, used on a data set of larger ones: from the first run to the report."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core import jobs
from core.data.dataset import Dataset
from core.data.pictures import dataset_from_pictures, read_pictures
from core.jobs.requests import DataRef, FinetuneRequest, PretrainRequest
from core.store import datasets, models, runs
from tests.core.data.picture_files import npz


def stripes(side: int, *, per_class: int, seed: int, colour: bool = False) -> Dataset:
    """Pictures of lying and standing stripes with noise."""
    rng = np.random.default_rng(seed)
    images, labels = [], []
    for place in range(2 * per_class):
        lines = 200 * (np.arange(side) * 4 // side % 2)
        picture = np.tile(lines, (side, 1)) + rng.integers(0, 56, (side, side))
        images.append(picture if place % 2 else picture.T)
        labels.append(["lying", "standing"][place % 2])
    stack = np.array(images, np.uint8)
    if colour:
        stack = stack[..., None] * np.array([1, 0, 0], np.uint8)
    found = read_pictures(npz(X=stack, y=labels), "stripes.npz")
    return dataset_from_pictures(found, name=f"stripes {side}", test_share=0.5)


@pytest.mark.parametrize(
    ("method", "settings"),
    [("lsa", {"n_components": 4}), ("kmeans", {"n_clusters": 4})],
)
@pytest.mark.parametrize("colour", [False, True])
def test_pretrain_on_one_size_and_finetune_on_another(
    home: Path, method: str, settings: dict[str, int], colour: bool
) -> None:
    small = datasets.save(stripes(8, per_class=20, seed=0)).fingerprint
    large = datasets.save(stripes(10, per_class=20, seed=1, colour=colour)).fingerprint
    learned = jobs.run_here(
        PretrainRequest(data=DataRef(fingerprint=small), method=method, settings=settings)
    )
    assert learned.state == "done", (learned.error, learned.hint)
    model = runs.get(learned.id).model
    assert model is not None
    assert [one.id for one in models.list_all(modality="image")] == [model]
    tuned = jobs.run_here(
        FinetuneRequest(
            data=DataRef(fingerprint=large), model=model, labels_per_class=3, draws=2, curve=False
        )
    )
    assert tuned.state == "done", (tuned.error, tuned.hint)
    from core.evaluate.results import evaluation_from_json

    evaluation = evaluation_from_json((runs.get(tuned.id).result or {})["evaluation"])
    assert evaluation.test.accuracy.value > 0.9
