"""A worker like the real one, whose tasks do nothing but behave in a certain way.

Started as a script by the tests, as ``python -m core.jobs.worker`` is by the program. The name
of the data in the request says how to behave.
"""

from __future__ import annotations

import ctypes
import os
import sys
import time
from typing import Any

from core.jobs.execute import Job
from core.jobs.worker import main

COMMAND = (sys.executable, __file__)


def behave(job: Job) -> dict[str, Any]:
    """Sleep, block, fail or succeed as the request says."""
    how, _, seconds = str(job.request.data.name).partition(" ")
    patience = float(seconds or 60)
    if how == "listens":
        begun = time.monotonic()
        while (spent := time.monotonic() - begun) < patience:
            job.progress.update(spent / patience, "Waiting", loss=1 - spent / patience)
            time.sleep(0.02)
    elif how == "deaf":
        job.progress.update(0.5, "Not listening")
        time.sleep(patience)
    elif how == "selfish":  # sleeps in C without giving other threads their turn
        job.progress.update(0.5, "Letting nobody else work")
        ctypes.PyDLL(None).sleep(int(patience))
    elif how == "fault":
        os.write(1, b"printed on the way\n")  # as a library in C would
        raise ZeroDivisionError("one over nothing")
    return {"how": how}


if __name__ == "__main__":
    sys.exit(main({"load": behave}, COMMAND))
