"""Pictures of another size or other colours than a model learned from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.errors import BadData
from core.pretrain.numeric import RowNumbers
from core.pretrain.sizes import to_shape


def test_four_by_four_to_two_by_two() -> None:
    four = np.arange(16, dtype=np.uint8).reshape(1, 4, 4) * 2
    assert to_shape(four, (2, 2)).tolist() == [[[5, 9], [21, 25]]]


def test_two_by_two_to_four_by_four() -> None:
    two = np.array([[[0, 4], [8, 12]]], np.float32)
    expected = [[0, 1, 3, 4], [2, 3, 5, 6], [6, 7, 9, 10], [8, 9, 11, 12]]
    assert to_shape(two, (4, 4))[0].tolist() == expected


def test_nothing_to_do() -> None:
    images = np.zeros((2, 3, 4))
    assert to_shape(images, (3, 4)) is images


def test_proportions_are_kept() -> None:
    wide = np.array([[[0.0, 0.0], [1.0, 1.0]]]).transpose(0, 2, 1)  # a dark and a bright half
    tall = to_shape(wide, (4, 2))[0]
    np.testing.assert_allclose(tall, [[0.5, 0.5], [0, 1], [0, 1], [0.5, 0.5]])


@pytest.mark.parametrize(
    ("have", "want", "expected"),
    [
        ((1, 1, 1, 3), (1, 1), [29.9 + 117.4 + 34.2]),
        ((1, 1, 1, 3), (1, 1, 1), [29.9 + 117.4 + 34.2]),
        ((1, 1, 1, 3), (1, 1, 3), [100, 200, 300]),
        ((1, 1, 1, 4), (1, 1, 3), [100, 200, 300]),
    ],
)
def test_colours(have: Any, want: Any, expected: list[float]) -> None:
    picture = np.arange(100.0, 100 * have[-1] + 1, 100).reshape(have)
    out = to_shape(picture, want)
    assert out.shape == (1, *want)
    np.testing.assert_allclose(out.ravel(), expected, rtol=1e-6)


def test_grey_pictures_for_a_model_of_colours() -> None:
    grey = np.full((2, 4, 4), 7, np.uint8)
    out = to_shape(grey, (2, 2, 3))
    assert out.shape == (2, 2, 2, 3)
    assert (out == 7).all()
    assert to_shape(grey[..., None], (4, 4)).shape == (2, 4, 4)


@pytest.mark.parametrize(("have", "want"), [((1, 2, 2, 2), (2, 2)), ((1, 2, 2), (2, 2, 5))])
def test_channels_that_cannot_be_reconciled(have: Any, want: Any) -> None:
    with pytest.raises(BadData, match="channels were expected"):
        to_shape(np.zeros(have), want)


class TestRowNumbers:
    def test_other_sizes(self) -> None:
        learned = np.array([[[0, 255], [255, 0]]], np.uint8)
        rows = RowNumbers().fit(learned)
        assert rows.transform(learned.repeat(2, 1).repeat(2, 2)).tolist() == [[0, 1, 1, 0]]
        assert rows.transform(np.full((3, 5, 9), 51, np.uint8)).shape == (3, 4)
        again = RowNumbers().load_state(rows.state())
        np.testing.assert_allclose(again.transform(np.full((1, 5, 5), 51, np.uint8)), [[0.2] * 4])

    def test_bytes_and_shares(self) -> None:
        """0 to 255 and 0 to 1 mean the same, whichever the model learned from."""
        bytes_ = np.array([[[0, 51], [102, 255]]], np.uint8)
        shares = bytes_ / 255.0
        of_bytes, of_shares = RowNumbers().fit(bytes_), RowNumbers().fit(shares)
        expected = [[0, 0.2, 0.4, 1]]
        for rows in (of_bytes, of_shares):
            for pictures in (bytes_, shares):
                np.testing.assert_allclose(rows.transform(pictures), expected, atol=1e-6)
        np.testing.assert_allclose(of_bytes.transform(bytes_.astype(float)), expected, atol=1e-6)

    def test_a_picture_does_not_depend_on_the_others(self) -> None:
        rng = np.random.default_rng(0)
        rows = RowNumbers().fit(rng.integers(0, 256, (4, 6, 6)).astype(np.uint8))
        new = rng.random((5, 4, 9))
        new[3] *= 255
        together = rows.transform(new)
        for i in range(5):
            np.testing.assert_array_equal(together[i], rows.transform(new[i : i + 1])[0])


def test_text_for_columns_of_numbers() -> None:
    """A CSV to classify holds text where the model learned numbers, dates, yes and no."""
    import pandas as pd

    frame = pd.DataFrame(
        {
            "n": [1.0, 3.0],
            "t": [True, False],
            "d": pd.to_datetime(["2024-01-01", "2024-01-03"]),
        }
    )
    rows = RowNumbers().fit(frame)
    told = rows.transform(frame)
    text = pd.DataFrame({"n": ["1", " 3 "], "t": ["yes", "no"], "d": ["2024-01-01", "2024-01-03"]})
    np.testing.assert_allclose(rows.transform(text), told)
    one = text.iloc[:1].assign(t="true")
    np.testing.assert_allclose(rows.transform(one), told[:1])
    gap = rows.transform(pd.DataFrame({"n": ["?"], "t": ["no"], "d": ["NA"]}))
    np.testing.assert_allclose(gap[0, [0, 2]], 0, atol=1e-6)
    with pytest.raises(BadData, match=r"Column 't' held numbers .* row 0 has 'perhaps'"):
        rows.transform(text.iloc[:1].assign(t="perhaps"))
