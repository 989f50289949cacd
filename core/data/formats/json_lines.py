"""JSON Lines (one object a line), and an array of objects, which many tools write instead."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from core.data.encoding import Encoding
from core.data.formats.series import make_series
from core.data.formats.tidy import (
    check_columns,
    check_field,
    check_rows,
    in_list,
    many,
    sound_text,
    tidy_names,
)
from core.data.limits import Limits
from core.data.source import Source
from core.errors import BadData

if TYPE_CHECKING:
    import pandas as pd

_EXAMPLE = 'Each line is to be one object, such as {"text": "…", "label": "…"}.'
_KINDS = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}
_WINDOW = 2**20


def read(
    source: Source, encoding: Encoding, *, limits: Limits
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read the records of a file.

    Parameters
    ----------
    source : Source
        The file.
    encoding : Encoding
        How its bytes become text.
    limits : Limits
        Checked while reading.

    Returns
    -------
    frame, notes : DataFrame, tuple of str
        One column a key, in the order they first appear.

    Raises
    ------
    BadData
        For a record that is not JSON or not an object, named by its line or number.
    """
    import pandas as pd

    columns: dict[str, list[Any]] = {}
    nested: dict[str, None] = {}
    repaired = count = 0
    with encoding.open(source) as stream:
        for where, record in _records(stream, source.name, limits):
            if not isinstance(record, dict):
                raise BadData(
                    f"{where} of {source.name} is {_KINDS.get(type(record), 'a number')}, "
                    "not an object.",
                    hint=_EXAMPLE,
                )
            for key, value in record.items():
                cell = value
                if isinstance(value, (dict, list)):
                    nested[key] = None
                    cell = json.dumps(value, ensure_ascii=False)
                if isinstance(cell, str):
                    check_field(
                        len(cell),
                        where=f"{where.lower()} ({key!r})",
                        name=source.name,
                        limits=limits,
                    )
                    sound = sound_text(cell)
                    repaired += sound != cell
                    cell = sound
                if key not in columns:
                    columns[key] = [None] * count
                columns[key].append(cell)
            count += 1
            for column in columns.values():
                if len(column) < count:
                    column.append(None)
            check_columns(len(columns), name=source.name, limits=limits)
            check_rows(count, len(columns), name=source.name, limits=limits)
    if not count or not columns:
        raise BadData(
            f"{source.name} is JSON without any {'values' if count else 'records'}.", hint=_EXAMPLE
        )
    names, renamed = tidy_names(list(columns))
    notes = list(renamed)
    if nested:
        notes.append(f"Lists and records were turned into JSON text: {in_list(list(nested))}.")
    if repaired:
        notes.append(f"Halves of characters in {many(repaired, 'value')} were replaced by �.")
    settled = {
        name: make_series(column) for name, column in zip(names, columns.values(), strict=True)
    }
    return pd.DataFrame(settled), tuple(notes)


def _records(stream: io.TextIOBase, name: str, limits: Limits) -> Iterator[tuple[str, Any]]:
    first = stream.read(1)
    while first.isspace():
        first = stream.read(1)
    if first == "[":
        yield from _array(stream, name, limits)
    else:
        stream.seek(0)
        yield from _lines(stream, name, limits)


def _lines(stream: io.TextIOBase, name: str, limits: Limits) -> Iterator[tuple[str, Any]]:
    number = 0
    while line := stream.readline(limits.max_record + 1):
        number += 1
        if len(line) > limits.max_record:
            raise _too_long(f"Line {number}", name, limits)
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise _broken(line, number, error, name) from None
        except RecursionError:
            raise _too_deep(f"Line {number}", name) from None
        yield f"Line {number}", record


def _array(stream: io.TextIOBase, name: str, limits: Limits) -> Iterator[tuple[str, Any]]:
    """The elements of an array whose bracket was read, from a window that moves along it."""
    decoder = json.JSONDecoder()
    text, at, number = "", 0, 0
    expected = "a record or the closing bracket ]"

    def more() -> bool:
        nonlocal text, at
        block = stream.read(_WINDOW)
        text, at = text[at:] + block, 0
        return bool(block)

    def skip() -> str:
        """The next sign that is not white space, or "" at the end."""
        nonlocal at
        while True:
            while at < len(text) and text[at].isspace():
                at += 1
            if at < len(text):
                return text[at]
            if not more():
                return ""

    while True:
        sign = skip()
        if number and sign == ",":
            at += 1
            sign = skip()
        elif number and sign not in ("]", ""):
            raise _bad_array(f"After record {number} of {name} comes {sign!r}, not a comma.")
        if sign == "]":
            at += 1
            if skip():
                raise _bad_array(f"After the closing bracket ] of {name} there is more.")
            return
        if sign == "":
            raise _bad_array(f"{name} breaks off after record {number}: {expected} is missing.")
        number += 1
        where = f"Record {number}"
        while True:
            try:
                record, end = decoder.raw_decode(text, at)
                # a number at the window's edge may go on behind it
                if end < len(text) or not more():
                    break
            except RecursionError:
                raise _too_deep(where, name) from None
            except ValueError as error:
                if len(text) - at > limits.max_record:
                    raise _too_long(where, name, limits) from None
                if not more():
                    raise _bad_array(f"{where} of {name} is not JSON: {_reason(error)}.") from None
                continue
        at = end
        yield where, record


def _broken(line: str, number: int, error: ValueError, name: str) -> BadData:
    if number == 1 and line.strip() == "{":
        return BadData(
            f"{name} holds one JSON object that goes over several lines, not one object a line.",
            hint="Write the records one a line (JSON Lines), or as an array [ … ] of objects.",
        )
    column = getattr(error, "colno", None)
    place = f" at character {column}" if column else ""
    return BadData(
        f"Line {number} of {name} is not JSON: {_reason(error)}{place}, in {line.strip()[:60]!r}.",
        hint=f"Mend or delete that line. {_EXAMPLE}",
    )


def _reason(error: ValueError) -> str:
    """What the parser found, without a place (an array's counts from a window that moves)."""
    said: str = getattr(error, "msg", None) or str(error)
    return said.split(";", maxsplit=1)[0].removesuffix(" at")


def _bad_array(message: str) -> BadData:
    return BadData(message, hint="Write the file again, best as one object a line (JSON Lines).")


def _too_deep(where: str, name: str) -> BadData:
    return BadData(
        f"{where} of {name} has lists or objects nested too deeply to be read.", hint=_EXAMPLE
    )


def _too_long(where: str, name: str, limits: Limits) -> BadData:
    return BadData(
        f"{where} of {name} is longer than {limits.max_record:,} characters.",
        hint=f"One line holds one record. {_EXAMPLE}",
    )
