"""Runs against each other: exact values, how often equal ones are called different, words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import f1_score

from core.errors import BadData, BadParam
from core.evaluate import versus_words
from core.evaluate.compare import mcnemar
from core.evaluate.versus import Entrant, Pair, Versus, judge, versus
from core.types import Bools, Ints


def entrant(key: str, said: Ints, k: int = 3, right: Bools | None = None) -> Entrant:
    proba = np.full((len(said), k), 0.1)
    proba[np.arange(len(said)), said] = 1 - 0.1 * (k - 1)
    return Entrant(key, f"Run {key}", proba, right)


def mistaken(truth: Ints, wrong: Any) -> Ints:
    """The truth, with the next class at these rows."""
    said = truth.copy()
    said[wrong] = (said[wrong] + 1) % 3
    return said


TRUTH = np.arange(60) % 3


def test_by_hand() -> None:
    one = entrant("a", mistaken(TRUTH, [0, 1]))
    two = entrant("b", mistaken(TRUTH, range(1, 13)))
    found = versus([two, one], TRUTH)
    assert found.keys == ("a", "b")
    assert found.rows == 60
    assert found.draws == {"a": 1, "b": 1}
    assert found.accuracy["a"].value == pytest.approx(58 / 60)
    (pair,) = found.pairs
    assert (pair.first, pair.second) == ("a", "b")
    assert (pair.only_first, pair.only_second) == (11, 1)
    assert pair.p_value == pair.p_corrected == mcnemar(11, 1)
    assert pair.gain.value == pytest.approx(10 / 60)
    f1 = [f1_score(TRUTH, one_.proba.argmax(axis=1), average="macro") for one_ in (one, two)]
    assert pair.macro_f1.value == pytest.approx(f1[0] - f1[1])
    assert pair.macro_f1.low is not None
    assert pair.macro_f1.low > 0
    # ten rows more cost log(0.8 / 0.1) each
    assert pair.log_loss.value == pytest.approx(-10 / 60 * np.log(8))
    assert pair.clear
    assert found.winner == "a"
    assert found.level == ("a",)
    assert found.pair("b", "a") is pair


def test_three_runs_two_level_and_one_behind() -> None:
    truth = np.arange(300) % 3
    good, same = (
        entrant("a", mistaken(truth, range(9))),
        entrant("b", mistaken(truth, range(2, 12))),
    )
    bad = entrant("c", mistaken(truth, range(100)))
    found = versus([bad, same, good], truth)
    assert found.keys == ("a", "b", "c")
    assert found.winner is None
    assert found.level == ("a", "b")
    p = [pair.p_value for pair in found.pairs]
    assert [pair.p_corrected for pair in found.pairs] == pytest.approx([p[0], 3 * p[1], 3 * p[1]])
    names = {one.key: one.name for one in (good, same, bad)}
    assert versus_words.title(found, names) == "No clear winner"
    assert versus_words.sentence(found, names) == (
        "On the same 300 test rows “Run a” gets 97.0 % right, but “Run b” is level with it as far "
        "as they can tell. Clearly behind: “Run c”. With 3 pairs some difference looks clear by luck "
        "alone, so what counts as clear is corrected for their number; and the best of several on "
        "the test rows is flattered a little by being chosen on them."
    )


def test_the_same_answers_are_no_difference() -> None:
    one = entrant("a", mistaken(TRUTH, [3]))
    found = versus([one, entrant("b", mistaken(TRUTH, [3]))], TRUTH)
    (pair,) = found.pairs
    assert (pair.gain.value, pair.p_value, pair.clear) == (0, 1.0, False)
    assert pair.gain.low is not None
    assert pair.gain.low < 0  # nothing seen is no certainty
    assert found.winner is None
    assert versus_words.title(found, {"a": "A", "b": "B"}) == "No clear difference"
    assert versus_words.pair_words(pair) == "No clear difference"


def draws_of(rng: np.random.Generator, models: int, rows: int, draws: int, spread: float) -> Any:
    """Equally good models: rows differ in how hard they are, and draws in how lucky they were."""
    easy = rng.beta(3, 1.2, rows)
    right = {}
    for model in range(models):
        luck = rng.normal(0, spread, (draws, 1))
        right[str(model)] = rng.random((draws, rows)) < np.clip(easy + luck, 0, 1)
    return right


@pytest.mark.parametrize(("draws", "spread"), [(1, 0.0), (2, 0.03), (5, 0.03)])
def test_equal_runs_are_called_different_at_most_at_the_nominal_rate(
    draws: int, spread: float
) -> None:
    """In any of the six pairs of four runs, in at most 5 % of all comparisons."""
    rng = np.random.default_rng(7)
    times = 80
    wrong = sum(
        any(pair.clear for pair in judge(draws_of(rng, 4, 150, draws, spread), replicates=200))
        for _ in range(times)
    )
    # three standard errors above 5 %
    assert wrong <= times * (0.05 + 3 * np.sqrt(0.05 * 0.95 / times))


def test_without_correction_they_would_be_called_different_far_too_often() -> None:
    """The simulation can fail: pair by pair, as people do it, luck is taken for a difference."""
    rng = np.random.default_rng(7)
    wrong = 0
    for _ in range(60):
        pairs = judge(draws_of(rng, 6, 150, 1, 0.0), replicates=200)
        wrong += any((p.gain.low or 0.0) > 0 or (p.gain.high or 0.0) < 0 for p in pairs)
    assert wrong > 60 * 0.15


@pytest.mark.parametrize("draws", [1, 5])
def test_a_planted_difference_is_found(draws: int) -> None:
    """Ten points over 1,000 rows among five runs: found nearly always, for the right one."""
    rng = np.random.default_rng(3)
    found = 0
    for _ in range(20):
        right = draws_of(rng, 4, 1_000, draws, 0.0)
        worse = next(iter(right.values()))
        right["planted"] = worse | (rng.random(worse.shape) < 0.35)
        pairs = [pair for pair in judge(right, replicates=200) if pair.second == "planted"]
        assert all(pair.gain.value < 0 for pair in pairs if pair.clear)
        found += all(pair.clear for pair in pairs)
    assert found >= 18


def test_draws_that_disagree_with_the_kept_models_are_not_clear() -> None:
    rng = np.random.default_rng(0)
    one = rng.random((4, 400)) < 0.8
    other = rng.random((4, 400)) < 0.8
    one[0], other[0] = True, rng.random(400) < 0.7  # luck of the first draw
    (pair,) = judge({"a": one, "b": other})
    assert pair.p_value < 1e-6
    assert not pair.clear
    assert pair.draws == 4


def test_a_difference_of_all_draws_is_clear_though_the_kept_models_hardly_show_it() -> None:
    rng = np.random.default_rng(0)
    one = rng.random((5, 400)) < 0.85
    other = one & (rng.random((5, 400)) < 0.94)
    other[0] = one[0]
    other[0, :4] = False
    (pair,) = judge({"a": one, "b": other})
    assert pair.p_value > 0.05
    assert pair.clear


def test_runs_with_more_draws_are_compared_in_those_that_both_have() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.random((5, 50)) < 0.8, rng.random((2, 50)) < 0.8
    (pair,) = judge({"a": one, "b": other})
    assert pair.draws == 2
    assert pair.gain.value == pytest.approx(one[:2].mean() - other.mean())


def test_means_are_over_the_draws_that_all_have() -> None:
    """One more draw of one run does not pull its mean from what the pair says."""
    some = np.tile(np.arange(60) >= 6, (2, 1))
    more = np.vstack([some, np.zeros((1, 60), bool)])  # a third draw that went wrong
    one = entrant("a", mistaken(TRUTH, range(6)), right=more)
    two = entrant("b", mistaken(TRUTH, range(12)), right=np.tile(np.arange(60) >= 12, (2, 1)))
    found = versus([two, one], TRUTH)
    assert found.draws == {"a": 3, "b": 2}
    assert (found.shared, found.uneven) == (2, True)
    means = {key: score.value for key, score in found.accuracy.items()}
    assert means == {"a": pytest.approx(0.9), "b": pytest.approx(0.8)}
    assert found.pairs[0].gain.value == pytest.approx(means["a"] - means["b"])
    names = {"a": "Vectors", "b": "Topics", "c": "Nothing"}
    assert versus_words.sentence(found, names).startswith(
        "On the same 60 test rows, over the 2 draws of labels that both have, “Vectors” gets 90.0 % "
    )
    three = versus([two, one, entrant("c", TRUTH)], TRUTH)
    assert versus_words.over(three) == (
        ", over the first draw of labels, the only one that all of them have,"
    )
    assert versus_words.over(versus([one, entrant("b", TRUTH, right=more)], TRUTH)) == ""


@pytest.mark.parametrize("count", [0, 1, 11])
def test_how_many(count: int) -> None:
    with pytest.raises(BadParam, match="cannot be compared") as caught:
        versus([entrant(str(i), TRUTH) for i in range(count)], TRUTH)
    assert "Choose 2 to 10" in str(caught.value.hint)


def test_not_with_itself_and_not_on_other_rows() -> None:
    with pytest.raises(BadParam, match="with itself"):
        versus([entrant("a", TRUTH), entrant("a", TRUTH)], TRUTH)
    with pytest.raises(BadData, match="'Run b' was not judged on the same test rows"):
        versus([entrant("a", TRUTH), entrant("b", TRUTH[:50])], TRUTH)
    with pytest.raises(BadData, match="same test rows"):
        versus([entrant("a", TRUTH), entrant("b", TRUTH, k=4)], TRUTH)


def test_words() -> None:
    truth = np.arange(300) % 3
    one = entrant("a", truth, right=np.ones((3, 300), bool))
    two = entrant("b", mistaken(truth, range(60)), right=np.tile(np.arange(300) >= 60, (3, 1)))
    found = versus([one, two], truth)
    names = {"a": "Vectors", "b": "Topics"}
    assert versus_words.title(found, names) == "“Vectors” is clearly ahead"
    told = versus_words.sentence(found, names)
    assert told.startswith(
        "On the same 300 test rows “Vectors” gets 100.0 % right, +20.0 points over “Topics” (95 % "
        "interval +"
    )
    assert told.endswith(" points; exact McNemar p < 0.001).")
    assert versus_words.pair_words(found.pairs[0]) == "The first is better"
    assert versus_words.coverage(found).startswith(
        "The intervals cover the choice of test rows and of labels (3 draws), "
    )
    alone = versus([entrant("a", truth), entrant("b", mistaken(truth, [1]))], truth)
    assert "not that of labels" in versus_words.coverage(alone)
    assert versus_words.left_out(["A"], "why.") == "“A” is left out: why."
    assert versus_words.left_out(["A", "B", "C"], "why.") == "“A”, “B” and “C” are left out: why."
    bare: Pair = found.pairs[0]
    other = Versus(("b", "a"), 300, found.accuracy, found.draws, (bare,))
    assert other.pair("a", "b") is bare
