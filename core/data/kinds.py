"""What kind of file an upload is, told from its content; and what it is not, in words."""

from __future__ import annotations

import json
import re
import struct
import zipfile
from typing import Literal

from core.data.source import Source
from core.errors import BadData

_BRING = "Bring a table as CSV, TSV, JSON Lines, Parquet or Excel."
_UNPACK = "Unpack it and bring the table inside."

# How other files begin. Sources: the formats' own specifications.
_FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF document", "Export the table it shows as CSV or Excel, and bring that."),
    (b"\x89PNG\r\n", "a PNG picture", _BRING),
    (b"\xff\xd8\xff", "a JPEG picture", _BRING),
    (b"GIF8", "a GIF picture", _BRING),
    (b"BM\x00", "a BMP picture", _BRING),
    (b"II*\x00", "a TIFF picture", _BRING),
    (b"MM\x00*", "a TIFF picture", _BRING),
    (b"RIFF", "a picture, sound or film", _BRING),
    (b"ID3", "a sound file", _BRING),
    (b"OggS", "a sound file", _BRING),
    (b"\x1f\x8b", "a gzip archive", _UNPACK),
    (b"BZh", "a bzip2 archive", _UNPACK),
    (b"\xfd7zXZ", "an xz archive", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (b"Rar!", "a RAR archive", _UNPACK),
    (b"SQLite format 3", "a SQLite database", "Export the table in it as CSV, and bring that."),
    (b"\x89HDF\r\n", "an HDF5 file", "Save its table as Parquet or CSV, and bring that."),
    (b"\x93NUMPY", "a NumPy array", "Save it as CSV or Parquet, and bring that."),
    (b"ARROW1", "an Arrow (Feather) file", "Save it as Parquet, and bring that."),
    (b"\xff\xff\xff\xff", "an Arrow stream", "Save it as Parquet, and bring that."),
    (b"PARE", "an encrypted Parquet file", "Write it without encryption, and bring that."),
    (b"Obj\x01", "an Avro file", "Save it as Parquet, and bring that."),
    (b"ORC", "an ORC file", "Save it as Parquet, and bring that."),
    (b"{\\rtf", "an RTF document", "Save the table in it as CSV or Excel, and bring that."),
    (b"\x7fELF", "a program", _BRING),
    (b"MZ", "a program", _BRING),
    (b"version https://git-lfs", "a Git LFS pointer to a file", "Run git lfs pull."),
)
# Beginnings so short that text may begin alike: believed only before bytes no text has.
_SHORT = 3

_PICKLE_ENDINGS = frozenset((".pkl", ".pickle", ".joblib", ".dill"))
# Pickles of the oldest protocol are text: a global to call, or a marked list, dict or tuple.
_OLD_PICKLE = re.compile(rb"c[\w.]+\n[\w.]+\n(?:\(|\)|p\d+\n|q.)|\((?:lp|dp|tp|[ildc])[\w.]*\n")

_MAX_DIRECTORY = 8 * 2**20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _is(source: Source, what: str, hint: str) -> BadData:
    return BadData(f"{source.name} is {what}, not a table.", hint=hint)


def binary_kind(source: Source) -> Literal["excel", "parquet"] | None:
    """The binary format of a table, or None when the file may be text.

    Raises
    ------
    BadData
        When the file is something else that we can name, or a pickle, which is never opened.
    """
    head = source.head
    _refuse_pickle(source)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        return _inside_zip(source)
    if head.startswith(b"PK\x05\x06"):
        raise _is(source, "an empty zip archive", _UNPACK)
    if head.startswith(_OLE):
        return _inside_ole(source)
    for start, what, hint in _FOREIGN:
        if head.startswith(start) and (len(start) > _SHORT or _has_control(head)):
            raise _is(source, what, hint)
    if head[4:8] == b"ftyp":
        raise _is(source, "a film or picture", _BRING)
    if source.ending in (".parquet", ".pq", ".parq") and _has_control(head):
        raise BadData(
            f"{source.name} is not a Parquet file: it does not begin with PAR1.",
            hint="It is damaged or something else: write it again.",
        )
    return None


