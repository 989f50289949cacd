"""Patch features against a plain route through scikit-learn, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.feature_extraction.image import extract_patches_2d

from core.errors import BadData, BadModelFile, NotFound
from core.pretrain import filters, patch_parts, patches
from core.pretrain.base import PoolSize
from core.pretrain.patches import PatchEncoder
from core.pretrain.raw import RawEncoder


def pictures(count: int = 30, shape: tuple[int, ...] = (9, 8), seed: int = 0) -> Any:
    random = np.random.RandomState(seed)
    base = random.randint(0, 256, (3, *shape))
    noisy = base[np.arange(count) % 3] + random.randint(-30, 31, (count, *shape))
    return noisy.clip(0, 255).astype(np.uint8)


def plain_route(encoder: PatchEncoder, images: Any) -> Any:
    """The same features, written out picture by picture."""
    side, grid = encoder.side_, encoder.grid
    rows = []
    for image in images:
        down, across = image.shape[0] - side + 1, image.shape[1] - side + 1
        cut = extract_patches_2d(image / 255, (side, side)).reshape(down * across, -1)
        cut = cut - cut.mean(axis=1, keepdims=True)
        cut /= np.sqrt(cut.var(axis=1, keepdims=True) + 10 / 255**2)
        apart = cdist((cut - encoder.mean_) @ encoder.whiten_, encoder.filters_)
        active = np.maximum(apart.mean(axis=1, keepdims=True) - apart, 0)
        active = active.reshape(down, across, -1)
        cells = np.zeros((grid, grid, active.shape[2]))
        for i in range(down):
            for j in range(across):
                cells[i * grid // down, j * grid // across] += active[i, j]
        rows.append(np.sqrt(cells.ravel()))
    features = (np.asarray(rows) - encoder.centre_) / encoder.scale_
    return features / np.sqrt(features.shape[1])


@pytest.mark.parametrize("shape", [(9, 8), (9, 8, 3)])
def test_features_are_those_of_the_plain_route(shape: tuple[int, ...]) -> None:
    images = pictures(shape=shape)
    encoder = PatchEncoder(3, filters=7, grid=2, patches=500).fit(images)
    found = encoder.transform(images)
    assert found.shape == (30, 4 * 7)
    np.testing.assert_allclose(found, plain_route(encoder, images), atol=2e-4)


def test_activation_of_one_patch_by_hand() -> None:
    encoder = PatchEncoder(2, filters=2, grid=1).fit(pictures(shape=(2, 2)))
    encoder.mean_ = np.zeros(4, np.float32)
    encoder.whiten_ = np.eye(4, dtype=np.float32)
    # a patch (0, 0, 255, 255) has mean 1/2 and spread 1/2: it becomes (-1, -1, 1, 1), nearly
    encoder.filters_ = np.array([[-1, -1, 1, 1], [1, 1, -1, -1]], np.float32)
    active = encoder.activations(np.array([[0, 0], [255, 255]], np.uint8))
    # distances 0 and 4, mean 2: the first is active by 2, the second not at all
    assert active.shape == (2, 1, 1)
    np.testing.assert_allclose(active.ravel(), [2, 0], atol=2e-3)


def test_whitened_patches_are_white() -> None:
    random = np.random.RandomState(0)
    centred = random.normal(size=(400, 5)) @ random.normal(size=(5, 5))
    centred -= centred.mean(axis=0)
    white = centred @ patch_parts.zca(centred, 0.0)
    np.testing.assert_allclose(white.T @ white / len(white), np.eye(5), atol=1e-4)


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 8))
def test_each_place_lies_in_one_cell_in_order(down: int, across: int, grid: int) -> None:
    cells = patch_parts.cells_of(down, across, grid).reshape(down, across)
    assert cells.min() >= 0
    assert cells.max() < grid**2
    assert (np.diff(cells, axis=0) >= 0).all()
    assert (np.diff(cells, axis=1) >= 0).all()
    # as equal as they can be: no line of cells has two more than another
    sizes = np.bincount(np.arange(down) * grid // down, minlength=grid)
    assert np.ptp(sizes) <= 1


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    images = pictures()
    encoder = PatchEncoder(3, filters=7, grid=2, patches=500).fit(images)
    whole = encoder.transform(images)
    monkeypatch.setattr(patches, "_BLOCK", 1)  # a picture at a time
    np.testing.assert_allclose(encoder.transform(images), whole, atol=1e-5)


def test_every_patch_of_few_pictures_is_used_and_some_of_many() -> None:
    images = pictures(4, (5, 5))
    encoder = PatchEncoder(3, filters=4, patches=1000).fit(images)
    every = encoder._draw(images, np.random.RandomState(0))
    assert len(every) == 4 * 9
    encoder.patches = 20
    assert len(encoder._draw(images, np.random.RandomState(0))) == 20


def test_notes_say_what_was_not_as_asked() -> None:
    encoder = PatchEncoder(6, filters=400).fit(pictures(2, (4, 5)))
    assert encoder.side_ == 4
    assert encoder.notes_ == (
        "Patches of 4 pixels were used: the pictures have no more.",
        "400 filters were asked for; there are 4 patches.",
    )
    assert encoder.filters_.shape == (4, 16)


def test_other_sizes_and_colours_are_brought_to_the_pools() -> None:
    images = pictures(20, (8, 8))
    encoder = PatchEncoder(3, filters=6, grid=2).fit(images)
    larger = images.repeat(2, axis=1).repeat(2, axis=2)
    np.testing.assert_allclose(encoder.transform(larger), encoder.transform(images), atol=1e-4)
    coloured = np.repeat(images[..., None], 3, axis=3)
    np.testing.assert_allclose(encoder.transform(coloured), encoder.transform(images), atol=1e-3)
    # bytes, or the same pictures divided by 255 already
    np.testing.assert_allclose(
        encoder.transform(images / 255), encoder.transform(images), atol=1e-4
    )


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (np.zeros((0, 5, 5)), "There are no pictures to learn from."),
        (np.zeros((5, 25)), "Pictures were expected, but these rows have the shape (5, 25)."),
        (np.full((3, 5, 5), 7.0), "All patches of these pictures are flat"),
        (np.where(np.eye(5) > 0, np.nan, 1.0)[None].repeat(2, 0), "Picture 0 has pixels that"),
    ],
)
def test_what_it_refuses(rows: Any, said: str) -> None:
    with pytest.raises(BadData) as caught:
        PatchEncoder(3, filters=2).fit(rows)
    assert said in caught.value.message
    assert caught.value.hint


def test_a_forged_size_or_scale_is_refused() -> None:
    encoder = PatchEncoder(3, filters=4, grid=2).fit(pictures())
    state = encoder.state()
    for name, value in (
        ("shape", [9, 8]),
        ("shape", [9, 0, 1]),
        ("shape", [9, 8, True]),
        ("top", -1.0),
        ("side", 10),
        ("scale", np.zeros(16, np.float32)),
    ):
        with pytest.raises(BadModelFile):
            PatchEncoder(3, filters=4, grid=2).load_state(state | {name: value})


def test_names_of_features() -> None:
    encoder = PatchEncoder(3, filters=2, grid=2).fit(pictures())
    names = encoder.get_feature_names_out()
    assert len(names) == 8
    assert names[0] == "filter 1 in part 1, 1"
    assert names[-1] == "filter 2 in part 2, 2"


def test_costs_grow_with_what_is_asked() -> None:
    small, large = (
        patches.METHOD.estimate(
            PoolSize(rows=1000, columns=784), {"patch": 6, "filters": k, "patches": 10_000}
        )
        for k in (50, 800)
    )
    assert small.seconds < large.seconds


def test_filters_as_pictures_use_the_whole_range() -> None:
    encoder = PatchEncoder(3, filters=5).fit(pictures(shape=(9, 8, 3)))
    drawn = encoder.pictures()
    assert drawn.shape == (5, 3, 3, 3)
    np.testing.assert_allclose(drawn.reshape(5, -1).min(axis=1), 0)
    np.testing.assert_allclose(drawn.reshape(5, -1).max(axis=1), 1)


def test_the_filters_of_a_picture_are_those_it_has_more_of_than_others() -> None:
    images = pictures(40)
    images[0, 2:5, 2:5] = np.eye(3, dtype=np.uint8) * 255  # only the first has a diagonal
    images[0, 5:, :] = 128
    encoder = PatchEncoder(3, filters=8, grid=2).fit(images)
    scores = filters.unusual(encoder, images)
    assert scores.shape == (40, 8)
    np.testing.assert_allclose(scores.mean(axis=0), 0, atol=0.05)
    found = filters.active_filters(encoder, images[0], 3)
    assert [one.index for one in found] == np.argsort(-scores[0], kind="stable")[:3].tolist()
    assert found[0].unusual == pytest.approx(scores[0].max(), abs=1e-5)
    for one in found:
        assert one.places.shape == (9, 8)
        assert one.places.max() in (0, 1)
        # the border has no patch around it
        assert not one.places[[0, -1]].any()
    # the order is that of the mean activation over the pool
    used = encoder.centre_.reshape(4, 8).mean(axis=0)
    assert (np.diff(used[filters.most_used(encoder)]) <= 0).all()


def test_other_encoders_have_no_filters() -> None:
    with pytest.raises(NotFound, match="has no filters"):
        filters.most_used(RawEncoder().fit(pictures()))


@pytest.mark.parametrize(("side", "patch"), [(8, 3), (16, 3), (28, 6), (32, 6), (64, 8), (2, 2)])
def test_patches_fit_the_pictures(side: int, patch: int) -> None:
    images = np.random.RandomState(0).randint(0, 256, (5, side, side)).astype(np.uint8)
    encoder = PatchEncoder(filters=4, grid=1, patches=50).fit(images)
    assert encoder.side_ == patch
    assert encoder.notes_ == ()
