"""What a tuning found, in sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.evaluate.tuning.configuration import Configuration, EncoderChoice
from core.evaluate.tuning.report import measured, no_pretraining, table_words, why_chosen
from core.evaluate.tuning.results import RungWords, Trial, Tuning

PLAIN = Configuration.of(EncoderChoice.of("tfidf"))
LEARNED = Configuration.of(EncoderChoice.of("lsa"))
TUNING = Tuning(
    trials=(
        Trial(0, PLAIN, (0.70, 0.70)),
        Trial(1, PLAIN, (0.71, 0.725)),
        Trial(2, PLAIN, (0.738,)),
        Trial(3, LEARNED),
    ),
    best=1,
    chosen=1,
    rung=1,
    rungs=(RungWords(40, 2, 20), RungWords(80, 4, 40)),
    budget=30,
    spent=30,
    ended="time",
)


def test_the_best_is_the_best_of_what_was_measured_as_far() -> None:
    assert why_chosen(TUNING) == (
        "Of the 2 settings that were measured in full they did best, and nothing simpler came "
        "within one standard error of them. Higher scores in the table stand on fewer rows or "
        "splits: they do not compare."
    )
    assert why_chosen(replace(TUNING, chosen=0)).startswith(
        "Of the 2 settings that were measured in full the best got 72.5 %; these are the simplest"
    )


def test_a_search_that_was_cut_says_how_far_it_came() -> None:
    cut = replace(TUNING, rung=0, best=2, chosen=2)
    assert why_chosen(cut).startswith("Of the 3 settings that were measured up to stage 1 of 2")
    assert "Higher scores" not in why_chosen(cut)
    assert table_words(cut) == (
        "3 of 3 settings were measured up to stage 1 of 2: choose among these."
    )


def test_the_table_says_what_compares() -> None:
    assert table_words(TUNING).startswith("2 of 3 settings were measured in full")
    assert "given up early or cut off" in table_words(TUNING)
    assert table_words(replace(TUNING, rung=-1)) == ""
    found = [measured(one, TUNING) for one in TUNING.trials]
    assert found == ["in full", "in full", "stage 1 of 2", "not at all"]


@pytest.mark.parametrize(("budget", "more"), [(30, 60), (45, 120), (900, 1800)])
def test_that_nothing_was_pretrained_is_said_with_a_larger_budget(budget: float, more: int) -> None:
    said = no_pretraining(replace(TUNING, budget=budget))
    assert said is not None
    assert said.startswith(f"No pretraining was tried: {budget} seconds were too few")
    assert f"search for {more} seconds" in said


def test_where_something_was_pretrained_nothing_is_said() -> None:
    tried = (*TUNING.trials[:3], Trial(3, LEARNED, (0.6,)))
    assert no_pretraining(replace(TUNING, trials=tried)) is None
