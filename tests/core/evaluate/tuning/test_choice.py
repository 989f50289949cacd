"""Which settings are handed out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.evaluate.tuning.choice import Entry, choose, standard_error


def entry(complexity: float, *right: float) -> Entry:
    return Entry((complexity,), np.array(right, dtype=float))


def test_standard_error_by_hand() -> None:
    # mean 3/4; squared distances 3/16, three times 1/16 -> 12/16 / 3 = 1/4; √(1/4) / √4
    assert standard_error(np.array([0, 1, 1, 1.0])) == pytest.approx(0.25)
    assert standard_error(np.array([1.0])) == 0


def test_the_best_where_nothing_simpler_is_near() -> None:
    far = entry(0, *[0] * 10), entry(2, *[1] * 9, 0)
    assert choose(dict(enumerate(far)), 0) == (1, 1)


def test_the_simplest_within_one_standard_error() -> None:
    # wrong twice where the best is right, right once where it is wrong: a gap of 0.1, and
    # (3 - 10 · 0.01) / 9 = 0.322 is its variance, √(0.322 / 10) = 0.18 its error
    best = entry(3, *[1] * 8, 0, 0)
    near = entry(1, *[1] * 6, 0, 0, 1, 0)
    default = entry(2, *[1] * 5, *[0] * 5)
    assert choose({0: default, 1: near, 2: best}, 0) == (2, 1)


def test_never_below_the_default() -> None:
    # simpler, and within an error of the best, but behind the default
    best = entry(3, *[1] * 8, 0, 0)
    default = entry(2, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0)
    simple = entry(1, *[1] * 6, 0, 0, 1, 0)
    assert choose({0: default, 1: simple, 2: best}, 0) == (0, 0)


def test_equals_go_to_the_simpler_and_then_to_the_first() -> None:
    same = (1, 0, 1, 1)
    assert choose({0: entry(2, *same), 1: entry(1, *same), 2: entry(1, *same)}, 0) == (1, 1)


rows = st.lists(
    st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=6, max_size=6), min_size=1, max_size=6
)


@settings(deadline=None, max_examples=60)
@given(rows, st.randoms())
def test_the_choice_does_not_depend_on_the_order_and_is_never_worse(
    found: list[list[float]], random: object
) -> None:
    entries = {
        i: Entry((float(len(right) % 2 + i % 3),), np.array(right)) for i, right in enumerate(found)
    }
    best, chosen = choose(entries, 0)
    shuffled = list(entries.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert choose(dict(shuffled), 0) == (best, chosen)
    assert entries[chosen].score >= entries[0].score
    assert entries[best].score == max(one.score for one in entries.values())
    assert entries[chosen].complexity <= entries[best].complexity
