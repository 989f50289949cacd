"""Texts cut into what Word2Vec goes through at a time, so that it can tell how far it is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.types import Ints

#: Words; gensim silently leaves out what a text has beyond that.
LONGEST = 10_000

_SLICE_WORK = 1.5e8  # multiplications between two reports, some 0.1 s of one core
_LAST_RATE = 0.004  # share of the learning rate that is left at the end, as in gensim


def enough_passes(words: float) -> int:
    """How often to go through so many words: few of them teach little at a time."""
    return int(np.clip(np.ceil(10 * np.sqrt(1e6 / max(words, 1))), 5, 100))


def slice_words(dimensions: int, architecture: str, window: int, negative: int) -> int:
    """Words of a slice: from the settings alone, so that slices are the same each time."""
    pairs = (window + 1) * (negative + 1)
    if architecture == "cbow":
        pairs = window + 1 + negative + 1
    work = max(pairs * dimensions * 2, 2000)
    return int(np.clip(_SLICE_WORK / work, 100, 50_000))


def pieces_of(offsets: Ints) -> list[range]:
    """Where each text stands among the words; a very long one in several pieces."""
    return [
        range(first, min(first + LONGEST, end))
        for start, end in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
        for first in range(start, end, LONGEST)
    ]


def slices(
    ids: Ints, pieces: list[range], order: Ints, step: int
) -> Iterator[tuple[int, list[list[int]]]]:
    """Runs of texts with about ``step`` words, each with the number of its words."""
    sentences: list[list[int]] = []
    size = 0
    for place in order.tolist():
        piece = pieces[place]
        for first in range(piece.start, piece.stop, step):
            sentence = ids[first : min(first + step, piece.stop)].tolist()
            if size and size + len(sentence) > step:
                yield size, sentences
                sentences, size = [], 0
            sentences.append(sentence)
            size += len(sentence)
    if size:
        yield size, sentences


def rates(first: float, done: int, size: int, total: int) -> tuple[float, float]:
    """The learning rate at both ends of a slice: it falls evenly over all words."""
    last = first * _LAST_RATE
    return (
        first + (last - first) * done / total,
        first + (last - first) * (done + size) / total,
    )
