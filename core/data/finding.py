"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from core.types import Bools, Ints

Severity: TypeAlias = Literal["ok", "note", "warning", "serious"]

#: From the worst to the best.
SEVERITIES: tuple[Severity, ...] = ("serious", "warning", "note", "ok")

#: So many of the rows that a finding is about are listed.
LISTED = 200


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at before anybody is fooled.

    Attributes
    ----------
    key : str
        Which check it comes from ("test_duplicates").
    severity : {"ok", "note", "warning", "serious"}
        "ok" says that nothing was found; "serious" that scores would mean little.
    title : str
        What was found, with its numbers, in one line.
    meaning : str
        What that means for the work to come.
    advice : str
        What to do about it; empty where there is nothing to do.
    rows : list of int
        The first rows that it is about, at most ``LISTED``.
    count : int
        How many rows, classes or columns it is about.
    """

    key: str
    severity: Severity
    title: str
    meaning: str
    advice: str = ""
    rows: list[int] = field(default_factory=list)
    count: int = 0


def listed(rows: Ints | Bools) -> list[int]:
    """The first row indices of a mask or of an array of indices, for ``Finding.rows``."""
    indices = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
    return [int(index) for index in indices[:LISTED]]


def some(n: int, thing: str, things: str = "") -> str:
    """A number with its noun: "1 row", "2,345 rows"."""
    return f"{n:,} {thing if n == 1 else things or thing + 's'}"


def percent(share: float) -> str:
    """A share in words: "3 %", "0.4 %", "less than 0.1 %"."""
    if 0 < share < 0.001:
        return "less than 0.1 %"
    if 0.999 < share < 1:
        return "more than 99.9 %"
    digits = 0 if share == 0 or share >= 0.1 else 1
    return f"{100 * share:.{digits}f} %".replace(".0 %", " %")


def names(of: list[str], at_most: int = 5) -> str:
    """Names in a row: "a, b and 3 more"."""
    shown = [f"“{name}”" for name in of[:at_most]]
    if len(of) > at_most:
        return f"{', '.join(shown)} and {len(of) - at_most} more"
    return shown[0] if len(shown) == 1 else " and ".join([", ".join(shown[:-1]), shown[-1]])
