from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from core.errors import BadData
from core.pretrain.tfidf import TfidfEncoder
from core.text.preparation import TextPreparation

ALL = TextPreparation(min_df=1, max_df=1.0)


def test_by_hand() -> None:
    encoder = TfidfEncoder(ALL, sublinear=False).fit(["cat cat dog", "cat"])
    assert encoder.vocabulary_.terms == ("cat", "dog")
    rare = np.log(3 / 2) + 1
    np.testing.assert_allclose(encoder.idf_, [1, rare], rtol=1e-6)
    length = np.hypot(2, rare)
    np.testing.assert_allclose(
        encoder.transform(["cat cat dog", "dog", "horse"]).toarray(),
        [[2 / length, rare / length], [0, 1], [0, 0]],
        rtol=1e-6,
    )
    assert encoder.get_feature_names_out().tolist() == ["cat", "dog"]


@pytest.mark.parametrize("sublinear", [True, False])
@pytest.mark.parametrize("ngram_max", [1, 2])
@pytest.mark.parametrize("stop_words", [True, False])
def test_equals_scikit_learn(texts: Any, sublinear: bool, ngram_max: int, stop_words: bool) -> None:
    texts = [f"{text} the of {text[:9]}" for text in texts]
    theirs = TfidfVectorizer(
        min_df=2,
        max_df=0.5,
        sublinear_tf=sublinear,
        ngram_range=(1, ngram_max),
        stop_words="english" if stop_words else None,
    )
    expected = theirs.fit_transform(texts)
    ours = TfidfEncoder(
        TextPreparation(ngram_max=ngram_max, stop_words=stop_words), sublinear=sublinear
    )
    found = ours.fit_transform(texts)
    columns = [theirs.vocabulary_[term] for term in ours.vocabulary_.terms]
    assert len(columns) == expected.shape[1]
    np.testing.assert_allclose(found.toarray(), expected.toarray()[:, columns], atol=1e-6)
    np.testing.assert_array_equal(ours.transform(texts).toarray(), found.toarray())


@given(st.lists(st.sampled_from("cat DOG dog, horse the zebra".split()), max_size=12).map(" ".join))
def test_parts_add_up(text: str) -> None:
    encoder = TfidfEncoder(TextPreparation(min_df=1, max_df=1.0, ngram_max=2))
    encoder.fit(["cat dog horse", "dog horse", "cat cat"])
    parts = encoder.parts(text)
    total = parts.base + np.asarray(parts.matrix.sum(axis=0)).ravel()
    np.testing.assert_allclose(total, encoder.transform([text]).toarray()[0], atol=1e-6)
    assert parts.matrix.shape[0] == len(parts.spans) == len(parts.terms)
    for (start, end), term in zip(parts.spans, parts.terms, strict=True):
        assert text[start:end].lower().startswith(term.split()[0])


def test_a_word_that_stands_twice_shares_its_weight() -> None:
    parts = TfidfEncoder(ALL).fit(["cat dog", "dog"]).parts("dog cat dog")
    assert parts.spans == [(0, 3), (4, 7), (8, 11)]
    assert parts.terms == ["dog", "cat", "dog"]
    values = parts.matrix.toarray()
    np.testing.assert_array_equal(values[0], values[2])


def test_limits_give_way_in_a_small_pool() -> None:
    encoder = TfidfEncoder().fit(["red cat", "blue dog"])
    assert len(encoder.vocabulary_) == 4
    assert encoder.notes_ == (
        "No term appears in 2 of the 2 texts (min_df=2). min_df=1 was used instead.",
    )
    encoder = TfidfEncoder().fit(["cat", "cat"])
    assert encoder.vocabulary_.terms == ("cat",)
    assert len(encoder.notes_) == 2
    assert "max_df=1 was used" in encoder.notes_[1]
    assert TfidfEncoder().load_state(encoder.state()).notes_ == encoder.notes_


def test_texts_without_a_word_cannot_be_learned_from() -> None:
    with pytest.raises(BadData, match="None of the 2 texts holds a word"):
        TfidfEncoder().fit(["", "the"])


def test_the_published_figures(bench_data: Any) -> None:
    """As many terms as scikit-learn finds on 20 Newsgroups; 39,115 is the recorded number."""
    from sklearn.datasets import fetch_20newsgroups

    home = bench_data / "scikit_learn_data"
    if not home.is_dir():
        pytest.skip("20 Newsgroups is not in the folder of real data")
    found = fetch_20newsgroups(
        data_home=home,
        subset="train",
        remove=("headers", "footers", "quotes"),
        download_if_missing=False,
    )
    encoder = TfidfEncoder().fit(np.asarray(found.data, dtype=object))
    assert len(encoder.vocabulary_) == 39_115
