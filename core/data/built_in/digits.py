"""Handwritten digits: small images that come with scikit-learn."""

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
    "1,797 handwritten digits of 8 × 8 pixels, grey values from 0 to 1: which digit is it? From "
    "the Optical Recognition of Handwritten Digits set (Alpaydin & Kaynak 1998, UCI, CC BY 4.0), "
    "as it comes with scikit-learn."
)


def _make(options: Mapping[str, Value], progress: Progress) -> Dataset:
    from sklearn.datasets import load_digits

    bunch = load_digits()
    progress.update(0.5, "Splitting the rows")
    images = (bunch.images / 16).astype(np.float32)
    labels = bunch.target.astype(np.int32)
    return Dataset(
        name="digits",
        title="Handwritten digits",
        modality="image",
        rows=images,
        labels=labels,
        classes=tuple(str(name) for name in bunch.target_names),
        test=split(labels, row_codes(images), options),
        about=_ABOUT,
    )


def _signature(options: Mapping[str, Value]) -> dict[str, Any]:
    return dict(options)


BUILT_IN = BuiltIn(
    key="digits",
    title="Handwritten digits",
    about=_ABOUT,
    modality="image",
    params=(test_share(0.5), SEED),
    network=False,
    make=_make,
    signature=_signature,
)
