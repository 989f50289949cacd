"""A table of texts that grows row by row and takes little more memory than its text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.data.formats.tidy import many, tidy_names

if TYPE_CHECKING:
    import pandas as pd

_CELLS_A_BLOCK = 200_000


class GrowingTable:
    """Rows of one width, packed into Arrow columns a block at a time.

    Parameters
    ----------
    dialect_is_plain : bool
        Whether quotes were left alone, so that values that look quoted are worth counting.

    Attributes
    ----------
    header : list of str
        Names as they stand in the file; empty where there are none.
    rows : int
        Rows so far, without those that hold nothing.
    enclosed, opened : int
        Values that stand in double quotes, and values that only begin with one.
    spanning : bool
        Whether a value went over several lines.
    repeated : int
        Rows that said the header once more and were left out.
    """

    def __init__(self, *, dialect_is_plain: bool = False) -> None:
        self.header: list[str] = []
        self.rows = 0
        self.enclosed = 0
        self.opened = 0
        self.spanning = False
        self.repeated = 0
        self._blank = 0
        self._plain = dialect_is_plain
        self._waiting: list[Sequence[str]] = []
        self._blocks: list[list[Any]] = []

    def add(self, row: Sequence[str], *, over_lines: bool = False) -> None:
        """Append a row as wide as the header."""
        if not any(row):
            self._blank += 1
            return
        if self._plain:
            for value in row:
                if value.startswith('"'):
                    shut = len(value) > 1 and value[0] == value[-1] == '"'
                    self.enclosed += shut
                    self.opened += not shut
        self.spanning = self.spanning or over_lines
        self.rows += 1
        self._waiting.append(row)
        if len(self._waiting) * len(row) >= _CELLS_A_BLOCK:
            self._pack()

    def _pack(self) -> None:
        import pyarrow as pa

        if self._waiting:
            self._blocks.append(
                [
                    pa.array([value or None for value in column], type=pa.large_string())
                    for column in zip(*self._waiting, strict=True)
                ]
            )
            self._waiting = []

    def frame(self) -> tuple[pd.DataFrame, list[str]]:
        """All rows as a frame of texts, and notes on what was changed."""
        import pyarrow as pa

        self._pack()
        columns = [pa.chunked_array(list(parts)) for parts in zip(*self._blocks, strict=True)]
        titles = self.header or [""] * len(columns)
        # spreadsheets leave empty columns at the right: nothing stands above or in them
        kept = [
            place
            for place, column in enumerate(columns)
            if titles[place].strip() or column.null_count < self.rows
        ]
        names, notes = tidy_names(titles)
        if not self.header:
            notes = []
        table = pa.table([columns[place] for place in kept], names=[names[p] for p in kept])
        if self._blank:
            notes.append(f"Left out {many(self._blank)} without any value.")
        if self.repeated:
            notes.append(f"Left out {many(self.repeated)} saying the header once more.")
        return table.to_pandas(), notes