def text_kind(start: str, ending: str) -> Literal["jsonl", "delimited"]:
    """Whether text is JSON, by its first signs and the file's ending."""
    body = start.lstrip()
    by_name = ending in (".json", ".jsonl", ".ndjson", ".jsonlines")
    if by_name and body[:1] in tuple('{["0123456789'):
        return "jsonl"
    if body.startswith("{"):
        line = body.partition("\n")[0]
        try:
            if isinstance(json.loads(line), dict):
                return "jsonl"
        except (ValueError, RecursionError):
            # a first record longer than what was looked at
            if line == body and re.match(r'\{\s*"[^"]*"\s*:', body):
                return "jsonl"
    if re.match(r'\[\s*\{\s*("[^"]*"\s*:|\})', body):
        return "jsonl"
    return "delimited"


def refuse_foreign_text(source: Source, start: str) -> None:
    """Name text files that are no table: a web page, XML."""
    body = start.lstrip().lower()
    if re.match(r"(<!--.*?-->\s*)?<(!doctype html|html|head|body)\b", body, re.DOTALL):
        raise _is(
            source,
            "a web page (HTML)",
            "Perhaps the page around a download, or a log-in page, was saved: download the file "
            "itself.",
        )
    if body.startswith(("<?xml", "<svg", "<rss", "<workbook")):
        raise _is(source, "an XML document", _BRING)


def _refuse_pickle(source: Source) -> None:
    head = source.head
    old = _OLD_PICKLE.match(head) and source.tail(8).rstrip().endswith(b".")
    new = len(head) > 1 and head[0] == 0x80 and 2 <= head[1] <= 5
    if new or old or source.ending in _PICKLE_ENDINGS:
        raise BadData(
            f"{source.name} is a Python pickle. It was not opened: a pickle can run any program.",
            hint="Save the table as Parquet or CSV, and bring that.",
        )


def _inside_zip(source: Source) -> Literal["excel"]:
    """Excel workbooks are zip files; say what any other zip file is."""
    if zip_directory_size(source) > _MAX_DIRECTORY:
        raise BadData(
            f"{source.name} is a zip archive of far too many files to be an Excel workbook.",
            hint=_UNPACK,
        )
    try:
        with source.open() as stream, zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
            kind = archive.read("mimetype")[:100] if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError):
        raise BadData(
            f"{source.name} is a zip archive or Excel workbook that is damaged or cut off.",
            hint="Compare its size with the original's, and bring it again.",
        ) from None
    if any(name.lower().startswith("xl/workbook.") for name in names):
        return "excel"
    if b"opendocument" in kind:
        raise _is(source, "an OpenDocument file", "Save it as .xlsx or CSV, and bring that.")
    for folder, what in (("word/", "a Word document"), ("ppt/", "a PowerPoint presentation")):
        if any(name.startswith(folder) for name in names):
            raise _is(source, what, "Bring the table in it as CSV or Excel.")
    inside = f"it holds {len(names)} files" if len(names) != 1 else f"it holds {min(names)[:60]!r}"
    raise BadData(f"{source.name} is a zip archive, not a table: {inside}.", hint=_UNPACK)


def zip_directory_size(source: Source) -> int:
    """Bytes of a zip file's directory by its own account, before anything lists it.

    Listing takes much memory for each entry; the greatest size that any end record names
    (also of the 64-bit kind) is believed.
    """
    tail = source.tail(2**16 + 256)
    sizes = [0]
    for mark, form, offset in ((b"PK\x05\x06", "<I", 12), (b"PK\x06\x06", "<Q", 40)):
        for found in re.finditer(re.escape(mark), tail):
            place = found.start() + offset
            if place + struct.calcsize(form) <= len(tail):
                sizes.append(struct.unpack_from(form, tail, place)[0])
    return max(sizes)


def _inside_ole(source: Source) -> Literal["excel"]:
    """Old Office files, and new ones under a password, share one container."""
    with source.open() as stream:
        listed = stream.read()

    def holds(title: str) -> bool:
        # names in the container's directory are UTF-16
        return title.encode("utf-16-le") in listed

    if holds("EncryptedPackage"):
        raise BadData(
            f"{source.name} is protected by a password, so nothing in it can be read.",
            hint="Remove the password in the spreadsheet program, save, and bring it again.",
        )
    if holds("WordDocument"):
        raise _is(source, "an old Word document", "Bring the table in it as CSV or Excel.")
    if holds("PowerPoint Document"):
        raise _is(source, "an old PowerPoint presentation", _BRING)
    if not (holds("Workbook") or holds("Book")):
        raise _is(source, "an old Office file without a workbook", "Save it as .xlsx or CSV.")
    return "excel"


def _has_control(head: bytes) -> bool:
    return any(code in head for code in (0, 1, 2, 3, 4, 5, 6, 7, 8, 14, 15, 16))
