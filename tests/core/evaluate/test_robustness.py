from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.data.dataset import Dataset
from core.evaluate.perturb import (
    blurred_numbers,
    dropped,
    faults,
    noisy,
    shifted,
    typos,
    with_gaps,
)
from core.evaluate.robustness import robustness, robustness_sentence
from core.finetune import get_head
from core.finetune.classifier import Classifier
from core.params import resolve
from core.pretrain import get_method
from tests import seed


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_typos_touch_as_many_words_as_asked(rng: np.random.Generator) -> None:
    text = " ".join(["abcdefgh"] * 2000)
    words = typos(text, 0.25, rng).split(" ")
    assert len(words) == 2000
    changed = [word for word in words if word != "abcdefgh"]
    # five standard deviations; one change in 104 replaces a letter by itself
    assert abs(len(changed) / 2000 - 0.25) < 5 * np.sqrt(0.25 * 0.75 / 2000) + 0.0025
    assert {len(word) for word in changed} == {7, 8, 9}


def test_no_typos_without_words_or_share(rng: np.random.Generator) -> None:
    assert typos("a  b c", 1.0, rng) == "a  b c"  # words of one letter
    assert typos("some words", 0.0, rng) == "some words"
    assert typos("", 1.0, rng) == ""


def test_dropping_words_leaves_one(rng: np.random.Generator) -> None:
    assert len(dropped("one two three", 1.0, rng).split()) == 1
    assert dropped("one two three", 0.0, rng) == "one two three"
    assert dropped("  ", 0.5, rng) == "  "
    left = dropped(" ".join(["w"] * 2000), 0.1, rng).split()
    assert abs(len(left) / 2000 - 0.9) < 5 * np.sqrt(0.09 / 2000)


def test_shift_moves_every_picture_by_one(rng: np.random.Generator) -> None:
    picture = np.arange(9, dtype=np.uint8).reshape(1, 3, 3)
    moved = shifted(np.repeat(picture, 50, axis=0), 1, rng)
    down = np.array([[0, 1, 2], [0, 1, 2], [3, 4, 5]])
    assert any((one == down).all() for one in moved)
    assert not any((one == picture[0]).all() for one in moved)
    assert moved.dtype == np.uint8
    assert shifted(np.zeros((2, 3, 3, 3), np.uint8), 2, rng).shape == (2, 3, 3, 3)


def test_half_a_pixel_mixes_neighbours(rng: np.random.Generator) -> None:
    picture = np.zeros((40, 1, 3), np.uint8)
    picture[:, 0, 1] = 100
    found = {tuple(one[0]) for one in shifted(picture, 0.5, rng)}
    assert found == {(0, 50, 50), (50, 50, 0), (0, 100, 0)}  # right, left, up or down


def test_noise_stays_in_range_and_kind(rng: np.random.Generator) -> None:
    grey = np.full((20, 10, 10), 128, np.uint8)
    found = noisy(grey, 0.1, rng)
    assert found.dtype == np.uint8
    assert abs(found.astype(float).std() - 25.5) < 2
    assert noisy(np.zeros((1, 4, 4)), 0.2, rng).dtype == np.float64


def test_tables(rng: np.random.Generator) -> None:
    frame = pd.DataFrame(
        {
            "n": np.arange(1000),
            "constant": np.ones(1000),
            "kind": ["a", "b"] * 500,
            "flag": [True, False] * 500,
            "none": np.full(1000, np.nan),
        }
    )
    blurred = blurred_numbers(frame, 0.1, rng)
    noise = blurred["n"] - frame["n"]
    assert noise.std() == pytest.approx(0.1 * frame["n"].std(), rel=0.15)
    assert (blurred["constant"] == 1).all()
    assert blurred["kind"].equals(frame["kind"])
    assert blurred["flag"].equals(frame["flag"])
    gaps = with_gaps(frame, 0.25, rng)
    for name in ("n", "kind", "flag"):
        assert abs(float(gaps[name].isna().mean()) - 0.25) < 5 * np.sqrt(0.25 * 0.75 / 1000)
    assert frame["n"].notna().all()


def _classifier(dataset: Dataset, method: str, **settings: Any) -> Classifier:
    spec, how = get_head("logistic"), get_method(method)
    encoder = how.make(resolve(how.params, settings), 0)
    train = dataset.train_rows
    encoder.fit(dataset.take(train))
    head = spec.make(resolve(spec.params), 0)
    head.fit(encoder.transform(dataset.take(train)), np.asarray(dataset.labels)[train])
    return Classifier(encoder, head, dataset.classes)


def test_texts_from_whole_to_spoilt() -> None:
    dataset = seed.texts(per_class=60, pool=0)
    found = robustness(_classifier(dataset, "tfidf", min_df=1), dataset, dataset.test_rows)
    assert found.rows == 90
    tried = [(fault.kind, fault.strength) for fault in faults("text")]
    assert [(one.kind, one.strength) for one in found.under] == tried
    by = {(one.kind, one.strength): one for one in found.under}
    # TF-IDF reads all in small letters
    assert by["Case", "ALL CAPITALS"].change.value == 0
    assert not by["Case", "ALL CAPITALS"].harms
    for one in found.under:
        assert one.change.value == pytest.approx(one.accuracy.value - found.whole.value)
        assert one.change.low is not None
        assert one.change.low <= one.change.value
    said = robustness_sentence(found)
    assert said.startswith(("What costs most: ", "None of 8 faults costs"))


def test_it_is_the_same_for_the_same_seed() -> None:
    dataset = seed.texts(per_class=20, pool=0)
    classifier = _classifier(dataset, "tfidf", min_df=1)
    first = robustness(classifier, dataset, dataset.test_rows, seed=3)
    assert first == robustness(classifier, dataset, dataset.test_rows, seed=3)


def test_tables_and_pictures_can_be_tried() -> None:
    n = 120
    labels = (np.arange(n) % 2).astype(np.int32)
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "x": labels * 4 + rng.normal(size=n),
            "kind": np.where(labels == 1, "high", "low"),
            "whole": np.arange(n),
            "flag": labels == 1,
        }
    )
    test = np.arange(n) >= 60
    table = Dataset("t", "T", "tabular", frame, labels, ("a", "b"), test)
    found = robustness(_classifier(table, "raw"), table, table.test_rows)
    assert found.whole.value == 1.0
    assert len(found.under) == len(faults("tabular"))
    pictures = np.zeros((n, 8, 8), np.uint8)
    pictures[labels == 0, :, :4] = 255
    pictures[labels == 1, :, 4:] = 255
    images = Dataset("p", "P", "image", pictures, labels, ("a", "b"), test)
    found = robustness(_classifier(images, "raw"), images, images.test_rows)
    assert found.whole.value == 1.0
    assert robustness_sentence(found).startswith("None of 6 faults costs accuracy")


def test_a_harmful_fault_is_named() -> None:
    dataset = seed.texts(per_class=60, pool=0)
    # what counts is case
    texts = np.array([("YES" if c else "yes") for c in dataset.labels % 2], dtype=object)
    labels = (dataset.labels % 2).astype(np.int32)
    cased = Dataset("c", "C", "text", texts, labels, ("small", "large"), dataset.test)
    classifier = _classifier(cased, "tfidf", min_df=1, max_df=1.0, lowercase=False)
    found = robustness(classifier, cased, cased.test_rows)
    assert found.whole.value == 1.0
    said = robustness_sentence(found)
    assert said.startswith("What costs most: case (all small letters), −") or said.startswith(
        "What costs most: case (ALL CAPITALS), −"
    )
    assert "No clear loss from: typos, dropped words." in said or "typos" not in said
