"""The smallest change of a text or picture that flips the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadParam
from core.explain.flips import cells_to_cover, words_to_remove
from core.explain.removal import fewest_to_remove, lead_of
from core.finetune.classifier import Classifier
from core.finetune.deciding import ClassThreshold
from core.types import Floats
from tests.core.explain.making import Plain, Rule, by_rule, fitted
from tests.core.explain.test_words import Shouting
from tests.core.pretrain.conftest import texts


def weighted(weights: list[float]) -> Any:
    """Leads of a sum over the parts that stay."""

    def leads(sets: Sequence[frozenset[int]]) -> Floats:
        return np.array([sum(w for i, w in enumerate(weights) if i not in gone) for gone in sets])

    return leads


def test_greedy_takes_the_strongest_part_first() -> None:
    assert fewest_to_remove(weighted([0.1, 3.0, 0.2, -2.0]), [0, 1, 2, 3], most=3) == [1]
    assert fewest_to_remove(weighted([2.0, 3.0, -4.0]), [2, 0, 1], most=3) == [1]
    assert fewest_to_remove(weighted([2.0, 3.0, 0.1, -4.5]), [0, 1, 2, 3], most=3) == [1]


def test_a_part_that_is_not_needed_is_put_back() -> None:
    """Taking 0 away looks best at first, but 1 and 2 together do it without."""

    def leads(sets: Sequence[frozenset[int]]) -> Floats:
        table = {
            frozenset([0]): 1.0,
            frozenset([1]): 2.0,
            frozenset([2]): 2.0,
            frozenset([0, 1]): 0.5,
            frozenset([0, 2]): 0.6,
            frozenset([1, 2]): -1.0,
            frozenset([0, 1, 2]): -2.0,
        }
        return np.array([table[gone] for gone in sets])

    assert fewest_to_remove(leads, [0, 1, 2], most=3) == [1, 2]


def test_none_is_found() -> None:
    assert fewest_to_remove(weighted([1.0, 1.0]), [0, 1], most=2) is None  # a tie is no flip
    assert fewest_to_remove(weighted([2.0, 2.0, -1.0]), [0, 1], most=1) is None
    assert fewest_to_remove(weighted([]), [], most=3) is None
    assert fewest_to_remove(weighted([5.0, 1.0, -2.0]), [1, 0], most=3, tried=1) is None


@given(
    weights=st.lists(st.floats(-3, 3), min_size=1, max_size=8),
    most=st.integers(1, 8),
)
def test_no_part_of_what_is_found_can_be_put_back(weights: list[float], most: int) -> None:
    leads = weighted(weights)
    found = fewest_to_remove(leads, list(range(len(weights))), most=most)
    if found is None:
        return
    assert len(found) <= most
    assert leads([frozenset(found)])[0] < 0
    for part in found[:-1]:
        assert leads([frozenset(found) - {part}])[0] >= 0


def test_lead_by_hand() -> None:
    proba = np.array([[0.5, 0.3, 0.2], [0.2, 0.5, 0.3], [0.4, 0.2, 0.4]])
    assert lead_of(proba, 0) == pytest.approx([0.2, -0.3, 0.0])
    assert lead_of(proba, 0, 2) == pytest.approx([0.3, 0.2, 0.0])


def animals() -> Classifier:
    return fitted(
        "tfidf", "logistic", texts(), np.arange(60) % 2, ("animals", "cars", "unseen"),
        settings={"min_df": 1},
    )  # fmt: skip


def test_words_that_flip_are_confirmed_by_the_model() -> None:
    model = animals()
    text = "A cat, a DOG, a bird and a dog had a car with an engine"
    found = words_to_remove(model, text)
    assert found is not None
    assert (found.label, found.other) == (0, 1)
    assert set(found.words) <= {"cat", "dog", "bird"}
    kept = "".join(text[a:b] for a, b in found.spans).casefold()
    assert all(word in kept for word in found.words)
    again = model.predict_proba(np.array([found.row], dtype=object))[0]
    assert again == pytest.approx(found.after)
    assert int(again.argmax()) == 1
    assert found.before.argmax() == 0
    # every place of a word goes, whatever its letters
    if "dog" in found.words:
        assert "dog" not in found.row.casefold()


def test_words_that_no_removal_flips() -> None:
    loud = Classifier(Shouting(), Rule(lambda X: np.full(len(X), 0.9), 2), ("calm", "loud"))
    assert words_to_remove(loud, "nothing helps here") is None
    assert words_to_remove(loud, "...") is None


def test_words_one_by_one_where_nothing_adds_up() -> None:
    loud = Classifier(
        Shouting(), Rule(lambda X: np.where(X[:, 0] > 2, 0.9, 0.1), 2), ("calm", "loud")
    )
    found = words_to_remove(loud, "one TWO three FO five")
    assert found is not None
    assert found.words == ("two",)
    assert found.row == "one   three FO five"
    assert found.after == pytest.approx([0.9, 0.1])


def test_a_wished_class() -> None:
    model = animals()
    found = words_to_remove(model, "cat dog car", wished=1)
    assert found is not None
    assert found.other == 1
    with pytest.raises(BadParam, match="The answer is 'animals' already"):
        words_to_remove(model, "cat dog car", wished=0)
    with pytest.raises(BadParam, match="never saw a row of class number 2"):
        words_to_remove(model, "cat dog car", wished=2)
    with pytest.raises(BadParam, match="never saw a row of class number 7"):
        words_to_remove(model, "cat dog car", wished=7)


def bright_corner() -> Classifier:
    """Pictures of 4 by 4: the brightness of the top left quarter decides."""

    def rule(encoded: Any) -> Any:
        corner = encoded.reshape(-1, 4, 4)[:, :2, :2].mean(axis=(1, 2))
        return np.clip(corner, 0, 1)

    return by_rule(rule, 16, ("dark", "bright"))


def test_cells_that_flip() -> None:
    image = np.zeros((4, 4))
    image[:2, :2] = 1.0
    found = cells_to_cover(bright_corner(), image, grid=2)
    assert found is not None
    assert found.cells == ((0, 2, 0, 2),)
    assert (found.label, found.other) == (1, 0)
    border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]]).mean()
    assert found.row[:2, :2] == pytest.approx(border)
    assert found.after[1] == pytest.approx(border)


def test_no_cell_flips() -> None:
    constant = by_rule(lambda X: np.full(len(X), 0.8), 16)
    assert cells_to_cover(constant, np.eye(4), grid=2) is None


def test_with_a_threshold_what_flips_is_the_answer_that_is_given() -> None:
    """A cat among cars: cars are likelier, and the cat is enough to say animals."""
    model = animals()
    text = "a cat, a car, an engine and a car"
    both = np.array([text, text.replace("cat", "")], dtype=object)
    here, without = model.predict_proba(both)[:, 0]
    assert without < here < 0.5
    wary = replace(model, threshold=ClassThreshold(0, float(here + without) / 2, 5.0, 9))
    found = words_to_remove(wary, text)
    assert found is not None
    assert (found.label, found.other, found.words) == (0, 1, ("cat",))
    assert found.after[0] == pytest.approx(without)
    back = words_to_remove(wary, found.row + " cat", wished=1)
    assert back is not None
    assert wary.predict(np.array([back.row], dtype=object)).tolist() == [1]


def test_parts_of_a_picture_with_a_threshold() -> None:
    picture = np.full((8, 8), 40, dtype=np.uint8)
    picture[:2, :2] = 120
    rule = Rule(lambda X: np.clip(X.max(axis=1) / 240, 0, 1), 64)
    plain = Classifier(Plain(), rule, ("dark", "bright"))
    assert cells_to_cover(plain, picture, grid=4) is None  # dark, and no cover brightens it
    found = cells_to_cover(
        replace(plain, threshold=ClassThreshold(1, 0.4, 5.0, 9)), picture, grid=4
    )
    assert found is not None
    assert (found.label, found.other) == (1, 0)
    assert found.cells == ((0, 2, 0, 2),)
