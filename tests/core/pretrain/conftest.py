"""Small rows of each kind, the same for every test."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

settings.register_profile("patient", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("patient")


def texts() -> Any:
    """Sixty short texts about two subjects, one of them empty."""
    random = np.random.RandomState(0)
    subjects = (
        "cat dog bird horse fish animal tail paw feather fur".split(),
        "engine wheel brake car road driver fuel gear tyre clutch".split(),
    )
    rows = [" ".join(random.choice(subjects[i % 2], 8)) for i in range(59)]
    return np.asarray([*rows, ""], dtype=object)


def images() -> Any:
    """Forty pictures of 5 by 4 pixels with values from 0 to 16."""
    random = np.random.RandomState(1)
    base = random.randint(0, 17, (4, 5, 4))
    return np.clip(base[np.arange(40) % 4] + random.randint(-2, 3, (40, 5, 4)), 0, 16).astype(float)


def table() -> pd.DataFrame:
    """Fifty rows with gaps, dates, categories and a truth value."""
    random = np.random.RandomState(2)
    size = random.normal(10, 3, 50)
    size[::7] = np.nan
    return pd.DataFrame(
        {
            "size": size,
            "count": random.randint(0, 5, 50),
            "colour": random.choice(["red", "green", "blue"], 50),
            "day": pd.date_range("2024-01-01", periods=50),
            "sold": random.rand(50) < 0.5,
        }
    )


ROWS = {"text": texts, "image": images, "tabular": table}


@pytest.fixture(name="texts")
def _texts() -> Any:
    return texts()


@pytest.fixture(name="images")
def _images() -> Any:
    return images()


@pytest.fixture(name="table")
def _table() -> pd.DataFrame:
    return table()
