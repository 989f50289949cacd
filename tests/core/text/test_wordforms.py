from __future__ import annotations

import pytest

from core.text import wordforms
from core.text.preparation import TextPreparation
from core.text.wordforms import word_form


@pytest.mark.parametrize(
    ("language", "form", "word", "expected"),
    [
        ("english", "stem", "studies", "studi"),
        ("german", "stem", "häuser", "haus"),
        ("french", "stem", "continuellement", "continuel"),
        ("english", "lemma", "studies", "study"),
        ("english", "lemma", "went", "go"),
        ("german", "lemma", "häuser", "haus"),
        ("english", "lemma", "qqzzx", "qqzzx"),
    ],
)
def test_forms(language: str, form: str, word: str, expected: str) -> None:
    find = word_form(TextPreparation(language=language, word_form=form))  # type: ignore[arg-type]
    assert find is not None
    assert find(word) == expected


def test_as_written_needs_nothing() -> None:
    assert word_form(TextPreparation()) is None


def test_capitals_stay_where_case_matters() -> None:
    find = word_form(TextPreparation(language="german", word_form="lemma", lowercase=False))
    assert find is not None
    assert find("Häuser") == "Haus"


@pytest.mark.parametrize("lemma", ["", "in front", "a\nb"])
def test_a_lemma_that_is_no_word_is_not_taken(lemma: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simplemma.lemmatize", lambda word, lang: lemma)
    assert wordforms._lemmatiser("en", lowercase=True)("word") == "word"
