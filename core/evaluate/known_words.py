"""How much of a text an encoder knows."""

from __future__ import annotations

from collections.abc import Container, Sequence

import numpy as np

from core.pretrain.base import Encoder
from core.pretrain.tfidf import TfidfEncoder
from core.text.tokens import Tokenizer
from core.types import Floats

_DEEP = 5  # a vocabulary lies at most so many parts deep within an encoder


class KnownWords:
    """Tells which words of a text an encoder has learned something about.

    Parameters
    ----------
    tokenizer : Tokenizer
        How texts fall into words.
    vocabulary : container of str
        The words known.
    """

    def __init__(self, tokenizer: Tokenizer, vocabulary: Container[str]) -> None:
        self._tokenizer = tokenizer
        self._vocabulary = vocabulary

    def unknown_share(self, texts: Sequence[str]) -> Floats:
        """Share of the words of each text that are unknown; 1 for a text without a word.

        Stop words and whatever else the preparation leaves out do not count.
        """
        shares = np.ones(len(texts))
        for place, text in enumerate(texts):
            words = self._tokenizer.words(text)
            if words:
                shares[place] = sum(word not in self._vocabulary for word in words) / len(words)
        return shares

    def unknown(self, text: str, at_most: int = 5) -> list[str]:
        """The unknown words of a text in their order, each once."""
        words = dict.fromkeys(w for w in self._tokenizer.words(text) if w not in self._vocabulary)
        return list(words)[:at_most]


def known_words(encoder: Encoder) -> KnownWords | None:
    """What an encoder knows, or None where it has no vocabulary of words."""
    counts = _counts(encoder, _DEEP)
    if counts is None:
        return None
    return KnownWords(Tokenizer(counts.preparation), counts.vocabulary_.lookup)


def _counts(part: object, depth: int) -> TfidfEncoder | None:
    """The fitted TF-IDF within an encoder: every method on texts of words begins with one."""
    if isinstance(part, TfidfEncoder):
        return part if hasattr(part, "vocabulary_") else None
    if depth == 0 or not hasattr(part, "__dict__"):
        return None
    for name, inner in vars(part).items():
        if isinstance(inner, Encoder) or name in ("first_", "text_", "text"):
            found = _counts(inner, depth - 1)
            if found is not None:
                return found
    return None
