"""One declaration of a setting, for everything that needs it.

A :class:`Param` stands beside the method it belongs to. From it come the validation, the
form on a page, ``--set name=value`` on the command line, the span of a search and a line
in the report.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from core.errors import BadParam

Value: TypeAlias = "int | float | bool | str | None"
Kind: TypeAlias = Literal["int", "float", "bool", "choice", "text", "file"]

_TRUE = {"true", "yes", "on", "1"}
_FALSE = {"false", "no", "off", "0"}


@dataclass(frozen=True)
class Param:
    """A setting of a method.

    Attributes
    ----------
    name : str
        As in the constructor of the method.
    kind : {"int", "float", "bool", "choice", "text", "file"}
        What its values are; of a file, the id under which it is kept, or its path.
    default : int, float, bool, str or None
        Used when nothing is said.
    help : str
        One line in plain words: what it does, and which way to turn it.
    label : str
        What a form shows; made from the name where empty.
    low, high : float, optional
        Closed bounds of numbers.
    choices : tuple of str
        The values of a choice, in the order they are offered; of a file, the endings that its
        name may have.
    choice_labels : mapping
        What a form shows for a choice where it is not the value itself.
    scale : {"linear", "log"}
        How a search or a slider should step.
    optional : bool
        Whether ``None`` ("none" on the command line) is a value.
    advanced : bool
        Whether a form folds it under "More settings".
    group : str
        Heading that a form may gather settings under.
    """

    name: str
    kind: Kind
    default: Value
    help: str
    label: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    choice_labels: Mapping[str, str] = field(default_factory=dict)
    scale: Literal["linear", "log"] = "linear"
    optional: bool = False
    advanced: bool = False
    group: str = ""

    @property
    def title(self) -> str:
        """What a form shows as the label."""
        return self.label or self.name.replace("_", " ").capitalize()

    @property
    def allowed(self) -> str:
        """The values it takes, in words."""
        words = {
            "bool": "true or false",
            "choice": "one of " + ", ".join(self.choices),
            "text": "a text",
            "file": "a kept file or the path of one",
            "int": "a whole number",
            "float": "a number",
        }[self.kind]
        if self.kind in ("int", "float"):
            if self.low is not None and self.high is not None:
                words += f" from {self.low:g} to {self.high:g}"
            elif self.low is not None:
                words += f" of at least {self.low:g}"
            elif self.high is not None:
                words += f" of at most {self.high:g}"
        return words + (", or none" if self.optional else "")

    def check(self, value: Any) -> Value:
        """Return ``value`` in its own type, or say why it will not do.

        Raises
        ------
        BadParam
            When it is of the wrong kind or outside its range.
        """
        if getattr(value, "ndim", None) == 0:
            value = value.item()  # numpy scalars come out of data frames and widgets
        if value is None:
            if self.optional:
                return None
            raise self._wrong(value)
        if self.kind == "bool":
            if isinstance(value, bool):
                return value
            raise self._wrong(value)
        if self.kind == "choice":
            if isinstance(value, str) and value in self.choices:
                return value
            raise self._wrong(value)
        if self.kind in ("text", "file"):
            if isinstance(value, str):
                return value
            raise self._wrong(value)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self._wrong(value)
        number = float(value)
        if not math.isfinite(number) or (self.kind == "int" and number != int(number)):
            raise self._wrong(value)
        if (self.low is not None and number < self.low) or (
            self.high is not None and number > self.high
        ):
            raise self._wrong(value)
        return int(number) if self.kind == "int" else number

    def parse(self, text: str) -> Value:
        """Read a value as typed on the command line, and check it."""
        word = text.strip()
        if self.optional and word.lower() in ("none", ""):
            return None
        if self.kind == "bool":
            if word.lower() in _TRUE:
                return True
            if word.lower() in _FALSE:
                return False
            raise self._wrong(text)
        if self.kind in ("choice", "text", "file"):
            return self.check(word)
        try:
            return self.check(float(word))
        except ValueError:
            raise self._wrong(text) from None

    def _wrong(self, value: Any) -> BadParam:
        return BadParam(
            f"{self.name} cannot be {value!r}.", hint=f"It takes {self.allowed}: {self.help}"
        )


def by_name(params: Iterable[Param]) -> dict[str, Param]:
    """The settings by their names."""
    return {param.name: param for param in params}


def resolve(params: Iterable[Param], values: Mapping[str, Any] | None = None) -> dict[str, Value]:
    """All settings with their values: those given, checked, and the defaults of the others.

    Raises
    ------
    BadParam
        When a name is unknown or a value will not do.
    """
    known = by_name(params)
    given = dict(values or {})
    for name in given:
        if name not in known:
            raise _unknown(name, known)
    return {
        name: param.check(given[name]) if name in given else param.default
        for name, param in known.items()
    }


def parse_settings(params: Iterable[Param], settings: Iterable[str]) -> dict[str, Value]:
    """Read ``name=value`` texts from the command line.

    Returns only what was given; :func:`resolve` adds the defaults.
    """
    known = by_name(params)
    values: dict[str, Value] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        name = name.strip()
        if not equals:
            raise BadParam(
                f"The setting {setting!r} has no value.", hint="Write it as --set name=value."
            )
        if name not in known:
            raise _unknown(name, known)
        values[name] = known[name].parse(text)
    return values


def _unknown(name: str, known: Mapping[str, Param]) -> BadParam:
    offered = ", ".join(sorted(known)) or "no settings at all"
    return BadParam(f"There is no setting {name!r} here.", hint=f"There is: {offered}.")
