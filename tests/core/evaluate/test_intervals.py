"""Intervals: against published or hand-made values, and honest where nothing varies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.evaluate import intervals
from core.evaluate.intervals import (
    mean_interval,
    mover,
    proportion,
    resample_cells,
    two_way,
    wilson,
)


def test_wilson_equals_scipy() -> None:
    for hits, n in [(0, 5), (1, 10), (17, 40), (40, 40), (999, 1000)]:
        expected = stats.binomtest(hits, n).proportion_ci(method="wilson")
        low, high = wilson(hits, n)
        assert float(low) == pytest.approx(expected.low, abs=1e-12)
        assert float(high) == pytest.approx(expected.high, abs=1e-12)


def test_a_perfect_share_still_has_an_interval() -> None:
    perfect = proportion(20, 20)
    assert perfect.value == perfect.high == 1.0
    # n / (n + z^2), Wilson's lower bound of a perfect share
    assert perfect.low == pytest.approx(20 / (20 + intervals.Z**2))


def test_no_trial_gives_no_bounds() -> None:
    assert proportion(0, 0) == intervals.Interval(0.0)
    assert [float(x) for x in wilson(0, 0)] == [0.0, 1.0]


@given(st.integers(1, 500), st.data())
def test_wilson_holds_the_share(n: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, n))
    low, high = wilson(hits, n)
    assert 0 <= low <= hits / n <= high <= 1
    assert low < high


def test_mover_by_hand() -> None:
    values, low, high = np.array([0.5, 0.7]), np.array([0.2, 0.3]), np.array([0.6, 0.7])
    assert mover(values, low, high) == (pytest.approx(0.6 - 0.25), pytest.approx(0.6 + 0.05))


def test_mean_interval_is_students() -> None:
    values = np.array([0.2, 0.5, 0.9, 1.4])
    expected = stats.t.interval(0.95, 3, loc=values.mean(), scale=stats.sem(values))
    found = mean_interval(values)
    assert (found.low, found.high) == pytest.approx(expected)
    assert mean_interval(values, floor=0.0).low == 0.0
    assert mean_interval(values[:1]) == intervals.Interval(0.2)


def test_resampled_cells_add_up() -> None:
    confusion = np.array([[5, 1, 0], [0, 0, 0], [2, 0, 4]])
    for right, truth, said in resample_cells(confusion, replicates=50, seed=1):
        assert (truth.sum(axis=1) == 12).all()
        assert (said.sum(axis=1) == 12).all()
        assert (right <= np.minimum(truth, said)).all()
        assert (truth[:, 1] == 0).all()


def test_resampled_cells_match_resampled_rows() -> None:
    """The spread of accuracy over replicates is that of a binomial share."""
    confusion = np.array([[60, 15], [5, 20]])
    drawn = np.concatenate(
        [r.sum(axis=1) for r, _, _ in resample_cells(confusion, replicates=4000, seed=3)]
    )
    assert drawn.mean() / 100 == pytest.approx(0.8, abs=4 * 0.04 / np.sqrt(4000))
    assert drawn.std() / 100 == pytest.approx(0.04, rel=0.06)


def test_blocks_change_nothing_but_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    confusion = np.array([[5, 1], [2, 4]])
    whole = [np.concatenate(x) for x in zip(*resample_cells(confusion, replicates=30), strict=True)]
    monkeypatch.setattr(intervals, "_BLOCK", 28)
    pieces = list(resample_cells(confusion, replicates=30))
    assert [len(r) for r, _, _ in pieces] == [7, 7, 7, 7, 2]
    for a, b in zip(whole, (np.concatenate(x) for x in zip(*pieces, strict=True)), strict=True):
        assert (a == b).all()


def test_no_rows_give_no_replicates() -> None:
    assert list(resample_cells(np.zeros((2, 2), int))) == []


def test_two_way_of_one_draw_covers_rows_only() -> None:
    values = np.array([[1] * 30 + [0] * 60 + [-1] * 10])
    found = two_way(values, made_up=(1, -1), replicates=500)
    everything = np.concatenate([values[0], [1, -1]])
    mean, half = everything.mean(), stats.t.ppf(0.975, 101) * stats.sem(everything)
    assert found.value == pytest.approx(0.2)
    assert found.low <= mean - half + 1e-12
    assert found.high >= mean + half - 1e-12
    # and the bootstrap adds no more than its own noise
    assert found.low == pytest.approx(mean - half, abs=0.02)


def test_two_way_by_hand_without_spread_between_rows() -> None:
    """All rows alike within a draw: nothing is left but Student's t over the draws."""
    shares = np.array([1, 1, 0, 1, 1])
    values = np.tile(shares[:, None], (1, 2000))
    found = two_way(values, replicates=200)
    half = stats.t.ppf(0.975, 4) * stats.sem(shares)
    assert found == intervals.Interval(0.8, pytest.approx(0.8 - half), 1.0)


def test_two_way_is_wider_for_draws_that_differ() -> None:
    rng = np.random.default_rng(5)
    alike = (rng.random((5, 400)) < 0.6).astype(int)
    unlike = (rng.random((5, 400)) < np.array([[0.4], [0.5], [0.6], [0.7], [0.8]])).astype(int)
    a, b = two_way(alike), two_way(unlike)
    assert b.high - b.low > 3 * (a.high - a.low)


def test_two_way_of_nothing() -> None:
    assert two_way(np.zeros((3, 0), int)) == intervals.Interval(0.0)
    same = two_way(np.ones((3, 4), int))
    assert (same.low, same.value, same.high) == (1, 1, 1)


def test_made_up_rows_widen_what_has_no_spread() -> None:
    same = two_way(np.zeros((5, 1000), int), made_up=(1, -1))
    assert same.value == 0
    assert same.low < 0 < same.high
    assert same.high < 0.01


def test_many_patterns_take_the_normal_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    values = rng.integers(-1, 2, size=(5, 3000))
    exact = two_way(values, made_up=(1, -1), replicates=3000)
    monkeypatch.setattr(intervals, "_MANY_PATTERNS", 10)
    limit = two_way(values, made_up=(1, -1), replicates=3000)
    assert limit.low == pytest.approx(exact.low, abs=0.003)
    assert limit.high == pytest.approx(exact.high, abs=0.003)


def test_seeded() -> None:
    values = np.random.default_rng(0).integers(0, 2, size=(4, 50))
    assert two_way(values, seed=1) == two_way(values, seed=1)


@given(st.integers(1, 4), st.integers(1, 30), st.integers(0, 10_000))
def test_two_way_holds_its_value(draws: int, rows: int, seed: int) -> None:
    values = np.random.default_rng(seed).integers(-1, 2, size=(draws, rows))
    found = two_way(values, made_up=(1, -1), replicates=20)
    assert -1 <= found.low <= found.value <= found.high <= 1
