from __future__ import annotations

import pytest
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from core.text.languages import LANGUAGES
from core.text.scripts import split_words
from core.text.stopwords import stop_words


def test_english_is_scikit_learns_own() -> None:
    assert stop_words("english") == ENGLISH_STOP_WORDS


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("german", "und"),
        ("french", "est"),
        ("russian", "не"),
        ("chinese", "的"),
        ("hebrew", "אבל"),
        ("italian", "dall"),
        ("hindi", "है"),
    ],
)
def test_other_languages(language: str, word: str) -> None:
    assert word in stop_words(language)


def test_every_language_has_what_it_claims() -> None:
    for key, language in LANGUAGES.items():
        found = stop_words(key)
        assert bool(found) is language.stop_words
        # an entry that no token can equal would do nothing
        assert all(split_words(word) == [word] == [word.lower()] for word in found)
