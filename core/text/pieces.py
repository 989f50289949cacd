"""Word pieces: short runs of letters within a word, as terms of their own.

A word that was never seen, misspelt or in another form, still shares pieces with words that were
(Bojanowski et al. 2017, Enriching word vectors with subword information). Where a word begins
and ends is part of its pieces: ``"card"`` has the pieces of three letters ``<ca``, ``car``,
``ard`` and ``rd>``. As a term each is written with a mark in front that no word can hold.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.types import Ints

MARK = "~"
SHORTEST = 3


def pieces_of(word: str, longest: int) -> list[str]:
    """The pieces of a word, from three letters up to ``longest``, as terms; shorter ones first.

    A word's begin and end count as a letter each; what would be the whole word is left out,
    because the word is a term itself.
    """
    whole = f"<{word}>"
    return [
        MARK + whole[i : i + n]
        for n in range(SHORTEST, min(longest, len(whole) - 1) + 1)
        for i in range(len(whole) - n + 1)
    ]


def is_piece(term: str) -> bool:
    """Whether a term is a piece of a word, not a word or group of words."""
    return term.startswith(MARK)


def number_pieces(
    words: Sequence[str], longest: int, lookup: dict[str, int] | None = None
) -> tuple[list[str], Ints, Ints]:
    """The pieces of many words as numbers.

    Parameters
    ----------
    words : sequence of str
        The words; those without a piece have none.
    longest : int
        Letters of the longest pieces.
    lookup : dict of str to int, optional
        Numbers of the pieces that count. By default all do, in the order they come.

    Returns
    -------
    names : list of str
        The pieces by number, where none were given.
    ids : ndarray of int32, shape (n_found,)
        Pieces of all words, one after the other.
    offsets : ndarray of int64, shape (n_words + 1,)
        Where each word begins in ``ids``.
    """
    names: dict[str, int] = {}
    found: list[int] = []
    offsets = np.zeros(len(words) + 1, dtype=np.int64)
    for i, word in enumerate(words):
        for piece in pieces_of(word, longest):
            if lookup is None:
                found.append(names.setdefault(piece, len(names)))
            elif piece in lookup:
                found.append(lookup[piece])
        offsets[i + 1] = len(found)
    return list(names), np.asarray(found, dtype=np.int32), offsets


def spread(words: Ints, ids: Ints, offsets: Ints) -> tuple[Ints, Ints]:
    """The pieces of numbered words in a text.

    Parameters
    ----------
    words : ndarray of int, shape (n_tokens,)
        Words by their place among those of :func:`number_pieces`.
    ids, offsets : ndarray of int
        As :func:`number_pieces` gives them.

    Returns
    -------
    places, pieces : two ndarrays of int of equal length
        Where in ``words`` each piece's word stands, and the piece.
    """
    lengths = np.diff(offsets)[words]
    places = np.repeat(np.arange(len(words)), lengths)
    # the place of each piece within its word
    starts = np.cumsum(lengths) - lengths
    within = np.arange(len(places)) - np.repeat(starts, lengths)
    return places, ids[offsets[words][places] + within]
