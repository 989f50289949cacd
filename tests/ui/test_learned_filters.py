"""The page of patch features."""

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


def images(shape: tuple[int, ...] = (8, 8)) -> str:
    random = np.random.RandomState(0)
    base = random.randint(0, 256, (4, *shape))
    noisy = base[np.arange(60) % 4] + random.randint(-20, 21, (60, *shape))
    rows = noisy.clip(0, 255).astype(np.uint8)
    labels = np.arange(60, dtype=np.int32) % 2
    return datasets.save(
        Dataset("few", "Few", "image", rows, labels, ("a", "b"), np.arange(60) % 4 == 3)
    ).fingerprint


def learned(data: str) -> str:
    run = jobs.run_here(
        PretrainRequest(
            data=DataRef(fingerprint=data),
            method="patches",
            settings={"patch": 3, "filters": 10, "grid": 2, "patches": 1000},
        )
    )
    assert run.state == "done", (run.error, run.hint)
    return run.model or ""


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 3)])
def test_filters_are_shown_and_at_work(app: Callable[..., Any], shape: tuple[int, ...]) -> None:
    model = learned(images(shape))
    at = app("pretrain", model=model)
    assert not at.exception
    assert {
        "Small patterns it looks for",
        "What it sees in a picture",
        "Pictures that have a pattern",
    } <= {one.value for one in at.subheader}
    assert any("10 of 10 filters of 3 × 3 pixels" in one.value for one in at.caption)
    assert len(at.get("image")) == 3
    choice = at.selectbox(key=f"pt_filter_row_{model}")
    assert choice.options[0].startswith("Row 0, ")
    choice.select_index(3).run()
    assert not at.exception
    place = at.number_input(key=f"pt_filter_{model}")
    assert place.max == 10
    place.set_value(10).run()
    assert not at.exception


def test_without_its_pictures_only_the_filters_are_shown(app: Callable[..., Any]) -> None:
    data = images()
    model = learned(data)
    datasets.delete(data)
    at = app("pretrain", model=model)
    assert not at.exception
    assert len(at.get("image")) == 1
    assert any("cannot be shown at work" in one.value for one in at.caption)


def test_a_tinted_picture_is_orange_where_it_is_strong() -> None:
    image = np.full((1, 3), 100, np.uint8)
    tinted = pictures.tinted(image, np.array([[0.0, 1.0, 2.0]]))
    # 15 % of the grey and 85 % of (217, 130, 43)
    assert tinted.tolist() == [[[100, 100, 100], [199, 126, 52], [199, 126, 52]]]
    coloured = np.zeros((1, 3, 3), np.uint8)
    coloured[0, 0] = (30, 60, 90)
    assert pictures.tinted(coloured, np.zeros((1, 3))).tolist()[0][0] == [60, 60, 60]
