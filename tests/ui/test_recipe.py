"""The page of the founding recipe: before, and done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core import jobs
from core.jobs.requests import DataRef, RecipeRequest
from tests import seed


def test_before(app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    at = app("recipe")
    assert not at.exception
    asked = []

    class Record:
        id = "0" * 12

    monkeypatch.setattr(jobs, "submit", lambda request: asked.append(request) or Record)
    at.button(key="recipe_start").click().run()
    assert asked == [RecipeRequest()]
    assert asked[0].data.name == "twenty_newsgroups"
    assert not any(asked[0].data.options.values())


def test_done(app: Callable[..., Any]) -> None:
    run = jobs.run_here(RecipeRequest(data=DataRef(fingerprint=seed.keep_texts())))
    assert run.state == "done", run.error
    at = app("recipe", run=run.id)
    assert not at.exception
    assert not at.error
    table = at.dataframe[0].value
    assert table["Way"].tolist()[0] == "The recipe as published"
    assert len(table) == 5
    again = app("recipe")
    assert any("See the last result" in str(link.proto) for link in again.get("page_link"))
