"""Columns in numbers: exact values on tables that can be checked by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from core.data.column_profile import column_profiles, correlations, missingness
from core.data.dataset import Dataset
from core.data.gallery import gallery
from core.errors import BadData
from tests.core.data.making import images, texts


def test_numbers() -> None:
    p = column_profiles(pd.DataFrame({"x": [1.0, 2, 3, 4, 10, None]}))[0]
    assert (p.name, p.kind, p.rows, p.missing, p.distinct) == ("x", "number", 6, 1, 5)
    assert p.mean == 4
    assert p.deviation == pytest.approx(math.sqrt(10))
    assert p.quantiles == (1, 2, 3, 4, 10)
    assert p.numeric
    # whole numbers that are near each other have a bar each
    assert p.counts.tolist() == [1, 1, 1, 1, 0, 0, 0, 0, 0, 1]
    assert p.edges.tolist() == [i + 0.5 for i in range(11)]


def test_even_steps() -> None:
    p = column_profiles(pd.DataFrame({"x": np.arange(120) / 7}))[0]
    assert p.counts.tolist() == [10] * 12
    constant = column_profiles(pd.DataFrame({"x": [7, 7]}))[0]
    assert (constant.counts.tolist(), constant.constant) == ([2], True)
    far = column_profiles(pd.DataFrame({"x": [0, 1200]}))[0]
    assert far.counts.tolist() == [1, *[0] * 10, 1]


def test_categories_dates_and_nothing() -> None:
    frame = pd.DataFrame(
        {
            "c": ["b", "a", "b", None],
            "d": pd.to_datetime(["1970-01-01", "1970-01-03", None, "1970-01-02"]),
            "t": [True, False, True, True],
            "n": [None, None, None, None],
            "f": [float("nan")] * 4,
        }
    )
    c, d, t, n, f = column_profiles(frame)
    assert (c.kind, c.tops, c.counts.tolist(), c.missing) == ("category", ("b", "a"), [2, 1], 1)
    assert math.isnan(c.mean)
    assert not c.numeric
    assert (d.kind, d.mean, d.quantiles) == ("date", 1, (0, 0.5, 1, 1.5, 2))
    assert (t.kind, t.tops, t.counts.tolist()) == ("yes/no", ("True", "False"), [3, 1])
    assert (n.distinct, n.missing, n.counts.tolist()) == (0, 4, [])
    assert (f.kind, f.quantiles) == ("number", ())


def test_the_commonest_of_many_categories() -> None:
    values = [f"v{i}" for i in range(12) for _ in range(12 - i)]
    p = column_profiles(pd.DataFrame({"x": values}))[0]
    assert p.tops == tuple(f"v{i}" for i in range(8))
    assert p.counts.tolist() == [12, 11, 10, 9, 8, 7, 6, 5]


class TestCorrelations:
    def test_by_hand(self) -> None:
        frame = pd.DataFrame(
            {
                "a": [1, 2, 3, 4],
                "word": list("wxyz"),
                "b": [2, 4, 6, 8],
                "c": [1, -1, -1, 1],
                "d": [4, 3, 2, 1],
            }
        )
        found = correlations(frame)
        assert found is not None
        assert set(found.names) == set("abcd")
        at = {name: i for i, name in enumerate(found.names)}
        assert found.matrix[at["a"], at["b"]] == pytest.approx(1)
        assert found.matrix[at["a"], at["d"]] == pytest.approx(-1)
        assert found.matrix[at["a"], at["c"]] == pytest.approx(0)
        assert [abs(r) for _, _, r in found.pairs] == pytest.approx([1, 1, 1])
        assert ("a", "d") in [(x, y) for x, y, r in found.pairs if r < 0]
        # the three that go together stand side by side
        assert at["c"] in (0, 3)

    def test_gaps_count_pair_by_pair(self) -> None:
        frame = pd.DataFrame({"a": [1, 2, 3, None, 9], "b": [1, 2, 3, 7, None]})
        found = correlations(frame)
        assert found is not None
        assert found.matrix[0, 1] == pytest.approx(1)

    def test_large_numbers(self) -> None:
        rng = np.random.default_rng(0)
        x = rng.normal(size=200)
        found = correlations(pd.DataFrame({"a": 1e9 + x, "b": x}))
        assert found is not None
        assert found.matrix[0, 1] == pytest.approx(1, abs=1e-6)

    def test_none(self) -> None:
        assert correlations(pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})) is None
        assert correlations(pd.DataFrame({"a": [1, 2], "b": [3, 3]})) is None
        assert correlations(pd.DataFrame()) is None
        gone = pd.DataFrame({"a": [1.0, 2], "b": [np.nan, np.nan]})
        assert correlations(gone) is None

    def test_the_strongest_of_many(self) -> None:
        rng = np.random.default_rng(0)
        frame = pd.DataFrame(rng.normal(size=(50, 40)), columns=[f"x{i}" for i in range(40)])
        frame["twin"] = frame["x7"]
        found = correlations(frame, most=5)
        assert found is not None
        assert len(found.names) == 5
        assert found.left_out == 36
        assert {"x7", "twin"} < set(found.names)
        assert found.pairs[0][:2] == ("x7", "twin")
        assert abs(found.names.index("x7") - found.names.index("twin")) == 1


class TestMissing:
    def test_by_hand(self) -> None:
        frame = pd.DataFrame(
            {"a": [1, None, None, None], "b": [1, 2, None, None], "c": [1, 2, 3, 4]}
        )
        found = missingness(frame)
        assert (found.rows, found.complete) == (4, 1)
        assert found.shares == [("a", 0.75), ("b", 0.5)]
        assert found.patterns == [(("a", "b"), 2), (("a",), 1)]

    def test_nothing(self) -> None:
        assert missingness(pd.DataFrame({"a": [1]})).shares == []
        assert missingness(pd.DataFrame({"a": []})).patterns == []
        assert missingness(pd.DataFrame()).rows == 0

    def test_the_commonest_patterns(self) -> None:
        frame = pd.DataFrame(np.where(np.eye(20), np.nan, 1), columns=[f"x{i}" for i in range(20)])
        assert len(missingness(frame, most=3).patterns) == 3


class TestGallery:
    def wall(self) -> Dataset:
        pixels = np.arange(6.0).reshape(6, 1, 1) * np.ones((6, 2, 2))
        return images(pixels, [0, 0, 1, 1, -1, 0], test=[5])

    def test_by_class(self) -> None:
        walls = gallery(self.wall(), each=5)
        assert [w.name for w in walls] == ["a", "b", ""]
        assert [w.count for w in walls] == [2, 2, 1]
        assert [w.indices.tolist() for w in walls] == [[0, 1], [2, 3], [4]]
        assert walls[0].average.tolist() == [[0.5, 0.5]] * 2

    def test_of_the_test_part(self) -> None:
        (wall,) = gallery(self.wall(), test=True)
        assert (wall.name, wall.indices.tolist()) == ("a", [5])

    def test_the_same_seed_chooses_the_same(self) -> None:
        ds = images(np.random.default_rng(0).random((50, 2, 2)), [0] * 50)
        (first,), (again,), (other,) = (gallery(ds, each=5, seed=s) for s in (1, 1, 2))
        assert first.indices.tolist() == again.indices.tolist() != other.indices.tolist()
        assert len(first.indices) == 5

    def test_no_pictures(self) -> None:
        with pytest.raises(BadData, match="are no pictures"):
            gallery(texts(["a"], [0]))
