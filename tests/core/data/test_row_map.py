"""The map of rows: which rows, where they lie, and that the same seed draws the same map."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.data import row_map as module
from core.data.dataset import Dataset
from core.data.row_map import row_map
from core.errors import BadParam
from tests.core.data.making import images, table, texts

TOPICS = ["apple pear plum cherry", "drum flute harp violin"]


def topics(n: int = 40) -> Dataset:
    """Texts on two subjects with no word in common, in turns."""
    draw = np.random.default_rng(0)
    words = [topic.split() for topic in TOPICS]
    rows = [" ".join(draw.choice(words[i % 2], 3)) for i in range(n)]
    return texts(rows, [i % 2 for i in range(n)], test=range(0, n, 4))


def apart(x: np.ndarray, y: np.ndarray, labels: np.ndarray) -> float:
    """Distance between the middles of two classes, in mean distances from the own middle."""
    points = np.column_stack([x, y])
    middles = [points[labels == code].mean(axis=0) for code in (0, 1)]
    spread = np.mean([np.linalg.norm(points[labels == c] - middles[c], axis=1) for c in (0, 1)])
    return float(np.linalg.norm(middles[0] - middles[1]) / spread)


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_texts_on_one_subject_lie_together(method: module.MapMethod) -> None:
    ds = topics()
    drawn = row_map(ds, method=method)
    assert drawn.indices.tolist() == list(range(40))
    assert drawn.method == method
    assert (drawn.test == ds.test).all()
    assert drawn.x.dtype == drawn.y.dtype == np.float32
    assert apart(drawn.x, drawn.y, ds.labels) > 1.5


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_the_seed_decides(method: module.MapMethod) -> None:
    ds = topics()
    one, same, other = (row_map(ds, rows=30, seed=seed, method=method) for seed in (1, 1, 2))
    assert len(one.indices) == len(one.x) == len(one.y) == 30
    assert (np.diff(one.indices) > 0).all()
    np.testing.assert_array_equal(one.indices, same.indices)
    np.testing.assert_array_equal(one.x, same.x)
    np.testing.assert_array_equal(one.y, same.y)
    assert one.indices.tolist() != other.indices.tolist()


def test_images_lie_along_their_main_directions() -> None:
    # three images on a line, at 0, 1 and 5
    pixels = np.zeros((3, 2, 2))
    pixels[:, 0, 1] = [0, 1, 5]
    drawn = row_map(images(pixels))
    assert np.abs(np.diff(drawn.x)) == pytest.approx([1, 4], rel=1e-5)
    assert drawn.y == pytest.approx(np.zeros(3), abs=1e-5)


def test_columns_are_scaled_and_missing_values_lie_in_the_middle() -> None:
    found = module._table(pd.DataFrame({"x": [0.0, np.nan, 10.0, np.inf], "same": [3, 3, 3, 3]}))
    # the two missing ones become 5, the middle of 0 and 10; the spread is that of 0, 5, 10, 5
    assert found[:, 0] == pytest.approx(np.array([-5, 0, 5, 0]) / np.sqrt(12.5))
    assert found[:, 1].tolist() == [0, 0, 0, 0]


def test_categories_become_columns() -> None:
    found = module._table(pd.DataFrame({"k": ["u", "v", "u", None]}))
    assert found == pytest.approx(np.array([[1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1]]) / 2**0.5)
    assert module._table(pd.DataFrame({"k": [f"c{i}" for i in range(40)]})).shape == (40, 20)


def test_tables_of_two_kinds_lie_apart() -> None:
    draw = np.random.default_rng(0)
    labels = np.arange(40) % 2
    columns = {"x": labels * 100 + draw.random(40), "kind": np.where(labels == 1, "u", "v")}
    drawn = row_map(table(columns, labels))
    assert apart(drawn.x, drawn.y, labels) > 3


@pytest.mark.parametrize("method", ["pca", "tsne"])
@pytest.mark.parametrize(
    "ds",
    [
        texts([]),
        texts(["one"]),
        texts([""] * 12),
        texts(["same words"] * 12),
        texts(["one two", "one"]),
        images(np.zeros((12, 2, 2))),
        images(np.arange(12).reshape(12, 1, 1)),
        table({"x": [1] * 12}),
        table({}),
        table({"x": [None] * 12}),
    ],
    ids=lambda ds: f"{ds.modality}-{len(ds)}",
)
def test_odd_sets_have_a_map_all_the_same(ds: Dataset, method: module.MapMethod) -> None:
    drawn = row_map(ds, method=method)
    assert len(drawn.x) == len(drawn.y) == len(drawn.indices) == len(ds)
    assert np.isfinite(drawn.x).all()
    assert np.isfinite(drawn.y).all()


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(BadParam, match="no map 'umap'") as caught:
        row_map(topics(), method="umap")  # type: ignore[arg-type]
    assert caught.value.hint == "There is: pca, tsne."
    with pytest.raises(BadParam, match="at least 2 rows, not 1"):
        row_map(topics(), rows=1)
