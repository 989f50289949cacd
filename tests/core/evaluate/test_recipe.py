"""The founding recipe on made-up texts; its published figure where the data is there."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from core.errors import BadData, Cancelled
from core.evaluate.recipe import recipe_sentence, run_recipe
from core.progress import Progress
from tests import seed


def test_all_ways_on_the_same_rows() -> None:
    dataset = seed.texts(per_class=60, pool=0)
    found = run_recipe(dataset)
    assert [row.key for row in found.rows] == [
        "published",
        "source",
        "target",
        "warm_start",
        "together",
    ]
    assert (found.source_rows, found.target_rows, found.test_rows) == (90, 72, 18)
    published = found.rows[0]
    assert published.gain is None
    for row in found.rows[1:]:
        assert row.gain is not None
        difference = row.accuracy.value - published.accuracy.value
        assert row.gain.value == pytest.approx(difference)
    assert "As published the recipe gets" in recipe_sentence(found.rows) or (
        "Nothing did better" in recipe_sentence(found.rows)
    )


def test_nothing_learns_from_the_test_rows() -> None:
    """Changing the texts of the rows kept for the test changes no model, so no other answer."""
    from sklearn.model_selection import train_test_split

    dataset = seed.texts(per_class=60, pool=0)
    _, test = train_test_split(dataset.test_rows, test_size=0.2, random_state=42)
    rows = dataset.rows.copy()
    rows[test[0]] = "something else entirely"
    one = run_recipe(dataset).rows
    two = run_recipe(dataclasses.replace(dataset, rows=rows)).rows
    for a, b in zip(one, two, strict=True):
        assert abs(a.accuracy.value - b.accuracy.value) <= 1 / 18 + 1e-9


def test_refusals() -> None:
    dataset = seed.texts(per_class=6, pool=0)
    with pytest.raises(BadData, match="too few labelled rows"):
        run_recipe(dataset)
    pictures = dataclasses.replace(
        dataset, modality="image", rows=np.zeros((len(dataset), 2, 2), np.uint8)
    )
    with pytest.raises(BadData, match="about texts"):
        run_recipe(pictures)


def test_can_be_cancelled() -> None:
    def report(fraction: float, *_: object) -> None:
        if fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        run_recipe(seed.texts(per_class=60, pool=0), progress=Progress(report))
