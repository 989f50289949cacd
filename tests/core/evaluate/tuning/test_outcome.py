"""The rung that is chosen on."""

from __future__ import annotations

import numpy as np
import pytest

from core.evaluate.tuning.candidate import Candidate
from core.evaluate.tuning.configuration import Configuration, EncoderChoice
from core.evaluate.tuning.folds import Plan, Rung, Split
from core.evaluate.tuning.outcome import entries_of
from core.evaluate.tuning.work import Tried

ROWS = np.arange(40)
PLAN = Plan(
    splits=(Split(ROWS[20:], ROWS[:20]), Split(ROWS[:20], ROWS[20:])),
    rungs=(Rung(1), Rung(2)),
    folds=2,
    repeats=1,
    single=0,
)


def candidate(number: int, *right: int) -> Candidate:
    """Right in so many of the twenty rows of each split that it finished."""
    one = Candidate(
        number, Configuration.of(EncoderChoice.of("tfidf"), head_settings={"C": 1.0 + number})
    )
    for split, count in enumerate(right):
        one.tried[split, 20] = Tried(np.arange(20) < count, 1.0, 0.1, 100)
        one.scores.append(count / 20)
    return one


@pytest.mark.parametrize(
    ("found", "rung", "who"),
    [
        ([candidate(0, 10, 10), candidate(1, 12, 12)], 1, {0, 1}),
        # the leader of the first rung was cut: what it was clearly better by counts
        ([candidate(0, 10, 10), candidate(1, 12, 12), candidate(2, 18)], 0, {0, 1, 2}),
        # one row of twenty more is within one standard error: the second rung says more
        ([candidate(0, 10, 10), candidate(1, 12, 12), candidate(2, 13)], 1, {0, 1}),
        # nobody but the default went on
        ([candidate(0, 10, 10), candidate(1, 9)], 0, {0, 1}),
        ([candidate(0, 10, 10)], 1, {0}),
        ([candidate(0, 10)], 0, {0}),
        ([candidate(0), candidate(1, 12)], -1, set()),
        ([candidate(0)], -1, set()),
    ],
)
def test_the_rung_to_choose_on(found: list[Candidate], rung: int, who: set[int]) -> None:
    chosen_on, entries = entries_of(found, PLAN)
    assert (chosen_on, set(entries)) == (rung, who)


def test_it_does_not_depend_on_what_came_first() -> None:
    found = [candidate(0, 10, 10), candidate(1, 12, 12), candidate(2, 18)]
    turned = [found[0], found[2], found[1]]
    rung, entries = entries_of(turned, PLAN)
    assert (rung, set(entries)) == (0, {0, 1, 2})


def test_each_row_counts_once_however_often_it_was_judged() -> None:
    twice = Plan(
        splits=(Split(ROWS[20:], ROWS[:20]), Split(ROWS[20:], ROWS[:20])),
        rungs=(Rung(2),),
        folds=1,
        repeats=2,
        single=0,
    )
    one = Candidate(0, Configuration.of(EncoderChoice.of("tfidf")))
    one.tried[0, 20] = Tried(np.arange(20) < 10, 1.0, 0.1, 100)
    assert one.right(twice, 0) is None
    one.tried[1, 20] = Tried(np.arange(20) < 5, 1.0, 0.1, 100)
    right = one.right(twice, 0)
    assert right is not None
    assert right.tolist() == [1.0] * 5 + [0.5] * 5 + [0.0] * 10
