"""Texts with a piece left out."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Scripts without spaces have no words to see, so their characters stand for words.
_PIECE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")

#: At most so many pieces, and so many characters to predict in all.
_PIECES, _CHARACTERS = 200, 1_000_000


def words(text: str) -> list[tuple[int, int]]:
    """The places of all words of a text, in their order."""
    return [match.span() for match in _PIECE.finditer(text)]


def pieces(text: str, spans: Sequence[tuple[int, int]] | None = None) -> list[tuple[int, int]]:
    """Cut a text into the pieces to leave out, in their order.

    Parameters
    ----------
    text : str
        Long texts are cut into longer pieces, so that the work stays bounded.
    spans : sequence of tuple of int, optional
        Places that the encoder takes notice of; by default all words.
    """
    if spans is None:
        spans = words(text)
    ordered = sorted(set(spans))
    most = max(10, min(_PIECES, _CHARACTERS // max(len(text), 1)))
    if len(ordered) <= most:
        return ordered
    size = -(-len(ordered) // most)
    groups = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    # the next piece starts where this one ends, or they would share the words between
    cut: list[tuple[int, int]] = []
    for group in groups:
        start = max(group[0][0], cut[-1][1] if cut else 0)
        end = max(end for _, end in group)
        if end > start:
            cut.append((start, end))
    return cut


def occlude(text: str, spans: Sequence[tuple[int, int]]) -> list[str]:
    """The text without each of the spans, which leaves a space behind."""
    return [f"{text[:start]} {text[end:]}" for start, end in spans]
