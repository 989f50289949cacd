from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta

from core.errors import BadParam
from core.evaluate.reject import (
    first_offer,
    reject_rule,
    risk_coverage,
    rule_sentence,
    upper_bound,
)


def test_bound_by_hand() -> None:
    # none wrong of n: 1 - delta ** (1 / n)
    assert upper_bound(0, 10, 0.05) == pytest.approx(1 - 0.05**0.1)
    assert upper_bound(3, 20, 0.05) == pytest.approx(beta.ppf(0.95, 4, 17))
    assert upper_bound(5, 5, 0.05) == 1.0


def test_the_lowest_threshold_that_keeps_the_promise() -> None:
    confidence = np.linspace(0.01, 1.0, 1000)
    right = confidence > 0.4  # all above 0.4 are right, all others wrong
    rule = reject_rule(confidence, right, allowed_error=0.05)
    assert rule.threshold is not None
    answered = confidence >= rule.threshold
    assert rule.coverage == pytest.approx(answered.mean())
    assert rule.error.value == pytest.approx(1 - right[answered].mean())
    assert rule.error.value <= rule.bound <= 0.05
    # a few rows further down the promise would fail: ten steps share the 5 %
    wrong = int((~right[confidence >= 0.38]).sum())
    assert upper_bound(wrong, int((confidence >= 0.38).sum()), 0.005) > 0.05
    said = rule_sentence(rule)
    assert "of the rows: with 95 % certainty at most" in said
    assert "Chosen on 1,000 labelled rows that it had not learned from" in said


def test_it_may_answer_everything() -> None:
    rule = reject_rule(np.linspace(0.5, 1, 400), np.ones(400, bool))
    assert rule.threshold == 0.5
    assert rule.coverage == 1.0
    assert rule_sentence(rule).startswith("It may answer every row")


def test_too_few_rows_promise_nothing() -> None:
    rule = reject_rule(np.linspace(0.5, 1, 15), np.ones(15, bool), allowed_error=0.05)
    assert rule.threshold is None
    assert rule.coverage == 0.0
    # four steps; the best of them answered all fifteen rows
    assert rule.bound == pytest.approx(1 - (0.05 / 4) ** (1 / 8))
    assert rule_sentence(rule).startswith("An error of at most 5.0 % cannot be promised: 15")


@pytest.mark.parametrize("rows", [15, 40, 65])
@pytest.mark.parametrize("wrong", [0, 1, 3])
def test_the_first_offer_is_the_least_that_can_be_promised(rows: int, wrong: int) -> None:
    confidence, right = np.linspace(0.5, 1, rows), np.arange(rows) >= wrong
    offered = first_offer(reject_rule(confidence, right, allowed_error=0.05))
    assert 0.05 < offered < 0.5
    assert offered == pytest.approx(round(offered / 0.005) * 0.005)
    assert reject_rule(confidence, right, allowed_error=offered).threshold is not None
    assert reject_rule(confidence, right, allowed_error=offered - 0.005).threshold is None


def test_what_can_be_promised_or_never_will_be_is_offered_as_it_is() -> None:
    good = reject_rule(np.linspace(0.5, 1, 400), np.ones(400, bool), allowed_error=0.05)
    assert first_offer(good) == 0.05
    never = reject_rule(np.linspace(0.5, 1, 30), np.zeros(30, bool), allowed_error=0.05)
    assert first_offer(never) == 0.05


def test_no_rows_at_all() -> None:
    rule = reject_rule(np.zeros(0), np.zeros(0, bool))
    assert (rule.threshold, rule.bound, rule.rows) == (None, 1.0, 0)
    assert rule_sentence(rule) == "There are no labelled rows to choose a threshold on."


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, 5])
def test_an_impossible_error_is_refused(share: float) -> None:
    with pytest.raises(BadParam, match="The allowed error cannot be"):
        reject_rule(np.ones(3), np.ones(3, bool), allowed_error=share)


def test_the_promise_holds_as_often_as_it_says() -> None:
    """Chosen on 500 rows, the true error exceeds the promise in 5 % of the draws at most."""
    rng = np.random.default_rng(0)
    broken = 0
    draws = 300
    for _ in range(draws):
        confidence = rng.random(500)
        rule = reject_rule(confidence, rng.random(500) < confidence, allowed_error=0.2)
        if rule.threshold is not None:  # right with the probability that it says
            broken += (1 - rule.threshold) / 2 > 0.2
    assert broken <= draws * 0.05 + 3 * np.sqrt(draws * 0.05 * 0.95)


def test_risk_and_coverage_by_hand() -> None:
    curve = risk_coverage([0.9, 0.5, 0.5, 0.7], [True, False, True, False])
    assert curve.thresholds.tolist() == [0.9, 0.7, 0.5]
    assert curve.coverage.tolist() == [0.25, 0.5, 1.0]
    assert curve.error.tolist() == [0.0, 0.5, 0.5]
    assert len(risk_coverage([], []).error) == 0
