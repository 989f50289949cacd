"""The files of an upload of pictures, wherever they are: in a zip archive or in a folder.

Nothing is ever unpacked to disk: a file is read into memory, and only up to its bound.
"""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from core.data.kinds import zip_directory_size
from core.data.limits import in_megabytes
from core.data.pictures.limits import PictureLimits
from core.data.source import Source
from core.errors import BadData, NotFound

PICTURE_ENDINGS = frozenset((".png", ".jpg", ".jpeg", ".jpe", ".jfif"))
#: Pictures that are not read; named, so that nobody wonders where they went.
OTHER_PICTURES = frozenset(
    (".gif", ".bmp", ".tif", ".tiff", ".webp", ".heic", ".avif", ".svg", ".ppm", ".pgm", ".jp2")
)
#: What zipfile raises at damage; a RuntimeError may be one of its kin NotImplementedError.
ZIP_FAULTS = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError),
    *(ValueError, RuntimeError),
)
_CHUNK = 2**20


class BrokenFile(Exception):
    """One file cannot be read; the others may be."""


@dataclass(frozen=True)
class PictureFile:
    """One file of an upload.

    Attributes
    ----------
    path : PurePosixPath
        Where it is, from the top of the upload.
    read : callable
        ``read()`` gives its bytes; raises :class:`BrokenFile`, or :class:`BadData` where the
        archive lies about itself.
    """

    path: PurePosixPath
    read: Callable[[], bytes]

    @property
    def ending(self) -> str:
        """The name's ending, in lower case."""
        return self.path.suffix.lower()


def shown(path: object) -> str:
    """The name of a file for a message: printable, and not too long."""
    text = "".join(sign if sign.isprintable() else "?" for sign in str(path)) or "(no name)"
    return text if len(text) <= 90 else f"{text[:50]}…{text[-35:]}"


@contextmanager
def open_zip(source: Source, limits: PictureLimits) -> Iterator[zipfile.ZipFile]:
    """A zip archive, once its list of files is known to be of a sound size.

    Raises
    ------
    BadData
        When it is no zip archive, damaged, or lists far too many files.
    """
    if not source.head.startswith(b"PK"):
        raise BadData(
            f"{source.name} is not a zip archive: it does not begin like one.",
            hint="Pack the folder of pictures as .zip (not .rar, .7z or .tar) and bring that.",
        )
    if zip_directory_size(source) > limits.max_directory:
        raise BadData(
            f"{source.name} lists far more files than the {limits.max_pictures:,} pictures that "
            "are read.",
            hint="Bring a sample of them.",
        )
    try:
        with source.open() as stream, _opened(stream) as archive:
            yield archive
    except zipfile.BadZipFile:
        raise BadData(
            f"{source.name} is a damaged zip archive, or it was cut off.",
            hint="Compare its size with the original's, and bring it again.",
        ) from None


def _opened(stream: IO[bytes]) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(stream)
        if not all(archive.namelist()):
            raise zipfile.BadZipFile("It holds a file without a name.")
        return archive
    except ZIP_FAULTS as error:
        # zipfile reads versions, names and extra fields out of damage, and stumbles in its own ways
        raise zipfile.BadZipFile(str(error)) from error


def zip_members(
    archive: zipfile.ZipFile, source: Source, limits: PictureLimits
) -> list[zipfile.ZipInfo]:
    """The files of an archive, after a look at what they say about themselves.

    Raises
    ------
    BadData
        When one would climb out of its folder, is a link, is encrypted or packed in a rare way,
        or when all of them unpack to far too much.
    """
    members = [info for info in archive.infolist() if not info.is_dir()]
    for info in members:
        _check_member(info, source)
    unpacked = sum(info.file_size for info in members)
    # what the archive says of its packed sizes may be forged: the file itself has no more
    ratio = unpacked / max(1, source.size)
    if unpacked > limits.max_unpacked or (
        unpacked > limits.free_of_ratio and ratio > limits.max_ratio
    ):
        raise BadData(
            f"{source.name} has {in_megabytes(source.size)} and would unpack to "
            f"{in_megabytes(unpacked)}; it was not unpacked.",
            hint=f"Bring at most {in_megabytes(limits.max_unpacked)} of pictures, packed in the "
            "usual way.",
        )
    return members


def _check_member(info: zipfile.ZipInfo, source: Source) -> None:
    name = info.filename.replace("\\", "/")
    where = f"{source.name} holds {shown(info.filename)!r}, "
    if name.startswith("/") or name[1:2] == ":" or ".." in name.split("/"):
        raise BadData(
            f"{where}which points outside of the archive. Nothing was read.",
            hint="Pack the folder of pictures anew, and bring that.",
        )
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        raise BadData(
            f"{where}which is a link or device, not a file. Nothing was read.",
            hint="Pack the pictures themselves, not links to them.",
        )
    if info.flag_bits & 0x1:
        raise BadData(
            f"{where}which is protected by a password.",
            hint="Pack the pictures without a password, and bring that.",
        )
    # other ways of packing unpack without a bound on memory
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise BadData(
            f"{where}which is packed in a way that is not read here.",
            hint="Pack the pictures with the usual method (deflate), or without compression.",
        )


def zip_files(archive: zipfile.ZipFile, source: Source, limits: PictureLimits) -> list[PictureFile]:
    """The files of an archive; see :func:`zip_members` for what is refused."""
    return [
        PictureFile(PurePosixPath(info.filename.replace("\\", "/")), _reader(archive, info, limits))
        for info in zip_members(archive, source, limits)
    ]


def _reader(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: PictureLimits
) -> Callable[[], bytes]:
    def read() -> bytes:
        if info.file_size > limits.max_file:
            raise BrokenFile(f"it has more than {in_megabytes(limits.max_file)}")
        try:
            with archive.open(info) as stream:
                return bounded(stream, limits.max_file)
        except ZIP_FAULTS:
            raise BrokenFile("it is damaged in the archive") from None

    return read


def bounded(stream: IO[bytes], most: int) -> bytes:
    """All bytes of a stream, counted while they come."""
    chunks: list[bytes] = []
    left = most
    while chunk := stream.read(min(_CHUNK, left + 1)):
        left -= len(chunk)
        if left < 0:
            raise BrokenFile(f"it has more than {in_megabytes(most)}")
        chunks.append(chunk)
    return b"".join(chunks)


def folder_files(folder: Path, limits: PictureLimits) -> list[PictureFile]:
    """The files below a folder on disk; links and what cannot be read are left out.

    Raises
    ------
    NotFound
        When there is no such folder.
    BadData
        When it holds far too many files or bytes.
    """
    if not folder.is_dir():
        raise NotFound(f"There is no folder {str(folder)!r}.", hint="Check the path.")
    files: list[PictureFile] = []
    size = 0
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(place) / name
            if path.is_symlink() or not path.is_file():
                continue
            size += path.stat().st_size
            inside = PurePosixPath(path.relative_to(folder).as_posix())
            files.append(PictureFile(inside, _disk_reader(path, limits)))
        limits.check_count(len(files), folder.name)
        if size > limits.max_unpacked:
            raise BadData(
                f"The folder {folder.name} holds more than {in_megabytes(limits.max_unpacked)}.",
                hint="Name a folder with a sample of the pictures.",
            )
    return files


def _disk_reader(path: Path, limits: PictureLimits) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with path.open("rb") as stream:
                return bounded(stream, limits.max_file)
        except OSError as error:
            raise BrokenFile(f"it cannot be opened ({error.strerror or error})") from None

    return read
