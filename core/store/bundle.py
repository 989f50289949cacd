"""Bundles: a run as one zip file for another Warmstart, written and looked through.

A bundle holds a few parts of fixed names. ``manifest.json`` says format, version and the SHA-256
of every other part. A file is looked through in an order that never trusts it: its size, its
table of contents, the name, kind and size of each part, then the manifest, then the check sum of
each part while it is unpacked into a folder of its own. Nothing in it is ever executed.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from core.errors import BadModelFile, BadParam
from core.store.audit import Limits, Refused, check_end, check_size
from core.store.files import in_words, write_atomic

FORMAT = "warmstart-bundle"
VERSION = 1
MANIFEST = "manifest.json"
#: Every name that a part may have, and whether a bundle is whole without it.
PARTS: Mapping[str, bool] = {
    MANIFEST: True,
    "run.json": True,
    "card.md": True,
    "encoder.skops": True,
    "head.skops": True,
    "predictions.skops": False,
}
HINT = "Nothing in it was executed. Ask for the bundle again where it was made."

_CHUNK = 2**20
_LOCAL_HEADER = 30
_TEXT_BYTES = 64 * 1024**2
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError),
    *(ValueError, OSError, NotImplementedError, RuntimeError),
)


@dataclass(frozen=True)
class BundleLimits:
    """How much a bundle may hold.

    Attributes
    ----------
    file_bytes, total_bytes : int
        Sizes of the file, and of all its parts unpacked.
    ratio : int
        How many times its packed size a part may unpack to.
    entries : int
        Parts of the zip file.
    """

    file_bytes: int = 2 * 1024**3
    total_bytes: int = 4 * 1024**3
    ratio: int = 200
    entries: int = 64


LIMITS = BundleLimits()


def write_bundle(
    path: Path, parts: Mapping[str, bytes | Path], *, about: Mapping[str, Any]
) -> None:
    """Write a bundle that is whole or not there.

    Parameters
    ----------
    path : Path
        Where it shall be.
    parts : mapping
        Content, or file, of each part but the manifest.
    about : mapping
        What the manifest says beside format, version and check sums, as JSON values.

    Raises
    ------
    BadParam
        When it would be too large to be imported.
    StoreFailed
        When the disk refuses.
    """
    sums = {name: _measured(part) for name, part in parts.items()}
    total = sum(one["bytes"] for one in sums.values())
    if total > LIMITS.file_bytes:
        raise BadParam(
            f"The bundle would have {total:,} bytes, and none larger than {LIMITS.file_bytes:,} "
            "can be imported.",
            hint="Pretrain with fewer words or dimensions.",
        )
    manifest = {"format": FORMAT, "version": VERSION, **about, "files": sums}

    def fill(file: IO[bytes]) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=False) as opened:
            opened.writestr(_info(MANIFEST), json.dumps(manifest, indent=2).encode("ascii"))
            for name, part in parts.items():
                info = _info(name)
                if isinstance(part, bytes):
                    # what shrinks as a bomb does would be taken for one
                    if len(part) > LIMITS.ratio // 2 * len(zlib.compress(part)):
                        info.compress_type = zipfile.ZIP_STORED
                    opened.writestr(info, part)
                else:  # arrays hardly shrink; stored they are quick to read
                    info.compress_type = zipfile.ZIP_STORED
                    with open(part, "rb") as source, opened.open(info, "w") as target:
                        while block := source.read(_CHUNK):
                            target.write(block)

    write_atomic(path, fill)


def unpack_bundle(
    file: IO[bytes], folder: Path, *, limits: BundleLimits = LIMITS
) -> dict[str, Any]:
    """Look through a bundle and put its parts into an empty folder, each held to its check sum.

    Returns
    -------
    dict
        The manifest.

    Raises
    ------
    BadModelFile
        When it is anything but a whole bundle of a known version; the words say what is wrong.
    StoreFailed
        When the folder cannot be written.
    """
    try:
        opened, members = _opened(file, limits)
        with opened:
            manifest = _manifest(opened, members)
            sums = _sums(manifest, members)
            for name, (digest, nbytes) in sums.items():
                _extract(opened, members[name], folder / name, digest, nbytes)
        return manifest
    except Refused as refused:
        raise refusal(refused) from refused


def refusal(why: Refused | str) -> BadModelFile:
    """The words for a bundle that is not taken."""
    return BadModelFile(f"The bundle is refused: {why}.", hint=HINT)


def json_part(path: Path) -> Any:
    """The JSON values of an unpacked part.

    Raises
    ------
    Refused
        When it is no JSON.
    """
    with in_words("read", path):
        content = path.read_bytes()
    return _json(content, path.name)


def _opened(
    file: IO[bytes], limits: BundleLimits
) -> tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]:
    check_size(file, Limits(file_bytes=limits.file_bytes))
    file.seek(0)
    start = file.read(4)
    if start[:1] == b"\x80":
        raise Refused("it is a Python pickle, which could run any program")
    if start != b"PK\x03\x04":
        raise Refused("it is no zip file, and bundles are" if start else "it is empty")
    check_end(file, Limits(members=limits.entries))
    try:
        opened = zipfile.ZipFile(file)
    except _DAMAGED as error:
        raise Refused("it is cut off or damaged (its table of contents is missing)") from error
    try:
        return opened, _members(opened, file.seek(0, os.SEEK_END), limits)
    except BaseException:
        opened.close()
        raise


def _members(
    opened: zipfile.ZipFile, size: int, limits: BundleLimits
) -> dict[str, zipfile.ZipInfo]:
    infos = opened.infolist()
    found: dict[str, zipfile.ZipInfo] = {}
    total = 0
    for info in infos:
        name = info.orig_filename
        _check_name(name)
        if name in found:
            raise Refused(f"it holds the part {name!r} twice")
        mode = info.external_attr >> 16
        if stat.S_ISLNK(mode):
            raise Refused(f"its part {name!r} is a link, which could lead anywhere")
        if mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode):
            raise Refused(f"its part {name!r} is no plain file")
        if info.flag_bits & 0x1:
            raise Refused(f"its part {name!r} is encrypted")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(f"its part {name!r} is packed in an unusual way")
        if info.file_size > limits.ratio * max(info.compress_size, 1):
            raise Refused(
                f"its part {name!r} would unpack to more than {limits.ratio} times its size "
                "(a zip bomb)"
            )
        total += info.file_size
        found[name] = info
    if total > limits.total_bytes:
        raise Refused(f"it would unpack to {total:,} bytes, more than {limits.total_bytes:,}")
    _check_apart(infos, size)
    if lacking := [name for name, needed in PARTS.items() if needed and name not in found]:
        raise Refused(f"its part {lacking[0]!r} is missing")
    return found


def _check_name(name: str) -> None:
    if name.startswith(("/", "\\")) or name[1:2] == ":":
        raise Refused(f"it holds a part with an absolute path ({_told(name)})")
    if ".." in name.replace("\\", "/").split("/"):
        raise Refused(f"it holds a part that climbs out of its folder ({_told(name)})")
    if name not in PARTS:
        raise Refused(f"it holds a part {_told(name)}, which no bundle has")


def _check_apart(infos: list[zipfile.ZipInfo], size: int) -> None:
    """Parts that share their bytes unpack to much more than the file is (Fifield 2019)."""
    end = 0
    for info in sorted(infos, key=lambda one: one.header_offset):
        if info.header_offset < end:
            raise Refused("its parts overlap (a zip bomb)")
        end = info.header_offset + _LOCAL_HEADER + info.compress_size
    if end > size:
        raise Refused("its parts are said to be larger than the file itself")


def _manifest(opened: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo]) -> dict[str, Any]:
    for name, info in members.items():
        if not name.endswith(".skops") and info.file_size > _TEXT_BYTES:
            raise Refused(f"its part {name!r} is larger than {_TEXT_BYTES // 1024**2} MB")
    try:
        with opened.open(members[MANIFEST]) as part:
            content = part.read(_TEXT_BYTES)
    except _DAMAGED as error:
        raise Refused(f"its part {MANIFEST!r} is damaged ({error})") from error
    manifest = _json(content, MANIFEST)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise Refused("it is a zip file, but none that Warmstart wrote")
    version = manifest.get("version")
    if type(version) is not int or version < 1:
        raise Refused("it does not say which version of the format it has")
    if version > VERSION:
        raise Refused(
            f"it was written by a newer Warmstart (format version {version}, this program knows "
            f"versions up to {VERSION}); update Warmstart to import it"
        )
    return manifest


def _sums(
    manifest: Mapping[str, Any], members: Mapping[str, zipfile.ZipInfo]
) -> dict[str, tuple[str, int]]:
    files = manifest.get("files")
    if not isinstance(files, dict) or set(files) != set(members) - {MANIFEST}:
        raise Refused("its manifest names other parts than it holds")
    sums = {}
    for name, said in files.items():
        digest = said.get("sha256") if isinstance(said, dict) else None
        nbytes = said.get("bytes") if isinstance(said, dict) else None
        if not isinstance(digest, str) or type(nbytes) is not int:
            raise Refused(f"its manifest does not tell the check sum of {name!r}")
        sums[name] = (digest, nbytes)
    return sums


def _extract(
    opened: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path, digest: str, nbytes: int
) -> None:
    name, found = info.orig_filename, hashlib.sha256()
    if info.file_size != nbytes:
        raise Refused(f"its part {name!r} has {info.file_size:,} bytes instead of {nbytes:,}")
    with in_words("write", path), open(path, "xb") as target:
        for block in _blocks(opened, info):
            found.update(block)
            target.write(block)
    if found.hexdigest() != digest:
        raise Refused(f"its part {name!r} was changed since it was written (its SHA-256 differs)")


def _blocks(opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a part, never more of it than was said."""
    name, left = info.orig_filename, info.file_size
    try:
        with opened.open(info) as part:
            # the last read comes to the end, where zipfile holds the part to its own check sum
            while block := part.read(_CHUNK):
                left -= len(block)
                if left < 0:
                    break
                yield block
    except _DAMAGED as error:
        raise Refused(f"its part {name!r} is damaged ({error})") from error
    if left:
        raise Refused(f"its part {name!r} is not as long as it says")


def _measured(part: bytes | Path) -> dict[str, Any]:
    if isinstance(part, bytes):
        return {"sha256": hashlib.sha256(part).hexdigest(), "bytes": len(part)}
    with in_words("read", part), open(part, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"sha256": digest, "bytes": file.seek(0, os.SEEK_END)}


def _info(name: str) -> zipfile.ZipInfo:
    # one moment for all bundles: equal content makes an equal file
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = (stat.S_IFREG | 0o644) << 16
    return info


def _json(content: bytes, name: str) -> Any:
    try:
        return json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Refused(f"its part {name!r} cannot be read (no valid JSON)") from error


def _told(name: str) -> str:
    text = repr(name)
    return text if len(text) <= 80 else text[:77] + "…"
