"""Open binary formats in a process of their own, with bounds on memory and time.

Excel and Parquet files are read by compiled code, which a forged file can send into huge
allocations or a crash. Such an end must not be the end of the server, so that code runs in
a child that gets the file's bytes on its standard input, answers with Arrow batches on its
standard output and one line of JSON on its standard error.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

from core.data.limits import Limits, in_megabytes
from core.data.source import Source
from core.errors import BadData

if TYPE_CHECKING:
    import pyarrow as pa

_ROOT = Path(__file__).resolve().parents[3]
_TITLES = {"excel": "Excel", "parquet": "Parquet"}


@dataclass(frozen=True)
class Answer:
    """What the child read: an Arrow table, what it wants to say, and the sheet it is from."""

    table: pa.Table
    notes: tuple[str, ...]
    sheet: str | None


def read_apart(
    source: Source,
    kind: Literal["excel", "parquet"],
    *,
    limits: Limits,
    sheet: str | None = None,
    header: bool | None = None,
) -> Answer:
    """Read an Excel or Parquet file in a child process.

    Raises
    ------
    BadData
        What the reader found wrong, or that it crashed or passed its bounds.
    """
    request = {
        "kind": kind,
        "name": source.name,
        "limits": asdict(limits),
        "sheet": sheet,
        "header": header,
    }
    environment = dict(os.environ)
    environment.update(
        # one thread and the plain allocator: others reserve address space by the gigabyte
        OPENBLAS_NUM_THREADS="1",
        OMP_NUM_THREADS="1",
        ARROW_DEFAULT_MEMORY_POOL="system",
        PYTHONPATH=os.pathsep.join(
            part for part in (str(_ROOT), environment.get("PYTHONPATH")) if part
        ),
    )
    with tempfile.TemporaryFile() as words:
        child = subprocess.Popen(
            [sys.executable, "-m", "core.data.formats.guarded_child", json.dumps(request)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=words,
            env=environment,
        )
        late = threading.Event()

        def stop() -> None:
            late.set()
            child.kill()

        watch = threading.Timer(limits.max_seconds, stop)
        watch.start()
        try:
            assert child.stdin is not None  # noqa: S101 - pipes were asked for
            assert child.stdout is not None  # noqa: S101
            # a child that ended early closes its end of the pipe: its words say why
            with contextlib.suppress(BrokenPipeError), child.stdin, source.open() as stream:
                shutil.copyfileobj(stream, child.stdin, 2**20)
            table = _receive(child.stdout)
            child.stdout.close()
            code = child.wait()  # it has its words to say yet
        finally:
            watch.cancel()
            child.kill()
            child.wait()
        words.seek(0)
        report = _last_json(words.read())
    if "error" in report:
        raise BadData(report["error"], hint=report.get("hint"))
    if late.is_set():
        raise BadData(
            f"{source.name} took longer than {limits.max_seconds} s to open, and was given up.",
            hint="Save it as CSV and bring that.",
        )
    if table is None or "notes" not in report:
        raise BadData(
            f"{source.name} cannot be opened as {_TITLES[kind]}: its contents are damaged, or "
            f"need more than {in_megabytes(limits.max_memory)} of memory (the reader ended with "
            f"{code}).",
            hint="Open it where it was made, save it again or as CSV, and bring that.",
        )
    return Answer(table, tuple(report["notes"]), report.get("sheet"))


def _receive(stream: IO[bytes]) -> pa.Table | None:
    """The batches from the child as one table, or None where they break off.

    How much they may be is checked by the child, which is our own code.
    """
    import pyarrow as pa

    try:
        with pa.ipc.open_stream(stream) as reader:
            return reader.read_all()
    except (pa.ArrowException, OSError):
        return None


def too_much(name: str, limits: Limits) -> BadData:
    """The error for a file that unpacks to more than its bound."""
    return BadData(
        f"{name} unpacks to more than {in_megabytes(limits.max_unpacked)}, "
        "and no more than that is read.",
        hint="Leave out columns that are not needed, or bring a sample of the rows.",
    )


def _last_json(words: bytes) -> dict[str, Any]:
    """The child's report: its last line that is one. A crash may have written before it."""
    for line in reversed(words.decode("utf-8", "replace").splitlines()):
        if line.startswith("{"):
            with contextlib.suppress(ValueError):
                report: dict[str, Any] = json.loads(line)
                return report
    return {}
