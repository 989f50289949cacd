"""Stems and lemmas: different forms of a word merged into one."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from core.text.languages import LANGUAGES
from core.text.preparation import TextPreparation


def word_form(preparation: TextPreparation) -> Callable[[str], str] | None:
    """What turns a word into the form that is counted; None where it stays as written.

    Stems are those of Snowball (Porter 2001) through PyStemmer; lemmas are looked up in the
    tables that simplemma carries. The caller caches results: both are slow per word.
    """
    language = LANGUAGES[preparation.language]
    if preparation.word_form == "stem" and language.stemmer is not None:
        return _stemmer(language.stemmer)
    if preparation.word_form == "lemma" and language.lemmas is not None:
        return _lemmatiser(language.lemmas, lowercase=preparation.lowercase)
    return None


def _stemmer(name: str) -> Callable[[str], str]:
    import Stemmer

    stemmer = Stemmer.Stemmer(name, maxCacheSize=0)
    lock = Lock()  # its documentation says that one stemmer must not be used by two threads

    def stem(word: str) -> str:
        with lock:
            stemmed: str = stemmer.stemWord(word)
        return stemmed or word

    return stem


def _lemmatiser(code: str, *, lowercase: bool) -> Callable[[str], str]:
    from simplemma import lemmatize

    def lemma(word: str) -> str:
        found: str = lemmatize(word, lang=code)
        if lowercase:
            found = found.lower()  # German nouns come back with a capital
        # A lemma of several words could not be told from a word group.
        return word if not found or not found.isprintable() or " " in found else found

    return lemma
