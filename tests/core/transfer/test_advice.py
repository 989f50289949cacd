"""A plan for a situation: each choice with its reason."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import BadParam
from core.transfer.advice import Option, Situation, plan
from core.transfer.recommend import Track

OPTIONS = (
    Option("vectors", "Word vectors", 20, 500, explains=True),
    Option("heaps", "Clusters", 2, 90, explains=False),
    Option("deep", "Sentences", 600, 900, explains=False, available=False),
)
TRACK = {"vectors": Track(0.10, 8), "heaps": Track(0.04, 8), "deep": Track(0.3, 2)}


def situation(**fields: Any) -> Situation:
    given = {"modality": "text", "rows": 5000, "labels": 60, "classes": 5, "seconds": 600}
    return Situation(**{**given, **fields})


def test_what_gained_most_and_fits() -> None:
    told = plan(situation(), OPTIONS, TRACK)
    assert (told.method, told.head, told.strategy) == ("vectors", "svm", "frozen")
    assert (told.seconds, told.memory_mb) == (20, 500)
    assert "+10.0 points over learning nothing on 8 sets" in told.choices[0].why
    assert [one.topic for one in told.choices] == [
        *("pretrain", "strategy", "head", "evidence", "privacy"),
    ]


def test_too_slow_is_left_out_and_named() -> None:
    told = plan(situation(seconds=10), OPTIONS, TRACK)
    assert told.method == "heaps"
    assert "Word vectors gained more elsewhere, but takes about 20 s of your 10." in (
        told.choices[0].why
    )


def test_what_cannot_be_taken_apart_is_left_out_where_answers_must_be_explained() -> None:
    track = {"vectors": Track(0.01, 8), "heaps": Track(0.04, 8)}
    told = plan(situation(explained=True), OPTIONS, track)
    assert told.method == "vectors"
    assert "Clusters gained more elsewhere, but its answers cannot be taken apart." in (
        told.choices[0].why
    )
    assert "each answer is a sum" in told.choices[2].why


def test_of_equally_good_ones_the_quickest() -> None:
    track = {"vectors": Track(0.042, 8), "heaps": Track(0.04, 8)}
    assert plan(situation(), OPTIONS, track).method == "heaps"


def test_reasons_fit_the_number_of_labels() -> None:
    few = plan(situation(), OPTIONS, TRACK)
    assert few.choices[1].why.endswith("the safest way with few labels.")
    many = plan(situation(labels=500), OPTIONS, TRACK)
    assert many.strategy == "frozen"
    assert "few labels" not in many.choices[1].why
    assert "With 100 labels a class" in many.choices[1].why
    assert "other heads may do as well" in many.choices[2].why


@pytest.mark.parametrize(
    ("fields", "track", "words"),
    [
        ({"rows": 150}, TRACK, "150 rows are too few to learn from"),
        ({"rows": 2100, "labels": 1500}, TRACK, "little left to gain"),
        ({}, {"heaps": Track(-0.02, 4)}, "nothing gained over learning nothing"),
        ({"seconds": 1}, TRACK, "nothing gained over learning nothing"),
    ],
)
def test_learning_nothing(fields: dict[str, Any], track: dict[str, Track], words: str) -> None:
    told = plan(situation(**fields), OPTIONS, track)
    assert told.method is None
    assert told.strategy == "scratch"
    assert words in told.choices[0].why


def test_very_few_labels_are_spread() -> None:
    told = plan(situation(labels=10), OPTIONS, TRACK)
    assert told.strategy == "spreading"
    assert "2.0 labels a class" in told.choices[1].why


def test_rows_may_leave() -> None:
    assert (
        "ready-made row vectors" in plan(situation(may_leave=True), OPTIONS, TRACK).choices[4].why
    )
    assert "No row is sent anywhere" in plan(situation(), OPTIONS, TRACK).choices[4].why


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"classes": 1}, "1 classes cannot be told apart"),
        ({"labels": 6000}, "6,000 labels are more than the 5,000 rows"),
        ({"labels": 4}, "4 labels are too few for 5 classes"),
        ({"seconds": 0}, "0 seconds are no time to learn in"),
    ],
)
def test_impossible_situations(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(BadParam, match=words) as error:
        situation(**fields)
    assert error.value.hint
