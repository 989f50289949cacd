"""Small uploads of pictures, made in memory: archives, arrays, and broken ones."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image


def png(pixels: Any, mode: str | None = None, **options: Any) -> bytes:
    """A PNG of an array, or of one colour: ``png((size), "RGB")``."""
    out = io.BytesIO()
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(np.asarray(pixels))
    (image.convert(mode) if mode else image).save(out, "PNG", **options)
    return out.getvalue()


def jpeg(pixels: Any, **options: Any) -> bytes:
    """A JPEG of an array or image."""
    out = io.BytesIO()
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(np.asarray(pixels))
    image.save(out, "JPEG", **options)
    return out.getvalue()


def grey(value: int = 0, size: tuple[int, int] = (4, 4)) -> np.ndarray:
    """A grey picture (h, w) whose first pixel is ``value``."""
    picture = np.full(size, 100, np.uint8)
    picture[0, 0], picture[-1, -1] = value % 251, 100 + value // 251
    return picture


def zipped(files: Mapping[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def by_class(
    per_class: int = 8, classes: str = "ab", size: tuple[int, int] = (4, 4)
) -> dict[str, bytes]:
    """Different grey pictures of each class, in folders."""
    return {
        f"{name}/{i}.png": png(grey(10 * i + place, size))
        for place, name in enumerate(classes)
        for i in range(per_class)
    }


def npz(**arrays: Any) -> bytes:
    """An .npz, packed."""
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def forged_npy(header: str, content: bytes = b"") -> bytes:
    """A .npy with any text for a header."""
    text = header.encode("latin1").ljust(118) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + content


def png_of_size(width: int, height: int) -> bytes:
    """A PNG that says it has a size, with hardly anything in it."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        whole = kind + content
        return struct.pack(">I", len(content)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def encrypted(archive: bytes) -> bytes:
    """The archive with its files marked as protected by a password."""
    out = bytearray(archive)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = archive.find(mark)
        while place >= 0:
            out[place + offset] |= 1
            place = archive.find(mark, place + 4)
    return bytes(out)


def with_link(files: Mapping[str, bytes]) -> bytes:
    """An archive that also holds a symbolic link."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        info = zipfile.ZipInfo("a/link.png")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()
