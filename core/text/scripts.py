"""Where words begin and end, in scripts with spaces and in those without.

In Chinese, Japanese, Thai, Lao, Khmer and Burmese nothing stands between words. Runs of such
characters become overlapping pairs ("東京都" → "東京", "京都"), a run of one stays as it is. That
needs no dictionary, is a long-standing choice of search engines, and finds nearly as much as
true segmentation (Nie, Gao, Zhang & Zhou 2000). Latin words beside them stay words.
Korean is written with spaces and stays words.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import pairwise

# Letters of the scripts without spaces, as (first, last) code points. Signs that combine with
# the letter before are taken out below.
_UNSPACED = (
    (0x0E01, 0x0E4E),  # Thai
    (0x0E81, 0x0EDF),  # Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17D3),  # Khmer
    (0x3005, 0x3007),  # ideographic iteration mark, closing mark, zero
    (0x3041, 0x309F),  # hiragana
    (0x30A1, 0x30FF),  # katakana
    (0x3105, 0x312F),  # bopomofo
    (0x31F0, 0x31FF),  # katakana, small letters
    (0x3400, 0x4DBF),  # ideographs
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9D),  # katakana, half width
    (0x20000, 0x323AF),
)
# Where combining marks are looked for: everywhere but among ideographs and Hangul syllables,
# which are most of all characters and have none.
_MARKED = (
    (0x0300, 0x30FF),
    (0xA66F, 0xABFF),
    (0xFB1E, 0xFE2F),
    (0x101FD, 0x11FFF),
    (0x16AF0, 0x1E94F),
)


def _marks() -> set[int]:
    """Signs that stand above, below or after a letter, as characters of their own."""
    codes = (code for first, last in _MARKED for code in range(first, last + 1))
    # Variation selectors choose a glyph (mostly of emoji) and belong to no word.
    return {
        code
        for code in codes
        if not 0xFE00 <= code <= 0xFE0F and unicodedata.category(chr(code)) in ("Mn", "Mc")
    }


def _ranges(codes: list[int]) -> str:
    """Sorted code points as the inside of a character class."""
    parts: list[str] = []
    start = previous = codes[0]
    for code in [*codes[1:], -1]:
        if code != previous + 1:
            parts.append(f"{chr(start)}-{chr(previous)}")
            start = code
        previous = code
    return "".join(parts)


class _Patterns:
    """Built at the first text that is not plain ASCII: it takes some milliseconds."""

    def __init__(self) -> None:
        combining = _marks()
        marks = _ranges(sorted(combining))
        spaceless = (code for first, last in _UNSPACED for code in range(first, last + 1))
        letters = _ranges([code for code in spaceless if code not in combining])
        #: A word: as scikit-learn's ``\w+``, but vowel signs and accents that are characters
        #: of their own do not break it (else no word of Hindi would survive).
        self.word = re.compile(rf"\w[\w{marks}]*")
        self.unspaced = re.compile(f"[{letters}]")
        self.piece = re.compile(rf"((?:[{letters}][{marks}]*)+)|[^{letters}]+")
        #: A letter together with its marks: the unit of which pairs are made.
        self.cluster = re.compile(rf"[{letters}][{marks}]*")


@cache
def _patterns() -> _Patterns:
    return _Patterns()


# ASCII fast path: everything that is no word character becomes a space, and str.split
# does the rest, at a third of the time of a regular expression.
_ASCII = str.maketrans({chr(i): " " for i in range(128) if not (chr(i).isalnum() or i == 0x5F)})
_ASCII_WORD = re.compile(r"\w+", re.ASCII)


def split_words(text: str) -> list[str]:
    """The words of a text in their order, of any length, as written.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    list of str
        Runs of word characters; runs in scripts without spaces as overlapping pairs.
    """
    if text.isascii():
        return text.translate(_ASCII).split()
    patterns = _patterns()
    words: list[str] = patterns.word.findall(text)
    if patterns.unspaced.search(text) is None:
        return words
    return [text[start:end] for start, end in word_spans(text)]


def word_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each word of :func:`split_words` in the text, in the same order."""
    if text.isascii():
        return [match.span() for match in _ASCII_WORD.finditer(text)]
    patterns = _patterns()
    spans: list[tuple[int, int]] = []
    for match in patterns.word.finditer(text):
        if patterns.unspaced.search(text, *match.span()) is None:
            spans.append(match.span())
            continue
        for piece in patterns.piece.finditer(text, *match.span()):
            if piece.group(1) is None:
                spans.append(piece.span())
            else:
                spans.extend(_pairs(text, *piece.span()))
    return spans


def _pairs(text: str, start: int, end: int) -> list[tuple[int, int]]:
    clusters = [match.span() for match in _patterns().cluster.finditer(text, start, end)]
    if len(clusters) == 1:
        return clusters
    return [(left[0], right[1]) for left, right in pairwise(clusters)]


def is_unspaced(word: str) -> bool:
    """Whether a word is of a script without spaces, where one character can be a word."""
    return not word.isascii() and _patterns().unspaced.match(word) is not None


def lower(text: str) -> tuple[str, list[int] | None]:
    """The text in lower case, and where each of its characters stood.

    Returns
    -------
    lowered : str
        As ``text.lower()``.
    places : list of int or None
        Position in ``text`` of each character of ``lowered`` and, at the end, the length of
        ``text``; None where the positions are the same. They differ only for "İ", which
        becomes two characters.
    """
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered, None
    places = [i for i, letter in enumerate(text) for _ in letter.lower()]
    return lowered, [*places, len(text)]
