"""What an upload was made from, above the command and the Python that use it."""

from __future__ import annotations

import csv
import io
import shlex
from contextlib import suppress

from core.data.made_from import table_arguments, table_file
from core.errors import NotFound
from core.jobs.requests import DataRef, Request
from core.store.records import DatasetRecord, RunRecord


def as_words(record: DatasetRecord) -> str:
    """An upload as DATA of the command line: its file and its columns. Empty for other sets."""
    file = table_file(record.options)
    if not file:
        return ""
    words = [file]
    for name, value in table_arguments(record.options).items():
        if name == "feature_columns":
            row = io.StringIO()
            csv.writer(row, lineterminator="").writerow(value)
            words += ["--columns", row.getvalue()]
        elif name != "seed" and (name, value) != ("test_share", 0.25):
            words += [f"--{name.replace('_', '-')}", str(value)]
    return f"{record.fingerprint[:12]} was made from: {shlex.join(words)}"


def as_call(record: DatasetRecord) -> str:
    """An upload as the call that makes it from its file. Empty for other sets."""
    file = table_file(record.options)
    if not file:
        return ""
    told = {**table_arguments(record.options), "name": record.name}
    given = ", ".join(f"{name}={value!r}" for name, value in told.items())
    made = f"dataset_from_table(read_table(Path({file!r})), {given})"
    return f"{record.fingerprint[:12]} was made by: {made}"


def kept(request: Request, record: RunRecord | DatasetRecord | None) -> list[DatasetRecord]:
    """The kept data sets that a request names."""
    from core.store import datasets

    found = {}
    if isinstance(record, DatasetRecord):
        found[record.fingerprint] = record
    for name in ("source", "data"):
        ref = getattr(request, name, None)
        if isinstance(ref, DataRef) and ref.fingerprint and ref.fingerprint not in found:
            with suppress(NotFound):
                found[ref.fingerprint] = datasets.get(ref.fingerprint)
    return list(found.values())


def above(told: list[str], code: str) -> str:
    """Code with comments above it, each kept to one line whatever a column is called."""
    lines = [f"# {' '.join(one.split())}" for one in told if one]
    return "\n".join([*lines, code])
