"""What the command line prints: words for people, or one JSON object for machines."""

from __future__ import annotations

import json as jsonlib
import os
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any


def plain(value: Any) -> Any:
    """JSON has no NaN and no infinity; null stands for them."""
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None  # noqa: PLR0124
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


class Output:
    """Results to standard output, progress and troubles to standard error.

    Parameters
    ----------
    json : bool
        Whether results are one JSON object instead of words.
    """

    def __init__(self, *, json: bool = False) -> None:
        self.json = json
        self._ticker = _Ticker()

    def result(self, values: Any, words: Iterable[str]) -> None:
        """Print a result: ``values`` for machines or the lines of ``words`` for people."""
        self._ticker.clear()
        if self.json:
            sys.stdout.write(jsonlib.dumps(plain(values), indent=2, default=str) + "\n")
        else:
            for line in words:
                sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    def lines(self, words: Iterable[str]) -> None:
        """Print a result for people that another one follows."""
        if not self.json:
            self.result(None, words)

    def progress(self, fraction: float, message: str) -> None:
        """Show how far the work is."""
        self._ticker.show(fraction, message)

    def note(self, words: str) -> None:
        """Say something that is no result."""
        self._ticker.clear()
        sys.stderr.write(f"{words}\n")

    def error(self, message: str, hint: str | None, *, kind: str, run: str | None = None) -> None:
        """Say what is wrong and what to do; with ``--json`` as an object too."""
        self._ticker.clear()
        sys.stderr.write(f"{message}\n" + (f"{hint}\n" if hint else ""))
        if self.json:
            told: dict[str, Any] = {"error": {"message": message, "hint": hint, "kind": kind}}
            if run is not None:
                told["run"] = run
            sys.stdout.write(jsonlib.dumps(told, indent=2) + "\n")

    def close(self) -> None:
        """Write to nowhere from now on, so that the interpreter can end in peace."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Ticker:
    """One line on a terminal that is written over; in a log one line for each new message."""

    def __init__(self) -> None:
        self._last = ""
        self._shown = False
        self._written = 0.0

    def show(self, fraction: float, message: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[2K{fraction:4.0%}  {message[:100]}")
            sys.stderr.flush()
            self._shown = True
        elif message != self._last and time.monotonic() - self._written > 1.0:
            sys.stderr.write(f"{fraction:4.0%}  {message}\n")
            self._last, self._written = message, time.monotonic()

    def clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[2K")
            self._shown = False


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Lines of a table with aligned columns; numbers stand to the right."""
    cells = [["" if value is None else str(value) for value in row] for row in rows]
    widths = [max([len(name), *(len(row[i]) for row in cells)]) for i, name in enumerate(columns)]
    right = [
        bool(cells) and all(row[i][:1] in "0123456789-+" for row in cells if row[i])
        for i in range(len(columns))
    ]

    def line(row: Sequence[str]) -> str:
        return "  ".join(
            value.rjust(width) if to_right else value.ljust(width)
            for value, width, to_right in zip(row, widths, right, strict=True)
        ).rstrip()

    return [line(columns), line(["-" * width for width in widths]), *map(line, cells)]
