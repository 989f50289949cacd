"""From the values of a label column to classes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.dataset import UNLABELLED
from core.data.formats.tidy import as_text, in_list, many, sound_text
from core.errors import BadData
from core.types import Ints

#: More classes than this are no classes.
MAX_CLASSES = 1_000

_MANY_OF = 20
_WHOLE = re.compile(r"(-?(?:0|[1-9]\d*))\.0+\Z")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?\Z")


@dataclass(frozen=True)
class Classes:
    """A label column as codes.

    Attributes
    ----------
    codes : ndarray of int32, shape (n,)
        Index into ``names``, or ``UNLABELLED``.
    names : tuple of str
        The classes, sorted; whole numbers by their size.
    notes : tuple of str
        What a person should know about them.
    """

    codes: Ints
    names: tuple[str, ...]
    notes: tuple[str, ...]


def read_labels(column: pd.Series) -> Classes:
    """Turn a label column into classes.

    White space around a label does not count, nor does the way a whole number is written:
    ``1``, ``1.0`` and ``" 1 "`` are one class. Empty and missing values are unlabelled rows;
    "NA", "None" and "nan" written out are classes like any other.

    Parameters
    ----------
    column : Series of n values
        Of any kind.

    Returns
    -------
    Classes

    Raises
    ------
    BadData
        When no row has a label, all have the same, or the values are too many to be classes.
    """
    name = str(column.name)
    uncoded, distinct = pd.factorize(column)
    texts = [_label(value) for value in distinct]
    texts = _whole_numbers(texts)
    found = sorted({text for text in texts if text}, key=class_order)
    place = {text: code for code, text in enumerate(found)}
    # the last entry is where the code -1 of a missing value points
    table = np.array([place.get(text, UNLABELLED) for text in texts] + [UNLABELLED], np.int32)
    codes: Ints = table[uncoded]
    labelled = int(np.count_nonzero(codes != UNLABELLED))
    _check(name, found, labelled)
    notes = []
    alike = [words for words in _alike(found) if len(words) > 1]
    if alike:
        notes.append(
            f"Labels that differ only in case were kept apart as classes of their own: "
            f"{in_list([' and '.join(words) for words in alike])}."
        )
    missing = len(column) - labelled
    if missing:
        notes.append(
            f"Without a value in {name!r}, and so in the unlabelled pool: {many(missing)}."
        )
    return Classes(codes, tuple(found), tuple(notes))


def _label(value: object) -> str:
    if isinstance(value, np.generic):
        value = value.item()
    return unicodedata.normalize("NFC", sound_text(as_text(value)).replace("\0", " ")).strip()


def _whole_numbers(texts: list[str]) -> list[str]:
    """Write "1.0" as "1" where all labels are whole numbers, as after a detour by a float."""
    if all(not text or _WHOLE.match(text) or re.match(r"-?\d+\Z", text) for text in texts):
        return [_WHOLE.sub(r"\1", text) for text in texts]
    return texts


def class_order(text: str) -> tuple[int, int, str]:
    """By what classes are sorted: whole numbers by their size, before words."""
    number = re.match(r"-?\d{1,18}\Z", text)
    return (0, int(text), text) if number else (1, 0, text)


def _alike(found: list[str]) -> list[list[str]]:
    folded: dict[str, list[str]] = {}
    for text in found:
        folded.setdefault(text.casefold(), []).append(text)
    return list(folded.values())


def _check(name: str, found: list[str], labelled: int) -> None:
    if not labelled:
        raise BadData(
            f"The label column {name!r} is empty: no row has a label.",
            hint="Choose another column, or none at all to use the rows without labels.",
        )
    if len(found) == 1:
        raise BadData(
            f"All {labelled:,} labelled rows have the same label {found[0][:60]!r} in the column "
            f"{name!r}; a classifier needs at least two.",
            hint="Add rows of another class, or choose another column.",
        )
    numbers = sum(bool(_NUMBER.match(text)) for text in found)
    fractions = sum("." in text for text in found)
    if numbers == len(found) and fractions and len(found) > _MANY_OF:
        raise BadData(
            f"The column {name!r} holds measured numbers ({in_list(found, 3)}): "
            f"{len(found):,} different values, not classes.",
            hint="Choose a column with a few classes, or turn the numbers into ranges first.",
        )
    many = len(found) > MAX_CLASSES
    if many or (len(found) > _MANY_OF and len(found) > 0.5 * labelled):
        raise BadData(
            f"The column {name!r} has {len(found):,} different values in {labelled:,} labelled "
            "rows; it looks like an id or text column rather than labels.",
            hint=f"Choose the column with the classes; at most {MAX_CLASSES:,} are taken.",
        )
