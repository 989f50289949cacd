"""Heads and strategies, found in their folders: a module with a ``HEAD`` or a ``STRATEGY``."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from core.errors import NotFound

# loaded before the functions of their names: loading them later would replace those
from core.finetune import heads as _heads  # noqa: F401
from core.finetune import strategies as _strategies  # noqa: F401
from core.finetune.base import HeadSpec, Strategy

_FIRST = ("svm", "scratch")  # what is used when nobody chooses comes first, the rest by title


@cache
def heads() -> dict[str, HeadSpec]:
    """Every head by its key."""
    found = [spec for spec in _constants("heads", "HEAD") if isinstance(spec, HeadSpec)]
    found.sort(key=lambda spec: (spec.key not in _FIRST, spec.title))
    return {spec.key: spec for spec in found}


@cache
def strategies() -> dict[str, Strategy]:
    """Every strategy by its key."""
    found = [one for one in _constants("strategies", "STRATEGY") if isinstance(one, Strategy)]
    found.sort(key=lambda one: (one.key not in _FIRST, one.title))
    return {one.key: one for one in found}


def get_head(key: str) -> HeadSpec:
    """The head of that key.

    Raises
    ------
    NotFound
        When there is none.
    """
    try:
        return heads()[key]
    except KeyError:
        raise NotFound(
            f"There is no head {key!r}.", hint="There is: " + ", ".join(heads()) + "."
        ) from None


def get_strategy(key: str) -> Strategy:
    """The strategy of that key.

    Raises
    ------
    NotFound
        When there is none.
    """
    try:
        return strategies()[key]
    except KeyError:
        raise NotFound(
            f"There is no strategy {key!r}.", hint="There is: " + ", ".join(strategies()) + "."
        ) from None


def _constants(folder: str, name: str) -> list[object]:
    package = importlib.import_module(f"{__name__}.{folder}")
    return [
        getattr(importlib.import_module(f"{package.__name__}.{info.name}"), name, None)
        for info in pkgutil.iter_modules(package.__path__)
    ]
