"""Read the docstrings of installed packages from their sources, without importing them.

Parsing is all the time there is, and it holds the interpreter's lock; so each core gets a
process of its own. They are started plainly, as ``python -m core.data.built_in.docstrings``:
nothing is forked, no ``__main__`` is run again, and this file imports no more than the
standard library, so that one is ready in a tenth of a second where a joblib worker takes two.
"""

from __future__ import annotations

import ast
import gc
import importlib.util
import json
import os
import queue
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.data.built_in.masking import Masker
from core.errors import JobFailed
from core.progress import SILENT, Progress

#: Folders whose texts say nothing about a package, or are copies of another one.
SKIPPED = frozenset(
    {"tests", "test", "__pycache__", "externals", "_vendor", "vendor", "node_modules"}
)

_DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_HERE = "core.data.built_in.docstrings"
_ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Source:
    """A source file: where it is, how its module is called, how large it is in bytes."""

    path: str
    module: str
    size: int

    @property
    def package(self) -> str:
        """The top-level package."""
        return self.module.partition(".")[0]


@dataclass(frozen=True)
class Docstring:
    """A docstring: what it belongs to ("scipy.stats._qmc.Sobol"), and its (masked) text."""

    name: str
    text: str


def find_sources(packages: Sequence[str]) -> list[Source]:
    """The source files of those of the packages that are installed, in a fixed order.

    Nothing is imported: a package is found by its import system's record of where it is.
    """
    found = []
    for package in packages:
        spec = importlib.util.find_spec(package)
        for root in (spec.submodule_search_locations or ()) if spec else ():
            for folder, folders, files in os.walk(root):
                folders[:] = sorted(name for name in folders if name not in SKIPPED)
                inside = Path(folder).relative_to(root).parts
                for file in sorted(files):
                    if file.endswith(".py") and not file.startswith(("test_", "conftest", "setup")):
                        path = os.path.join(folder, file)
                        parts = [package, *inside, file[: -len(".py")]]
                        if parts[-1] == "__init__":
                            parts.pop()
                        found.append(Source(path, ".".join(parts), os.path.getsize(path)))
    return found


def modules_inside(sources: Sequence[Source], package: str) -> dict[str, list[str]]:
    """The modules of a package with the names of all modules inside of each."""
    inside: dict[str, set[str]] = {}
    for source in sources:
        first, *parts = source.module.split(".")
        if first == package and parts:
            inside.setdefault(parts[0], set()).update(parts[1:])
    return {name: sorted(names) for name, names in sorted(inside.items())}


def docstrings_of(code: bytes, module: str) -> Iterator[tuple[str, str]]:
    """Each docstring in a source text, with the qualified name it belongs to.

    Definitions are looked for in the bodies of modules, classes, functions and of the branches
    in them; nowhere else can one stand, and the expressions are nine tenths of a tree.
    """
    todo: list[tuple[str, ast.AST]] = [(module, ast.parse(code))]
    while todo:
        name, node = todo.pop()
        if isinstance(node, (ast.Module, *_DEFINITIONS)):
            text = ast.get_docstring(node)
            if text:
                yield name, text
        below: list[tuple[str, ast.AST]] = []
        for field in ("body", "orelse", "finalbody", "handlers"):
            for child in getattr(node, field, ()):
                if isinstance(child, _DEFINITIONS):
                    below.append((f"{name}.{child.name}", child))
                elif isinstance(child, (ast.If, ast.Try, ast.With, ast.ExceptHandler, ast.For)):
                    below.append((name, child))
        todo.extend(reversed(below))


