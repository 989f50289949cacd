"""Odd combinations are told before they are started."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.finetune.advice import Plan, advice


def plan(**fields: Any) -> Plan:
    values: dict[str, Any] = {
        "head": "svm",
        "head_settings": {},
        "strategy": "frozen",
        "labels_per_class": 5,
        "draws": 5,
        "class_sizes": np.array([30, 30, 30]),
        "unlabelled": 100,
    }
    return Plan(**(values | fields))


def test_nothing_odd_nothing_said() -> None:
    assert advice(plan()) == ()
    assert advice(plan(head="gradient")) == ()
    assert advice(plan(strategy="spreading")) == ()
    assert advice(plan(labels_per_class=None, draws=1)) == ()


def test_what_is_shown_and_what_is_not() -> None:
    assert plan(class_sizes=np.array([2, 0, 9])).shown.tolist() == [2, 5]
    assert plan(class_sizes=np.array([2, 0, 9]), unlabelled=3).others == 7
    assert plan(labels_per_class=None, unlabelled=0).others == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"labels_per_class": 40}, "No class has as many as 40"),
        (
            {"class_sizes": np.array([30, 3, 2])},
            "2 of 3 classes have fewer than 5 labels and show all that they have.",
        ),
        ({"draws": 1}, "A single draw cannot tell"),
        (
            {"strategy": "spreading", "labels_per_class": None, "unlabelled": 0},
            "Label spreading learns from rows that do not show a label, and there is none",
        ),
        ({"strategy": "self_training", "labels_per_class": 25}, "is for few labels"),
        ({"strategy": "probe_then_tune", "labels_per_class": 1}, "the word vectors stay as they"),
        (
            {"head": "gradient", "head_settings": {"validation_share": 0}},
            "nothing warns of memorising",
        ),
        ({"head": "gradient", "labels_per_class": 1}, "early stopping has nothing to watch"),
        (
            {"head": "gradient", "head_settings": {"momentum": 0.5}},
            "Momentum is used by the optimiser of that name alone",
        ),
        (
            {"head": "gradient", "strategy": "towards_source", "head_settings": {"l2": 0.1}},
            "takes the place of the L2 penalty",
        ),
        (
            {"head": "gradient", "head_settings": {"class_weight": "balanced"}},
            "class weights change nothing",
        ),
        (
            {"head": "gradient", "head_settings": {"batch_size": 64}},
            "There are 15 labelled rows, so every step takes all of them.",
        ),
    ],
)
def test_each_sentence(fields: dict[str, Any], words: str) -> None:
    [said] = advice(plan(**fields))
    assert words in said


@pytest.mark.parametrize(
    "fields",
    [
        {"head": "gradient", "head_settings": {"momentum": 0.5, "optimiser": "momentum"}},
        {
            "head": "gradient",
            "head_settings": {"class_weight": "balanced"},
            "labels_per_class": None,
            "draws": 1,
            "class_sizes": np.array([30, 3]),
        },
        {"head": "gradient", "head_settings": {"batch_size": 8}},
        {"draws": 1, "labels_per_class": 30, "unlabelled": 0},
        {"strategy": "probe_then_tune", "labels_per_class": 2},
    ],
)
def test_what_is_not_odd(fields: dict[str, Any]) -> None:
    assert advice(plan(**fields)) == ()
