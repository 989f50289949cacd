"""Transferring what a run learned, from the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core import jobs
from core.jobs.requests import DataRef, FinetuneRequest
from core.store import runs
from ui.command import command_line


@pytest.fixture(name="asked")
def _asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []

    class Record:
        id = "0" * 12

    monkeypatch.setattr(jobs, "submit", lambda request: found.append(request) or Record)
    return found


def test_a_run_as_the_source(app: Callable[..., Any], filled: Any, asked: list[Any]) -> None:
    run = filled["run"]
    at = app("finetune", data=filled["data"][:12])
    assert f"run:{run}" in at.selectbox(key="ft_model").options or any(
        "Transfer what a run learned" in option for option in at.selectbox(key="ft_model").options
    )
    at.selectbox(key="ft_model").set_value(f"run:{run}").run()
    assert not at.exception
    at.button(key="ft_start").click().run()
    request = asked[0]
    assert request.source == run
    assert request.model is None
    assert request.strategy in ("together", "augmentation")  # those that work with an SVM
    assert runs.get(run).model


def test_strategies_that_descend_come_with_their_head(
    app: Callable[..., Any], filled: Any, asked: list[Any]
) -> None:
    at = app("finetune", data=filled["data"][:12])
    at.selectbox(key="ft_model").set_value(f"run:{filled['run']}").run()
    at.button_group(key="ft_head").set_value("gradient").run()
    assert not at.exception
    titles = at.button_group(key="ft_strategy_True_True_gradient").options
    descending = {"Warm start", "Towards the source"}
    assert descending < set(titles)
    at.button_group(key="ft_head").set_value("svm").run()
    assert not descending & set(at.button_group(key="ft_strategy_True_True_svm").options)


def test_from_a_shell() -> None:
    request = FinetuneRequest(
        data=DataRef(name="python_docs"), source="abcdef", strategy="warm_start", head="gradient"
    )
    assert "finetune python_docs run:abcdef --head gradient --strategy warm_start" in command_line(
        request
    )
