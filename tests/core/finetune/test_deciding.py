"""What is said, for probabilities: the likeliest class, or one with a threshold of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.errors import BadData, BadParam
from core.finetune.classifier import Classifier
from core.finetune.deciding import (
    ClassThreshold,
    by_threshold,
    probability_of,
    said,
    standing,
)
from tests.core.explain.making import fitted

PROBA = np.array([[0.3, 0.5, 0.2], [0.2, 0.4, 0.4], [0.9, 0.1, 0.0], [0.6, 0.3, 0.1]])
LOW = ClassThreshold(code=0, threshold=0.3, miss_cost=5.0, held_out=40)
HIGH = replace(LOW, threshold=0.7, miss_cost=0.5)


def test_the_answers_by_hand() -> None:
    assert said(PROBA, None).tolist() == [1, 1, 0, 0]
    assert said(PROBA, LOW).tolist() == [0, 1, 0, 0]
    assert said(PROBA, HIGH).tolist() == [1, 1, 0, 1]
    assert by_threshold(PROBA, LOW).tolist() == [True, False, False, False]
    assert by_threshold(PROBA, HIGH).tolist() == [False, False, False, True]
    assert probability_of(PROBA, said(PROBA, HIGH)).tolist() == [0.5, 0.4, 0.9, 0.3]
    assert said(PROBA[:0], LOW).shape == (0,)


@given(
    arrays.arrays(float, (5, 3), elements=st.floats(0.01, 1.0)),
    st.floats(0.01, 1.0),
    st.integers(0, 2),
)
def test_the_largest_standing_is_the_answer(scores: Any, threshold: float, code: int) -> None:
    proba = scores / scores.sum(axis=1, keepdims=True)
    rule = ClassThreshold(code, threshold, 1.0, 9)
    stands = standing(proba, rule)
    answers = said(proba, rule)
    assert (probability_of(stands, answers) == stands.max(axis=1)).all()
    assert (standing(proba, None) == proba).all()


def test_a_class_that_is_certain_leaves_the_others_standing() -> None:
    assert standing(np.array([[1.0, 0.0, 0.0]]), LOW).tolist() == [[1 / 0.3, 0.0, 0.0]]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("code", -1),
        ("code", 1.0),
        ("code", True),
        ("code", "0"),
        ("threshold", 0.0),
        ("threshold", 1.001),
        ("threshold", float("nan")),
        ("threshold", "0.5"),
        ("threshold", True),
        ("threshold", None),
        ("miss_cost", 0.0),
        ("miss_cost", 1e6),
        ("miss_cost", float("inf")),
        ("held_out", 0),
        ("held_out", 3.0),
    ],
)
def test_what_is_no_threshold(name: str, value: Any) -> None:
    with pytest.raises(BadParam, match=f"cannot have {name} = ") as caught:
        replace(LOW, **{name: value})
    assert "It takes a" in (caught.value.hint or "")


def test_a_classifier_says_it_and_its_probabilities_stay() -> None:
    rows = np.array(["apple pear", "piano drum", "apple piano"] * 4, dtype=object)
    made = fitted("tfidf", "logistic", rows, [0, 1, 0] * 4, ("a", "b"), settings={"min_df": 1})
    before = made.predict_proba(rows)
    assert 0 < before[1, 0] < 0.5
    rule = ClassThreshold(0, float(before[1, 0]), 5.0, 9)
    now = replace(made, threshold=rule)
    assert (now.predict_proba(rows) == before).all()
    assert made.predict(rows).tolist() == [0, 1, 0] * 4
    assert now.predict(rows).tolist() == [0, 0, 0] * 4
    with pytest.raises(BadData, match="class number 2, but the 2 classes") as caught:
        Classifier(made.encoder, made.head, made.classes, threshold=replace(rule, code=2))
    assert caught.value.hint == "Take the threshold back."
