"""The words that files use for the parts of a split."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

Part: TypeAlias = Literal["train", "validation", "test"]

_WORDS: dict[Part, tuple[str, ...]] = {
    "train": ("train", "training", "trn", "tr", "learn"),
    "validation": ("dev", "valid", "validation", "val", "development", "tune"),
    "test": ("test", "testing", "tst", "te", "eval", "evaluation", "holdout", "hold-out"),
}
PARTS: dict[str, Part] = {word: part for part, words in _WORDS.items() for word in words}


def part_of(value: object) -> Part | None:
    """The part that a value of a split column means, or None for another word."""
    return PARTS.get(str(value).strip().casefold().replace("_", "-"))


def known_parts(values: Iterable[object]) -> bool:
    """Whether all values are words for parts."""
    return all(part_of(value) is not None for value in values)
