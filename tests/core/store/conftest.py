"""Every test of the store lets go of its database at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.store import database


@pytest.fixture(autouse=True)
def _closed_database(home: Path) -> Iterator[None]:
    yield
    database.close()
