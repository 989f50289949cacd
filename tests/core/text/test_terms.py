from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from core.errors import BadData
from core.progress import Progress
from core.text import terms as module
from core.text.preparation import TextPreparation
from core.text.terms import build_terms, encode_terms
from core.text.tokens import Tokenizer

TEXTS = ["red fox runs", "the red fox", "blue fox runs runs", "", "of it"]


def test_by_hand() -> None:
    preparation = TextPreparation(ngram_max=2, min_df=2, max_df=0.5)
    counts, vocabulary = build_terms(TEXTS, preparation)
    # "fox" is in three of five texts, too many; "fox runs" and "red fox" in two
    assert vocabulary.terms == ("fox runs", "red", "red fox", "runs")
    assert vocabulary.document_frequency.tolist() == [2, 2, 2, 2]
    assert counts.toarray().tolist() == [
        [1, 1, 1, 1],
        [0, 1, 1, 0],
        [1, 0, 0, 2],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
    ]


@settings(max_examples=60)
@given(
    texts=st.lists(
        st.lists(st.sampled_from("aa bb cc dd the ee".split()), max_size=8).map(" ".join),
        min_size=1,
        max_size=8,
    ),
    ngram_max=st.integers(1, 3),
    min_df=st.integers(1, 3),
    max_df=st.sampled_from([0.4, 0.75, 1.0]),
)
def test_agrees_with_scikit_learn(
    texts: list[str], ngram_max: int, min_df: int, max_df: float
) -> None:
    preparation = TextPreparation(ngram_max=ngram_max, min_df=min_df, max_df=max_df)
    theirs = CountVectorizer(
        stop_words="english", ngram_range=(1, ngram_max), min_df=min_df, max_df=max_df
    )
    try:
        expected = theirs.fit_transform(texts)
    except ValueError:  # they are left with no term, or say that the limits contradict
        with pytest.raises(BadData):
            build_terms(texts, preparation)
        return
    counts, vocabulary = build_terms(texts, preparation)
    assert set(vocabulary.terms) == set(theirs.vocabulary_)
    columns = [theirs.vocabulary_[term] for term in vocabulary.terms]
    np.testing.assert_array_equal(counts.toarray(), expected.toarray()[:, columns])
    # new texts, and the same ones, are counted alike
    again = encode_terms(texts, Tokenizer(preparation), vocabulary)
    np.testing.assert_array_equal(again.toarray(), counts.toarray())
    other = ["bb cc dd zz aa bb", "", "zz"]
    found = encode_terms(other, Tokenizer(preparation), vocabulary)
    np.testing.assert_array_equal(found.toarray(), theirs.transform(other).toarray()[:, columns])
    assert found.dtype == counts.dtype == np.float32


def test_an_unknown_word_keeps_its_neighbours_apart() -> None:
    preparation = TextPreparation(ngram_max=2, min_df=1, max_df=1.0)
    _, vocabulary = build_terms(["red fox"], preparation)
    found = encode_terms(["red big fox", "red the fox"], Tokenizer(preparation), vocabulary)
    column = vocabulary.lookup["red fox"]
    assert found.toarray()[:, column].tolist() == [0, 1]


def test_the_most_frequent_of_words_and_groups_stay() -> None:
    preparation = TextPreparation(ngram_max=2, min_df=1, max_df=1.0, max_features=2)
    _, vocabulary = build_terms(["aa bb aa bb", "aa bb"], preparation)
    assert vocabulary.terms == ("aa", "bb")


def test_nothing_is_left() -> None:
    with pytest.raises(BadData, match="None of the 2 texts"):
        build_terms(["", "the"], TextPreparation(ngram_max=3))


def test_progress_rises_to_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BLOCK", 5)
    seen: list[float] = []

    def report(done: float, message: str, metrics: Any) -> None:
        seen.append(done)

    texts = [f"red fox{i} runs" for i in range(20)]
    build_terms(texts, TextPreparation(ngram_max=3, min_df=1), progress=Progress(report))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert len(seen) > 15
