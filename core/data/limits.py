"""How much of an upload is read before it is refused."""

from __future__ import annotations

from dataclasses import dataclass

_MB = 2**20


@dataclass(frozen=True)
class Limits:
    """Bounds on an uploaded table; each is checked before or while reading, never after.

    Attributes
    ----------
    max_bytes : int
        Size of the file, bytes.
    max_rows : int
        Rows below the header.
    max_field : int
        Characters in one value.
    max_columns : int
        Columns.
    max_cells : int
        Rows times columns.
    max_unpacked : int
        Bytes that a compressed format (Excel, Parquet) may unpack to.
    max_memory : int
        Address space of the separate process that opens binary formats, bytes.
    max_seconds : int
        Time that this process may take, seconds.
    """

    max_bytes: int = 200 * _MB
    max_rows: int = 500_000
    max_field: int = 200_000
    max_columns: int = 2_000
    max_cells: int = 10_000_000
    max_unpacked: int = 500 * _MB
    max_memory: int = 3_000 * _MB
    max_seconds: int = 60

    @property
    def max_record(self) -> int:
        """Characters in one JSON record: room for a few values of the greatest length."""
        return 8 * self.max_field


def in_megabytes(size: int) -> str:
    """A size for people: "1.5 MB", "200 MB", "3 kB"."""
    if size < _MB:
        return f"{max(1, round(size / 1024))} kB"
    return f"{size / _MB:.1f}".removesuffix(".0") + " MB"
