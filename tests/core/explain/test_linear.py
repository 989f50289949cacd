"""Where scores are sums, the pieces taken out of the model give its own score."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.explain.linear import columns_of, linear_numbers, linear_terms, why_not_exact
from core.explain.words import explain_text
from core.pretrain.numeric import RowNumbers
from tests.core.explain.making import fitted, score_of
from tests.core.pretrain.conftest import images, table, texts

CLASSES = ("animals", "cars")
SMALL = {
    "min_df": 1,
    "n_components": 3,
    "dimensions": 4,
    "n_clusters": 3,
    "passes": 2,
    "height": 2,
    "width": 2,
    "hidden": 0,
}


def text_classifier(method: str, head: str = "logistic", **settings: Any) -> Any:
    return fitted(method, head, texts(), np.arange(60) % 2, CLASSES, settings={**SMALL, **settings})


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file of word vectors for the words of the texts."""
    path: Path = tmp_path_factory.mktemp("vectors") / "words.txt"
    words = sorted({word for text in texts() for word in text.split()})
    random = np.random.RandomState(3)
    lines = [f"{word} " + " ".join(f"{v:.4f}" for v in random.normal(size=4)) for word in words]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return str(path)


@pytest.mark.parametrize("groups", [{}, {"ngram_max": 2}, {"piece_max": 4}])
@pytest.mark.parametrize(
    "method", ["tfidf", "lsa", "ppmi", "glove", "word2vec", "vectors", "random", "beside"]
)
def test_words_add_up_to_the_logit(method: str, groups: dict[str, int], vectors: str) -> None:
    model = text_classifier(method, file=vectors, **groups)
    for text in ("cat and dog and a car", "catlike wheels, dog dog dog", "", "nothing known"):
        found = explain_text(model, text)
        assert found.exact
        row = np.array([text], dtype=object)
        assert found.score == pytest.approx(score_of(model, row, found.label), abs=2e-6)
        assert found.base + found.values.sum() == pytest.approx(found.score)


@pytest.mark.parametrize("method", ["kmeans", "som"])
def test_distances_are_occluded_and_say_why(method: str) -> None:
    model = text_classifier(method)
    assert not explain_text(model, "cat and dog").exact
    assert linear_terms(model) is None
    assert "distances" in why_not_exact(model)
    # words that the vocabulary does not have are not left out: they cannot matter
    assert explain_text(model, "cat 17 unheard dog").terms == ["cat", "dog"]


def test_denoising_layers_are_occluded_at_the_words_they_read() -> None:
    model = text_classifier("msda", terms=10)
    found = explain_text(model, "cat 17 unheard dog")
    assert not found.exact
    assert found.terms == ["cat", "dog"]
    assert "bends" in why_not_exact(model)


def test_why_other_models_do_not_add_up(tmp_path: Path) -> None:
    assert why_not_exact(text_classifier("tfidf", "tree")) == "This head is not linear"
    layers = fitted("autoencoder", "logistic", images(), np.arange(40) % 2, CLASSES, settings=SMALL)
    assert "bends" in why_not_exact(layers)
    np.save(tmp_path / "rows.npy", np.random.RandomState(0).normal(size=(60, 3)))
    known = text_classifier("row_vectors", file=str(tmp_path / "rows.npy"))
    assert "knows the rows of its table alone" in why_not_exact(known)


@pytest.mark.parametrize("method", ["tfidf", "lsa", "ppmi", "random"])  # one scale a text
def test_weights_of_terms_are_what_one_word_adds_before_scaling(method: str) -> None:
    """The words of a text share one scale, so what they add is in proportion to their weights."""
    model = text_classifier(method)
    linear = linear_terms(model)
    assert linear is not None
    weights = dict(zip(linear.terms, linear.weights[1].tolist(), strict=True))
    found = dict(explain_text(model, "engine cat", label=1).by_term())
    assert any(found.values())
    assert found["engine"] * weights["cat"] == pytest.approx(
        found["cat"] * weights["engine"], abs=1e-5
    )
    for term, value in found.items():
        assert value * weights[term] >= 0


def test_words_beside_their_vectors_count_as_both() -> None:
    model = text_classifier("beside")
    linear, encoder = linear_terms(model), model.encoder
    assert linear is not None
    coef = model.linear()[0]
    text, vectors = encoder.words_, encoder.vectors_
    place = linear.terms.index("engine")
    own = vectors.text_.vocabulary_.lookup["engine"]
    expected = coef[1, place] * text.idf_[place] + encoder.weight * vectors.text_.idf_[own] * (
        coef[1, len(linear.terms) :] @ vectors.vectors_[own]
    )
    assert linear.weights[1, place] == pytest.approx(expected, rel=1e-5)


def test_words_of_a_tree_have_no_weights() -> None:
    assert linear_terms(text_classifier("tfidf", "tree")) is None


@pytest.mark.parametrize("method", ["raw", "lsa", "random"])
@pytest.mark.parametrize("make", [images, table])
def test_numbers_add_up_to_the_logit(method: str, make: Any) -> None:
    rows = make()
    model = fitted(method, "logistic", rows, np.arange(len(rows)) % 2, CLASSES, settings=SMALL)
    linear = linear_numbers(model)
    assert linear is not None
    scores = linear.numbers.transform(rows[:3]) @ linear.weights.T + linear.intercepts
    for i in range(3):
        assert scores[i, 1] == pytest.approx(score_of(model, rows[i : i + 1], 1), abs=1e-4)


@pytest.mark.parametrize(
    ("method", "head"), [("kmeans", "logistic"), ("raw", "tree"), ("som", "logistic")]
)
def test_other_rows_have_no_such_weights(method: str, head: str) -> None:
    rows = images()
    assert (
        linear_numbers(fitted(method, head, rows, np.arange(40) % 2, CLASSES, settings=SMALL))
        is None
    )


def test_columns_and_the_numbers_they_became() -> None:
    numbers = RowNumbers(min_category_rows=1).fit(table())
    places = columns_of(numbers)
    assert list(places) == ["size", "count", "day", "sold", "colour"]
    names = {name: [numbers.names[i] for i in found] for name, found in places.items()}
    assert names["size"] == ["size", "size is missing"]
    assert names["count"] == ["count"]
    assert names["colour"] == [f"colour = {kind}" for kind in ("blue", "green", "red", "other")]
    assert sorted(i for found in places.values() for i in found) == list(range(len(numbers.names)))


@pytest.mark.parametrize("head", ["svm", "gradient"])
def test_every_linear_head_and_any_temperature(head: str) -> None:
    """A temperature changes how sure an answer sounds, not the score that is taken apart."""
    model = text_classifier("ppmi", head)
    text = np.array(["cat and dog and a car"], dtype=object)
    found = explain_text(model, text[0], label=1)
    assert found.exact
    assert found.score == pytest.approx(score_of(model, text, 1), abs=2e-6)
    cooler = replace(model, temperature=3.0)
    again = explain_text(cooler, text[0], label=1)
    assert again.values.tolist() == found.values.tolist()
    assert cooler.predict_proba(text).max() < model.predict_proba(text).max()
