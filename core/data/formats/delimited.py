"""CSV, TSV and their kin, through the standard library's parser."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.data.encoding import Encoding
from core.data.formats.dialect import NAMES, Dialect, find_dialect, first_rows
from core.data.formats.growing import GrowingTable
from core.data.formats.tidy import (
    NO_HEADER,
    check_columns,
    check_field,
    check_rows,
    looks_like_header,
)
from core.data.limits import Limits
from core.data.source import Source
from core.errors import BadData

if TYPE_CHECKING:
    import pandas as pd

_SAMPLE = 256 * 1024
_DECLARED = re.compile(r'"?sep=(.)"?\r?\n?\Z')

# Fed after the last line: the parser hands it back as a row of its own, unless a quote is
# still open.
_END = "\x1eend\x1e"

_CLOSE = 'Close it, or write each double quote inside a value twice ("").'
_PLAIN_QUOTES = "Double quotes in this file enclose nothing; they were kept as plain signs."


@dataclass(frozen=True)
class Delimited:
    """A delimited file as read: its frame, its delimiter (None: one column), notes."""

    frame: pd.DataFrame
    delimiter: str | None
    notes: tuple[str, ...]


class _Unfit(BadData):
    """The rows do not fit the dialect; another one may fit."""


def read(
    source: Source,
    encoding: Encoding,
    *,
    limits: Limits,
    delimiter: str | None = None,
    header: bool | None = None,
) -> Delimited:
    """Read a delimited file; every value stays the text that it is, and "" is missing.

    Parameters
    ----------
    source : Source
        The file.
    encoding : Encoding
        How its bytes become text.
    limits : Limits
        Checked while reading.
    delimiter : str, optional
        What separates values; found out when not said.
    header : bool, optional
        Whether the first row names the columns; found out when not said.

    Raises
    ------
    BadData
        For rows of different width, an open quote, a file without rows, or a limit.
    """
    # a property of the whole process; raising it harms nobody, and lengths are checked here
    csv.field_size_limit(max(csv.field_size_limit(), limits.max_field + 1))
    with encoding.open(source) as stream:
        sample = stream.read(_SAMPLE)
        whole = not stream.read(1)
    if not sample.strip():
        raise BadData(
            f"{source.name} is empty: it holds nothing but white space.",
            hint="Check that the export or the upload was finished, and bring the file again.",
        )
    first, newline, rest = sample.partition("\n")
    declared = _DECLARED.match(first)
    if declared and newline:
        delimiter, sample = delimiter or declared.group(1), rest
    dialect = find_dialect(sample, whole=whole, ending=source.ending, named=delimiter)
    skip = int(bool(declared and newline))
    whole_file = _File(source, encoding, limits, skip=skip, sample=sample, header=header)
    table, quotes_are_plain = _read_either_way(whole_file, dialect)
    notes: list[str] = []
    if header is None and not table.header:
        notes.append(NO_HEADER)
    if quotes_are_plain:
        notes.append(_PLAIN_QUOTES)
    if dialect.delimiter is None and source.ending != ".txt":
        notes.append("No delimiter was found, so each line is one value of a single column.")
    if not table.rows:
        raise BadData(
            f"{source.name} has a header ({', '.join(map(repr, table.header[:5]))}) but no rows "
            "with values below it.",
            hint="Add the rows, or check that the export was finished.",
        )
    frame, more = table.frame()
    return Delimited(frame, dialect.delimiter, (*notes, *more))


def _read_either_way(file: _File, dialect: Dialect) -> tuple[GrowingTable, bool]:
    """With quotes that enclose values; where that does not fit, with quotes as plain signs."""
    plain = Dialect(dialect.delimiter, quoted=False)
    try:
        table = file.parse(dialect)
    except _Unfit as error:
        try:
            other = file.parse(plain)
        except BadData:
            raise error from None
        if other.enclosed > other.opened or not other.opened:
            raise
        return other, True
    if table.spanning and dialect.delimiter is not None:
        # values over several lines: rightly quoted, or stray quotes that met by chance?
        try:
            other = file.parse(plain)
        except BadData:
            return table, False
        if other.enclosed < other.opened:
            return other, True
    return table, False


def _sound(dialect: Dialect, lines: list[str]) -> bool:
    """Whether a row over several lines has a separator after each closing quote."""
    try:
        return len(list(dialect.reader(lines, strict=True))) == 1
    except csv.Error:
        return False


@dataclass(frozen=True)
class _File:
    """A whole file, to be parsed under one dialect or another."""

    source: Source
    encoding: Encoding
    limits: Limits
    skip: int
    sample: str
    header: bool | None

    def lines(self) -> Iterator[str]:
        """The file's lines, then the mark of the end."""
        most = self.limits.max_record
        with self.encoding.open(self.source) as stream:
            number = 0
            while line := stream.readline(most + 1):
                number += 1
                if len(line) > most:
                    raise BadData(
                        f"Line {number:,} of {self.source.name} is longer than {most:,} "
                        "characters.",
                        hint="The file may lack line ends, or not be a table: export it again.",
                    )
                yield line
        yield _END

    def parse(self, dialect: Dialect) -> GrowingTable:
        """Read all rows, or say which does not fit."""
        limits, name = self.limits, self.source.name
        raw: list[str] = []  # the lines of the row that is being read

        def kept(lines: Iterator[str]) -> Iterator[str]:
            for line in lines:
                raw.append(line)
                yield line

        reader = dialect.reader(kept(itertools.islice(self.lines(), self.skip, None)))
        table = GrowingTable(dialect_is_plain=not dialect.quoted)
        header = self.header
        if header is None:
            rows = first_rows(dialect, self.sample, most=400)
            header = not rows or looks_like_header(rows)
        width, start = 0, self.skip + 1
        while True:
            raw.clear()
            try:
                row = next(reader)
            except csv.Error as error:
                raise self._endless(start, self.skip + reader.line_num) from error
            if row == [_END]:
                return table
            line, start = start, self.skip + reader.line_num + 1
            if row and row[-1].endswith(_END):
                raise self._open_quote(line)
            if len(raw) > 1 and not _sound(dialect, raw):
                # a quote left open met the next one further down, and swallowed what is between
                raise self._open_quote(line)
            if not row:
                continue
            if not width:
                width = len(row)
                check_columns(width, name=name, limits=limits)
                if header:
                    table.header = row
                    continue
            if len(row) != width:
                if len(row) < width or any(row[width:]):
                    raise self._ragged(line, len(row), width, dialect, header=header)
                row = row[:width]
            check_field(max(map(len, row)), where=f"line {line:,}", name=name, limits=limits)
            if header and row == table.header:
                table.repeated += 1  # as files do that were joined end to end
                continue
            table.add(row, over_lines=len(raw) > 1)
            check_rows(table.rows, width, name=name, limits=limits)

    def _open_quote(self, line: int) -> BadData:
        return _Unfit(
            f"A double quote that opens in line {line:,} of {self.source.name} is never closed.",
            hint=_CLOSE,
        )

    def _endless(self, start: int, reached: int) -> BadData:
        if reached > start:
            return _Unfit(
                f"A value that starts in line {start:,} of {self.source.name} goes on for more "
                f"than {self.limits.max_field:,} characters, to line {reached:,} and further: a "
                "double quote is never closed.",
                hint=_CLOSE,
            )
        return _Unfit(
            f"A value in line {start:,} of {self.source.name} is longer than "
            f"{self.limits.max_field:,} characters.",
            hint="Cut long documents into passages, one a row, or leave that column out.",
        )

    def _ragged(
        self, line: int, found: int, width: int, dialect: Dialect, *, header: bool
    ) -> BadData:
        sign = NAMES.get(dialect.delimiter or "", repr(dialect.delimiter))
        values = f"{found} value" + ("s" if found != 1 else "")
        top = "the header" if header else "the first row"
        return _Unfit(
            f"Line {line:,} of {self.source.name} has {values}, but {top} has {width}.",
            hint=f"Values are separated by a {sign}; a text that contains one must stand in double "
            "quotes.",
        )
