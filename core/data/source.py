"""The bytes of an upload, wherever they are, opened as often as needed and never held twice."""

from __future__ import annotations

import io
import re
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from core.data.limits import Limits, in_megabytes
from core.errors import BadData, NotFound

_HEAD = 64 * 1024


class Source:
    """A file in memory or on disk.

    Parameters
    ----------
    content : bytes or Path
        The file's bytes, or where it is.
    name : str
        Its name for messages and for what its ending says.
    limits : Limits
        A greater file than ``max_bytes`` is refused here.

    Raises
    ------
    NotFound
        When there is no such file.
    BadData
        When it is a folder, cannot be read, is empty or too large.
    """

    def __init__(self, content: bytes | Path, name: str, *, limits: Limits) -> None:
        self._content = content
        self.name = _shown(name)
        self.ending = Path(self.name).suffix.lower()
        self.size = len(content) if isinstance(content, bytes) else self._size_on_disk(content)
        if self.size == 0:
            raise BadData(
                f"{self.name} is empty: it holds no bytes at all.",
                hint="Check that the export or the upload was finished, and bring the file again.",
            )
        if self.size > limits.max_bytes:
            raise BadData(
                f"{self.name} has {in_megabytes(self.size)}; "
                f"at most {in_megabytes(limits.max_bytes)} are read.",
                hint="Leave out columns that are not needed, or bring a sample of the rows.",
            )

    def _size_on_disk(self, path: Path) -> int:
        try:
            if path.is_dir():
                raise BadData(f"{self.name} is a folder, not a file.", hint="Name a file in it.")
            with path.open("rb"):
                return path.stat().st_size
        except FileNotFoundError:
            raise NotFound(
                f"There is no file {str(path)!r}.", hint="Check the path and its spelling."
            ) from None
        except OSError as error:
            raise BadData(
                f"{self.name} cannot be opened: {error.strerror or error}.",
                hint="Check that you may read the file.",
            ) from error

    def open(self) -> BinaryIO:
        """A fresh binary stream at the start."""
        if isinstance(self._content, bytes):
            return io.BytesIO(self._content)
        return self._content.open("rb")

    @cached_property
    def head(self) -> bytes:
        """The first 64 kB."""
        with self.open() as stream:
            return stream.read(_HEAD)

    def tail(self, size: int) -> bytes:
        """The last ``size`` bytes, or all there are."""
        with self.open() as stream:
            stream.seek(max(0, self.size - size))
            return stream.read()


def _shown(name: str) -> str:
    """The file's name without folders and control characters, short enough for a message."""
    base = re.split(r"[\\/]", name)[-1]
    base = "".join(sign if sign.isprintable() else "?" for sign in base).strip() or "The file"
    return base if len(base) <= 80 else f"{base[:50]}…{base[-20:]}"
