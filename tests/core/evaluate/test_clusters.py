from __future__ import annotations

import numpy as np

from core.data.dataset import Dataset
from core.evaluate.clusters import clusters
from core.params import resolve
from core.pretrain import get_method
from tests import seed


def test_clusters_of_texts_are_named_by_their_words() -> None:
    dataset = seed.texts(per_class=60, pool=0)
    how = get_method("tfidf")
    encoded = how.make(resolve(how.params, {"min_df": 1}), 0).fit_transform(dataset.rows)
    rows = dataset.test_rows
    codes, names = clusters(dataset, rows, encoded[rows])
    assert codes.shape == rows.shape
    assert len(names) == 3
    # made of three sets of words, which they find again
    for code in range(3):
        inside = np.asarray(dataset.labels)[rows][codes == code]
        assert np.bincount(inside).max() > 0.9 * len(inside)
    assert all(name.startswith(f"{i + 1} (") for i, name in enumerate(names))


def test_other_rows_have_numbers_and_few_rows_two_clusters() -> None:
    pictures = np.zeros((10, 2, 2), np.uint8)
    pictures[5:] = 255
    dataset = Dataset(
        "p", "P", "image", pictures, np.zeros(10, np.int32), ("a",), np.ones(10, bool)
    )
    encoded = pictures.reshape(10, -1).astype(np.float32)
    codes, names = clusters(dataset, np.arange(10), encoded)
    assert names == ("1", "2")
    assert len(set(codes[:5])) == len(set(codes[5:])) == 1
    assert codes[0] != codes[5]
