from __future__ import annotations

import importlib

import numpy as np
import pytest

import core.finetune
from core.errors import NotFound
from core.finetune import get_head, get_strategy, heads, strategies
from core.finetune.base import spread_probabilities
from core.params import resolve


def test_heads_are_found_the_usual_one_first():
    assert next(iter(heads())) == "svm"
    assert set(heads()) == {"svm", "logistic", "tree", "gradient"}


def test_strategies_are_found_the_control_first():
    found = strategies()
    assert next(iter(found)) == "scratch"
    assert {"scratch", "frozen"} <= set(found)
    assert not found["scratch"].needs_model
    assert found["frozen"].needs_model


def test_loading_a_head_does_not_hide_the_list_of_heads():
    importlib.import_module("core.finetune.heads.svm")
    assert "svm" in core.finetune.heads()


def test_unknown_names_are_answered_with_the_known_ones():
    with pytest.raises(NotFound, match="no head 'forest'") as head:
        get_head("forest")
    assert "svm, " in head.value.hint
    with pytest.raises(NotFound, match="no strategy 'magic'") as strategy:
        get_strategy("magic")
    assert "frozen" in strategy.value.hint


@pytest.mark.parametrize("key", sorted(heads()))
def test_every_head_says_what_it_is(key):
    spec = get_head(key)
    assert spec.key == key
    assert spec.title
    assert spec.help.endswith(".")
    assert any(digit in spec.source for digit in "12")
    made = spec.make(resolve(spec.params), 3)
    assert type(made)(**made.get_params()).get_params() == made.get_params()


@pytest.mark.parametrize("key", ["svm", "logistic"])
def test_class_weights_reach_the_head(key):
    spec = get_head(key)
    assert spec.make(resolve(spec.params), 0).class_weight is None
    assert spec.make(resolve(spec.params, {"class_weight": "balanced"}), 0).class_weight


def test_columns_go_to_their_places_among_all_classes():
    full = spread_probabilities(np.array([[0.25, 0.75]]), np.array([0, 2]), 4)
    assert full.tolist() == [[0.25, 0, 0.75, 0]]
