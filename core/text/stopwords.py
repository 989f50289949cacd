"""Stop words by language."""

from __future__ import annotations

from functools import cache


@cache
def stop_words(language: str) -> frozenset[str]:
    """The stop words of a language, in lower case; empty where there is no list.

    English is scikit-learn's own list, so that results can be compared with it; the other
    languages come from the ``stop-words`` package, its entries cleaned of quotes and commas
    ("dall'" → "dall", as tokenisation leaves it). Entries of several words are passed over,
    because no token can equal them; so are Chinese and Japanese ones of three characters and
    more, because tokens there are pairs.

    Parameters
    ----------
    language : str
        A key of :data:`core.text.languages.LANGUAGES`.
    """
    from core.text.languages import LANGUAGES
    from core.text.scripts import split_words

    if not LANGUAGES[language].stop_words:
        return frozenset()
    if language == "english":
        from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

        return frozenset(ENGLISH_STOP_WORDS)
    from stop_words import get_stop_words

    entries = (split_words(entry.lower()) for entry in get_stop_words(language))
    return frozenset(words[0] for words in entries if len(words) == 1)
