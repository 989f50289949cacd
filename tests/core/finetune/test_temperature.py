from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.finetune.temperature import fit_temperature, probabilities


@given(
    arrays(float, (4, 3), elements=st.floats(-50, 50).map(lambda x: round(x, 3))),
    st.floats(0.1, 100),
)
def test_keeps_the_winner_and_adds_up_to_one(scores, temperature):
    proba = probabilities(scores, temperature)
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    winners = scores.argmax(axis=1)
    assert (proba[np.arange(4), winners] == proba.max(axis=1)).all()


def test_by_hand():
    proba = probabilities(np.array([[0.0, 2 * np.log(3)]]), 2.0)
    np.testing.assert_allclose(proba, [[0.25, 0.75]])


@settings(max_examples=8, deadline=None)
@given(st.floats(0.05, 20), st.integers(0, 1000))
def test_finds_the_temperature_that_labels_were_drawn_with(temperature, seed):
    rng = np.random.default_rng(seed)
    scores = 3 * temperature * rng.standard_normal((4000, 3))
    shares = probabilities(scores, temperature).cumsum(axis=1)
    codes = (rng.random((4000, 1)) > shares).sum(axis=1).clip(max=2)
    assert fit_temperature(scores, codes) == pytest.approx(temperature, rel=0.15)


def test_two_classes_by_hand():
    # right 3 times of 4 by a lead of 1; with n + 2 for Platt's caution the target is
    # (3 · 5/6 + 1 · 1/6) / 4 = 2/3, and 1 / (1 + exp(−1/T)) = 2/3 at T = 1 / ln 2
    scores = np.tile([0.5, -0.5], (4, 1))
    assert fit_temperature(scores, np.array([0, 0, 0, 1])) == pytest.approx(1 / np.log(2), rel=1e-3)


def test_rows_that_all_come_right_do_not_call_for_certainty():
    scores = np.tile([0.5, -0.5], (8, 1))
    temperature = fit_temperature(scores, np.zeros(8, dtype=int))
    # 9/10 for a lead of 1
    assert probabilities(scores, temperature)[0, 0] == pytest.approx(0.9, abs=1e-3)
