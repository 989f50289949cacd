from __future__ import annotations

import numpy as np
import pytest

from core.errors import BadModelFile
from core.pretrain.random_features import RandomFeaturesEncoder
from core.text.preparation import TextPreparation

TEXTS = np.array(["red apple", "green apple pear", "green pear", "", "unheard"], dtype=object)


def test_is_the_projection_of_the_rows() -> None:
    rows = np.array([[0, 255], [255, 0], [255, 255]], dtype=np.uint8)[:, :, None]
    encoder = RandomFeaturesEncoder(dimensions=6).fit(rows)
    expected = (rows[:, :, 0] / 255.0) @ encoder.matrix_.toarray()
    np.testing.assert_allclose(encoder.transform(rows), expected, rtol=1e-6)
    assert encoder.transform(rows).dtype == np.float32


def test_texts_have_length_one_or_none() -> None:
    encoder = RandomFeaturesEncoder(TextPreparation(min_df=1, max_df=1.0), dimensions=200).fit(
        TEXTS[:3]
    )
    lengths = np.linalg.norm(encoder.transform(TEXTS), axis=1)
    np.testing.assert_allclose(lengths, [1, 1, 1, 0, 0], atol=1e-6)


def test_distances_are_roughly_kept() -> None:
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 256, (30, 20, 20)).astype(np.uint8)
    flat = rows.reshape(30, -1) / 255.0
    mixed = RandomFeaturesEncoder(dimensions=4000).fit(rows).transform(rows)
    ratio = np.linalg.norm(mixed[1:] - mixed[0], axis=1) / np.linalg.norm(
        flat[1:] - flat[0], axis=1
    )
    # relative spread of a squared distance is about sqrt(2 / 4000) times what sparse rows add
    assert abs(ratio - 1).max() < 0.2


def test_the_seed_decides() -> None:
    one, two, other = (
        RandomFeaturesEncoder(
            TextPreparation(min_df=1, max_df=1.0), dimensions=30, random_state=seed
        )
        .fit(TEXTS[:3])
        .matrix_.toarray()
        for seed in (1, 1, 2)
    )
    assert (one == two).all()
    assert (one != other).any()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("indices", np.array([99], dtype=np.int32)),
        ("starts", np.array([0, 5, 1, 1])),
        ("data", np.zeros((2, 2), dtype=np.float32)),
    ],
)
def test_a_damaged_projection_is_refused(name: str, value: object) -> None:
    fitted = RandomFeaturesEncoder(TextPreparation(min_df=1, max_df=1.0), dimensions=30).fit(
        TEXTS[:3]
    )
    state = fitted.state() | {name: value}
    with pytest.raises(BadModelFile):
        RandomFeaturesEncoder(TextPreparation(min_df=1, max_df=1.0), dimensions=30).load_state(
            state
        )
