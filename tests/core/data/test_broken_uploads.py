"""Each kind of broken upload is refused, or read with a note, in words of its own."""

from __future__ import annotations

import gzip
import io
import json
import os
import pickle
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from core.data.formats import guarded
from core.data.reading import Limits, read_table
from core.data.source import Source
from core.errors import BadData
from tests.core.data.files import (
    old_workbook,
    ole,
    parquet_bytes,
    read_here,
    repacked,
    workbook,
    zipped,
)

SMALL = Limits(
    max_bytes=300_000,
    max_rows=50,
    max_field=1_000,
    max_columns=20,
    max_cells=400,
    max_unpacked=300_000,
)
HEAD = b"text,label\n"
GOOD = HEAD + b"good tea,pos\nbad tea,neg\n"
TABLE = [["text", "label"], ["good", "pos"], ["bad", "neg"]]
BOOK = workbook({"S": TABLE})
PARQUET = parquet_bytes({"text": ["good", "bad"] * 20, "label": ["pos", "neg"] * 20})
PARQUET_OF_BYTES = parquet_bytes({"text": [b"good", b"bad"] * 20})
SHEET = (
    b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
    b'main"><sheetData>%s</sheetData></worksheet>'
)


class Loaded:
    """Unpickling this leaves a file behind."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, ("unpickled",)


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]


def lying_bomb() -> bytes:
    """A workbook that unpacks to much more than its directory says."""
    size = 987_654
    content = repacked(BOOK, {"xl/media/film.bin": bytes(size)})
    return content.replace(struct.pack("<I", size), struct.pack("<I", 10))


def crowded_zip() -> bytes:
    """The end of a zip file that claims a directory of many megabytes."""
    end = BOOK.rindex(b"PK\x05\x06")
    return BOOK[: end + 12] + struct.pack("<I", 50_000_000) + BOOK[end + 16 :]


def crowded_zip64() -> bytes:
    """The same by the end record for large files."""
    end = BOOK.rindex(b"PK\x05\x06")
    large = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 9, 9, 50_000_000, 0)
    return BOOK[:end] + large + BOOK[end:]


def encrypted_zip() -> bytes:
    """A workbook whose parts claim to be encrypted as zip files can be."""
    content = bytearray(BOOK)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(mark)
        while place >= 0:
            content[place + offset] |= 1
            place = content.find(mark, place + 1)
    return bytes(content)


# name, content, words of the message, words of what to do
BROKEN: dict[str, tuple[str, bytes, tuple[str, ...], str]] = {
    # nothing, or nearly nothing
    "no bytes": ("f.csv", b"", ("f.csv is empty", "no bytes"), "upload was finished"),
    "white space": ("f.csv", b" \n\t\n ", ("empty", "white space"), "upload was finished"),
    "header only": ("f.csv", HEAD, ("header ('text', 'label')", "no rows"), "Add the rows"),
    "header, empty rows": ("f.csv", HEAD + b",\n,\n", ("no rows with values",), "Add the rows"),
    "all missing": (
        "f.jsonl",
        b'{"text": null, "label": ""}\n{"text": null}\n',
        ("All values of f.jsonl are missing", "in 2 rows"),
        "export was finished",
    ),
    # delimited text
    "row too long": (
        "f.csv",
        HEAD + b"a,x\nHello, you,y\n",
        ("Line 3", "has 3 values", "header has 2"),
        "separated by a comma",
    ),
    "row too short": (
        "f.csv",
        b"id;text;label\n1;a;x\n2;b\n",
        ("Line 3", "has 2 values", "header has 3"),
        "separated by a semicolon",
    ),
    "ragged without header": (
        "f.csv",
        b"ham,hi,1\nspam,lo,2\nham,me,3\nham,go\n",
        ("Line 4", "the first row has 3"),
        "in double quotes",
    ),
    "open quote": (
        "f.csv",
        HEAD + b'"fine",x\n"never closed,y\n"c",x\n"d, e",y\n' + b'"f",x\n' * 3,
        ("double quote", "line 3", "never closed"),
        'twice ("")',
    ),
    "open quote in a long file": (
        "f.csv",
        HEAD + b'"fine",x\n"never, closed,y\n' + b"more text that is swallowed,x\n" * 8_000,
        ("line 3", "more than 200,000 characters", "never closed"),
        'twice ("")',
    ),
    "open quote in the last row": (
        "f.csv",
        HEAD + b'"fine",x\n"fine",y\n"never closed,y\n',
        ("double quote", "line 4", "never closed"),
        'twice ("")',
    ),
    "field beyond the parser": (
        "f.csv",
        HEAD + b"a,x\n" + b"w" * 250_000 + b",y\n",
        ("line 3", "longer than 200,000 characters"),
        "into passages",
    ),
    "giant field": (
        "f.csv",
        HEAD + b"a,x\n" + b"w" * 1_500 + b",y\n",
        ("line 3", "longer than 1,000 characters"),
        "into passages",
    ),
    "no line ends": ("f.csv", b"a," * 20_000, ("Line 1", "longer than 8,000"), "line ends"),
    "NUL": (
        "f.csv",
        GOOD * 4 + b"bad\0tea,neg\n",
        ("Line 13", "NUL byte"),
        "export it again",
    ),
    # too much
    "too many bytes": ("f.csv", b"x" * 310_000, ("303 kB; at most 293 kB",), "sample of the rows"),
    "too many rows": (
        "f.csv",
        HEAD + b"a,x\n" * 51,
        ("more than 50 rows",),
        "sample of the rows",
    ),
    "too many columns": (
        "f.csv",
        b",".join(b"c%d" % i for i in range(21)) + b"\n",
        ("21 columns; at most 20",),
        "Keep the text, the label",
    ),
    "too many values": (
        "f.csv",
        b",".join(b"c%d" % i for i in range(20)) + b"\n" + (b"a," * 19 + b"b\n") * 21,
        ("more than 400 values", "20 columns, over 20 rows"),
        "not needed",
    ),
    # encodings
    "mixed encodings": (
        "f.csv",
        HEAD + "schön,x\n".encode() * 300 + "schön,x\n".encode("cp1252") * 30,
        ("mixes encodings", "30 places", "line 302"),
        "as UTF-8",
    ),
    "no known encoding": (
        "f.csv",
        HEAD + bytes(range(128, 256)) * 3 + b",x\n",
        ("encoding of f.csv cannot be told",),
        "as UTF-8",
    ),
    "half of a UTF-16 sign": (
        "f.csv",
        GOOD.decode().encode("utf-16")[:-1],
        ("not sound UTF-16",),
        "as UTF-8",
    ),
    # other files under the name of a table
    "noise": ("f.csv", bytes(range(1, 256)) * 4, ("not a text file", "binary"), "CSV, TSV"),
    "PDF": ("f.csv", b"%PDF-1.7\n%\xe2\xe3\n1 0 obj", ("a PDF document",), "Export the table"),
    "PNG": ("f.csv", b"\x89PNG\r\n\x1a\n" + bytes(40), ("a PNG picture",), "Bring a table"),
    "JPEG": ("f.csv", b"\xff\xd8\xff\xe0" + bytes(40), ("a JPEG picture",), "Bring a table"),
    "film": ("f.csv", bytes(3) + b"\x18ftypmp42" + bytes(9), ("a film or picture",), "Bring"),
    "HTML": (
        "f.csv",
        b"\n<!-- x -->\n<!DOCTYPE html>\n<html><body>Log in</body></html>",
        ("a web page (HTML)",),
        "download the file itself",
    ),
    "XML": ("f.csv", b'<?xml version="1.0"?><rows/>', ("an XML document",), "Bring a table"),
    "gzip": ("f.csv.gz", gzip.compress(GOOD), ("a gzip archive",), "Unpack it"),
    "zip": ("f.csv", zipped({"a.csv": GOOD}), ("a zip archive", "'a.csv'"), "Unpack it"),
    "zip of several": (
        "f.zip",
        zipped({"a.csv": GOOD, "b.csv": GOOD}),
        ("a zip archive", "2 files"),
        "Unpack it",
    ),
    "empty zip": ("f.zip", zipped({}), ("an empty zip archive",), "Unpack it"),
    "Word": ("f.csv", zipped({"word/document.xml": b"<w/>"}), ("a Word document",), "CSV or Excel"),
    "OpenDocument": (
        "f.xlsx",
        zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}),
        ("an OpenDocument file",),
        "as .xlsx or CSV",
    ),
    "SQLite": ("f.csv", b"SQLite format 3\0" + bytes(99), ("a SQLite database",), "as CSV"),
    "NumPy": ("f.npy", b"\x93NUMPY\x01\0", ("a NumPy array",), "CSV or Parquet"),
    "program": ("f.csv", b"MZ\x90\0\x03\0\0\0" + bytes(50), ("a program",), "Bring a table"),
    "LFS pointer": (
        "f.csv",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 12\n",
        ("a Git LFS pointer",),
        "git lfs pull",
    ),
    "pickle": (
        "f.csv",
        pickle.dumps(Loaded()),
        ("a Python pickle", "not opened"),
        "Parquet or CSV",
    ),
    "old pickle": (
        "f.csv",
        pickle.dumps(Loaded(), protocol=0),
        ("a Python pickle", "not opened"),
        "Parquet or CSV",
    ),
    "pickle by name": ("f.pkl", GOOD, ("a Python pickle", "not opened"), "Parquet or CSV"),
    # JSON
    "broken line": (
        "f.jsonl",
        b'{"text": "a"}\n{"text": "b"}\n{"text": "c", }\n',
        ("Line 3", "not JSON", '{"text": "c", }'),
        "that line",
    ),
    "cut-off line": (
        "f.jsonl",
        b'{"text": "a"}\n{"text": "b',
        ("Line 2", "not JSON", "Unterminated string"),
        "that line",
    ),
    "line of digits": (
        "f.jsonl",
        b'{"n": ' + b"9" * 5_000 + b"}\n",
        ("Line 1", "not JSON"),
        "that line",
    ),
    "a list a line": (
        "f.jsonl",
        b'{"text": "a"}\n["b", "x"]\n',
        ("Line 2", "is a list, not an object"),
        "Each line",
    ),
    "a text a line": ("f.jsonl", b'"a"\n"b"\n', ("Line 1", "is a text"), "Each line"),
    "a number a line": ("f.jsonl", b"1\n2\n", ("Line 1", "is a number"), "Each line"),
    "null in an array": (
        "f.json",
        b'[{"text": "a"}, null]',
        ("Record 2", "is null"),
        "Each line",
    ),
    "one object over lines": (
        "f.json",
        b'{\n "text": ["a", "b"]\n}\n',
        ("one JSON object", "several lines"),
        "as an array",
    ),
    "empty array": ("f.json", b"[ ]", ("JSON without any records",), "Each line"),
    "empty objects": ("f.jsonl", b"{}\n{}\n", ("JSON without any values",), "Each line"),
    "broken array": (
        "f.json",
        b'[{"text": "a"}, {"text": b}]',
        ("Record 2", "not JSON"),
        "one object a line",
    ),
    "array without comma": (
        "f.json",
        b'[{"text": "a"} {"text": "b"}]',
        ("After record 1", "not a comma"),
        "one object a line",
    ),
    "array without end": (
        "f.json",
        b'[{"text": "a"}',
        ("breaks off after record 1",),
        "one object a line",
    ),
    "array and more": (
        "f.json",
        b'[{"text": "a"}] 1',
        ("After the closing bracket", "there is more"),
        "one object a line",
    ),
    "deep line": ("f.jsonl", b'{"a":' + b"[" * 6_000, ("Line 1", "too deeply"), "Each line"),
    "deep array": ("f.json", b"[" * 6_000, ("Record 1", "too deeply"), "Each line"),
    "long line": (
        "f.jsonl",
        json.dumps({f"c{i}": "x" * 900 for i in range(10)}).encode(),
        ("Line 1", "longer than 8,000"),
        "one record",
    ),
    "long record": (
        "f.json",
        b'[{"a": [' + b"1," * 10_000,
        ("Record 1", "longer than 8,000"),
        "one record",
    ),
    "giant value": (
        "f.jsonl",
        b'{"text": "' + b"x" * 1_500 + b'"}',
        ("line 1 ('text')", "longer than 1,000"),
        "into passages",
    ),
    # Excel
    "empty workbook": ("f.xlsx", workbook({"A": []}), ("All sheets", "empty"), "Fill in"),
    "empty cells": ("f.xlsx", workbook({"A": [["", ""]]}), ("empty",), "Fill in"),
    "workbook of a header": (
        "f.xlsx",
        workbook({"A": TABLE[:1]}),
        ("The sheet 'A'", "no rows below"),
        "another sheet",
    ),
    "workbook too long": (
        "f.xlsx",
        workbook({"A": [["text"], *[[f"t{i}"] for i in range(51)]]}),
        ("more than 50 rows",),
        "sample of the rows",
    ),
    "workbook too wide": (
        "f.xlsx",
        workbook({"A": [list(range(21))]}),
        ("21 columns; at most 20",),
        "Keep the text",
    ),
    "giant cell": (
        "f.xlsx",
        workbook({"A": [["text"], ["a"], ["w" * 1_500]]}),
        ("row 3", "longer than 1,000"),
        "into passages",
    ),
    "sheet of empty texts": (
        "f.xlsx",
        repacked(
            BOOK,
            {
                "xl/worksheets/sheet1.xml": SHEET
                % b'<row r="1"><c r="A1" t="inlineStr"><is><t></t></is></c></row>'
            },
        ),
        ("The sheet 'S' of f.xlsx is empty",),
        "Fill in",
    ),
    "cell beyond the edge": (
        "f.xlsx",
        repacked(
            BOOK,
            {
                "xl/worksheets/sheet1.xml": SHEET
                % b'<row r="4294967295"><c r="A4294967295"><v>1</v></c></row>'
            },
        ),
        ("row 4,294,967,295, column 1", "beyond the edge"),
        "save it as .xlsx or CSV",
    ),
    "cell without a number": (
        "f.xlsx",
        repacked(
            BOOK,
            {"xl/worksheets/sheet1.xml": SHEET % b'<row r="1"><c r="A1" t="n"><v>x</v></c></row>'},
        ),
        ("not a sound Excel workbook", "float"),
        "save it as .xlsx or CSV",
    ),
    "zip bomb": (
        "f.xlsx",
        repacked(BOOK, {"xl/media/film.bin": bytes(900_000)}),
        ("unpacks to more than 293 kB",),
        "sample of the rows",
    ),
    "lying zip bomb": ("f.xlsx", lying_bomb(), ("unpacks to more than",), "sample of the rows"),
    "crowded zip": ("f.xlsx", crowded_zip(), ("far too many files",), "Unpack it"),
    "crowded zip64": ("f.xlsx", crowded_zip64(), ("far too many files",), "Unpack it"),
    "cut-off workbook": ("f.xlsx", BOOK[:-300], ("damaged or cut off",), "Compare its size"),
    "damaged workbook": (
        "f.xlsx",
        flipped(BOOK, BOOK.index(b"xl/worksheets/sheet1.xml") + 60),
        ("not a sound Excel workbook",),
        "save it as .xlsx or CSV",
    ),
    "encrypted parts": (
        "f.xlsx",
        encrypted_zip(),
        ("cannot be unpacked", "under a password"),
        "save it as .xlsx or CSV",
    ),
    "workbook without a workbook": (
        "f.xlsx",
        repacked(BOOK, {"xl/workbook.xml": b"<nothing"}),
        ("not a sound Excel workbook",),
        "save it as .xlsx or CSV",
    ),
    "damaged sheet": (
        "f.xlsx",
        repacked(
            BOOK,
            {"xl/worksheets/sheet1.xml": SHEET % b'<row r="1"><c r="A1" t="s"><v>99</v></c></row>'},
        ),
        ("not a sound Excel workbook",),
        "save it as .xlsx or CSV",
    ),
    "password": ("f.xlsx", ole({"EncryptedPackage": b"x"}), ("a password",), "Remove the password"),
    "old password": (
        "f.xls",
        old_workbook(TABLE, password=True),
        ("damaged or protected by a password",),
        "Remove the password",
    ),
    "old Word": ("f.xls", ole({"WordDocument": b"x"}), ("an old Word document",), "CSV or Excel"),
    "old slides": ("f.xls", ole({"PowerPoint Document": b""}), ("an old PowerPoint",), "Bring"),
    "old Outlook": ("f.msg", ole({"__properties": b"x"}), ("without a workbook",), "as .xlsx"),
    "old cut off": (
        "f.xls",
        ole({"Workbook": b"\x09\x08"})[:700] + "Workbook".encode("utf-16-le"),
        ("damaged or protected by a password",),
        "save it as .xlsx or CSV",
    ),
    # Parquet
    "cut-off Parquet": ("f.parquet", PARQUET[:-20], ("not a sound Parquet",), "cut off on its way"),
    "damaged Parquet": (
        "f.parquet",
        PARQUET[:4] + bytes(60) + PARQUET[64:],
        ("not a sound Parquet",),
        "cut off on its way",
    ),
    "damaged Parquet of bytes": (
        "f.parquet",
        PARQUET_OF_BYTES[:4] + bytes(60) + PARQUET_OF_BYTES[64:],
        ("not a sound Parquet",),
        "cut off on its way",
    ),
    "no Parquet": ("f.parquet", bytes(40), ("not a Parquet file", "PAR1"), "write it again"),
    "encrypted Parquet": ("f.parquet", b"PARE" + bytes(9), ("encrypted Parquet",), "without encr"),
    "Parquet without rows": (
        "f.parquet",
        parquet_bytes({"text": pa.array([], pa.string())}),
        ("columns ('text') but no rows",),
        "Check the query",
    ),
    "Parquet of bytes": (
        "f.parquet",
        parquet_bytes({"picture": [b"\xff\xd8\xff"]}),
        ("no column of text or numbers", "'picture'"),
        "the text itself",
    ),
    "Parquet too long": (
        "f.parquet",
        parquet_bytes({"text": ["a"] * 51}),
        ("more than 50 rows",),
        "sample of the rows",
    ),
    "Parquet too wide": (
        "f.parquet",
        parquet_bytes({f"c{i}": ["a"] for i in range(21)}),
        ("21 columns; at most 20",),
        "Keep the text",
    ),
    "Parquet that says it is large": (
        "f.parquet",
        parquet_bytes({f"c{k}": ["x" * 900 + str(i) for i in range(50)] for k in range(8)}),
        ("unpacks to more than", "293 kB"),
        "sample of the rows",
    ),
    "Parquet that unpacks to much": (
        "f.parquet",
        parquet_bytes({f"c{k}": ["x" * 900] * 50 for k in range(8)}),
        ("unpacks to more than", "293 kB"),
        "sample of the rows",
    ),
    "giant value in Parquet": (
        "f.parquet",
        parquet_bytes({"text": ["a", "w" * 1_500]}),
        ("column 'text'", "longer than 1,000"),
        "into passages",
    ),
    "Parquet of text that is none": (
        "f.parquet",
        parquet_bytes({"text": pa.array([b"\xff\xfe"]).view(pa.string())}),
        ("not a sound Parquet", "UTF8"),
        "cut off on its way",
    ),
}


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(guarded, "read_apart", read_here)
    monkeypatch.chdir(tmp_path)


def limits_for(kind: str) -> Limits:
    """The parser itself bounds a value at the greatest limit in use, so that one needs room."""
    large = ("open quote in a long file", "field beyond the parser")
    return replace(SMALL, max_field=200_000) if kind in large else SMALL


@pytest.mark.parametrize("kind", BROKEN)
def test_it_is_refused_in_words_of_its_own(kind: str, tmp_path: Path) -> None:
    name, content, words, advice = BROKEN[kind]
    with pytest.raises(BadData) as caught:
        read_table(content, name, limits=limits_for(kind))
    for part in words:
        assert part in caught.value.message
    assert caught.value.hint is not None
    assert advice in caught.value.hint
    assert caught.value.message.endswith(".")
    assert caught.value.hint.endswith(".")
    assert not any(tmp_path.glob("unpickled"))


def test_the_kinds_are_told_apart() -> None:
    """Few kinds share their words, and those are one kind in several formats."""
    said: dict[str, list[str]] = {}
    for kind, (name, content, _, _) in BROKEN.items():
        with pytest.raises(BadData) as caught:
            read_table(content, name, limits=limits_for(kind))
        said.setdefault(caught.value.message.replace(name, "f"), []).append(kind)
    assert ["pickle", "old pickle", "pickle by name"] in said.values()
    assert ["crowded zip", "crowded zip64"] in said.values()
    assert len(said) >= 70


def test_a_sound_file_passes_the_same_limits() -> None:
    for content, name in ((GOOD, "f.csv"), (BOOK, "f.xlsx"), (PARQUET, "f.parquet")):
        assert len(read_table(content, name, limits=SMALL)) >= 2


@pytest.mark.parametrize("text", ["MZ,label\na,x\nb,y\n", "ORC,label\na,x\nb,y\n", "BMW,x\na,y\n"])
def test_words_that_files_begin_with_are_no_proof(text: str) -> None:
    assert read_table(text.encode(), "f.csv").format == "csv"


def test_text_that_resembles_an_old_pickle_is_read() -> None:
    assert len(read_table(b"cat\ndog\npet\ncow\n", "f.txt", header=False)) == 4


def test_a_zip_that_only_claims_sizes_is_refused_before_it_is_read() -> None:
    """No part of a bomb that admits its size is unpacked."""
    parts = dict.fromkeys((f"xl/{i}.bin" for i in range(3)), bytes(200_000))
    content = repacked(BOOK, parts)
    opened: list[object] = []
    original = zipfile.ZipFile.open

    def spy(self: zipfile.ZipFile, name: object, *args: object) -> object:
        opened.append(name)
        return original(self, name, *args)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zipfile.ZipFile, "open", spy)
        with pytest.raises(BadData, match="unpacks to more than"):
            read_table(content, "f.xlsx", limits=SMALL)
    assert not opened


def test_reading_holds_no_more_than_its_limits_of_a_long_array() -> None:
    """An endless array is refused at the row limit, long before it is all parsed."""
    content = b"[" + b'{"a":1},' * 20_000
    stream = io.BytesIO(content)
    source = Source(content, "f.json", limits=SMALL)
    source.open = lambda: stream  # type: ignore[method-assign]
    with pytest.raises(BadData, match="more than 50 rows"):
        read_table(content, "f.json", limits=SMALL)


# what is odd but can be read comes with a note
@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("f.csv", HEAD + "sch\udcffn,x\nböse,y\n".encode("utf-8", "surrogateescape"), "line 2"),
        ("f.csv", HEAD + "schön,x\n".encode("cp1252"), "read as Windows-1252"),
        ("f.csv", b"text,text\na,x\n", "'text (2)'"),
        ("f.csv", b"ham,a\nspam,b\nham,c\n", "looks like data"),
        ("f.csv", b"text\na, b\nc\nd\n", "No delimiter was found"),
        ("f.csv", HEAD + b",\na,x\n", "Left out 1 row without any value"),
        ("f.csv", GOOD + GOOD, "Left out 1 row saying the header"),
        ("f.csv", BOOK, "named .csv, but its content is Excel"),
        ("f.xlsx", PARQUET, "named .xlsx, but its content is Parquet"),
        ("f.parquet", GOOD, "named .parquet, but its content is CSV"),
        ("f.csv", b'{"text": "a"}\n', "named .csv, but its content is JSON Lines"),
        ("f.xlsx", workbook({"A": [], "B": TABLE}), "Read from the sheet 'B'"),
        ("f.jsonl", b'{"text": "a", "tags": []}', "JSON text: 'tags'"),
    ],
)
def test_what_is_odd_is_read_with_a_note(name: str, content: bytes, words: str) -> None:
    assert any(words in note for note in read_table(content, name).notes)
