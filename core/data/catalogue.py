"""The data sets that can be had by name."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import Any

from core.data import built_in as _folder
from core.data.built_in.base import BuiltIn
from core.data.dataset import Dataset
from core.errors import NotFound
from core.params import resolve
from core.progress import SILENT, Progress

__all__ = ["BuiltIn", "build", "built_in", "get", "signature"]

_ORDER = {"python_docs": 0, "twenty_newsgroups": 1}  # text first: what most people come with


@cache
def _found() -> tuple[BuiltIn, ...]:
    sets = []
    for info in pkgutil.iter_modules(_folder.__path__):
        found = getattr(
            importlib.import_module(f"{_folder.__name__}.{info.name}"), "BUILT_IN", None
        )
        if isinstance(found, BuiltIn):
            sets.append(found)
    return tuple(sorted(sets, key=lambda s: (_ORDER.get(s.key, 9), s.title)))


def built_in() -> dict[str, BuiltIn]:
    """Every built-in data set by its key, in the order to offer them."""
    return {found.key: found for found in _found()}


def get(name: str) -> BuiltIn:
    """The built-in data set of that name.

    Raises
    ------
    NotFound
        When there is none.
    """
    try:
        return built_in()[name]
    except KeyError:
        raise NotFound(
            f"There is no built-in data set {name!r}.",
            hint="There is: " + ", ".join(built_in()) + ".",
        ) from None


def signature(name: str, options: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the content of a built-in data set depends on, without building it.

    Equals ``build(name, options).options``, so that a kept copy can be found.

    Parameters
    ----------
    name : str
        Key of the data set.
    options : mapping, optional
        Its options; those not given take their defaults. A full signature is understood too,
        so that ``Dataset.options`` can be passed back.

    Raises
    ------
    NotFound
        When there is no such data set.
    BadParam
        When an option is unknown or its value will not do.
    """
    found = get(name)
    return found.signature(resolve(found.params, _own(found, options)))


def build(
    name: str, options: Mapping[str, Any] | None = None, *, progress: Progress = SILENT
) -> Dataset:
    """Build or fetch a built-in data set.

    Parameters
    ----------
    name, options
        As for :func:`signature`.
    progress : Progress
        Told how far it is; may cancel.

    Returns
    -------
    Dataset
        The same content for the same signature.

    Raises
    ------
    NotFound, BadParam
        As for :func:`signature`.
    NoNetwork
        When a download was needed and could not be made.
    """
    found = get(name)
    settings = resolve(found.params, _own(found, options))
    progress.update(0.0, f"Preparing {found.title}")
    dataset = found.make(settings, progress)
    dataset = dataclasses.replace(dataset, options=found.signature(settings))
    progress.update(1.0, f"{found.title} is ready")
    return dataset


def _own(found: BuiltIn, options: Mapping[str, Any] | None) -> dict[str, Any]:
    # what a signature holds beyond the options (versions) was never a choice
    beyond = found.signature(resolve(found.params)).keys() - {param.name for param in found.params}
    return {name: value for name, value in (options or {}).items() if name not in beyond}
