"""The estimate counts the work: more of anything costs more, and no fit is left out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.evaluate import cost
from core.evaluate.cost import Asked, Encoded, corrected, head_seconds, training_seconds
from core.finetune import get_head, get_strategy, heads, strategies
from core.params import resolve


def asked(**fields: Any) -> Asked:
    head, strategy = fields.get("head", "svm"), fields.get("strategy", "frozen")
    values: dict[str, Any] = {
        "labels": np.repeat([0, 1, 2, -1], [100, 100, 100, 400]),
        "baseline": Encoded(60.0, dense=False),
        "model": Encoded(300.0, dense=True),
        "head": head,
        "head_settings": resolve(get_head(head).params),
        "strategy": strategy,
        "strategy_settings": resolve(get_strategy(strategy).params),
        "labels_per_class": 5,
        "draws": 5,
        "curve": True,
        "source_rows": 100,
    }
    return Asked(**(values | fields))


def test_fits_are_counted_by_hand() -> None:
    """One budget, two draws, model and baseline: four fits of 15 rows of 3 classes.

    Of the second draw only the decisions count.
    """
    one = asked(curve=False, draws=2)
    fits = 1.4 * (0.02 + 1e-7 * 15 * 300 * 3) + 1.4 * (0.02 + 2.5e-7 * 15 * 60 * 3)
    assert training_seconds(one) == pytest.approx(cost._END_SECONDS + fits)
    alone = replace(one, model=None)
    half = 1.4 * (0.02 + 2.5e-7 * 15 * 60 * 3)
    assert training_seconds(alone) == pytest.approx(cost._END_SECONDS + half)


def test_more_work_takes_longer() -> None:
    few = training_seconds(asked(draws=2, curve=False))
    assert few < training_seconds(asked(draws=4, curve=False)) < training_seconds(asked(draws=4))
    more = asked(labels_per_class=20, draws=2, curve=False)
    assert few < training_seconds(more)
    # every label is a single draw
    every = asked(labels_per_class=None, curve=False)
    assert training_seconds(every) == training_seconds(replace(every, draws=1))


@pytest.mark.parametrize("head", list(heads()))
def test_every_head_grows_with_its_rows(head: str) -> None:
    one = asked(head=head)
    for encoded in (one.baseline, one.model):
        assert encoded is not None
        assert 0 < head_seconds(one, 10, 3, encoded) < head_seconds(one, 1000, 3, encoded)


@pytest.mark.parametrize("strategy", [k for k, s in strategies().items() if s.needs_model])
def test_no_strategy_is_cheaper_than_the_frozen_encoder(strategy: str) -> None:
    assert training_seconds(asked(strategy=strategy)) >= training_seconds(asked())


def test_without_labels_there_is_nothing_to_do() -> None:
    assert training_seconds(asked(labels=np.full(9, -1))) == 0.0


def test_earlier_runs_correct_the_estimate() -> None:
    assert corrected(10.0, []) == 10.0
    assert corrected(10.0, [(5.0, 10.0)]) == 20.0
    assert corrected(10.0, [(5.0, 10.0), (1.0, 1.0), (4.0, 2.0)]) == 10.0  # the median ratio
    assert corrected(10.0, [(1.0, 1000.0)]) == 50.0
    assert corrected(10.0, [(1000.0, 1.0)]) == 2.0
    assert corrected(10.0, [(0.0, 3.0)]) == 10.0
