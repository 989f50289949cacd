"""Contributions: they add up where they say so, and point the right way everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.errors import BadParam
from core.explain.words import WordContributions, explain_text
from core.finetune import get_head
from core.finetune.base import Head
from core.finetune.classifier import Classifier
from core.params import resolve
from core.pretrain import get_method, methods
from core.pretrain.base import Encoder, Parts
from core.types import Floats

TEXTS = [
    "The cat sleeps on the warm mat, and the cat purrs.",
    "A kitten and a cat chase the mouse.",
    "The rocket flies to the moon with a crew.",
    "A satellite circles the moon; the rocket returns.",
    "Cats purr. Mice run from cats.",
    "Orbit and rocket, moon and crew.",
] * 3
LABELS = np.array([0, 0, 1, 1, 0, 1] * 3)
CLASSES = ("animals", "space", "unseen")


def classifier(method: str, head: str, **settings: Any) -> Classifier:
    known = get_method(method)
    values = {p.name: p.default for p in known.params} | {
        name: value for name, value in settings.items() if name in {p.name for p in known.params}
    }
    texts = np.array(TEXTS, dtype=object)
    encoder = known.make(resolve(known.params, values), 0).fit(texts)
    spec = get_head(head)
    made = spec.make(resolve(spec.params, {}), 0).fit(encoder.transform(texts), LABELS)
    return Classifier(encoder, made, CLASSES)


TEXT_METHODS = [m for m in ("tfidf", "lsa", "ppmi") if m in methods()]


@pytest.mark.parametrize("method", TEXT_METHODS)
@pytest.mark.parametrize("head", ["logistic", "svm"])
@pytest.mark.parametrize("text", [TEXTS[0], "moon moon rocket and a cat", "", "zzz unknown 42"])
def test_parts_add_up_to_the_score(method: str, head: str, text: str) -> None:
    model = classifier(method, head, min_count=1, min_df=1, dimensions=3, components=3)
    found = explain_text(model, text)
    assert found.exact
    linear = model.linear()
    assert linear is not None
    weights, intercepts = linear
    encoded = model.encoder.transform(np.array([text], dtype=object))
    row = encoded.toarray()[0] if hasattr(encoded, "toarray") else encoded[0]
    expected = row.astype(np.float64) @ weights[found.label] + intercepts[found.label]
    assert found.base + found.values.sum() == pytest.approx(expected, abs=1e-6)
    assert found.score == pytest.approx(expected, abs=1e-6)
    assert found.label == int(model.predict(np.array([text], dtype=object))[0])
    assert len(found.spans) == len(found.terms) == len(found.values)


@pytest.mark.parametrize("method", TEXT_METHODS)
def test_a_word_and_its_pieces_are_one_contribution(method: str) -> None:
    model = classifier(method, "logistic", piece_max=3, min_df=1, dimensions=3, components=3)
    text = "A rocketing cat"
    found = explain_text(model, text)
    # "rocketing" is known by its pieces only, and stands there as written
    assert found.terms == ["cat", "rocketing"]
    assert found.spans == [(12, 15), (2, 11)]
    linear = model.linear()
    assert linear is not None
    row = model.encoder.transform(np.array([text], dtype=object))
    row = row.toarray()[0] if hasattr(row, "toarray") else row[0]
    expected = row.astype(np.float64) @ linear[0][found.label] + linear[1][found.label]
    assert found.score == pytest.approx(expected, abs=1e-6)


def test_words_point_the_right_way() -> None:
    found = explain_text(
        classifier("tfidf", "logistic"), "rocket to the moon, said the cat", label=1
    )
    by_term = dict(found.by_term())
    assert by_term["rocket"] > 0
    assert by_term["moon"] > 0
    assert by_term["cat"] < 0


def test_against_the_runner_up() -> None:
    model = classifier("tfidf", "logistic")
    text = "rocket to the moon, said the cat"
    space, animals = (explain_text(model, text, label=label) for label in (1, 0))
    found = explain_text(model, text, label=1, against="runner-up")
    assert found.against == 0
    assert found.values == pytest.approx(space.values - animals.values)
    assert found.score == pytest.approx(space.score - animals.score)
    assert explain_text(model, text, label=1, against=0).values == pytest.approx(found.values)


def test_terms_are_summed_strongest_first() -> None:
    found = WordContributions(
        spans=[(0, 1), (2, 3), (4, 5)],
        terms=["a", "b", "a"],
        values=np.array([0.2, -0.5, 0.1]),
        base=0.0,
        score=-0.2,
        label=0,
        exact=True,
    )
    assert found.by_term() == [("b", -0.5), ("a", pytest.approx(0.3))]
    assert found.by_term(1) == [("b", -0.5)]


def test_a_tree_is_explained_by_leaving_words_out() -> None:
    model = classifier("tfidf", "tree")
    text = "the rocket of the cat"
    found = explain_text(model, text, label=1)
    assert not found.exact
    proba = model.predict_proba(
        np.array([text, *(text[:a] + " " + text[b:] for a, b in found.spans)], dtype=object)
    )[:, 1]
    logs = np.log(np.clip(proba, 1e-6, 1))
    assert found.score == pytest.approx(logs[0])
    assert found.values == pytest.approx(logs[0] - logs[1:])


class Shouting(Encoder):
    """Counts capital and small letters: no sum over known tokens."""

    def transform(self, rows: Any) -> Any:
        return np.array(
            [[sum(c.isupper() for c in row), sum(c.islower() for c in row)] for row in rows],
            dtype=np.float32,
        )


def shouting() -> Classifier:
    rows = np.array(["AAA", "BB", "aaa", "bb"], dtype=object)
    encoder = Shouting()
    spec = get_head("logistic")
    head: Head = spec.make(resolve(spec.params, {}), 0)
    return Classifier(
        encoder, head.fit(encoder.transform(rows), np.array([1, 1, 0, 0])), ("calm", "loud")
    )


def test_occlusion_without_parts() -> None:
    found = explain_text(shouting(), "quiet NOISE quiet")
    assert not found.exact
    assert found.terms == ["quiet", "NOISE", "quiet"]
    assert found.spans == [(0, 5), (6, 11), (12, 17)]
    found = explain_text(shouting(), "quiet NOISE quiet", label=1)
    assert found.values[1] > 0 > found.values[0]
    against = explain_text(shouting(), "quiet NOISE quiet", label=1, against=0)
    calm = explain_text(shouting(), "quiet NOISE quiet", label=0)
    assert against.values == pytest.approx(found.values - calm.values)


def test_no_words_at_all() -> None:
    found = explain_text(shouting(), " ... ")
    assert found.spans == []
    assert found.values.shape == (0,)


class Sure(Shouting):
    def parts(self, text: str) -> Parts | None:
        return Parts([(0, 1)], ["x"], np.array([[1.0, 2.0]]), np.array([0.5, 0.0]))


def test_exact_by_hand() -> None:
    class Known(Head):
        classes_ = np.array([0, 1])
        n_features_in_ = 2

        def predict_proba(self, X: Any) -> Floats:
            return np.tile([0.4, 0.6], (len(X), 1))

        def linear(self) -> tuple[Floats, Floats]:
            return np.array([[1.0, 0.0], [2.0, 3.0]]), np.array([0.1, 0.2])

    model = Classifier(Sure(), Known(), ("a", "b"))
    found = explain_text(model, "x")
    assert (found.label, found.exact, found.against) == (1, True, None)
    assert found.values == pytest.approx([8.0])
    assert found.base == pytest.approx(1.2)
    assert found.score == pytest.approx(9.2)
    against = explain_text(model, "x", against="runner-up")
    assert against.values == pytest.approx([7.0])
    assert against.base == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"label": 7}, "no class number 7"),
        ({"label": -1}, "no class number -1"),
        ({"label": 2}, "never saw a row of 'unseen'"),
        ({"label": 0, "against": 2}, "never saw a row of 'unseen'"),
        ({"label": 0, "against": 0}, "'animals' cannot be held against itself"),
    ],
)
def test_wrong_classes(asked: dict[str, int], words: str) -> None:
    with pytest.raises(BadParam, match=words):
        explain_text(classifier("tfidf", "logistic"), "a cat", **asked)
