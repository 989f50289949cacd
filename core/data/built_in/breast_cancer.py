"""Measurements of cell nuclei: a table that comes with scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.data.built_in.base import SEED, BuiltIn, split, test_share
from core.data.dataset import Dataset
from core.data.duplicates import row_codes
from core.params import Value
from core.progress import Progress

_ABOUT = (
    "569 tumours, described by 30 measurements of the cell nuclei in a picture: benign or "
    "malignant? Breast Cancer Wisconsin (Diagnostic) (Wolberg, Street & Mangasarian 1995, UCI, "
    "CC BY 4.0), as it comes with scikit-learn."
)


def _make(options: Mapping[str, Value], progress: Progress) -> Dataset:
    from sklearn.datasets import load_breast_cancer

    bunch = load_breast_cancer(as_frame=True)
    progress.update(0.5, "Splitting the rows")
    names = tuple(sorted(str(name) for name in bunch.target_names))
    places = np.array([names.index(str(name)) for name in bunch.target_names], dtype=np.int32)
    labels = places[bunch.target.to_numpy()]
    return Dataset(
        name="breast_cancer",
        title="Breast cancer",
        modality="tabular",
        rows=bunch.data,
        labels=labels,
        classes=names,
        test=split(labels, row_codes(bunch.data), options),
        about=_ABOUT,
    )


def _signature(options: Mapping[str, Value]) -> dict[str, Any]:
    return dict(options)


BUILT_IN = BuiltIn(
    key="breast_cancer",
    title="Breast cancer",
    about=_ABOUT,
    modality="tabular",
    params=(test_share(0.5), SEED),
    network=False,
    make=_make,
    signature=_signature,
)
