"""Model files: skops files of one payload of plain values, with a format name and a version.

A payload is a dict with text keys; its leaves are None, truth values, numbers, texts, lists of
such, and arrays of numbers, truth values or texts. :func:`write` adds ``"format"`` and
``"version"`` to it. :func:`read` opens every version that was ever written: ``_READERS`` has
one function for each, which brings a payload of that version into today's shape.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, TypeVar

import numpy as np
import numpy.typing as npt

from core.errors import BadModelFile, NotFound
from core.store.audit import LIMITS, Audit, Limits, Refused, check_size
from core.store.files import in_words, write_atomic

FORMAT = "warmstart-model"
VERSION = 1

Payload = dict[str, Any]
T = TypeVar("T")

_READERS: dict[int, Callable[[Payload], Payload]] = {1: lambda payload: payload}
_HINT = "Nothing in it was executed. Get the file again from where it was made, or train anew."


def write(path: Path, payload: Mapping[str, Any]) -> str:
    """Write a payload as a model file that is whole or not there.

    Tuples become lists, numpy scalars plain numbers. What was written is looked through as
    :func:`read` would before the file gets its name.

    Returns
    -------
    str
        SHA-256 of the file, in hexadecimal.

    Raises
    ------
    TypeError
        When the payload holds something that does not belong there (a fault of the program).
    StoreFailed
        When the disk refuses.
    """
    import skops.io

    if {"format", "version"} & set(payload):
        raise TypeError("the format and its version are added to the payload, not given with it")
    plain = _plain({"format": FORMAT, "version": VERSION, **payload}, "payload")
    digest = ""

    def fill(file: IO[bytes]) -> None:
        nonlocal digest
        skops.io.dump(plain, file)
        try:
            Audit(file)
        except Refused as refused:
            raise TypeError(f"the model file would not open again: {refused}") from refused
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        file.seek(0, os.SEEK_END)

    write_atomic(path, fill)
    return digest


def read(path: Path, *, sha256: str | None = None, limits: Limits = LIMITS) -> Payload:
    """Read a model file after looking through it; see :mod:`core.store.audit`.

    Parameters
    ----------
    path : Path
        The file.
    sha256 : str, optional
        What the file must have; checked before anything else.
    limits : Limits
        How much it may hold.

    Returns
    -------
    dict
        The payload in today's shape, ``"format"`` and ``"version"`` among it. Arrays belong to
        the caller.

    Raises
    ------
    BadModelFile
        When it is not what it should be. Nothing was executed, and nothing is returned.
    NotFound
        When there is no such file.
    """
    with in_words("read", path):
        try:
            file = open(path, "rb")  # noqa: SIM115 - closed below; the words differ for opening
        except FileNotFoundError:
            raise NotFound(
                f"The model file {path.name} is not there ({path}).",
                hint="It was deleted or moved by hand. Train the model anew.",
            ) from None
        with file:
            try:
                check_size(file, limits)
                if sha256 is not None:
                    _check_sum(file, sha256)
                payload = Audit(file, limits=limits).build()
                return _today(payload)
            except Refused as refused:
                raise BadModelFile(
                    f"The model file {path.name} is refused: {refused}.", hint=_HINT
                ) from refused


def taken(payload: Mapping[str, Any], name: str, kind: type[T]) -> T:
    """The value of a field of a payload, which must be there and of that kind.

    Raises
    ------
    BadModelFile
        When it is missing or of another kind.
    """
    value = payload.get(name)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        said = "is missing" if name not in payload else f"is a {type(value).__name__}"
        raise BadModelFile(
            f"The model file is refused: its field {name!r} {said}, and should be a "
            f"{kind.__name__}.",
            hint=_HINT,
        )
    return value


def _check_sum(file: IO[bytes], sha256: str) -> None:
    file.seek(0)
    if hashlib.file_digest(file, "sha256").hexdigest() != sha256:  # type: ignore[arg-type]
        raise Refused("it was changed since it was written (its SHA-256 differs)")


def _today(payload: Any) -> Payload:
    if not isinstance(payload, dict) or payload.get("format") != FORMAT:
        raise Refused("it is a skops file, but none that Warmstart wrote")
    version = payload.get("version")
    if type(version) is not int:
        raise Refused("it does not say which version of the format it has")
    if version > VERSION:
        raise Refused(
            f"it was written by a newer Warmstart (format version {version}, this program knows "
            f"versions up to {VERSION}); update Warmstart to open it"
        )
    if version not in _READERS:
        raise Refused(f"its format version {version} was never in use")
    return _READERS[version](payload)


def _plain(value: Any, where: str) -> Any:
    """A copy of nested values with only plain types in it; arrays are not copied needlessly."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if value.bit_length() > 64:
            raise TypeError(f"{where} is a whole number of more than 64 bits")
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"{where} has the key {key!r}, which is no text")
        return {str(key): _plain(item, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, f"{where}[{i}]") for i, item in enumerate(value)]
    if isinstance(value, np.ndarray) and not isinstance(value, np.ma.MaskedArray):
        return _plain_array(value, where)
    raise TypeError(f"{where} is a {type(value).__name__}, which a model file does not hold")


def _plain_array(value: npt.NDArray[Any], where: str) -> npt.NDArray[Any]:
    array = np.asarray(value)  # memory maps and other subclasses become plain
    kind, size = array.dtype.kind, array.dtype.itemsize
    if kind not in "biufU" or (kind == "f" and size > 8):
        raise TypeError(f"{where} is an array of {array.dtype}, which a model file does not hold")
    return array.astype(array.dtype.newbyteorder("<"), copy=False)
