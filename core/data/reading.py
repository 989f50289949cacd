"""Read an uploaded table: find out its format, encoding and delimiter, or say what is wrong.

The content decides about the format, then the file's ending. Nothing is ever unpickled, and
bounds are checked before a file is parsed wherever the format allows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from core.data.encoding import find_encoding
from core.data.formats.tidy import many
from core.data.kinds import binary_kind, refuse_foreign_text, text_kind
from core.data.limits import Limits
from core.data.source import Source
from core.errors import BadData

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FORMATS", "Limits", "Table", "read_table"]

Format: TypeAlias = Literal["csv", "tsv", "jsonl", "parquet", "excel"]

#: The formats and their names for people.
FORMATS: dict[str, str] = {
    "csv": "CSV",
    "tsv": "TSV",
    "jsonl": "JSON Lines",
    "parquet": "Parquet",
    "excel": "Excel",
}

_ENDINGS: dict[str, tuple[str, ...]] = {
    "csv": (".csv", ".txt", ".dat"),
    "tsv": (".tsv", ".tab", ".txt", ".csv"),
    "jsonl": (".jsonl", ".ndjson", ".json", ".jsonlines", ".txt"),
    "parquet": (".parquet", ".pq", ".parq"),
    "excel": (".xlsx", ".xls", ".xlsm", ".xlsb"),
}
_KNOWN_ENDINGS = frozenset().union(*_ENDINGS.values())


@dataclass(frozen=True, eq=False)
class Table:
    """An uploaded table.

    Attributes
    ----------
    frame : DataFrame
        Its rows. Columns have distinct, non-empty names; values are text, numbers, or
        true/false. From a delimited file everything is text, exactly as it stands there: "NA"
        and "None" are words. Only an empty value is missing.
    format : {"csv", "tsv", "jsonl", "parquet", "excel"}
        What it was read as.
    encoding : str, optional
        Name of the character encoding, for text formats.
    delimiter : str, optional
        What separates values, for delimited files of several columns.
    sheet : str, optional
        The sheet of a workbook.
    notes : tuple of str
        What the reader found odd or changed, in sentences for the person.
    name : str
        Name of the file.
    """

    frame: pd.DataFrame
    format: Format
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    notes: tuple[str, ...] = ()
    name: str = ""

    def __len__(self) -> int:
        return len(self.frame)


def read_table(
    content: bytes | Path,
    name: str | None = None,
    *,
    limits: Limits | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
) -> Table:
    """Read a table from CSV, TSV, JSON Lines, Parquet or Excel.

    Parameters
    ----------
    content : bytes or Path
        The file's bytes, or where it is.
    name : str, optional
        Its name, for its ending and for messages; a path has one of its own.
    limits : Limits, optional
        How much is read before it is refused.
    sheet : str, optional
        Which sheet of a workbook; else the first visible one with anything in it.
    encoding : str, optional
        The character encoding, where the person knows better.
    delimiter : str, optional
        What separates values, where the person knows better.
    header : bool, optional
        Whether the first row names the columns, where the person knows better.

    Raises
    ------
    BadData
        When the file cannot be read as it is: what is wrong, where, and what to do.
    NotFound
        When there is no file at the path.

    Examples
    --------
    >>> table = read_table(b"text;label\\nGood tea;pos\\nCold tea;neg\\n", "tea.csv")
    >>> table.format, table.delimiter, table.frame["label"].tolist()
    ('csv', ';', ['pos', 'neg'])
    """
    limits = limits or Limits()
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise BadData(
            f"{delimiter!r} cannot separate values.", hint="Use a single sign, such as , or ;."
        )
    if name is None:
        name = content.name if isinstance(content, Path) else "The file"
    source = Source(content, name, limits=limits)
    kind = binary_kind(source)
    if kind is not None:
        return _read_binary(source, kind, limits=limits, sheet=sheet, header=header)
    found = find_encoding(source, named=encoding)
    with found.open(source) as stream:
        start = stream.read(4096)
    refuse_foreign_text(source, start)
    if text_kind(start, source.ending) == "jsonl":
        from core.data.formats import json_lines

        frame, notes = json_lines.read(source, found, limits=limits)
        return _table(source, frame, "jsonl", (*found.notes, *notes), encoding=found.title)
    from core.data.formats import delimited

    read = delimited.read(source, found, limits=limits, delimiter=delimiter, header=header)
    return _table(
        source,
        read.frame,
        "tsv" if read.delimiter == "\t" else "csv",
        (*found.notes, *read.notes),
        encoding=found.title,
        delimiter=read.delimiter,
    )


def _read_binary(
    source: Source,
    kind: Literal["excel", "parquet"],
    *,
    limits: Limits,
    sheet: str | None,
    header: bool | None,
) -> Table:
    from core.data.formats.guarded import read_apart
    from core.data.formats.series import settle_frame

    answer = read_apart(source, kind, limits=limits, sheet=sheet, header=header)
    frame = settle_frame(answer.table.to_pandas())
    return _table(source, frame, kind, answer.notes, sheet=answer.sheet)


def _table(
    source: Source,
    frame: pd.DataFrame,
    kind: Format,
    notes: tuple[str, ...],
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> Table:
    if frame.isna().to_numpy().all():
        raise BadData(
            f"All values of {source.name} are missing: there is nothing in {many(len(frame))}.",
            hint="Check that the export was finished, and bring the file again.",
        )
    if source.ending in _KNOWN_ENDINGS and source.ending not in _ENDINGS[kind]:
        notes = (
            f"The file is named {source.ending}, but its content is {FORMATS[kind]}; it was read "
            "as that.",
            *notes,
        )
    return Table(frame, kind, encoding, delimiter, sheet, notes, source.name)
