"""Keeping linear algebra on one thread where products are small."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[Any]:
    """Within it, BLAS and OpenMP use one thread, in the whole process.

    A training on few rows makes thousands of tiny products. Handing each of them to a second
    core costs more than it saves, and many times more while other runs want that core.
    """
    return _controller().limit(limits=1)  # type: ignore[no-any-return]


@cache
def _controller() -> ThreadpoolController:
    # looking through the loaded libraries takes longer than a small fit: once is enough
    return ThreadpoolController()
