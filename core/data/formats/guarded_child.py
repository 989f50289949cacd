"""The process that opens Excel and Parquet files; see :mod:`core.data.formats.guarded`."""

from __future__ import annotations

import json
import sys
from typing import Any

from core.data.formats import excel, parquet
from core.data.limits import Limits
from core.errors import WarmstartError


def bound(limits: Limits) -> None:
    """Cap this process's own memory and processor time, where the system can."""
    try:
        import resource
    except ImportError:  # pragma: no cover - Windows has no such module
        return
    for kind, most in (
        (resource.RLIMIT_AS, limits.max_memory),
        (resource.RLIMIT_CPU, limits.max_seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (allowed, hard))


def main(request: dict[str, Any]) -> dict[str, Any]:
    """Read standard input as the request says; the answer goes to standard output."""
    limits = Limits(**request["limits"])
    name = request["name"]
    import pyarrow as pa  # before the bound: loading it is not the file's fault

    bound(limits)
    try:
        content = sys.stdin.buffer.read()
        if request["kind"] == "excel":
            found = excel.read(
                content, name=name, limits=limits, sheet=request["sheet"], header=request["header"]
            )
        else:
            found = parquet.read(content, name=name, limits=limits)
        with pa.ipc.new_stream(sys.stdout.buffer, found.schema) as writer:
            for batch in found.batches:
                writer.write_batch(batch)
    except WarmstartError as error:
        return {"error": error.message, "hint": error.hint}
    return {"notes": list(found.notes), "sheet": found.sheet}


if __name__ == "__main__":
    answer = main(json.loads(sys.argv[1]))
    print(json.dumps(answer), file=sys.stderr)  # noqa: T201 - this is the channel
