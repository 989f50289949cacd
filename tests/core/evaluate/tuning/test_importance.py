"""Which choice mattered."""

from __future__ import annotations

import pytest

from core.evaluate.tuning.importance import importance


def test_what_decides_alone_explains_nearly_all() -> None:
    choices = [
        {"head": h, "svm.C": c, "seed": 0} for h in ("a", "b") for c in (0.1, 1, 10, 100)
    ] * 2
    found = importance(choices, [float(one["head"] == "b") for one in choices])
    assert next(iter(found)) == "head"
    assert found["head"] > 0.95
    assert found["svm.C"] < 0.05
    assert "seed" not in found  # it never varied


def test_both_of_two_count() -> None:
    choices = [{"x": x, "y": y} for x in range(4) for y in range(4)]
    found = importance(choices, [one["x"] + one["y"] for one in choices])
    assert found["x"] == pytest.approx(found["y"], abs=0.1)
    assert found["x"] + found["y"] == pytest.approx(1, abs=0.15)


def test_a_setting_that_some_lack_counts_among_those_that_have_it() -> None:
    choices = [{"head": "a"}] * 6 + [{"head": "b", "b.C": c} for c in (1, 2, 3, 1, 2, 3)]
    scores = [0.5] * 6 + [0.4, 0.5, 0.6] * 2
    found = importance(choices, scores)
    assert found["b.C"] > found["head"]


def test_nothing_to_say() -> None:
    assert importance([{"x": i} for i in range(7)], list(map(float, range(7)))) == {}
    assert importance([{"x": i} for i in range(9)], [0.5] * 9) == {}
    assert importance([{"x": 1}] * 9, [0.1 * i for i in range(9)]) == {}
