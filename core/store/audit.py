"""Looking through a model file before anything in it becomes an object.

A model file is a skops file of plain values: nested dicts and lists, numbers, texts, None, and
arrays of numbers, truth values or texts. Everything else that skops can carry (functions,
types, estimators, random states, reduced objects) has no place here.

The values are then built from the very description that was checked, and by this module: skops
writes the files, but its loaders, which import modules by names found in the file, never run.
That leaves nothing between check and use, and no trust of somebody else to inherit. Zip and
npy are read in the narrow form that skops and numpy write them, by rules of our own.
"""

from __future__ import annotations

import json
import math
import os
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import numpy.typing as npt

SCHEMA = "schema.json"
#: Versions of the skops description that we know how to read.
PROTOCOLS = frozenset({2})

_CHUNK = 2**20
#: The last record of a zip file (number 4 and 5: its entries, and how long they are together),
#: and the record that stands before it in the longer form of zip files.
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sLQL")
_ENTRY_BYTES = 128
_ARRAY_NAME = re.compile(r"[0-9]{1,20}\.npy")
_DTYPES = frozenset(
    {"|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8"}
)
_TEXT_DTYPE = re.compile(r"<U([1-9][0-9]{0,4})")
_NPY_START = b"\x93NUMPY\x01\x00"
_NPY_HEADER = re.compile(
    r"\{'descr': '([^']{2,8})', 'fortran_order': (True|False), "
    r"'shape': \(((?:[0-9]{1,18},|[0-9]{1,18}(?:, [0-9]{1,18})+)?)\), \} *\n"
)
#: What reading a zip file that is damaged or forged may raise.
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError),
    *(ValueError, OSError, NotImplementedError, RuntimeError),
)
_LAST_LETTER = 0x10FFFF  # of Unicode

_MARKS = {"__class__", "__module__", "__loader__", "__id__"}
_TEXT_KEY = {
    "__class__": "str",
    "__module__": "builtins",
    "__loader__": "TypeNode",
    "__id__": None,
}
#: All that a file may hold: loader → (module, class) and what else its node says.
_NODES: dict[str, tuple[tuple[str, str], set[str]]] = {
    "DictNode": (("builtins", "dict"), {"content", "key_types"}),
    "ListNode": (("builtins", "list"), {"content"}),
    "JsonNode": (("builtins", "str"), {"content", "is_json"}),
    "NdArrayNode": (("numpy", "ndarray"), {"type", "file"}),
}


class Refused(Exception):
    """Why a file is refused, as the end of a sentence; whoever opened it knows its name."""


@dataclass(frozen=True)
class Limits:
    """How much a model file may hold.

    Attributes
    ----------
    file_bytes, schema_bytes : int
        Sizes of the file and of its description.
    members, nodes, depth : int
        Parts of the zip file, values in the description, and how deep these may be nested.
    """

    file_bytes: int = 2 * 1024**3
    schema_bytes: int = 8 * 1024**2
    members: int = 10_000
    nodes: int = 50_000
    depth: int = 32


LIMITS = Limits()


