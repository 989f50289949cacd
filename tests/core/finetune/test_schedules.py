from __future__ import annotations

import pytest

from core.finetune.schedules import Schedule


@pytest.mark.parametrize(
    ("schedule", "places"),
    [
        (Schedule(), {0: 1, 5: 1}),
        (Schedule("step", 9), {0: 1, 2.9: 1, 3: 0.5, 5.9: 0.5, 6: 0.25, 9: 0.25, 12: 0.25}),
        (Schedule("cosine", 10), {0: 1, 5: 0.5, 10: 0, 20: 0}),
        (Schedule("constant", 10, 0.2), {0: 0, 1: 0.5, 2: 1, 9: 1}),
        (Schedule("cosine", 10, 0.2), {1: 0.5, 2: 1, 6: 0.5, 10: 0}),
    ],
)
def test_factors(schedule, places):
    for done, factor in places.items():
        assert schedule.factor(done) == pytest.approx(factor)
