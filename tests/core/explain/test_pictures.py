"""Maps over pictures: exact ones add up, the others point at what was covered."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.errors import BadParam
from core.explain.pictures import covered, explain_picture, grid_cells, kinds_of_maps
from core.finetune.classifier import Classifier
from tests.core.explain.making import by_rule, fitted, score_of
from tests.core.explain.test_flips import bright_corner
from tests.core.pretrain.conftest import images

CLASSES = ("a", "b", "c", "d", "unseen")
SMALL = {"filters": 5, "patch": 3, "patches": 200, "n_components": 3, "dimensions": 6}


def model(method: str, head: str = "logistic", rows: Any = None, **settings: Any) -> Classifier:
    rows = images() if rows is None else rows
    return fitted(method, head, rows, np.arange(40) % 4, CLASSES, settings={**SMALL, **settings})


@pytest.mark.parametrize("grid", [1, 2, 4])
def test_patches_add_up_to_the_logit(grid: int) -> None:
    rows = images()
    classifier = model("patches", grid=grid)
    assert kinds_of_maps(classifier) == ("patches", "occlusion")
    for i in range(4):
        for label in range(4):
            found = explain_picture(classifier, rows[i], label=label)
            expected = score_of(classifier, rows[i : i + 1], label)
            assert (found.kind, found.exact) == ("patches", True)
            assert found.base + found.values.sum() == pytest.approx(expected, abs=1e-5)
            assert found.score == pytest.approx(expected, abs=1e-5)
            assert found.values.shape == (3, 2)
            assert found.cells[0] == (0, 3, 0, 3)
            assert found.cells[-1] == (2, 5, 1, 4)
            assert found.by_pixel().sum() == pytest.approx(found.values.sum())
    assert explain_picture(classifier, rows[1]).label == int(classifier.predict(rows[1:2])[0])


def test_the_parts_of_a_picture_add_what_their_features_add() -> None:
    """Each pooling region alone: its places add what its numbers of the row add to the score."""
    rows = images()
    classifier = model("patches", grid=2)
    linear = classifier.linear()
    assert linear is not None
    found = explain_picture(classifier, rows[5], label=2)
    row = classifier.encoder.transform(rows[5:6])[0].reshape(4, 5)
    weights = linear[0][2].reshape(4, 5)
    by_part = (row * weights).sum(axis=1)
    part = (np.arange(3) * 2 // 3)[:, None] * 2 + np.arange(2) * 2 // 2
    sums = [found.values[part == cell].sum() for cell in range(4)]
    assert sums == pytest.approx(by_part, abs=1e-5)


def test_colours_and_other_sizes() -> None:
    random = np.random.RandomState(0)
    rows = random.randint(0, 255, (40, 6, 6, 3)).astype(np.uint8)
    for method in ("patches", "raw", "lsa"):
        classifier = model(method, rows=rows)
        other = random.randint(0, 255, (12, 9, 3)).astype(np.uint8)
        found = explain_picture(classifier, other, label=1)
        assert found.score == pytest.approx(score_of(classifier, other[None], 1), abs=1e-4)
        assert found.picture.shape == (6, 6, 3)
        assert found.by_pixel().shape == (6, 6)


@pytest.mark.parametrize("method", ["raw", "lsa", "random"])
def test_pixels_add_up_to_the_logit(method: str) -> None:
    rows = images()
    classifier = model(method)
    assert kinds_of_maps(classifier) == ("pixels", "occlusion")
    found = explain_picture(classifier, rows[3], label=0)
    assert found.values.shape == (5, 4)
    assert found.score == pytest.approx(score_of(classifier, rows[3:4], 0), abs=1e-5)
    assert found.by_pixel() == pytest.approx(found.values)


def test_occlusion_by_hand() -> None:
    """Squares of half a cell more on each side; the corner that decides shows."""
    image = np.zeros((4, 4))
    image[:2, :2] = 1.0
    border = 0.25
    found = explain_picture(bright_corner(), image, label=1, grid=2)
    assert (found.kind, found.exact) == ("occlusion", False)
    assert found.cells == [(0, 2, 0, 2), (0, 2, 2, 4), (2, 4, 0, 2), (2, 4, 2, 4)]
    assert found.score == pytest.approx(np.log(1.0))
    assert found.base == pytest.approx(np.log(border))
    # each square reaches one pixel further: 4, 2, 2 and 1 of the four bright pixels are covered
    left = 1 - np.array([[4, 2], [2, 1]]) / 4 * (1 - border)
    assert found.values == pytest.approx(-np.log(left))


def test_occlusion_for_what_has_no_sum() -> None:
    for classifier in (
        model("kmeans", n_clusters=4),
        model("raw", "tree"),
        model("patches", "tree"),
    ):
        assert kinds_of_maps(classifier) == ("occlusion",)
        assert not explain_picture(classifier, images()[0]).exact


def test_a_grid_finer_than_the_picture() -> None:
    assert grid_cells((2, 3), 9) == [(i, i + 1, j, j + 1) for i in range(2) for j in range(3)]
    with pytest.raises(BadParam, match="grid cannot be 0"):
        grid_cells((2, 3), 0)


def test_covering_leaves_the_picture_alone() -> None:
    image = np.array([[10, 20], [30, 41]], dtype=np.uint8)
    result = covered(image, [(0, 1, 0, 2)])
    assert result.tolist() == [[25, 25], [30, 41]]
    assert image.tolist() == [[10, 20], [30, 41]]


def test_wrong_questions() -> None:
    classifier = model("raw")
    image = images()[0]
    with pytest.raises(BadParam, match="A map of kind 'patches' cannot be drawn"):
        explain_picture(classifier, image, kind="patches")
    with pytest.raises(BadParam, match="never saw a picture of class number 4"):
        explain_picture(classifier, image, label=4)
    assert explain_picture(classifier, image, kind="occlusion").kind == "occlusion"
    assert by_rule(lambda X: np.zeros(len(X)), 20).classes == ("no", "yes")
