"""How a delimited file is written: its delimiter, its quotes, whether it has a header."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.data.formats.tidy import HEADER_WORDS

#: Signs that separate values; of two that fit equally well the earlier one is taken.
DELIMITERS = ("\t", ";", "|", ",")
NAMES = {"\t": "tab", ";": "semicolon", "|": "vertical bar", ",": "comma"}

#: A sign that no text has, for files of one column.
NO_DELIMITER = "\x1f"

_SAMPLE_ROWS = 2_000


@dataclass(frozen=True)
class Dialect:
    """The way a delimited file is written.

    Attributes
    ----------
    delimiter : str, optional
        What separates values; None in a file of one column.
    quoted : bool
        Whether double quotes enclose values.
    escape : str, optional
        The sign before a quote inside quotes, where it is not doubled.
    """

    delimiter: str | None
    quoted: bool = True
    escape: str | None = None

    def reader(self, lines: Iterable[str], *, strict: bool = False) -> Any:
        """A reader of the standard library; ``strict`` minds what follows a closing quote."""
        return csv.reader(
            lines,
            delimiter=self.delimiter or NO_DELIMITER,
            quoting=csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE,
            escapechar=self.escape,
            strict=strict,
        )


def find_dialect(sample: str, *, whole: bool, ending: str, named: str | None = None) -> Dialect:
    """The delimiter under which the rows of a sample are alike.

    Parameters
    ----------
    sample : str
        The file's start.
    whole : bool
        Whether that is all of it; if not, its last row is taken as cut off.
    ending : str
        Of the file's name: ".tsv" speaks for tabs, ".txt" for one text a line.
    named : str, optional
        The delimiter as the person says it.
    """
    escapes = (None, "\\") if '\\"' in sample else (None,)
    best, best_score = Dialect(named), -1.0
    for delimiter in (named,) if named else DELIMITERS:
        for escape in escapes:
            dialect = Dialect(delimiter, escape=escape)
            score = _likeness(dialect, sample, whole=whole, ending=ending)
            if escape is None and score < 1 and '"' in sample:
                # stray quotes may hide the delimiter that fits without them
                plain = Dialect(delimiter, quoted=False)
                score = max(score, _likeness(plain, sample, whole=whole, ending=ending))
            if score > best_score + 1e-9:
                best, best_score = dialect, score
    if named or best_score >= (0.9 if ending == ".txt" else 0.5):
        return best
    return Dialect(None)


def first_rows(dialect: Dialect, sample: str, most: int = _SAMPLE_ROWS) -> list[list[str]]:
    """The rows at the start of a sample, as far as they can be parsed, without blank lines."""
    rows: list[list[str]] = []
    try:
        for row in dialect.reader(io.StringIO(sample, newline="")):
            if row:
                rows.append(row)
            if len(rows) == most:
                break
    except csv.Error:
        pass  # a value without end; reading the whole file says where
    return rows


def _likeness(dialect: Dialect, sample: str, *, whole: bool, ending: str) -> float:
    """Share of rows as wide as the first, or -1 when the first has one value only."""
    rows = first_rows(dialect, sample)
    if not whole and len(rows) > 1:
        rows.pop()
    if not rows or len(rows[0]) < 2:
        return -1.0
    width = len(rows[0])
    share = sum(len(row) == width for row in rows) / len(rows)
    # a header of usual words, or the file's own ending, keeps a ragged file from being read
    # as one column: its error can then name the rows
    if sum(cell.strip().lower() in HEADER_WORDS for cell in rows[0]) >= 2:
        share = max(share, 0.9)
    if ending in (".tsv", ".tab") and dialect.delimiter == "\t":
        share = max(share, 0.9)
    return share
