from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests import seed

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(autouse=True)
def _fresh_caches() -> None:
    """Caches outlive an app under test; here none does."""
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def app(home: Path) -> Callable[..., Any]:
    """Open a page of the app: ``app("data", data="…")``."""

    def open_page(page: str = "home", session: dict[str, Any] | None = None, **query: str) -> Any:
        at = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=60)
        for key, value in (session or {}).items():
            at.session_state[key] = value
        at.run()
        for key, value in query.items():
            at.query_params[key] = value
        if page != "home" or query:
            at.switch_page(str(ROOT / "pages" / f"{page}.py"))
            for key, value in query.items():
                at.query_params[key] = value
            at.run()
        return at

    return open_page


@pytest.fixture(scope="session")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A home folder with two finished runs, made once."""
    folder = tmp_path_factory.mktemp("filled") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WARMSTART_HOME", str(folder))
        from core.store import runs

        word_vectors = seed.finished_run(name="Vectors on tiny")
        topics = seed.finished_run(method="lsa", head="logistic", name="Topics on tiny")
        record = runs.get(word_vectors)
        ids = {
            "run": word_vectors,
            "other": topics,
            "data": record.dataset or "",
            "model": record.model or "",
        }
    return folder, ids


@pytest.fixture
def filled(_filled: tuple[Path, dict[str, str]], home: Path) -> dict[str, str]:
    """This test's home folder starts as a copy of the filled one; ids of what is in it."""
    folder, ids = _filled
    shutil.copytree(folder, home, dirs_exist_ok=True)
    return ids
