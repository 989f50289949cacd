"""The ways to pretrain, found in this folder: any module with a ``METHOD`` is one."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from core.errors import NotFound
from core.pretrain.base import Method
from core.types import Modality

_ORDER = {"tfidf": 0, "raw": 1, "random": 2}  # what learns nothing comes first, the rest by title


@cache
def methods() -> dict[str, Method]:
    """Every method by its key."""
    found: dict[str, Method] = {}
    for info in pkgutil.iter_modules(__path__):
        method = getattr(importlib.import_module(f"{__name__}.{info.name}"), "METHOD", None)
        if isinstance(method, Method):
            found[method.key] = method
    order = sorted(found.values(), key=lambda m: (_ORDER.get(m.key, 9), m.title))
    return {method.key: method for method in order}


def get_method(key: str) -> Method:
    """The method of that key.

    Raises
    ------
    NotFound
        When there is none.
    """
    try:
        return methods()[key]
    except KeyError:
        raise NotFound(
            f"There is no method {key!r}.", hint="There is: " + ", ".join(methods()) + "."
        ) from None


def methods_for(modality: Modality) -> list[Method]:
    """The methods that take rows of this kind, baselines first."""
    return [method for method in methods().values() if modality in method.modalities]


def baseline_for(modality: Modality) -> Method:
    """The method that learns nothing, for rows of this kind."""
    return next(method for method in methods_for(modality) if method.baseline)
