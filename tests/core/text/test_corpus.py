from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadData, Cancelled
from core.progress import Progress
from core.text import corpus as module
from core.text.corpus import build_corpus, encode_corpus, kept_terms
from core.text.preparation import TextPreparation
from core.text.tokens import Tokenizer

ALL = TextPreparation(min_df=1, max_df=1.0)
TEXTS = ["the cat sat", "a cat, a dog: cat!", "", "dog and bird"]

WORDS = st.lists(st.sampled_from("ant bee cat dog the 東京 été".split()), max_size=6).map(" ".join)


def test_a_corpus_by_hand() -> None:
    corpus = build_corpus(TEXTS, ALL)
    assert corpus.vocabulary.terms == ("cat", "dog", "bird", "sat")
    assert corpus.vocabulary.document_frequency.tolist() == [2, 2, 1, 1]
    assert corpus.vocabulary.documents == 4
    assert corpus.ids.tolist() == [0, 3, 0, 1, 0, 1, 2]
    assert corpus.ids.dtype == np.int32
    assert corpus.offsets.tolist() == [0, 2, 5, 5, 7]
    assert corpus.offsets.dtype == np.int64
    assert len(corpus) == 4
    assert corpus.counts().toarray().tolist() == [
        [1, 0, 0, 1],
        [2, 1, 0, 0],
        [0, 0, 0, 0],
        [0, 1, 1, 0],
    ]


def test_limits_choose_the_words() -> None:
    assert build_corpus(TEXTS, TextPreparation(min_df=2)).vocabulary.terms == ("cat", "dog")
    often = build_corpus(TEXTS, TextPreparation(min_df=1, max_df=0.25)).vocabulary
    assert often.terms == ("bird", "sat")
    # of all words "cat" is the most frequent, though in no more texts than "dog"
    assert build_corpus(TEXTS, TextPreparation(min_df=1, max_features=1)).vocabulary.terms == (
        "cat",
    )


def test_word_groups_play_no_part() -> None:
    preparation = TextPreparation(min_df=1, max_df=1.0, ngram_max=2)
    assert build_corpus(TEXTS, preparation).vocabulary.terms == ("cat", "dog", "bird", "sat")


def test_forms_are_merged() -> None:
    preparation = TextPreparation(min_df=1, max_df=1.0, word_form="stem")
    corpus = build_corpus(["studies study", "studying"], preparation)
    assert corpus.vocabulary.terms == ("studi",)
    assert corpus.ids.tolist() == [0, 0, 0]


@given(st.lists(WORDS, min_size=1, max_size=8))
def test_ids_spell_the_words_of_the_tokeniser(texts: list[str]) -> None:
    preparation = TextPreparation(min_df=1, max_df=1.0)
    tokenizer = Tokenizer(preparation)
    words = [tokenizer.words(text) for text in texts]
    if not any(words):
        with pytest.raises(BadData):
            build_corpus(texts, preparation)
        return
    corpus = build_corpus(texts, preparation)
    terms = corpus.vocabulary.terms
    spelled = [
        [terms[i] for i in corpus.ids[start:stop]]
        for start, stop in zip(corpus.offsets[:-1], corpus.offsets[1:], strict=True)
    ]
    assert spelled == words
    ids, offsets = encode_corpus(texts, tokenizer, corpus.vocabulary)
    np.testing.assert_array_equal(ids, corpus.ids)
    np.testing.assert_array_equal(offsets, corpus.offsets)


def test_unknown_words_are_left_out_of_new_texts() -> None:
    vocabulary = build_corpus(TEXTS, ALL).vocabulary
    ids, offsets = encode_corpus(["horse dog", "the", "cat horse cat"], Tokenizer(ALL), vocabulary)
    assert ids.tolist() == [1, 0, 0]
    assert offsets.tolist() == [0, 1, 1, 3]


def test_no_new_texts_at_all() -> None:
    vocabulary = build_corpus(TEXTS, ALL).vocabulary
    ids, offsets = encode_corpus([], Tokenizer(ALL), vocabulary)
    assert ids.tolist() == []
    assert offsets.tolist() == [0]


@pytest.mark.parametrize(
    ("texts", "settings", "words"),
    [
        ([], {}, "None of the 0 texts holds a word"),
        (["", "the of", "a"], {}, "None of the 3 texts holds a word"),
        (["cat", "dog"], {}, r"No term appears in 2 of the 2 texts \(min_df=2\)"),
        (["cat", "cat"], {}, r"more than 50% of the 2 texts \(max_df=0.5\)"),
    ],
)
def test_the_setting_that_leaves_nothing_is_named(
    texts: list[str], settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(BadData, match=words) as caught:
        build_corpus(texts, TextPreparation(**settings))
    assert caught.value.hint


def test_of_equals_the_first_stay() -> None:
    ones = np.ones(4, dtype=np.int64)
    kept = kept_terms(ones, ones, 4, TextPreparation(min_df=1, max_features=2))
    assert kept.tolist() == [0, 1]


def test_progress_rises_to_one_and_is_where_it_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BLOCK", 10)
    monkeypatch.setattr(module, "_WORDS", 2)
    texts = [f"word{i} word{i + 1}" for i in range(50)]
    seen: list[float] = []
    build_corpus(texts, ALL, progress=Progress(lambda done, message, _: seen.append(done)))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert len(seen) > 50

    def stop(done: float, message: str, metrics: Mapping[str, Any]) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        build_corpus(texts, ALL, progress=Progress(stop))
