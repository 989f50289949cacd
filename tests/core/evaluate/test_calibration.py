"""Calibration by hand, what chance does, and a temperature that the test rows have no say in."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from core.evaluate import calibration as cal
from core.evaluate.calibration import brier_scores, calibration, fix, temperature_of
from core.evaluate.validation import Validation
from core.finetune.temperature import sharpened
from core.types import Floats, Ints


def exact(n: int, seed: int = 0, k: int = 4) -> tuple[Ints, Floats]:
    """Probabilities that mean what they say."""
    rng = np.random.default_rng(seed)
    proba = rng.dirichlet(np.ones(k), n)
    return (proba.cumsum(axis=1) > rng.random(n)[:, None]).argmax(axis=1), proba


def test_by_hand() -> None:
    sure = np.array([0.75, 0.75, 0.75, 0.75, 0.95])
    truth = np.array([0, 0, 1, 1, 0])
    found = calibration(truth, np.column_stack([sure, 1 - sure]))
    assert [(b.low, b.high, b.rows, b.confidence) for b in found.bins] == [
        (0.7, 0.8, 4, 0.75),
        (0.9, 1.0, 1, 0.95),
    ]
    assert [b.right.value for b in found.bins] == [0.5, 1.0]
    assert found.ece.value == pytest.approx(0.8 * 0.25 + 0.2 * 0.05)
    assert found.confidence == pytest.approx(0.79)
    assert found.accuracy == pytest.approx(0.6)
    assert found.gap.value == pytest.approx(0.19)
    assert found.brier.value == pytest.approx(2 * (2 * 0.25**2 + 2 * 0.75**2 + 0.05**2) / 5)
    assert found.kind == "too few"


def test_brier_over_all_classes() -> None:
    truth, proba = exact(50, k=2)
    assert brier_scores(truth, proba).mean() / 2 == pytest.approx(
        brier_score_loss(truth, proba[:, 1])
    )


@pytest.mark.parametrize("rows", [cal.ENOUGH_ROWS - 1, cal.ENOUGH_ROWS])
def test_too_few_rows_to_tell(rows: int) -> None:
    truth, proba = exact(rows)
    found = calibration(truth, sharpened(proba, 0.3))
    assert (found.kind == "too few") == (rows < cal.ENOUGH_ROWS)


def test_no_rows() -> None:
    found = calibration(np.zeros(0, int), np.zeros((0, 3)))
    assert (found.rows, found.kind, found.bins) == (0, "too few", ())


def test_what_is_found() -> None:
    truth, proba = exact(3_000)
    assert calibration(truth, sharpened(proba, 0.5)).kind == "over"
    assert calibration(truth, sharpened(proba, 2.0)).kind == "under"
    half = np.arange(3_000) % 2 == 0
    mixed = np.where(half[:, None], sharpened(proba, 0.55), sharpened(proba, 2.6))
    found = calibration(truth, mixed)
    assert found.ece.value > found.chance


def test_exact_probabilities_are_blamed_no_more_than_in_one_of_twenty_samples() -> None:
    kinds = [calibration(*exact(400, seed)).kind for seed in range(60)]
    assert kinds.count("fits") >= 52  # 57 expected; 52 is three standard errors below


def test_the_interval_covers_the_error_of_many_rows() -> None:
    truth, proba = exact(60_000)
    known = calibration(truth, sharpened(proba, 0.6)).ece.value
    covered = 0
    for seed in range(1, 25):
        some, shown = exact(600, seed)
        found = calibration(some, sharpened(shown, 0.6)).ece
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= known <= found.high
    assert covered >= 19  # 23 expected


def test_a_temperature_is_found_again_and_helps() -> None:
    labels, proba = exact(2_000, 1)
    truth, test = exact(2_000, 2)
    held_out = Validation(np.arange(2_000), labels, sharpened(proba, 0.5))
    found = fix(held_out, truth, sharpened(test, 0.5))
    assert found.temperature == pytest.approx(2.0, rel=0.1)
    assert found.held_out == 2_000
    assert found.before.kind == "over"
    assert found.after.kind == "fits"
    assert found.helps is True
    assert found.brier_change.value < 0
    assert found.after.accuracy == found.before.accuracy
    again = fix(held_out, 3 - truth, test[:, ::-1])
    assert again.temperature == found.temperature


def test_a_temperature_that_changes_nothing_is_no_help_and_a_bad_one_hurts() -> None:
    truth, test = exact(2_000, 2)
    assert fix(Validation(np.arange(2_000), *exact(2_000, 1)), truth, test).helps is None
    labels, proba = exact(2_000, 1)
    other = Validation(np.arange(2_000), labels, sharpened(proba, 0.4))
    assert fix(other, truth, test).helps is False
    one = fix(other, truth[:1], test[:1])
    assert one.helps is None  # a single row has no interval


def test_classes_never_seen_do_not_disturb() -> None:
    labels, proba = exact(500, 1, k=3)
    wider = np.insert(proba, 1, 0.0, axis=1)
    codes = np.where(labels >= 1, labels + 1, labels)
    assert temperature_of(Validation(np.arange(500), codes, wider)) == pytest.approx(
        temperature_of(Validation(np.arange(500), labels, proba))
    )


def test_other_temperatures_of_probabilities() -> None:
    proba = np.array([[0.8, 0.2, 0.0], [0.5, 0.5, 0.0]])
    assert sharpened(proba, 1.0) is proba
    # 0.8 : 0.2 is 4 : 1, and at temperature 2 it is 2 : 1
    assert sharpened(proba, 2.0) == pytest.approx(np.array([[2 / 3, 1 / 3, 0], [0.5, 0.5, 0]]))
    assert sharpened(proba[:0], 2.0).shape == (0, 3)
