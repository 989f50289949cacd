"""Which character encoding a text file is in."""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass, field
from typing import Final

from core.data.source import Source
from core.errors import BadData

_BLOCK = 2**20
_SAMPLE = 64 * 1024
_SAVE_AS = "Save the file as UTF-8 (in Excel: CSV UTF-8) and bring it again."

#: Encodings that tables are found in; fewer candidates make fewer wrong guesses.
_NAMES = (
    "cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 iso8859_2 koi8_r cp932 euc_jp "
    "gb18030 big5 cp949 tis_620 mac_roman"
)
_CANDIDATES: Final = tuple(_NAMES.split())
_TITLES = {
    "cp932": "Shift-JIS",
    "euc_jp": "EUC-JP",
    "gb18030": "GB18030",
    "big5": "Big5",
    "cp949": "EUC-KR",
    "tis_620": "TIS-620",
    "mac_roman": "Mac Roman",
    "koi8_r": "KOI8-R",
    "iso8859_2": "ISO-8859-2",
    "utf-16-le": "UTF-16 (little endian)",
    "utf-16-be": "UTF-16 (big endian)",
    "utf-8-sig": "UTF-8",
}

# Western European text in Windows-1252: letters outside ASCII stand alone or in pairs
# between ASCII letters, and only these occur. The Czech š ž, Icelandic and Turkish þ ð ý and
# the Polish signs in words (¿ for ż, ³ for ł) mean another encoding.
_LETTER = "\xc0-\xcf\xd1-\xd6\xd8-\xdc\xd1\xdf\xe0-\xef\xf1-\xf6\xf8-\xfc\xffœŒ"
_WESTERN = re.compile(
    r"(?:[\x00-\x7f]|[\xa0\xa2\xa7-\xa9\xab\xae\xb0\xb1\xb4-\xb7\xbb-\xbd]"
    r"|[\xa3\xa5\xaa\xb2\xb3\xb9\xba](?![A-Za-z])|(?<![A-Za-z])[\xa1\xbf]"
    r"|[–—‘’“”„…•€™‹›‚†‡‰×]"
    rf"|(?<![{_LETTER}])[{_LETTER}]{{1,2}}(?![{_LETTER}]))*\Z"
)


@dataclass(frozen=True)
class Encoding:
    """How the bytes of a file become text.

    Attributes
    ----------
    codec : str
        Python's name for it.
    errors : {"strict", "replace"}
        What becomes of bytes that do not fit.
    notes : tuple of str
        What a person should know about it.
    """

    codec: str
    errors: str = "strict"
    notes: tuple[str, ...] = field(default=())

    @property
    def title(self) -> str:
        """Name for people."""
        return title_of(self.codec)

    def open(self, source: Source) -> io.TextIOWrapper:
        """The file as text from its start; line ends are left as they are."""
        return io.TextIOWrapper(source.open(), self.codec, errors=self.errors, newline="")


def title_of(codec: str) -> str:
    """The usual name of an encoding."""
    if codec.startswith("cp125"):
        return f"Windows-{codec[2:]}"
    return _TITLES.get(codec, codec.upper().replace("_", "-"))


