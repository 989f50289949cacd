from __future__ import annotations

from core.text.preparation import TextPreparation
from core.text.show import before_after
from core.text.tokens import Tokenizer

TEXT = "The studies of I: cats"


def test_every_stage() -> None:
    stages = before_after(TEXT, TextPreparation(word_form="lemma", ngram_max=2, max_length=8))
    assert stages == [
        ("Text", TEXT),
        ("Words", ["the", "studies", "of", "i", "cats"]),
        ("Without stop words", ["studies", "cats"]),
        ("Lemmas", ["study", "cat"]),
        ("With word groups", ["study", "cat", "study cat"]),
    ]


def test_only_the_stages_that_there_are() -> None:
    stages = before_after("I saw it", TextPreparation(stop_words=False))
    assert stages == [
        ("Text", "I saw it"),
        ("Words", ["i", "saw", "it"]),
        ("Without too short or too long words", ["saw", "it"]),
    ]


def test_the_last_stage_is_what_counts() -> None:
    for preparation in (TextPreparation(), TextPreparation(word_form="stem", ngram_max=3)):
        assert before_after(TEXT, preparation)[-1][1] == Tokenizer(preparation)(TEXT)