def read_docstrings(
    sources: Sequence[Source],
    *,
    longer_than: int = 80,
    masker: Masker | None = None,
    thorough_for: str = "",
    processes: int | None = None,
    progress: Progress = SILENT,
) -> list[Docstring]:
    """Read all docstrings of the source files.

    Parameters
    ----------
    sources : sequence of Source
        From :func:`find_sources`.
    longer_than : int
        Docstrings of so many characters or fewer are left out (before masking).
    masker : Masker, optional
        Applied to every text.
    thorough_for : str
        The package whose texts the masker treats thoroughly.
    processes : int, optional
        How many to read with; by default one for each core, at most four.
    progress : Progress
        Told after each file; when it cancels, the processes are ended.

    Returns
    -------
    list of Docstring
        In the order of the files, and within a file in the order of the source. Files that
        this version of Python cannot parse are left out.

    Raises
    ------
    JobFailed
        When a reading process cannot be started or ends early.
    """
    if not sources:
        return []
    count = max(1, min(processes or min(os.cpu_count() or 1, 4), len(sources)))
    total = sum(source.size for source in sources) or 1
    texts: dict[int, list[Docstring]] = {}
    answers: queue.Queue[tuple[int, list[list[str]]] | None] = queue.Queue()
    children: list[subprocess.Popen[bytes]] = []
    threads = []
    try:
        for pile in _piles(sources, count):
            order = {
                "files": [(i, sources[i].path, sources[i].module) for i in pile],
                "longer_than": longer_than,
                "masker": masker.arguments if masker else None,
                "thorough_for": thorough_for,
            }
            child = _start()
            children.append(child)
            thread = threading.Thread(target=_talk, args=(child, order, answers), daemon=True)
            thread.start()
            threads.append(thread)
        done, ended = 0, 0
        while ended < count:
            try:
                answer = answers.get(timeout=0.2)
            except queue.Empty:
                progress.update(done / total, "Reading docstrings")
                continue
            if answer is None:
                ended += 1
                continue
            index, found = answer
            texts[index] = [Docstring(name, text) for name, text in found]
            done += sources[index].size
            progress.update(done / total, "Reading docstrings")
        if len(texts) < len(sources):
            raise JobFailed(
                f"Reading the docstrings stopped after {len(texts)} of {len(sources)} files.",
                hint="Start it again; if that does not help, look whether memory ran out.",
            )
    finally:
        for child in children:
            child.kill()
        for child in children:
            child.wait()
        for thread in threads:
            thread.join()
    return [text for index in range(len(sources)) for text in texts[index]]


def _piles(sources: Sequence[Source], count: int) -> list[list[int]]:
    # largest first, each onto the lightest pile: the processes end at about the same time
    piles: list[list[int]] = [[] for _ in range(count)]
    weights = [0] * count
    for index in sorted(range(len(sources)), key=lambda i: -sources[i].size):
        lightest = weights.index(min(weights))
        piles[lightest].append(index)
        weights[lightest] += sources[index].size
    return piles


def _start() -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            [sys.executable, "-m", _HERE],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        raise JobFailed(
            f"No process could be started to read docstrings: {error}.",
            hint="Look whether the machine allows more processes and has memory left.",
        ) from error


def _talk(
    child: subprocess.Popen[bytes],
    order: dict[str, Any],
    answers: queue.Queue[tuple[int, list[list[str]]] | None],
) -> None:
    try:
        assert child.stdin is not None  # noqa: S101
        assert child.stdout is not None  # noqa: S101
        with child.stdin as stdin:
            stdin.write(json.dumps(order).encode())
        with child.stdout as stdout:
            for line in stdout:
                answers.put(tuple(json.loads(line)))
    except (OSError, ValueError):
        pass  # it was killed, or died: the caller counts what is missing
    finally:
        answers.put(None)


def main() -> None:
    """Be a reading process: an order on the standard input, a line for each file out."""
    warnings.simplefilter("ignore")  # invalid escapes in the sources of others
    gc.disable()  # trees have no cycles; looking for some takes a third of the time
    order = json.load(sys.stdin.buffer)
    masker = Masker(**order["masker"]) if order["masker"] else None
    for index, path, module in order["files"]:
        found = []
        try:
            code = Path(path).read_bytes()
            # most files without a triple quote have no long docstring; parsing is dear
            if b'"""' in code or b"'''" in code:
                thorough = module.partition(".")[0] == order["thorough_for"]
                for name, text in docstrings_of(code, module):
                    if len(text) > order["longer_than"]:
                        found.append((name, masker(text, thorough=thorough) if masker else text))
        except (OSError, SyntaxError, ValueError, RecursionError):
            found = []
        sys.stdout.write(json.dumps((index, found)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
