"""Files of word vectors: GloVe text, word2vec text and binary, fastText .vec; also as .gz.

The file is gone through once, word by word; only the vectors that are asked for are kept. Every
format is plain data and read by the parser below: nothing in a file is ever executed.
"""

from __future__ import annotations

import codecs
import gzip
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, TypeAlias

import numpy as np

from core.errors import BadData, NotFound
from core.progress import SILENT, Progress
from core.types import Floats

MOST_DIMENSIONS = 10_000
_LONGEST_WORD = 2_000  # bytes
_LONGEST_NUMBER = 40  # bytes, with the space before it
_BLOCK = 2**20
_REPORT = 500  # words between two reports, some 1 MB

_TEXT_OR_BINARY = (
    "Take a text file with a word and its numbers on each line (GloVe, word2vec, fastText .vec), "
    "or a binary file of word2vec; both may be packed as .gz."
)
#: How files begin that people take for word vectors: what they are, and what to do.
_OTHERS: tuple[tuple[tuple[bytes, ...], str, str], ...] = (
    (
        (*(b"\x80" + bytes([n]) for n in range(2, 6)), b"ccopy_reg", b"c__builtin__", b"cbuiltins"),
        "a Python pickle, which could run anything when it is opened, so it never is",
        "Where it was made, save the vectors as text (gensim: save_word2vec_format).",
    ),
    (
        (b"PK\x03\x04",),
        "a zip archive (models of PyTorch are such archives too)",
        "Unpack it and choose the text file inside.",
    ),
    (
        (b"\xba\x16\x4f\x2f",),
        "a whole model of fastText, which holds much more than vectors",
        "Take the .vec file that is offered beside it.",
    ),
    (
        (b"\x93NUMPY", b"PAR1"),
        "a table of numbers without words",
        'Use it with the method "Row vectors".',
    ),
    ((b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd"), "packed", "Unpack it first, or use .gz."),
)

#: Says which row of a matrix a word's vector shall go to, -1 for none.
Place: TypeAlias = Callable[[str], int]


@dataclass(frozen=True)
class VectorsFile:
    """A file of word vectors whose beginning was looked at.

    Attributes
    ----------
    path : Path
        Where it is.
    format : {"text", "binary"}
        How its vectors are written.
    dimensions : int
        Numbers a word has.
    words : int, optional
        How many words its first line promises; None where it has no such line (GloVe).
    """

    path: Path
    format: Literal["text", "binary"]
    dimensions: int
    words: int | None

    def read_into(self, matrix: Floats, place: Place, *, progress: Progress = SILENT) -> int:
        """Go through the whole file; a word's vector goes to the row that ``place`` says.

        Parameters
        ----------
        matrix : ndarray of float32, shape (n, dimensions)
            Takes the vectors.
        place : callable
            Called with each word, in the order of the file.

        Returns
        -------
        int
            How many words the file holds.

        Raises
        ------
        BadData
            Where a line has another number of values, a value that is wanted is no number, the
            file ends too early, or it does not hold what its first line promises.
        """
        size = max(os.path.getsize(self.path), 1)
        count = 0
        with _opened(self.path) as (raw, file):
            entries = self._text(file) if self.format == "text" else self._binary(file)
            for word, values in entries:
                if count % _REPORT == 0:
                    progress.update(raw.tell() / size, f"Reading vectors: word {count + 1:,}")
                count += 1
                row = place(word)
                if row >= 0:
                    matrix[row] = self._numbers(values, count)
        if count == 0:
            raise _bad(self.path, "holds no words", "Choose another file, or get it again.")
        if self.words is not None and count != self.words:
            raise _bad(
                self.path,
                f"promises {self.words:,} words on its first line but holds {count:,}",
                "It was cut short or put together wrongly: get it again.",
            )
        return count

    def _text(self, file: IO[bytes]) -> Iterator[tuple[str, bytes]]:
        """Each word with its numbers as they are written."""
        most = _LONGEST_WORD + _LONGEST_NUMBER * self.dimensions
        number = 0 if self.words is None else 1
        if number:
            file.readline(most)
        empty = 0
        while line := file.readline(most + 1):
            number += 1
            line = line.rstrip(b" \t\r\n")
            if not line:
                empty = number
                continue
            if empty:
                raise _bad(self.path, f"has an empty line {empty:,}", _HINT_LINE)
            if len(line) > most:
                raise _bad(self.path, f"has a line {number:,} that is too long", _HINT_LINE)
            if b"\t" in line:
                line = line.replace(b"\t", b" ")
            spaces = line.count(b" ")
            if spaces == self.dimensions:
                word, _, values = line.partition(b" ")
            else:
                word, values = self._odd(line, spaces, number)
            yield word.decode("utf-8", "replace"), values

    def _odd(self, line: bytes, spaces: int, number: int) -> tuple[bytes, bytes]:
        """A line with too many values: its word may hold spaces, as some of GloVe's do."""
        parts = line.rsplit(b" ", self.dimensions)
        inner = parts[0].split(b" ")[1:]
        if spaces < self.dimensions or any(_is_number(one) for one in inner):
            raise _bad(
                self.path,
                f"has {spaces:,} numbers on line {number:,}, where every word should have "
                f"{self.dimensions:,}",
                _HINT_LINE,
            )
        return parts[0], b" ".join(parts[1:])

    def _binary(self, file: IO[bytes]) -> Iterator[tuple[str, bytes]]:
        """Each word with its numbers as four bytes each."""
        file.readline(_LONGEST_WORD)
        width = 4 * self.dimensions
        block, at = b"", 0
        for number in range(1, (self.words or 0) + 1):
            while True:
                space = block.find(b" ", at, at + _LONGEST_WORD)
                if space >= 0 and len(block) >= space + 1 + width:
                    break
                if space < 0 and len(block) - at >= _LONGEST_WORD:
                    raise _bad(
                        self.path, f"is damaged at word {number:,}: no word is that long", _HINT_GET
                    )
                more = file.read(_BLOCK)
                if not more:
                    raise _bad(
                        self.path,
                        f"ends within word {number:,} of the {self.words:,} that its first line "
                        "promises",
                        _HINT_GET,
                    )
                block, at = block[at:] + more, 0
            word = block[at:space].lstrip(b"\n")
            at = space + 1 + width
            yield word.decode("utf-8", "replace"), block[space + 1 : at]
        if block[at:].strip() or file.read(2).strip():
            raise _bad(
                self.path, f"goes on after the {self.words:,} words that it promises", _HINT_GET
            )

    def _numbers(self, values: bytes, number: int) -> Floats:
        """The vector of the word at that place in the file."""
        if self.format == "binary":
            found: Floats = np.frombuffer(values, dtype="<f4")
            where = f"word {number:,}"
        else:
            line = number + (self.words is not None)
            where = f"line {line:,}"
            try:
                # several times as fast as numpy's own reading of texts
                found = np.array([float(one) for one in values.split(b" ")])
            except ValueError:
                wrong = next((one for one in values.split(b" ") if not _is_number(one)), b"")
                raise _bad(
                    self.path,
                    f"has {wrong.decode('utf-8', 'replace')[:40]!r} on line {line:,}, which is no "
                    "number",
                    _HINT_LINE,
                ) from None
        # what overflows in 32 bits is no use either
        if not (np.abs(found) < 1e30).all():
            raise _bad(self.path, f"has a number that is not finite at {where}", _HINT_LINE)
        return found


def open_vectors(path: str | os.PathLike[str]) -> VectorsFile:
    """Look at the beginning of a file of word vectors: its format, width, and what it promises.

    Raises
    ------
    NotFound
        When there is no such file.
    BadData
        When it is something else; the message says what.
    """
    path = Path(path)
    with _opened(path) as (raw, file):
        packed = file is not raw
        start = file.read(_LONGEST_NUMBER * MOST_DIMENSIONS)
    if not start.strip():
        raise _bad(path, "is empty", "Choose another file, or get it again.")
    for beginnings, what, todo in _OTHERS:
        if start.startswith(beginnings):
            raise _bad(path, f"is {what}", todo)
    first, newline, rest = start.partition(b"\n")
    words = first.split()
    if len(words) == 2 and all(word.isdigit() and len(word) < 16 for word in words):
        wide = int(words[1])
        found = VectorsFile(path, _written(rest, wide), wide, int(words[0]))
        _check_promise(found, packed)
        return found
    if not _is_text(start):
        raise _bad(path, "is neither text nor a binary file of word2vec", _TEXT_OR_BINARY)
    if not newline and len(start) == _LONGEST_NUMBER * MOST_DIMENSIONS:
        raise _bad(path, "has a first line that is too long", _TEXT_OR_BINARY)
    dimensions = 0
    while dimensions < len(words) - 1 and _is_number(words[-1 - dimensions]):
        dimensions += 1
    if dimensions == 0:
        raise _bad(path, "has no numbers on its first line", _TEXT_OR_BINARY)
    if dimensions > MOST_DIMENSIONS:
        raise _too_wide(path, dimensions)
    return VectorsFile(path, "text", dimensions, None)


_HINT_LINE = "The file is damaged there, or of another format. " + _TEXT_OR_BINARY
_HINT_GET = "It was cut short or is damaged: get it again."


def _check_promise(found: VectorsFile, packed: bool) -> None:
    """Refuse a first line that promises more than the file can hold; nothing is reserved for it."""
    words, wide = found.words or 0, found.dimensions
    if words == 0 or wide == 0:
        raise _bad(
            found.path,
            f"says on its first line that it holds {words:,} words of {wide:,} numbers",
            "An empty file is of no use: choose another one.",
        )
    if wide > MOST_DIMENSIONS:
        raise _too_wide(found.path, wide)
    least = words * (2 + 4 * wide if found.format == "binary" else 1 + 2 * wide)
    size = os.path.getsize(found.path)
    if not packed and least > size:
        raise _bad(
            found.path,
            f"promises {words:,} words of {wide:,} numbers, but a file of {size:,} bytes cannot "
            "hold them",
            _HINT_GET,
        )


def _too_wide(path: Path, dimensions: int) -> BadData:
    return _bad(
        path,
        f"has {dimensions:,} numbers a word; at most {MOST_DIMENSIONS:,} are read",
        "Choose a file with fewer dimensions.",
    )


def _is_text(content: bytes) -> bool:
    """Whether this beginning of something is text; it may end within a letter."""
    if any(code < 32 and code not in (9, 10, 13) for code in set(content[:65_536])):
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(content[:65_536])
    except UnicodeDecodeError:
        return False
    return True


def _written(content: bytes, dimensions: int) -> Literal["text", "binary"]:
    """How vectors are written, by what comes after the first line."""
    if not _is_text(content):
        return "binary"
    if dimensions >= 8:
        return "text"
    # so few bytes may look like letters by chance, but hardly like numbers
    values = content.partition(b"\n")[0].split()[1:]
    return "text" if values and all(map(_is_number, values)) else "binary"


def _is_number(word: bytes) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """The file as it lies there, and its content, unpacked where it is .gz."""
    try:
        raw = open(path, "rb")  # noqa: SIM115 - closed below; the words differ for opening
    except (FileNotFoundError, IsADirectoryError):
        raise NotFound(
            f"There is no file of vectors {path.name!r}.", hint="Choose another one, or import it."
        ) from None
    with raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        try:
            if packed:
                with gzip.GzipFile(fileobj=raw) as file:
                    yield raw, file  # type: ignore[misc]
            else:
                yield raw, raw
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise _bad(path, f"is a damaged .gz file ({error})", _HINT_GET) from error


def _bad(path: Path, what: str, hint: str) -> BadData:
    return BadData(f"The file {path.name} {what}.", hint=hint)
