"""JSON values from outside, held against the dataclass that they should become.

A frozen dataclass with type hints says all that may come: names, kinds, what may be missing.
Nothing is converted but lists into tuples, and nothing unknown passes.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from core.store.audit import Refused

T = TypeVar("T")
_TEXT = 100_000  # letters of a text, at most
_ITEMS = 1_000_000  # of a list or a mapping
_LARGEST = 2**53  # whole numbers beyond it are no counts, and not exact in every language


def typed(kind: type[T], values: Any, where: str, **names: Any) -> T:
    """An instance of a dataclass from JSON values.

    Parameters
    ----------
    kind : type
        A dataclass. Its fields may be bool, int, float, str, None, Literal, other dataclasses,
        and lists, tuples, sequences and mappings of these; ``Any`` stands for whatever JSON has.
    values : JSON values
        What was read.
    where : str
        What they are, for the words.
    **names
        Types that its hints name and its module loads for type checking only.

    Raises
    ------
    Refused
        When they are not what the dataclass says.
    """
    return _made(kind, values, where, names)  # type: ignore[no-any-return]


def _made(kind: Any, value: Any, where: str, names: Mapping[str, Any]) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _one_of(inner, value, where, names)
    if origin is Literal:
        if not any(type(value) is type(one) and value == one for one in inner):
            raise _wrong(where, value, "one of " + ", ".join(map(repr, inner)))
        return value
    if is_dataclass(kind):
        return _object(kind, value, where, names)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(value, dict) or len(value) > _ITEMS:
            raise _wrong(where, value, "a table of names and values")
        return {
            _text(key, where): _made(inner[1], item, f"{where} → {key[:60]}", names)
            for key, item in value.items()
        }
    if isinstance(origin, type):  # lists, tuples, sequences
        if not isinstance(value, list) or len(value) > _ITEMS:
            raise _wrong(where, value, "a list")
        items = [_made(inner[0], item, f"{where}[{i}]", names) for i, item in enumerate(value)]
        return items if origin is list else tuple(items)
    return _plain(kind, value, where)


def _one_of(kinds: tuple[Any, ...], value: Any, where: str, names: Mapping[str, Any]) -> Any:
    if value is None and types.NoneType in kinds:
        return None
    real = [kind for kind in kinds if kind is not types.NoneType]
    for kind in real[:-1]:
        try:
            return _made(kind, value, where, names)
        except Refused:
            continue
    return _made(real[-1], value, where, names)


def _object(kind: Any, value: Any, where: str, names: Mapping[str, Any]) -> Any:
    if not isinstance(value, dict):
        raise _wrong(where, value, "a table of names and values")
    known = {field.name: field for field in fields(kind)}
    if unknown := sorted(set(value) - set(known)):
        raise Refused(f"{where} has a field {unknown[0][:60]!r}, which is not known here")
    for name, field in known.items():
        required = field.default is MISSING and field.default_factory is MISSING
        if required and name not in value:
            raise Refused(f"{where} has no field {name!r}")
    hints = get_type_hints(kind, localns=dict(names))
    return kind(
        **{
            name: _made(hints[name], item, f"{where} → {name}", names)
            for name, item in value.items()
        }
    )


def _plain(kind: Any, value: Any, where: str) -> Any:
    if kind is Any:
        return value
    if kind is str:
        return _text(value, where)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind or (kind is int and abs(value) > _LARGEST):
        raise _wrong(where, value, f"a value of the kind {getattr(kind, '__name__', kind)}")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or len(value) > _TEXT:
        raise _wrong(where, value, f"a text of at most {_TEXT:,} letters")
    return value


def _wrong(where: str, value: Any, wanted: str) -> Refused:
    told = repr(value)
    return Refused(f"{where} is {told if len(told) <= 60 else told[:57] + '…'}, and not {wanted}")
