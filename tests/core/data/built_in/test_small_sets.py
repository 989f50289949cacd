"""Digits and breast cancer: as scikit-learn brings them, with a seeded split."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.data import catalogue


def test_digits_are_images_from_0_to_1() -> None:
    ds = catalogue.build("digits")
    assert isinstance(ds.rows, np.ndarray)
    assert ds.rows.shape == (1797, 8, 8)
    assert ds.rows.dtype == np.float32
    assert (ds.rows.min(), ds.rows.max()) == (0.0, 1.0)
    assert ds.classes == tuple("0123456789")
    # the first three rows show 0, 1 and 2, and so they are labelled
    assert ds.labels[:3].tolist() == [0, 1, 2]
    assert ds.rows[0, 0, :6].tolist() == [0, 0, 5 / 16, 13 / 16, 9 / 16, 1 / 16]
    counts = np.bincount(ds.labels[ds.test])
    assert np.abs(counts - np.bincount(ds.labels) / 2).max() <= 1


def test_breast_cancer_is_a_table_with_names() -> None:
    ds = catalogue.build("breast_cancer")
    assert isinstance(ds.rows, pd.DataFrame)
    assert ds.rows.shape == (569, 30)
    assert ds.rows.columns[0] == "mean radius"
    assert ds.rows.iloc[0, 0] == 17.99
    assert ds.classes == ("benign", "malignant")
    # sorted names: scikit-learn numbers them the other way round
    assert ds.classes[ds.labels[0]] == "malignant"
    assert np.bincount(ds.labels).tolist() == [357, 212]


@pytest.mark.parametrize("name", ["digits", "breast_cancer"])
def test_the_split_depends_on_seed_and_share_alone(name: str) -> None:
    ds, again = (catalogue.build(name) for _ in range(2))
    assert ds.fingerprint == again.fingerprint
    other = catalogue.build(name, {"seed": 1})
    assert (other.test != ds.test).any()
    assert other.fingerprint != ds.fingerprint
    fewer = catalogue.build(name, {"test_share": 0.2})
    assert fewer.test.mean() == pytest.approx(0.2, abs=0.01)
    assert not np.any(ds.labels == -1)
