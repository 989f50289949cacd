from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import browser


@pytest.fixture(scope="session", autouse=True)
def _needs_chromium() -> None:
    if browser.chromium() is None:
        pytest.skip("no Chromium is installed (set CHROMIUM to its path)")
    pytest.importorskip("playwright")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[browser.Server]:
    """A fresh server with an empty home folder."""
    running = browser.start(tmp_path / "app-home")
    yield running
    running.stop()


@pytest.fixture
def context() -> Iterator[Any]:
    """A browser at desktop width."""
    with browser.opened() as ctx:
        yield ctx
