"""Verdicts: nominal where nothing differs, and not blind where something does."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from core.evaluate.compare import compare, mcnemar, verdict
from core.evaluate.results import Interval


@pytest.mark.parametrize(("b", "c"), [(0, 1), (3, 3), (5, 12), (40, 20), (300, 200), (0, 2000)])
def test_mcnemar_is_the_exact_binomial_test(b: int, c: int) -> None:
    assert mcnemar(b, c) == pytest.approx(stats.binomtest(b, b + c).pvalue, rel=1e-9)
    assert mcnemar(b, c) == mcnemar(c, b)


def test_mcnemar_of_equal_models() -> None:
    assert mcnemar(0, 0) == 1.0


@pytest.mark.parametrize(
    ("low", "high", "kind"),
    [
        (0.01, 0.2, "helped"),
        (-0.2, -0.01, "hurt"),
        (-0.1, 0.1, "unclear"),
        (0.0, 0.2, "unclear"),
        (None, None, "unclear"),
    ],
)
def test_verdict_by_interval(low: float | None, high: float | None, kind: str) -> None:
    assert verdict(Interval(0.0, low, high)) == kind


def test_identical_predictions() -> None:
    right = np.random.default_rng(0).random((5, 300)) < 0.7
    found = compare(right, right)
    assert found.gain.value == 0
    assert found.kind == "unclear"
    assert found.p_value == 1.0
    assert (found.only_model, found.only_baseline) == (0, 0)
    assert (found.draws, found.rows) == (5, 300)
    assert found.gain.low is not None
    assert found.gain.low < 0  # equal here, not proven equal everywhere


def test_counts_are_those_of_the_kept_models() -> None:
    model = np.array([[1, 1, 1, 0], [0, 0, 0, 0]], bool)
    baseline = np.array([[1, 0, 0, 1], [1, 1, 1, 1]], bool)
    found = compare(model, baseline)
    assert (found.only_model, found.only_baseline) == (2, 1)
    assert found.p_value == 1.0
    assert found.gain.value == pytest.approx((1 - 4) / 8)


def _skills(
    rng: np.random.Generator, draws: int, rows: int, *, between_draws: float, gain: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Two models of one skill on rows of differing difficulty, each lucky or not per draw."""
    difficulty = rng.normal(0, 1, rows)
    special = rng.normal(0, 0.5, (2, 1, rows))  # what each finds hard, whatever the draw
    luck = rng.normal(0, between_draws, (2, draws, 1))
    noise = rng.normal(0, 0.7, (2, draws, rows))
    able = difficulty + special + luck + noise
    return able[0] + gain > 0, able[1] > 0


@pytest.mark.parametrize(
    ("draws", "between_draws"), [(1, 0.0), (3, 0.0), (3, 0.3), (5, 0.1), (5, 0.3)]
)
def test_equal_skill_is_called_different_no_more_than_nominally(
    draws: int, between_draws: float
) -> None:
    rng = np.random.default_rng(1000 + draws)
    trials = 300
    called = 0
    for seed in range(trials):
        model, baseline = _skills(rng, draws, 150, between_draws=between_draws)
        called += compare(model, baseline, replicates=200, seed=seed).kind != "unclear"
    # more than this has a chance below 1 in 500 at a true rate of 5 %
    assert called <= stats.binom.ppf(0.998, trials, 0.05)


def test_a_planted_difference_is_found() -> None:
    rng = np.random.default_rng(7)
    for gain, kind in ((0.5, "helped"), (-0.5, "hurt")):
        kinds = [
            compare(*_skills(rng, 5, 600, between_draws=0.1, gain=gain), replicates=200).kind
            for _ in range(20)
        ]
        assert kinds.count(kind) >= 18


def test_few_rows_convince_nobody() -> None:
    """4 rows gained of 20 and none lost: McNemar says 0.125, so must the interval."""
    baseline = np.zeros((1, 20), bool)
    model = baseline.copy()
    model[0, :4] = True
    found = compare(model, baseline)
    assert found.p_value == pytest.approx(0.125)
    assert found.kind == "unclear"
