"""Data sets that the tests of jobs share."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.jobs.requests import DataRef
from core.store import datasets
from tests import seed


@pytest.fixture
def tiny() -> DataRef:
    """The tiny texts, kept in the home folder."""
    return DataRef(fingerprint=seed.keep_texts())


@pytest.fixture
def unlabelled() -> DataRef:
    """Texts of which none has a label."""
    texts = np.array(["one two three", "four five six", "seven eight nine"] * 4, dtype=object)
    labels = np.full(12, -1, dtype=np.int32)
    kept = datasets.save(
        Dataset("pool", "Only a pool", "text", texts, labels, (), np.zeros(12, dtype=bool))
    )
    return DataRef(fingerprint=kept.fingerprint)


@pytest.fixture
def labelled() -> DataRef:
    """Texts of which all have a label."""
    texts = np.array(["red apple", "green pear", "loud drum", "soft flute"] * 3, dtype=object)
    labels = np.array([0, 0, 1, 1] * 3, dtype=np.int32)
    test = np.arange(12) >= 8
    kept = datasets.save(
        Dataset("full", "Fully labelled", "text", texts, labels, ("fruit", "music"), test)
    )
    return DataRef(fingerprint=kept.fingerprint)
