"""What a preset sets in each situation; it always makes a request that works."""

from __future__ import annotations

import itertools

import pytest

from core.errors import NotFound
from core.evaluate.presets import PRESETS, choices, others_of
from core.finetune import get_head, get_strategy
from core.params import resolve

KEYS = [preset.key for preset in PRESETS]


def test_more_thorough_is_more_work() -> None:
    fast, balanced, best = (choices(key) for key in KEYS)
    assert fast.draws < balanced.draws < best.draws
    assert (fast.curve, balanced.curve, best.curve) == (False, True, True)


@pytest.mark.parametrize(
    ("key", "model", "source", "labels"),
    list(itertools.product(KEYS, [False, True], [False, True], [1, 5, None])),
)
def test_head_and_strategy_go_together(
    key: str, model: bool, source: bool, labels: int | None
) -> None:
    if source and not model:
        return  # a source brings its model
    found = choices(key, model=model, source=source, labels_per_class=labels, others=100)
    head, strategy = get_head(found.head), get_strategy(found.strategy)
    assert strategy.needs_model == model
    assert strategy.needs_source == source
    assert not strategy.heads or head.key in strategy.heads
    resolve(head.params, found.head_settings)
    resolve(strategy.params, found.strategy_settings)


def test_labels_are_spread_where_they_are_few_and_there_is_somewhere_to() -> None:
    assert choices("best", labels_per_class=1, others=50).strategy == "spreading"
    assert choices("best", labels_per_class=1, others=0).strategy == "frozen"
    assert choices("best", labels_per_class=6, others=50).strategy == "frozen"
    assert choices("best", labels_per_class=None, others=50).strategy == "frozen"
    assert choices("fast", labels_per_class=1, others=50).strategy == "frozen"


def test_rows_that_do_not_show_a_label() -> None:
    assert others_of(5, classes=3, labelled_train=60, unlabelled=40) == 85
    assert others_of(None, classes=3, labelled_train=60, unlabelled=40) == 40
    assert others_of(50, classes=3, labelled_train=60, unlabelled=0) == 0


def test_no_such_preset() -> None:
    with pytest.raises(NotFound, match="no preset 'slow'") as caught:
        choices("slow")
    assert caught.value.hint == "There is: fast, balanced, best."
