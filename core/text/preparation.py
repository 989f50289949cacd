"""How texts become terms: the settings, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from core.errors import BadParam
from core.params import Param, resolve
from core.text.languages import LANGUAGES

TEXT_PARAMS: tuple[Param, ...] = (
    Param(
        "language",
        "choice",
        "english",
        "The language of the texts; stop words, stems and lemmas depend on it.",
        choices=tuple(LANGUAGES),
        choice_labels={key: language.title for key, language in LANGUAGES.items()},
        group="Text preparation",
    ),
    Param(
        "lowercase",
        "bool",
        True,
        "Treat 'Word' and 'word' as the same word.",
        label="Lower case",
        advanced=True,
        group="Text preparation",
    ),
    Param(
        "stop_words",
        "bool",
        True,
        "Leave out words such as 'the' and 'of' that say little about the subject.",
        label="Leave out stop words",
        group="Text preparation",
    ),
    Param(
        "word_form",
        "choice",
        "written",
        "Merge the forms of a word: by cutting endings (stem) or by dictionary (lemma).",
        choices=("written", "stem", "lemma"),
        choice_labels={
            "written": "As written",
            "stem": "Stem (studies → studi)",
            "lemma": "Lemma (studies → study)",
        },
        group="Text preparation",
    ),
    Param(
        "min_length",
        "int",
        2,
        "Leave out words of fewer letters; scripts without spaces are exempt.",
        label="Shortest word",
        low=1,
        high=20,
        advanced=True,
        group="Text preparation",
    ),
    Param(
        "max_length",
        "int",
        None,
        "Leave out words of more letters: encoded attachments, keys, links.",
        label="Longest word",
        low=1,
        high=1000,
        optional=True,
        advanced=True,
        group="Text preparation",
    ),
    Param(
        "ngram_max",
        "int",
        1,
        "Also take runs of up to this many neighbouring words as terms.",
        label="Longest word group",
        low=1,
        high=3,
        group="Text preparation",
    ),
    Param(
        "group_bond",
        "float",
        None,
        "Take only groups whose words stand together more often than by chance: their normalised "
        "mutual information is at least this. 0 is chance, 1 never apart.",
        label="Least bond of a word group",
        low=0.0,
        high=1.0,
        optional=True,
        advanced=True,
        group="Text preparation",
    ),
    Param(
        "min_df",
        "int",
        2,
        "Leave out terms that appear in fewer texts than this.",
        label="Fewest texts with a term",
        low=1,
        high=10_000,
        scale="log",
        advanced=True,
        group="Text preparation",
    ),
    Param(
        "max_df",
        "float",
        0.5,
        "Leave out terms that appear in a larger share of the texts than this.",
        label="Largest share of texts with a term",
        low=0.0,
        high=1.0,
        advanced=True,
        group="Text preparation",
    ),
    Param(
        "max_features",
        "int",
        None,
        "Keep at most this many terms, the most frequent ones.",
        label="Most terms",
        low=1,
        high=5_000_000,
        scale="log",
        optional=True,
        advanced=True,
        group="Text preparation",
    ),
)

#: As :data:`TEXT_PARAMS`, for methods that can make use of pieces of words.
PIECE_PARAMS: tuple[Param, ...] = (
    *TEXT_PARAMS,
    Param(
        "piece_max",
        "int",
        None,
        "Also take runs of 3 up to this many letters within words as terms. Then unknown, "
        "misspelt and inflected words mean something too: good for short texts, dear for long.",
        label="Longest word piece",
        low=3,
        high=6,
        optional=True,
        group="Text preparation",
    ),
)


@dataclass(frozen=True)
class TextPreparation:
    """How texts become terms. See :data:`PIECE_PARAMS` for what each setting does.

    The defaults are those of the figures in the README: English stop words, words as
    written, in at least two texts and at most half of them.

    Raises
    ------
    BadParam
        When a value will not do, or the language has no table for the chosen word form.
    """

    language: str = "english"
    lowercase: bool = True
    stop_words: bool = True
    word_form: Literal["written", "stem", "lemma"] = "written"
    min_length: int = 2
    max_length: int | None = None
    ngram_max: int = 1
    group_bond: float | None = None
    min_df: int = 2
    max_df: float = 0.5
    max_features: int | None = None
    piece_max: int | None = None

    def __post_init__(self) -> None:
        checked = resolve(PIECE_PARAMS, {f.name: getattr(self, f.name) for f in fields(self)})
        for name, value in checked.items():
            object.__setattr__(self, name, value)  # numpy scalars become Python's own
        language = LANGUAGES[self.language]
        if self.word_form == "stem" and language.stemmer is None:
            raise _no_table("stemmer", language.title, [x.title for x in _having("stemmer")])
        if self.word_form == "lemma" and language.lemmas is None:
            raise _no_table("table of lemmas", language.title, [x.title for x in _having("lemmas")])
        if self.max_length is not None and self.max_length < self.min_length:
            raise BadParam(
                f"max_length={self.max_length} is below min_length={self.min_length}, "
                "so that no word would be left.",
                hint="Raise max_length or lower min_length.",
            )

    @property
    def words_alone(self) -> bool:
        """Whether every term is one word: no groups, no pieces."""
        return self.ngram_max == 1 and self.piece_max is None

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> TextPreparation:
        """Pick the settings of text preparation out of a larger mapping.

        Parameters
        ----------
        settings : mapping
            May hold other names, which are passed over; missing ones take their defaults.
        """
        return cls(**{f.name: settings[f.name] for f in fields(cls) if f.name in settings})


def _having(table: str) -> list[Any]:
    return [language for language in LANGUAGES.values() if getattr(language, table) is not None]


def _no_table(what: str, title: str, offered: list[str]) -> BadParam:
    return BadParam(
        f"There is no {what} for {title}.",
        hint="Take words as written, or one of these languages: " + ", ".join(offered) + ".",
    )


#: What is done to texts where nothing is said.
DEFAULT_PREPARATION = TextPreparation()
