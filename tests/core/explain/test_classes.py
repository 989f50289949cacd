"""Words for and against each class."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.errors import BadParam, Cancelled
from core.explain.classes import words_of_classes
from core.explain.linear import linear_terms
from core.finetune.classifier import Classifier
from core.progress import Progress
from tests.core.explain.making import Rule, fitted
from tests.core.explain.test_words import Shouting
from tests.core.pretrain.conftest import texts

CLASSES = ("animals", "cars", "never seen")


def model(method: str = "tfidf", head: str = "logistic") -> Classifier:
    settings = {"min_df": 1, "n_clusters": 3, "n_components": 3}
    return fitted(method, head, texts(), np.arange(60) % 2, CLASSES, settings=settings)


def test_exact_words_are_the_largest_weights() -> None:
    classifier = model()
    found = words_of_classes(classifier, texts(), k=4)
    linear = linear_terms(classifier)
    assert linear is not None
    assert (found.exact, found.texts, found.min_texts) == (True, 0, 3)
    assert [one.label for one in found.classes] == [0, 1]
    for one in found.classes:
        weights = dict(zip(linear.terms, linear.weights[one.label].tolist(), strict=True))
        best = sorted(weights.items(), key=lambda pair: -pair[1])
        assert [term for term, _ in one.speaking] == [term for term, _ in best[:4]]
        assert [value for _, value in one.speaking] == pytest.approx([v for _, v in best[:4]])
        assert one.opposing[0] == (best[-1][0], pytest.approx(best[-1][1]))
    animals, cars = ({term for term, _ in one.speaking} for one in found.classes)
    assert animals <= set("cat dog bird horse fish animal tail paw feather fur".split())
    assert not animals & cars


def test_rare_words_are_left_out_unless_all_are_rare() -> None:
    rows = np.array(["cat cat", "car car", "cat rare", "car odd"], dtype=object)
    classifier = fitted(
        "tfidf", "logistic", rows, [0, 1, 0, 1], CLASSES[:2], settings={"min_df": 1}
    )
    found = words_of_classes(classifier, rows, min_texts=2)
    terms = {term for one in found.classes for term, _ in (*one.speaking, *one.opposing)}
    assert terms == {"cat", "car"}
    assert words_of_classes(classifier, rows, min_texts=9).min_texts == 1


def test_otherwise_means_over_texts() -> None:
    """By hand: the share of capitals decides; each word's fall is averaged over its places."""

    def rule(encoded: Any) -> Any:
        return np.where(encoded[:, 0] > 0, 0.8, 0.2)

    classifier = Classifier(Shouting(), Rule(rule, 2), ("calm", "loud"))
    rows = np.array(["quiet NOISE", "quiet NOISE NOISE", "quiet"], dtype=object)
    found = words_of_classes(classifier, rows, min_texts=2)
    assert (found.exact, found.texts) == (False, 3)
    # NOISE alone turns the first text; in the second text the other one stays: falls ln 4, 0, 0
    loud = found.classes[1]
    assert loud.speaking == (("noise", pytest.approx(np.log(4) / 3)),)
    assert loud.opposing == ()
    assert found.classes[0].opposing == (("noise", pytest.approx(-np.log(4) / 3)),)


@pytest.mark.parametrize(("method", "head"), [("kmeans", "logistic"), ("tfidf", "tree")])
def test_what_does_not_add_up_is_averaged(method: str, head: str) -> None:
    found = words_of_classes(model(method, head), texts(), most_texts=10, min_texts=1)
    assert (found.exact, found.texts) == (False, 10)
    assert found == words_of_classes(model(method, head), texts(), most_texts=10, min_texts=1)
    assert any(one.speaking for one in found.classes)


def test_it_can_be_cancelled() -> None:
    def stop(done: float, message: str, metrics: Any) -> None:
        assert message == "Leaving words out of text 1 of 60"
        raise Cancelled

    with pytest.raises(Cancelled):
        words_of_classes(model("tfidf", "tree"), texts(), progress=Progress(stop))


@pytest.mark.parametrize("asked", [{"k": 0}, {"min_texts": 0}])
def test_wrong_settings(asked: dict[str, int]) -> None:
    with pytest.raises(BadParam, match="cannot be 0"):
        words_of_classes(model(), texts(), **asked)
