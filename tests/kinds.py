"""Small data sets of pictures and table rows, and finished runs on sets of any kind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.data.dataset import Dataset


def pictures_set() -> Dataset:
    """Pictures with a bright left or a bright right half."""
    random = np.random.default_rng(0)
    rows = random.integers(0, 40, (40, 8, 8)).astype(np.uint8)
    labels = np.arange(40) % 2
    rows[labels == 0, :, :4] += 150
    rows[labels == 1, :, 4:] += 150
    return Dataset(
        name="halves", title="Halves", modality="image", rows=rows,
        labels=labels.astype(np.int32), classes=("left", "right"),
        test=np.arange(40) % 4 >= 2,
    )  # fmt: skip


def table_set() -> Dataset:
    """Rows whose weight decides; of every kind of column, with a gap."""
    random = np.random.default_rng(1)
    weight = np.linspace(0, 10, 60)
    rows = pd.DataFrame(
        {
            "weight": weight,
            "count": random.integers(0, 9, 60),
            "colour": np.array(["red", "blue", "green"], dtype=object)[np.arange(60) % 3],
            "day": pd.date_range("2024-01-01", periods=60),
            "sold": np.arange(60) % 2 == 0,
            "gap": np.where(np.arange(60) % 5 == 0, np.nan, weight),
        }
    )
    return Dataset(
        name="parcels", title="Parcels", modality="tabular", rows=rows,
        labels=(weight > 5).astype(np.int32), classes=("light", "heavy"),
        test=np.arange(60) % 2 == 1,
    )  # fmt: skip


def finished(dataset: Dataset, method: str, head: str, settings: dict[str, Any]) -> str:
    from core import jobs
    from core.jobs.requests import DataRef, FinetuneRequest, PretrainRequest
    from core.store import datasets

    data = DataRef(fingerprint=datasets.save(dataset).fingerprint)
    run = jobs.run_here(
        FinetuneRequest(
            data=data,
            pretrain=PretrainRequest(data=data, method=method, settings=settings),
            head=head,
            labels_per_class=None,
            draws=1,
            curve=False,
            name=f"{method} on {dataset.name}",
        )
    )
    assert run.state == "done", (run.error, run.hint)
    return run.id
