"""What holds for every head."""

from __future__ import annotations

from sklearn.utils.estimator_checks import parametrize_with_checks

from core.finetune import heads
from core.finetune.base import Head
from core.params import resolve


def _all() -> list[Head]:
    return [spec.make(resolve(spec.params), 0) for spec in heads().values()]


@parametrize_with_checks(_all())
def test_keeps_the_conventions_of_scikit_learn(estimator, check):
    check(estimator)
