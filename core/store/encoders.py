"""Fitted encoders as payloads of model files, and back.

A file names a method by its key and tells its settings; only our own registry knows which class
that is. What an encoder learned comes as arrays, which the class itself checks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from core.errors import BadModelFile, BadParam, NotFound, WarmstartError
from core.store.modelfile import read, taken, write

if TYPE_CHECKING:
    from core.pretrain.base import Encoder

T = TypeVar("T")


def write_encoder(
    path: Path, encoder: Encoder, *, method: str, settings: Mapping[str, Any], seed: int
) -> str:
    """Write a fitted encoder as a model file; returns its SHA-256."""
    return write(
        path,
        {
            "kind": "encoder",
            "method": method,
            "settings": dict(settings),
            "seed": int(seed),
            "state": encoder.state(),
        },
    )


def read_encoder(path: Path, *, sha256: str | None = None) -> Encoder:
    """The encoder of a model file, fitted.

    Raises
    ------
    BadModelFile
        When the file is damaged, forged, or of a method or setting that is unknown here.
    NotFound
        When there is no such file.
    """
    from core.params import resolve
    from core.pretrain import get_method

    payload = read(path, sha256=sha256)
    expect_kind(payload, "encoder", path)
    seed = taken(payload, "seed", int)
    try:
        method = get_method(taken(payload, "method", str))
        encoder = method.make(resolve(method.params, taken(payload, "settings", dict)), seed)
    except (NotFound, BadParam) as error:
        raise unknown_here(path, error) from error
    state = taken(payload, "state", dict)
    return take_over(lambda: encoder.load_state(state), path)


def expect_kind(payload: Mapping[str, Any], kind: str, path: Path) -> None:
    """Refuse a model file that holds something else than a ``kind``."""
    found = taken(payload, "kind", str)
    if found != kind:
        raise BadModelFile(
            f"The model file {path.name} holds a {found[:40]!r}, not a {kind!r}.",
            hint="Choose another file.",
        )


def unknown_here(path: Path, error: WarmstartError) -> BadModelFile:
    """The words for a file that asks for a method, head or setting that we do not have."""
    return BadModelFile(
        f"The model file {path.name} cannot be used by this version: {error.message}",
        hint="It was made by another version of Warmstart. Update, or train anew.",
    )


def take_over(load: Callable[[], T], path: Path) -> T:
    """Call a ``load_state``; whatever it makes of arrays that do not fit is said in words."""
    try:
        return load()
    except BadModelFile:
        raise
    except (WarmstartError, KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
        raise BadModelFile(
            f"The model file {path.name} is refused: what it learned does not fit together "
            f"({error or type(error).__name__}).",
            hint="Get the file again from where it was made, or train anew.",
        ) from error
