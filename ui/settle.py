"""Keep Streamlit's garbage collection short.

After every rerun Streamlit walks all objects of the process (``gc.collect(2)``). Most of them
belong to imported modules and live as long as the server: on a page with charts that walk took
longer than the page itself. What has been imported is therefore taken out of the walk
(``gc.freeze``), once after each rerun that imported something, so a bounded number of times.
Frozen objects are still freed by their reference counts.
"""

from __future__ import annotations

import gc
import sys
import threading

_lock = threading.Lock()
_modules = 0


def settle() -> bool:
    """Freeze what the process holds if modules were imported since the last time.

    Returns
    -------
    bool
        Whether anything was frozen.
    """
    global _modules  # noqa: PLW0603 - one process, one heap
    with _lock:
        if len(sys.modules) == _modules:
            return False
        _modules = len(sys.modules)
        gc.collect()  # else garbage of this moment would be kept for good
        gc.freeze()
        return True
