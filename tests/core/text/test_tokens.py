from __future__ import annotations

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from core.text import tokens
from core.text.preparation import TextPreparation
from core.text.tokens import Tokenizer

TEXT = "The quick brown Fox jumps over a lazy dog; the FOX is 2 quick."

#: Latin, German, Turkish, Japanese, Thai and Hindi beside digits and signs.
MIXED = st.text(alphabet=st.sampled_from("abTheß_3 .,İ東京ไทहि\u0301"), max_size=60)


def test_words_without_stop_words() -> None:
    assert Tokenizer(TextPreparation())(TEXT) == (
        ["quick", "brown", "fox", "jumps", "lazy", "dog", "fox", "quick"]
    )


def test_lower_case_can_stay_and_stop_words_still_go() -> None:
    assert Tokenizer(TextPreparation(lowercase=False))("The Fox saw THE fox")[0] == "Fox"
    assert Tokenizer(TextPreparation(lowercase=False))("The THE the") == []


def test_lengths() -> None:
    found = Tokenizer(TextPreparation(min_length=4, max_length=5, stop_words=False))(TEXT)
    assert found == ["quick", "brown", "jumps", "over", "lazy", "quick"]


def test_scripts_without_spaces_are_exempt_from_the_shortest_length() -> None:
    tokenizer = Tokenizer(TextPreparation(language="other", min_length=3, stop_words=False))
    assert tokenizer("東 東京 ab abc é") == ["東", "東京", "abc"]


def test_stop_words_go_before_stems() -> None:
    # "becoming" is a stop word; its stem is not
    found = Tokenizer(TextPreparation(word_form="stem"))("becoming running runs")
    assert found == ["run", "run"]


def test_word_groups_come_after_words_and_over_gaps() -> None:
    found = Tokenizer(TextPreparation(ngram_max=3))("cats of the moon sing")
    assert found == ["cats", "moon", "sing", "cats moon", "moon sing", "cats moon sing"]


def test_spans_of_groups_reach_over_what_is_left_out() -> None:
    text = "Cats of the MOON"
    spans = Tokenizer(TextPreparation(ngram_max=2)).spans(text)
    assert spans == [(0, 4, "cats"), (12, 16, "moon"), (0, 16, "cats moon")]


def test_spans_after_a_letter_that_grows_in_lower_case() -> None:
    text = "İİ Word"
    spans = Tokenizer(TextPreparation(stop_words=False)).spans(text)
    assert [text[start:end] for start, end, _ in spans] == ["İİ", "Word"]


@pytest.mark.parametrize("lowercase", [True, False])
@pytest.mark.parametrize("word_form", ["written", "stem"])
@given(text=MIXED)
def test_spans_and_terms_agree(text: str, lowercase: bool, word_form: Any) -> None:
    tokenizer = Tokenizer(
        TextPreparation(lowercase=lowercase, word_form=word_form, ngram_max=2, min_length=1)
    )
    spans = tokenizer.spans(text)
    assert [term for _, _, term in spans] == tokenizer(text)
    assert all(0 <= start < end <= len(text) for start, end, _ in spans)


@given(text=st.text(alphabet=st.characters(max_codepoint=0x24F)))
def test_agrees_with_scikit_learn(text: str) -> None:
    # beyond, ours keeps accents with their letters and pairs what has no spaces
    if "İ" in text:  # becomes a letter with an accent of its own
        return
    for stop in (False, True):
        analyse = CountVectorizer(
            stop_words="english" if stop else None, ngram_range=(1, 2)
        ).build_analyzer()
        ours = Tokenizer(TextPreparation(stop_words=stop, ngram_max=2))(text)
        assert ours == analyse(text)


def test_the_quick_way_and_the_other_agree() -> None:
    quick = Tokenizer(TextPreparation())
    other = Tokenizer(TextPreparation(max_length=1000))
    for text in (TEXT, "", "a b c", "über the Fluß"):
        assert quick(text) == other(text)


def test_copies_and_pickles_work_alike() -> None:
    tokenizer = Tokenizer(TextPreparation(word_form="stem"))
    tokenizer("warm up")
    for other in (copy.deepcopy(tokenizer), pickle.loads(pickle.dumps(tokenizer))):
        assert other.preparation == tokenizer.preparation
        assert other("studies") == ["studi"]


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_MOST_FORMS", 3)
    tokenizer = Tokenizer(TextPreparation(word_form="stem"))
    assert tokenizer("one dogs cats birds trees dogs") == [
        "dog",
        "cat",
        "bird",
        "tree",
        "dog",
    ]
    assert len(tokenizer.forms) <= 3


def test_threads_share_a_tokeniser() -> None:
    tokenizer = Tokenizer(TextPreparation(word_form="stem", stop_words=False, ngram_max=2))
    texts = [f"studies{i % 50} of running{i % 7} horses" for i in range(400)]
    expected = [Tokenizer(tokenizer.preparation)(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(tokenizer, texts)) == expected