def find_encoding(source: Source, *, named: str | None = None) -> Encoding:
    """Find out the encoding: by its mark, by strict UTF-8, then by the look of the text.

    Parameters
    ----------
    source : Source
        A file of text.
    named : str, optional
        The encoding as the person says it; it is only checked.

    Raises
    ------
    BadData
        When the file is not text, or not in any encoding we can tell, with the line.
    """
    if named is not None:
        return _checked(source, named)
    head = source.head
    for mark, codec in (
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return _checked(source, codec)
    unmarked = _unmarked_utf16(head)
    if unmarked:
        return _checked(source, unmarked)
    _refuse_binary(source)
    found = _utf8(source)
    return found or _legacy(source)


def _unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of mostly Latin text is zero."""
    head = head[: len(head) // 2 * 2]
    if len(head) < 8:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) / 2
    if odd > 0.4 * half and even < 0.02 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.02 * half:
        return "utf-16-be"
    return None


def _refuse_binary(source: Source) -> None:
    head = source.head
    control = sum(head.count(code) for code in (*range(9), *range(14, 27), 28, 29, 30, 31, 127))
    if control > 0.02 * len(head):
        raise BadData(
            f"{source.name} is not a text file: its contents are binary.",
            hint="Bring a table as CSV, TSV, JSON Lines, Parquet or Excel.",
        )


def _utf8(source: Source) -> Encoding | None:
    """UTF-8, perhaps with a few broken bytes; None when it is something else."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    strict = codecs.getincrementaldecoder("utf-8")()
    good = bad = line = 0
    first_bad: int | None = None
    with source.open() as stream:
        while True:
            block = stream.read(_BLOCK)
            if 0 in block:
                where = line + block[: block.index(0)].count(b"\n") + 1
                raise BadData(
                    f"Line {where:,} of {source.name} holds a NUL byte, which no text has.",
                    hint="The file is damaged or not a text file: export it again.",
                )
            text = decoder.decode(block, final=not block)
            if first_bad is None:
                try:
                    strict.decode(block, final=not block)
                except UnicodeDecodeError as error:
                    # the decoder may still hold the start of a character of the block before
                    first_bad = line + error.object[: error.start].count(b"\n") + 1
            if not text.isascii():
                broken = text.count("\ufffd") - block.count("\ufffd".encode())
                bad += max(broken, 0)
                good += len(text) - len(text.encode("ascii", "ignore")) - max(broken, 0)
            line += block.count(b"\n")
            if not block:
                break
    marked = source.head.startswith(codecs.BOM_UTF8)
    codec = "utf-8-sig" if marked else "utf-8"
    if first_bad is None:
        return Encoding(codec)
    bad = max(bad, 1)
    if not marked and bad > good:
        return None
    if bad > 20 and bad > 0.01 * good:
        raise BadData(
            f"{source.name} mixes encodings: most of it is UTF-8, but {bad:,} places are not, the "
            f"first in line {first_bad:,}.",
            hint=_SAVE_AS,
        )
    places = "1 place is" if bad == 1 else f"{bad:,} places are"
    return Encoding(
        codec,
        "replace",
        (f"{places} not valid UTF-8 (the first in line {first_bad:,}) and shown as �.",),
    )


def _legacy(source: Source) -> Encoding:
    """An encoding from before Unicode, from the lines with bytes beyond ASCII."""
    sample = b""
    with source.open() as stream:
        while len(sample) < _SAMPLE and (line := stream.readline(_SAMPLE)):
            if not line.isascii():
                # a piece of a longer line may end within a character
                whole = line if line.endswith(b"\n") else line[: _last_break(line)]
                sample += whole
    codec = _western(sample) or _library(sample)
    if codec is not None:
        try:
            _decode_all(source, codec)
        except UnicodeDecodeError:
            codec = None
    if codec is None:
        raise BadData(
            f"The character encoding of {source.name} cannot be told: it is not UTF-8.",
            hint=_SAVE_AS,
        )
    note = (
        f"The file is not UTF-8; it was read as {title_of(codec)}. "
        "If letters look wrong, save it as UTF-8."
    )
    return Encoding(codec, "strict", (note,))


def _last_break(line: bytes) -> int:
    """Where the last space or separator of a line is; its length where there is none."""
    place = max(line.rfind(sign) for sign in (b" ", b",", b";", b"\t"))
    return place if place >= 0 else len(line)


def _western(sample: bytes) -> str | None:
    try:
        text = sample.decode("cp1252")
    except UnicodeDecodeError:
        return None
    return "cp1252" if _WESTERN.match(text) else None


def _library(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=list(_CANDIDATES)).best()
    return best.encoding if best is not None else None


def _checked(source: Source, codec: str) -> Encoding:
    try:
        codec = codecs.lookup(codec).name
        io.TextIOWrapper(io.BytesIO(), codec)  # not every codec is one of text
        _decode_all(source, codec)
    except LookupError:
        raise BadData(
            f"There is no character encoding {codec!r}.",
            hint="Common ones are utf-8, cp1252, latin-1, utf-16, shift_jis and gb18030.",
        ) from None
    except UnicodeDecodeError as error:
        raise BadData(
            f"{source.name} is not sound {title_of(codec)}: {error.reason}.", hint=_SAVE_AS
        ) from None
    return Encoding(codec)


def _decode_all(source: Source, codec: str) -> None:
    """Decode block by block and throw the text away: only whether it works is wanted."""
    decoder = codecs.getincrementaldecoder(codec)()
    with source.open() as stream:
        while block := stream.read(_BLOCK):
            decoder.decode(block)
    decoder.decode(b"", final=True)
