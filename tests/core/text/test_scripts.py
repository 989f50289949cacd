from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.scripts import is_unspaced, lower, split_words, word_spans


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("It's a_b, 3.5!", ["It", "s", "a_b", "3", "5"]),
        ("naïve Æsop", ["naïve", "Æsop"]),
        ("東京都", ["東京", "京都"]),
        ("東", ["東"]),
        ("私はPythonが好き", ["私は", "Python", "が好", "好き"]),
        ("2024年 abc東京", ["2024", "年", "abc", "東京"]),
        ("한국어 단어", ["한국어", "단어"]),  # Korean has spaces
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),  # vowel signs do not break a word
        ("cafe\u0301 au", ["cafe\u0301", "au"]),  # nor does an accent on its own
        ("ไทย", ["ไท", "ทย"]),
        ("กำ", ["กำ"]),
        ("น้ำใจ", ["น้ำ", "ำใ", "ใจ"]),  # a tone mark stays with its letter
        ("wow❤\ufe0f ok", ["wow", "ok"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert split_words(text) == words


@given(st.text(alphabet=st.characters(max_codepoint=0x7F)))
def test_ascii_agrees_with_the_pattern(text: str) -> None:
    assert split_words(text) == re.findall(r"\w+", text)


@given(st.text(alphabet=st.sampled_from("aé_3 .İ東京ーカไทย้हि한\u0301\ud800")))
def test_spans_are_the_words(text: str) -> None:
    assert [text[start:end] for start, end in word_spans(text)] == split_words(text)


@given(st.text())
def test_no_word_character_is_lost(text: str) -> None:
    covered = {i for start, end in word_spans(text) for i in range(start, end)}
    assert {i for i, letter in enumerate(text) if re.match(r"\w", letter)} <= covered


def test_one_character_words_are_of_unspaced_scripts_only() -> None:
    assert is_unspaced("東")
    assert not is_unspaced("a")
    assert not is_unspaced("é")
    assert not is_unspaced("한")


def test_lower_case_says_where_characters_stood() -> None:
    assert lower("ABC") == ("abc", None)
    lowered, places = lower("aİb")
    assert lowered == "ai\u0307b"
    assert places == [0, 1, 1, 2, 3]
