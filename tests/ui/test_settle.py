"""What is imported is taken out of the garbage collection after each rerun, once."""

from __future__ import annotations

import gc
import sys
import types
from collections.abc import Iterator

import pytest

from ui import settle


@pytest.fixture(autouse=True)
def _own_state(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(settle, "_modules", 0)
    yield
    gc.unfreeze()


def test_freezes_once_and_again_after_an_import(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settle.settle()
    assert gc.get_freeze_count() > 1000
    assert not settle.settle()
    monkeypatch.setitem(sys.modules, "imported_since", types.ModuleType("imported_since"))
    assert settle.settle()


def test_garbage_of_the_moment_is_not_kept() -> None:
    class Node:
        freed = False

        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            Node.freed = True

    Node()
    settle.settle()
    assert Node.freed
