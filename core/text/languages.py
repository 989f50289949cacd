"""The languages that stop words, stemming and lemmatisation know."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """What there is for one language.

    Attributes
    ----------
    title : str
        Name for people.
    stop_words : bool
        Whether there is a list of stop words.
    stemmer : str, optional
        Name of its Snowball stemmer.
    lemmas : str, optional
        Code of its table of lemmas in simplemma.
    """

    title: str
    stop_words: bool = True
    stemmer: str | None = None
    lemmas: str | None = None


#: By the name that settings use. "other" is any language without tables: only its scripts,
#: its lower case and the frequency limits are dealt with.
LANGUAGES: dict[str, Language] = {
    "english": Language("English", stemmer="english", lemmas="en"),
    "arabic": Language("Arabic", stemmer="arabic", lemmas="ar"),
    "bulgarian": Language("Bulgarian", lemmas="bg"),
    "catalan": Language("Catalan", stemmer="catalan", lemmas="ca"),
    "chinese": Language("Chinese"),
    "czech": Language("Czech", stemmer="czech", lemmas="cs"),
    "danish": Language("Danish", stemmer="danish", lemmas="da"),
    "dutch": Language("Dutch", stemmer="dutch", lemmas="nl"),
    "finnish": Language("Finnish", stemmer="finnish", lemmas="fi"),
    "french": Language("French", stemmer="french", lemmas="fr"),
    "german": Language("German", stemmer="german", lemmas="de"),
    "greek": Language("Greek", stemmer="greek", lemmas="el"),
    "hebrew": Language("Hebrew", lemmas="he"),
    "hindi": Language("Hindi", stemmer="hindi", lemmas="hi"),
    "hungarian": Language("Hungarian", stemmer="hungarian", lemmas="hu"),
    "indonesian": Language("Indonesian", stemmer="indonesian", lemmas="id"),
    "italian": Language("Italian", stemmer="italian", lemmas="it"),
    "japanese": Language("Japanese"),
    "korean": Language("Korean"),
    "norwegian": Language("Norwegian", stemmer="norwegian", lemmas="nb"),
    "persian": Language("Persian", stemmer="persian", lemmas="fa"),
    "polish": Language("Polish", stemmer="polish", lemmas="pl"),
    "portuguese": Language("Portuguese", stemmer="portuguese", lemmas="pt"),
    "romanian": Language("Romanian", stemmer="romanian", lemmas="ro"),
    "russian": Language("Russian", stemmer="russian", lemmas="ru"),
    "slovak": Language("Slovak", lemmas="sk"),
    "spanish": Language("Spanish", stemmer="spanish", lemmas="es"),
    "swedish": Language("Swedish", stemmer="swedish", lemmas="sv"),
    "turkish": Language("Turkish", stemmer="turkish", lemmas="tr"),
    "ukrainian": Language("Ukrainian", lemmas="uk"),
    "vietnamese": Language("Vietnamese"),
    "other": Language("Another language", stop_words=False),
}