@dataclass(frozen=True)
class _Array:
    """Where in its part of the file an array begins, and what it is."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    fortran: bool
    offset: int


class Audit:
    """The check of one open file; :meth:`build` makes its values afterwards.

    Parameters
    ----------
    file : binary file
        Open for reading, at any place. It stays open as long as the audit is used.
    limits : Limits
        How much it may hold.

    Raises
    ------
    Refused
        When the file is anything but a plain model file. Nothing was constructed then.
    """

    def __init__(self, file: IO[bytes], *, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._zip = _open_zip(file, limits)
        self._members = _members(self._zip, file, limits)
        self._arrays: dict[str, _Array] = {}
        self._built: dict[str, npt.NDArray[Any]] = {}
        self._nodes = 0
        self._schema = self._read_schema()
        self._check(self._schema, "the top", 0)
        for name in self._members:
            if name != SCHEMA and name not in self._arrays:
                raise Refused(f"it holds a part {name!r} that its description does not name")

    def build(self) -> Any:
        """The values of the file.

        Raises
        ------
        Refused
            When the content of an array does not fit its check sum or its kind.
        """
        return self._make(self._schema)

    def _read_schema(self) -> dict[str, Any]:
        content = self._content(SCHEMA, 0)
        try:
            schema = json.loads(bytes(content).decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise Refused("its description cannot be read (no valid JSON)") from error
        if not isinstance(schema, dict):
            raise Refused("its description is no table of names and values")
        protocol = schema.pop("protocol", None)
        if type(protocol) is not int or protocol not in PROTOCOLS:
            known = ", ".join(map(str, sorted(PROTOCOLS)))
            raise Refused(f"its skops protocol is {_told(protocol)}, and only {known} is known")
        if not isinstance(schema.pop("_skops_version", None), str):
            raise Refused("its description does not say which skops wrote it")
        return schema

    def _check(self, node: Any, where: str, depth: int) -> None:
        self._nodes += 1
        if self._nodes > self._limits.nodes:
            raise Refused(f"it holds more than {self._limits.nodes:,} values")
        if depth > self._limits.depth:
            raise Refused(f"its values are nested more than {self._limits.depth} deep")
        loader = _loader(node, where)
        if loader == "DictNode":
            self._check_dict(node, where, depth)
        elif loader == "ListNode":
            if not isinstance(node["content"], list):
                raise Refused(f"the list at {where} has no items")
            for item in node["content"]:
                self._check(item, where, depth + 1)
        elif loader == "JsonNode":
            _scalar(node, where)
        else:
            self._check_array(node, where)

    def _check_dict(self, node: dict[str, Any], where: str, depth: int) -> None:
        content, keys = node["content"], node["key_types"]
        if not isinstance(content, dict):
            raise Refused(f"the dict at {where} has no values")
        if _loader(keys, where) != "ListNode" or not isinstance(keys["content"], list):
            raise Refused(f"the dict at {where} does not say of what kind its keys are")
        for key in keys["content"]:
            # the one place where a type is named, and the only one it may be
            if not isinstance(key, dict) or {**key, "__id__": None} != _TEXT_KEY:
                raise Refused(f"the dict at {where} has keys that are no texts: {_told(key)}")
        if len(keys["content"]) != len(content):
            raise Refused(f"the dict at {where} has {len(content)} values for other keys")
        for name, value in content.items():
            self._check(value, f"{where} → {_told(name)}", depth + 1)

    def _check_array(self, node: dict[str, Any], where: str) -> None:
        name = node["file"]
        if node["type"] != "numpy":
            raise Refused(f"the array at {where} is of the kind {_told(node['type'])}")
        if not isinstance(name, str) or name == SCHEMA or name not in self._members:
            raise Refused(f"the array at {where} is not in the file")
        if name not in self._arrays:
            try:
                with self._zip.open(self._members[name]) as part:
                    self._arrays[name] = _array_header(part, self._members[name].file_size, where)
            except _DAMAGED as error:
                raise Refused(f"the array at {where} is damaged ({error})") from error

    def _make(self, node: dict[str, Any]) -> Any:
        loader = node["__loader__"]
        if loader == "DictNode":
            return {name: self._make(value) for name, value in node["content"].items()}
        if loader == "ListNode":
            return [self._make(item) for item in node["content"]]
        if loader == "JsonNode":
            return json.loads(node["content"])
        name = node["file"]
        if name not in self._built:
            self._built[name] = self._make_array(name)
        return self._built[name]

    def _make_array(self, name: str) -> npt.NDArray[Any]:
        kind = self._arrays[name]
        raw = self._content(name, kind.offset)
        if kind.dtype.kind == "b" and raw.size and raw.max() > 1:
            raise Refused("an array of truth values holds something else")
        if kind.dtype.kind == "U" and raw.size and raw.view("<u4").max() > _LAST_LETTER:
            raise Refused("an array of texts holds something that is no letter")
        values = raw.view(kind.dtype)
        return values.reshape(kind.shape, order="F" if kind.fortran else "C")

    def _content(self, name: str, offset: int) -> npt.NDArray[np.uint8]:
        """The bytes of a part after ``offset``, with the check sum of the whole part held to."""
        info = self._members[name]
        content = np.empty(info.file_size - offset, dtype=np.uint8)
        target = memoryview(content.data)
        try:
            with self._zip.open(info) as part:
                part.read(offset)
                for start in range(0, len(target), _CHUNK):
                    chunk = target[start : start + _CHUNK]
                    # zipfile holds the part to its check sum when it comes to the end
                    if part.readinto(chunk) != len(chunk):  # type: ignore[attr-defined]
                        raise EOFError("it is cut off")
        except _DAMAGED as error:
            raise Refused(f"the part {name!r} is damaged ({error})") from error
        return content


def check_size(file: IO[bytes], limits: Limits) -> None:
    """Refuse an open file that is too large to be looked at."""
    size = file.seek(0, os.SEEK_END)
    if size > limits.file_bytes:
        raise Refused(f"it has {size:,} bytes, and no more than {limits.file_bytes:,} are read")


def _open_zip(file: IO[bytes], limits: Limits) -> zipfile.ZipFile:
    check_size(file, limits)
    file.seek(0)
    start = file.read(4)
    if start[:1] == b"\x80":
        raise Refused("it is a Python pickle, which could run any program")
    if start != b"PK\x03\x04":
        raise Refused("it is no skops file (skops files are zip files)" if start else "it is empty")
    check_end(file, limits)
    try:
        return zipfile.ZipFile(file)
    except _DAMAGED as error:
        raise Refused("it is cut off or damaged (its table of contents is missing)") from error


def check_end(file: IO[bytes], limits: Limits) -> None:
    """Look at the end of a zip file: zipfile reads all of a table of contents into memory."""
    last = _END.size + _END64.size
    file.seek(max(0, file.seek(0, os.SEEK_END) - last))
    read = file.read(last)
    before, end = read[: -_END.size], read[-_END.size :]
    if len(end) != _END.size or end[:4] != b"PK\x05\x06":
        raise Refused("it is cut off or damaged (its table of contents is missing)")
    entries, nbytes = _END.unpack(end)[4:6]
    # the longer form is for files larger than we read, and would overrule these numbers
    if entries > limits.members or before[:4] == b"PK\x06\x07":
        raise Refused(f"it holds more than {limits.members:,} parts")
    if nbytes > entries * _ENTRY_BYTES:
        raise Refused(f"its table of contents is too long ({nbytes:,} bytes)")


def _members(
    opened: zipfile.ZipFile, file: IO[bytes], limits: Limits
) -> dict[str, zipfile.ZipInfo]:
    infos = opened.infolist()
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.orig_filename
        if name != SCHEMA and not _ARRAY_NAME.fullmatch(name):
            raise Refused(f"it holds a part of the name {_told(name)}, which no model has")
        if name in found:
            raise Refused(f"it holds the part {name!r} twice")
        if info.flag_bits & 0x1:
            raise Refused(f"its part {name!r} is encrypted")
        # Stored as they are, parts cannot unpack to more than the file itself: no zip bombs
        if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
            raise Refused(f"its part {name!r} is compressed, which Warmstart never does")
        found[name] = info
    if sum(info.file_size for info in infos) > file.seek(0, os.SEEK_END):
        raise Refused("its parts are said to be larger than the file itself")
    if SCHEMA not in found:
        raise Refused(f"it has no description ({SCHEMA})")
    if found[SCHEMA].file_size > limits.schema_bytes:
        raise Refused(f"its description is larger than {limits.schema_bytes / 1024**2:.0f} MB")
    return found


def _loader(node: Any, where: str) -> str:
    """The loader of a node, once the node is known to be one of our own few kinds."""
    if not isinstance(node, dict):
        raise Refused(f"the value at {where} is not described")
    loader, module, name = (node.get(m) for m in ("__loader__", "__module__", "__class__"))
    if loader is None or module is None or name is None:
        raise Refused(f"the value at {where} does not say what it is")
    if not isinstance(loader, str) or loader not in _NODES or (module, name) != _NODES[loader][0]:
        raise Refused(
            f"the value at {where} asks for {_told(module)}.{_told(name)} by {_told(loader)}, "
            "and a model file holds numbers, texts and arrays only"
        )
    expected = _MARKS | _NODES[loader][1]
    if missing := expected - set(node):
        raise Refused(f"the value at {where} lacks {', '.join(sorted(missing))}")
    if more := set(node) - expected:
        raise Refused(f"the value at {where} says more than it should: {_told(sorted(more)[0])}")
    return loader


def _scalar(node: dict[str, Any], where: str) -> None:
    content = node["content"]
    if node["is_json"] is not True or not isinstance(content, str):
        raise Refused(f"the value at {where} is no plain value")
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Refused(f"the value at {where} cannot be read") from error
    if not (value is None or isinstance(value, (bool, int, float, str))):
        raise Refused(f"the value at {where} is no single number or text")


def _array_header(part: IO[bytes], size: int, where: str) -> _Array:
    """Read the head of an npy file without evaluating it; numpy would parse it as Python."""
    start = part.read(10)
    length = int.from_bytes(start[8:10], "little")
    header = part.read(length).decode("ascii", "replace")
    read = _NPY_HEADER.fullmatch(header)
    if not start.startswith(_NPY_START) or len(header) != length or read is None:
        raise Refused(f"the array at {where} does not begin as an array of numpy does")
    dtype, fortran, shape = read.groups()
    text = _TEXT_DTYPE.fullmatch(dtype)
    if dtype not in _DTYPES and text is None:
        raise Refused(f"the array at {where} is of the kind {_told(dtype)}, which no model has")
    sizes = tuple(int(n) for n in shape.replace(" ", "").split(",") if n)
    kind = np.dtype(dtype)
    # an array without values still has a shape, which numpy must be able to hold
    if len(sizes) > 16 or math.prod(n or 1 for n in sizes) * kind.itemsize > 2**60:
        raise Refused(f"the array at {where} has an absurd shape: {_told(sizes)}")
    nbytes = math.prod(sizes) * kind.itemsize
    if nbytes != size - 10 - length:
        raise Refused(
            f"the array at {where} says it has the shape {_told(sizes)}, but holds "
            f"{size - 10 - length:,} bytes instead of {_told(nbytes)}"
        )
    return _Array(dtype=kind, shape=sizes, fortran=fortran == "True", offset=10 + length)


def _told(value: object) -> str:
    """A value from the file as it may stand in a message: short, and on one line."""
    text = value if isinstance(value, str) and value.isprintable() else repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
