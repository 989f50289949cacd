"""The pages of autoencoders, and of PCA on pictures and tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core import jobs
from core.data.dataset import Dataset
from core.jobs.requests import DataRef, PretrainRequest
from core.store import datasets


def of_rows(rows: Any, modality: Any) -> str:
    n = len(rows)
    labels = np.arange(n, dtype=np.int32) % 2
    return datasets.save(
        Dataset("few", "Few rows", modality, rows, labels, ("a", "b"), np.arange(n) % 4 == 3)
    ).fingerprint


def images() -> str:
    random = np.random.RandomState(0)
    base = random.randint(0, 256, (4, 6, 6))
    noisy = base[np.arange(60) % 4] + random.randint(-20, 21, (60, 6, 6))
    return of_rows(noisy.clip(0, 255).astype(np.uint8), "image")


def table() -> str:
    random = np.random.RandomState(0)
    size = random.normal(10, 2, 60)
    frame = pd.DataFrame(
        {
            "size": size,
            "<b>weight</b>": 3 * size + random.normal(0, 0.1, 60),
            "kind": ["tall" if value > 10 else "short" for value in size],
        }
    )
    return of_rows(frame, "tabular")


def learned(data: str, method: str = "autoencoder", **settings: Any) -> str:
    run = jobs.run_here(
        PretrainRequest(data=DataRef(fingerprint=data), method=method, settings=settings)
    )
    assert run.state == "done", (run.error, run.hint)
    return run.model or ""


SMALL = {"dimensions": 3, "hidden": 16, "passes": 4}


def subheaders(at: Any) -> list[str]:
    return [one.value for one in at.subheader]


def test_pictures_stand_beside_what_came_back(app: Callable[..., Any]) -> None:
    model = learned(images(), **SMALL)
    at = app("pretrain", model=model)
    assert not at.exception
    assert {
        "How well it gives rows back",
        "Rows, and what came back",
        "From one row to another",
        "How the learning went",
    } <= set(subheaders(at))
    assert any("PCA with as many numbers a row" in text for text in said(at))
    assert any("In pairs" in one.value for one in at.caption)
    assert at.selectbox(key=f"pt_from_{model}").options[:2] == ["0", "1"]
    assert len(at.get("image")) == 3
    at.slider(key=f"pt_way_{model}").set_value(100).run()
    assert not at.exception


def said(at: Any) -> list[str]:
    return [one.value for one in at.markdown]


def test_columns_of_a_table_stand_beside_what_came_back(app: Callable[..., Any]) -> None:
    model = learned(table(), **SMALL)
    at = app("pretrain", model=model)
    assert not at.exception
    assert not at.get("image")
    frame = next(one.value for one in at.dataframe if "size, original" in one.value)
    assert "kind, came back" in frame
    assert set(frame["kind, came back"]) <= {"tall", "short", "other"}
    at.selectbox(key=f"pt_to_{model}").set_value(4).run()
    at.slider(key=f"pt_way_{model}").set_value(0).run()
    assert not at.exception
    way = next(one.value for one in at.dataframe if "Column" in one.value)
    assert (way["Row 0"] == way["0 % of the way"]).all()


def test_without_its_data_it_says_so(app: Callable[..., Any]) -> None:
    data = images()
    model = learned(data, **SMALL)
    datasets.delete(data)
    at = app("pretrain", model=model)
    assert not at.exception
    assert any("nothing can be given back" in one.value for one in at.caption)


def test_both_losses_are_drawn(app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from core.figures import training

    drawn: list[Any] = []
    losses = training.losses
    monkeypatch.setattr(training, "losses", lambda points: drawn.append(points) or losses(points))
    app("pretrain", model=learned(images(), **SMALL))
    assert [set(point) for point in drawn[-1]] == [{"pass_", "train_loss", "validation_loss"}] * 4
