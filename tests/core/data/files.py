"""Small files of every kind, made in memory for the tests of the readers."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from core.data.formats import excel, parquet
from core.data.formats.guarded import Answer
from core.data.limits import Limits
from core.data.source import Source


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]], *, hidden: Sequence[str] = ()) -> bytes:
    """An .xlsx with the given sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        if title in hidden:
            sheet.sheet_state = "hidden"
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """A zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def repacked(book: bytes, more: Mapping[str, bytes]) -> bytes:
    """A workbook with parts added or replaced."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return zipped({**parts, **more})


def parquet_bytes(table: pa.Table | Mapping[str, Any], **options: Any) -> bytes:
    """A Parquet file."""
    out = io.BytesIO()
    pq.write_table(table if isinstance(table, pa.Table) else pa.table(dict(table)), out, **options)
    return out.getvalue()


def ole(streams: Mapping[str, bytes]) -> bytes:
    """An OLE container ([MS-CFB], version 3) of streams, as old Office files are."""
    size, end, free = 512, 0xFFFFFFFE, 0xFFFFFFFF
    sectors: list[bytes] = []
    chains: list[int] = []

    def store(content: bytes) -> int:
        first = len(sectors)
        blocks = [content[i : i + size].ljust(size, b"\0") for i in range(0, len(content), size)]
        sectors.extend(blocks)
        chains.extend([*range(first + 1, first + len(blocks)), end])
        return first

    def entry(name: str, kind: int, *, child: int, right: int, start: int, length: int) -> bytes:
        title = (name + "\0").encode("utf-16-le")
        return (
            title.ljust(64, b"\0")
            + struct.pack("<HBBIII", len(title), kind, 1, free, right, child)
            + bytes(36)
            + struct.pack("<IQ", start, length)
        )

    # streams of at least 4,096 bytes need no mini sectors
    padded = {name: content.ljust(4096, b"\0") for name, content in streams.items()}
    starts = {name: store(content) for name, content in padded.items()}
    entries = [entry("Root Entry", 5, child=1, right=free, start=end, length=0)]
    for place, (name, content) in enumerate(padded.items(), start=1):
        right = place + 1 if place < len(padded) else free
        entries.append(
            entry(name, 2, child=free, right=right, start=starts[name], length=len(content))
        )
    blank = bytes(64) + struct.pack("<HBBIII", 0, 0, 0, free, free, free) + bytes(48)
    while len(entries) % 4:
        entries.append(blank)
    directory = store(b"".join(entries))
    table = len(sectors)
    fat = [*chains, 0xFFFFFFFD]
    sectors.append(struct.pack("<128I", *fat, *[free] * (128 - len(fat))))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
        + struct.pack("<IIIIIIIIII", 0, 1, directory, 0, 4096, end, 0, end, 0, table)
        + struct.pack("<108I", *[free] * 108)
    )
    return header + b"".join(sectors)


def old_workbook(rows: Sequence[Sequence[str | float]], *, password: bool = False) -> bytes:
    """An .xls ([MS-XLS], BIFF8) of one sheet with texts and numbers."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def start(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))

    cells = b""
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if isinstance(value, str):
                text = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
                cells += record(0x0204, struct.pack("<HHH", r, c, 0) + text)
            else:
                cells += record(0x0203, struct.pack("<HHHd", r, c, 0, value))
    size = struct.pack("<IIHHH", 0, len(rows), 0, len(rows[0]), 0)
    sheet = start(0x0010) + record(0x0200, size) + cells + record(0x000A, b"")
    page = record(0x0042, struct.pack("<H", 1200))
    if password:
        page += record(0x002F, struct.pack("<HHH", 1, 1, 1) + bytes(48))
    name = b"S1"
    place = len(start(5)) + len(page) + 4 + 8 + len(name) + 4
    bound = record(0x0085, struct.pack("<IBBBB", place, 0, 0, len(name), 0) + name)
    return ole({"Workbook": start(5) + page + bound + record(0x000A, b"") + sheet})


def read_here(
    source: Source,
    kind: str,
    *,
    limits: Limits,
    sheet: str | None = None,
    header: bool | None = None,
) -> Answer:
    """What the child process does, in this one: quick, and seen by coverage."""
    with source.open() as stream:
        content = stream.read()
    if kind == "excel":
        found = excel.read(content, name=source.name, limits=limits, sheet=sheet, header=header)
    else:
        found = parquet.read(content, name=source.name, limits=limits)
    table = pa.Table.from_batches(list(found.batches), schema=found.schema)
    return Answer(table, tuple(found.notes), found.sheet)
