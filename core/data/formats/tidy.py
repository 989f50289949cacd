"""What all formats share: names of columns, whether there is a header, values of one kind."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Sequence
from typing import Any

from core.data.limits import Limits
from core.errors import BadData

_MAX_NAME = 120
_NUMBER = re.compile(r"\s*[-+]?(\d+([.,]\d+)*|\.\d+)([eE][-+]?\d+)?\s*%?\s*\Z")

_WORDS = (
    "id idx index text texts sentence sentences message body content document doc title review "
    "tweet comment question query utterance summary description abstract headline label labels "
    "class category categories target intent sentiment topic tag y x split set part fold subset "
    "name date time source url lang language author user rating score value type"
)
#: Words that people and tools put above columns; one of them makes a first line a header.
HEADER_WORDS = frozenset(_WORDS.split())

NO_HEADER = (
    "The first row looks like data rather than names of columns, so the columns are named "
    "column 1, column 2 and so on."
)


def tidy_names(names: Sequence[object]) -> tuple[list[str], list[str]]:
    """Make names of columns that are texts, not empty and all different.

    Parameters
    ----------
    names : sequence
        Names as they stand in the file.

    Returns
    -------
    names, notes : list of str
        The names to use, and what was changed, in words.
    """
    tidy: list[str] = []
    empty: list[str] = []
    twice: list[str] = []
    taken: set[str] = set()
    for position, raw in enumerate(names, start=1):
        name = "" if raw is None else " ".join(sound_text(as_text(raw)).split())
        if len(name) > _MAX_NAME:
            name = name[: _MAX_NAME - 1] + "…"
        if not name:
            name = f"column {position}"
            empty.append(name)
        if name in taken:
            number = 2
            while f"{name} ({number})" in taken:
                number += 1
            name = f"{name} ({number})"
            twice.append(name)
        taken.add(name)
        tidy.append(name)
    notes = []
    if empty:
        notes.append(f"Columns without a name were named {in_list(empty)}.")
    if twice:
        notes.append(f"Names that stand above several columns were numbered: {in_list(twice)}.")
    return tidy, notes


def looks_like_header(rows: Sequence[Sequence[object]]) -> bool:
    """Whether the first of some rows names the columns rather than being data.

    It is taken for data when it holds a value that its own column repeats below, a number
    above numbers, or a long text; a usual word for a column ("label") makes it a header.
    """
    first = [as_text(cell).strip() for cell in rows[0]]
    below = [[as_text(cell).strip() for cell in row] for row in rows[1:]]
    usual = {cell for cell in first if cell.lower() in HEADER_WORDS}
    columns = [
        [row[position] for row in below if position < len(row) and row[position]]
        for position in range(len(first))
    ]
    filled = [(cell, column) for cell, column in zip(first, columns, strict=True) if cell]
    if any(cell in column and cell not in usual for cell, column in filled):
        return False
    if usual:
        return True
    for cell, column in filled:
        numbers = sum(bool(_NUMBER.match(value)) for value in column)
        if _NUMBER.match(cell) and numbers * 2 > len(column):
            return False
        if len(cell.split()) > 6 or len(cell) > _MAX_NAME:
            return False
    return True


def settle(values: Sequence[Any]) -> list[Any]:
    """Bring the values of a column to one kind, so that any table can hold them.

    All numbers stay numbers, and true/false where none is missing; a mixture becomes text,
    in which ``1``, ``1.0`` and ``"1"`` are the same. ``None``, not-a-number and ``""`` are
    missing.
    """
    values = [None if isinstance(value, str) and not value else value for value in values]
    kinds = {type(value) for value in values}
    if kinds <= {int, float, type(None)}:
        # beyond 64 bits a number is a name
        if all(not isinstance(v, int) or -(2**63) <= v < 2**63 for v in values):
            floating = float in kinds
            return [_number(value, floating=floating) for value in values]
    elif kinds == {bool}:
        return list(values)
    return [None if is_missing(value) else as_text(value) for value in values]


def _number(value: float | None, *, floating: bool) -> float | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return float(value) if floating else value


def is_missing(value: Any) -> bool:
    """Whether a single value is no value: ``None``, not-a-number or the empty text."""
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def as_text(value: Any) -> str:
    """A single value as people would write it: ``1.0`` as "1", midnight as the date alone."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    return "" if value is None else str(value)


def sound_text(text: str) -> str:
    """The text with halves of characters (lone surrogates) joined or replaced by �."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def check_columns(count: int, *, name: str, limits: Limits) -> None:
    """Refuse a table that is too wide."""
    if count > limits.max_columns:
        raise BadData(
            f"{name} has {count:,} columns; at most {limits.max_columns:,} are read.",
            hint="Keep the text, the label and the few columns you want to look at.",
        )


def check_rows(rows: int, columns: int, *, name: str, limits: Limits) -> None:
    """Refuse a table that is too long, or too long for its width."""
    if rows > limits.max_rows:
        raise BadData(
            f"{name} has more than {limits.max_rows:,} rows, and no more are read.",
            hint="Bring a sample of the rows.",
        )
    if rows * columns > limits.max_cells:
        raise BadData(
            f"{name} has more than {limits.max_cells:,} values "
            f"({columns:,} columns, over {rows - 1:,} rows), and no more are read.",
            hint="Leave out columns that are not needed, or bring a sample of the rows.",
        )


def check_field(length: int, *, where: str, name: str, limits: Limits) -> None:
    """Refuse a value that is too long to be one."""
    if length > limits.max_field:
        raise BadData(
            f"A value in {where} of {name} is longer than {limits.max_field:,} characters.",
            hint="Cut long documents into passages, one a row, or leave that column out.",
        )


def many(count: int, thing: str = "row") -> str:
    """A number of things: "1 row", "2,000 rows"."""
    return f"{count:,} {thing}" + ("" if count == 1 else "s")


def in_list(words: Sequence[str], most: int = 5) -> str:
    """Some words as a list for people, with a count of those left out."""
    shown = ", ".join(repr(word) for word in words[:most])
    return shown if len(words) <= most else f"{shown} and {len(words) - most:,} more"
