"""What to tell a person when a run did not end well."""

from __future__ import annotations

import errno
import traceback
import uuid
from dataclasses import dataclass
from pathlib import Path

from core.errors import WarmstartError

#: Words for a run whose process is gone without having said why.
KILLED = "The worker was killed, or the machine was restarted, while this run was working."
STOPPED = "The worker was asked to stop by the system while this run was working."
AGAIN = "Nothing else is lost. Start it again with the same settings."
AGAIN_SMALLER = (
    AGAIN + " If it stops at the same place, memory ran out: take fewer dimensions or rows."
)

_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_LOCKED = {errno.EACCES, errno.EPERM, errno.EROFS}


@dataclass(frozen=True)
class Failure:
    """Why a run failed.

    Attributes
    ----------
    error, hint : str
        What is wrong and what to do, for a person.
    kind : str
        Name of the exception's class.
    log : str, optional
        Mark of the traceback in the run's log; only for faults of the program.
    """

    error: str
    hint: str | None
    kind: str
    log: str | None = None

    @property
    def fault(self) -> bool:
        """Whether the program is to blame rather than data, settings or machine."""
        return self.log is not None


def explain(error: BaseException) -> Failure:
    """Put an exception into words; one that nobody expected gets a log id."""
    kind = type(error).__name__
    if isinstance(error, WarmstartError):
        return Failure(error.message, error.hint, kind)
    if isinstance(error, MemoryError):
        detail = str(error).split("\n", maxsplit=1)[0].rstrip(".")
        return Failure(
            "The memory of this machine was not enough" + (f": {detail}." if detail else "."),
            "Take fewer dimensions, a smaller vocabulary (raise the minimum number of rows a "
            "term is in), or fewer rows.",
            kind,
        )
    if isinstance(error, OSError) and error.errno in _FULL:
        return Failure(
            "The disk is full: a result could not be written.",
            "Delete runs or models that are no longer needed, or free space, and start again.",
            kind,
        )
    if isinstance(error, OSError) and error.errno in _LOCKED:
        name = f" {Path(str(error.filename)).name!r}" if error.filename else ""
        return Failure(
            f"The file{name} cannot be read or written: {error.strerror}.",
            "Give the program the right to write in its home folder (WARMSTART_HOME), or name "
            "another one.",
            kind,
        )
    log = uuid.uuid4().hex[:8]
    return Failure(
        f"Something went wrong inside the program ({kind}, log {log}).",
        f"The run's log holds the details under {log}; please report it. Other runs are fine.",
        kind,
        log,
    )


def write_traceback(path: Path, error: BaseException, log: str | None) -> None:
    """Add the traceback of ``error`` to a log file; silent where that is impossible."""
    try:
        with path.open("a", encoding="utf-8", errors="replace") as file:
            file.write(f"--- {log or type(error).__name__}\n")
            file.writelines(traceback.format_exception(error))
    except OSError:
        return
