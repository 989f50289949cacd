"""Notes: one sentence for each limit, none without cause."""

from __future__ import annotations

import numpy as np

from core.evaluate.notes import notes


def test_a_class_never_trained_on() -> None:
    said = notes("abc", np.array([0, 1]), np.arange(300) % 3, labels_per_class=1, draws=5)
    assert said == ("No labelled training row, so every test row of it is wrong: c.",)


def test_many_names_are_cut() -> None:
    classes = [f"c{i}" for i in range(8)]
    train = np.arange(8)
    said = notes(classes, train, np.arange(200) % 8, labels_per_class=2, draws=2)
    assert said == (
        "Fewer than 2 labelled training rows, all of them used: "
        "c0 (1), c1 (1), c2 (1), c3 (1), c4 (1) and 3 more.",
    )


def test_nothing_to_say() -> None:
    plenty = np.arange(200) % 2
    assert notes("ab", plenty, plenty, labels_per_class=5, draws=2) == ()
    assert notes("ab", plenty, plenty, labels_per_class=None, draws=2) == ()
