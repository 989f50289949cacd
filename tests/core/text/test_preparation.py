from __future__ import annotations

from dataclasses import fields
from importlib import resources

import numpy as np
import pytest

from core.errors import BadParam
from core.text.languages import LANGUAGES
from core.text.preparation import PIECE_PARAMS, TEXT_PARAMS, TextPreparation


def test_settings_and_fields_agree() -> None:
    defaults = TextPreparation()
    assert [p.name for p in PIECE_PARAMS] == [f.name for f in fields(TextPreparation)]
    assert PIECE_PARAMS[: len(TEXT_PARAMS)] == TEXT_PARAMS
    assert {p.name: p.default for p in PIECE_PARAMS} == {
        f.name: getattr(defaults, f.name) for f in fields(TextPreparation)
    }


def test_from_settings_passes_over_other_names() -> None:
    found = TextPreparation.from_settings({"min_df": 3, "n_components": 50, "word_form": "stem"})
    assert found == TextPreparation(min_df=3, word_form="stem")


def test_equal_settings_hash_alike_and_numpy_values_become_plain() -> None:
    found = TextPreparation(min_df=np.int64(4))
    assert found == TextPreparation(min_df=4)
    assert hash(found) == hash(TextPreparation(min_df=4))
    assert type(found.min_df) is int


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"language": "klingon"}, "language cannot be 'klingon'"),
        ({"ngram_max": 4}, "ngram_max cannot be 4"),
        ({"max_df": 1.5}, "max_df cannot be 1.5"),
        ({"min_df": 0}, "min_df cannot be 0"),
        ({"language": "japanese", "word_form": "stem"}, "no stemmer for Japanese"),
        ({"language": "chinese", "word_form": "lemma"}, "no table of lemmas for Chinese"),
        ({"min_length": 5, "max_length": 4}, "max_length=4 is below min_length=5"),
    ],
)
def test_bad_settings_are_named(settings: dict[str, object], words: str) -> None:
    with pytest.raises(BadParam, match=words) as caught:
        TextPreparation(**settings)  # type: ignore[arg-type]
    assert caught.value.hint


def test_every_table_that_a_language_claims_is_there() -> None:
    import Stemmer
    from stop_words import AVAILABLE_LANGUAGES

    stemmers = {language.stemmer for language in LANGUAGES.values()} - {None}
    assert stemmers <= set(Stemmer.algorithms())
    assert {key for key, language in LANGUAGES.items() if language.stop_words} <= set(
        AVAILABLE_LANGUAGES
    )
    # the files, because reading all these tables takes half a minute
    tables = resources.files("simplemma.strategies.dictionaries") / "data"
    lemmas = {language.lemmas for language in LANGUAGES.values()} - {None}
    assert lemmas <= {file.name.removesuffix(".plzma") for file in tables.iterdir()}
