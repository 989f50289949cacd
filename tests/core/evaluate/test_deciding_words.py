"""What is said of a threshold that was kept."""

from __future__ import annotations

import numpy as np

from core.evaluate.deciding_words import (
    because,
    dropped_sentence,
    kept_sentence,
    on_test_rows,
    same_rows_sentence,
)
from core.finetune.deciding import ClassThreshold

NAMES = ("fruit", "music", "space")
LOW = ClassThreshold(code=0, threshold=0.25, miss_cost=5.0, held_out=40)
HIGH = ClassThreshold(code=0, threshold=0.75, miss_cost=1.0, held_out=1)


def plain(text: str) -> str:
    return text.replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_from_when_on_it_is_said() -> None:
    assert plain(kept_sentence(LOW, "fruit")) == (
        "It says fruit from a probability of 25.0 % on, and the likeliest other class below: "
        "chosen on 40 held-out rows, where a missed row of fruit costs as much as 5 false alarms."
    )
    assert kept_sentence(HIGH, "fruit").endswith(
        "chosen on 1 held-out row, where a missed row of fruit costs as much as a false alarm."
    )


def test_why_it_was_said() -> None:
    assert plain(because(np.array([0.3, 0.5, 0.2]), NAMES, LOW)) == (
        "Said fruit because its 30.0 % reach the threshold of 25.0 % that was kept for it; music "
        "is likelier, at 50.0 %."
    )
    assert plain(because(np.array([0.6, 0.3, 0.1]), NAMES, HIGH)) == (
        "Said music, at 30.0 %, because fruit is likelier, at 60.0 %, but stays below the "
        "threshold of 75.0 % that was kept for it."
    )
    assert because(np.array([0.2, 0.5, 0.3]), NAMES, LOW) == ""
    assert because(np.array([0.3, 0.5, 0.2]), NAMES, None) == ""


def test_what_it_changes_on_the_test_rows() -> None:
    proba = np.array([[0.3, 0.5, 0.2], [0.3, 0.4, 0.3], [0.9, 0.1, 0.0], [0.1, 0.2, 0.7]])
    assert plain(on_test_rows(np.array([0, 1, 0, 2]), proba, LOW, "fruit")) == (
        "On the test rows it misses 0 of 2 rows of fruit instead of 1, for 1 false alarm instead "
        "of 0; 75.0 % of all answers are right instead of 75.0 %."
    )
    assert "no test rows" in on_test_rows(np.zeros(0, int), proba[:0], LOW, "fruit")


def test_what_was_chosen_on_the_rows_of_a_promise() -> None:
    assert same_rows_sentence(calibrated=False) == ""
    assert same_rows_sentence(calibrated=True).startswith(
        "The temperature was chosen on these same rows, so the promise may be a little better"
    )
    assert same_rows_sentence(calibrated=True, threshold_of="fruit").startswith(
        "The temperature and the threshold for fruit were chosen on these same rows"
    )
    assert same_rows_sentence(calibrated=False, threshold_of="fruit").startswith(
        "The threshold for fruit was chosen"
    )
    assert "for fruit was taken back" in dropped_sentence("fruit")
