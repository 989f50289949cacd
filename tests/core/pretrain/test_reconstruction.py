from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.errors import NotFound
from core.pretrain.autoencoder import AutoencoderEncoder
from core.pretrain.components import Components
from core.pretrain.raw import RawEncoder
from core.pretrain.reconstruction import (
    Reconstruction,
    between,
    cells,
    pictures,
    reconstruction,
    worst_columns,
)


def fitted(rows: Any, **settings: Any) -> AutoencoderEncoder:
    return AutoencoderEncoder(2, **{"hidden": 8, "passes": 3, **settings}).fit(rows)


def test_errors_are_of_the_model_and_of_pca_on_the_same_rows(images: Any) -> None:
    encoder = fitted(images)
    found = reconstruction(encoder, images)
    flat = images.reshape(40, 20) / 16
    np.testing.assert_allclose(found.originals, flat, rtol=1e-6)
    np.testing.assert_allclose(found.rebuilt, encoder.decoded(encoder.transform(images)))
    assert found.error == pytest.approx(np.square(found.rebuilt - flat).mean(), rel=1e-5)
    pca = Components(2).fit(flat)
    kept = pca.explained_variance_ratio_.sum()
    assert found.pca_error == pytest.approx((1 - kept) * flat.var(axis=0).mean(), rel=1e-4)
    assert found.dimensions == 2


def test_the_way_between_two_rows_begins_and_ends_with_them(images: Any) -> None:
    encoder = fitted(images)
    way = between(encoder, images[[0, 1]], 5)
    codes = encoder.transform(images[[0, 1]])
    np.testing.assert_allclose(way[[0, -1]], encoder.decoded(codes), atol=1e-6)
    np.testing.assert_allclose(way[2], encoder.decoded(codes.mean(axis=0)[None])[0], atol=1e-6)


def test_pictures_are_bytes_of_their_shape(images: Any) -> None:
    values = np.linspace(-0.5, 1.5, 20, dtype=np.float32)[None]
    found = pictures(fitted(images), values)
    assert found is not None
    assert (found.shape, found.dtype) == ((1, 5, 4), np.uint8)
    assert (found[0, 0, 0], found[0, -1, -1]) == (0, 255)
    assert pictures(fitted(pd.DataFrame({"a": np.arange(30.0)})), np.zeros((1, 1))) is None


def test_cells_are_in_the_units_of_the_table(table: pd.DataFrame) -> None:
    encoder = fitted(table)
    found = cells(encoder, encoder.first_.transform(table))
    assert found["colour"] == table["colour"].tolist()
    np.testing.assert_allclose(found["count"], table["count"], atol=1e-4)
    whole = table["size"].notna()
    np.testing.assert_allclose(np.asarray(found["size"])[whole], table["size"][whole], rtol=1e-5)
    days = (table["day"] - pd.Timestamp(0)) / pd.Timedelta(days=1)
    np.testing.assert_allclose(found["day"], days, rtol=1e-5)
    assert set(found) == set(table.columns)  # a gap is no column


def test_cells_of_plain_rows_and_of_pictures(images: Any) -> None:
    rows = np.array([[1.0, 10], [2, 20], [3, np.nan]] * 10)
    encoder = fitted(rows)
    found = cells(encoder, encoder.first_.transform(rows))
    assert list(found) == ["column 1", "column 2"]
    np.testing.assert_allclose(found["column 1"][:3], [1, 2, 3], rtol=1e-5)
    assert cells(fitted(images), np.zeros((1, 20))) == {}


def test_words_only_tables_have_cells_too() -> None:
    frame = pd.DataFrame({"kind": ["a", "b"] * 15})
    encoder = fitted(frame)
    assert cells(encoder, encoder.first_.transform(frame)) == {"kind": ["a", "b"] * 15}


def test_columns_are_ordered_by_what_is_lost() -> None:
    frame = pd.DataFrame(
        {"a": np.arange(30.0), "same": [4.0] * 30, "kind": ["x", "y", "y"] * 10, "b": [0.0, 1] * 15}
    )
    encoder = fitted(frame)
    originals = encoder.first_.transform(frame)
    rebuilt = originals.copy()
    names = encoder.first_.names
    rebuilt[:, names.index("b")] = originals[:, names.index("b")].mean()  # nothing is known of it
    rebuilt[:, names.index("a")] *= 0.5
    found = worst_columns(encoder, Reconstruction(originals, rebuilt, 0, 0, 2))
    assert [one.name for one in found] == ["b", "a", "kind"]
    assert [one.lost for one in found] == pytest.approx([1, 0.25, 0], abs=1e-5)


def test_another_model_gives_nothing_back(images: Any) -> None:
    encoder = RawEncoder().fit(images)
    for look in (reconstruction, between, pictures):
        with pytest.raises(NotFound, match="A RawEncoder gives no rows back"):
            look(encoder, images)  # type: ignore[operator]
