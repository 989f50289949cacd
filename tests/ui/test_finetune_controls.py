"""The controls of the Fine-tune page: presets, time, odd combinations, the same as code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core import jobs
from core.store import runs
from tests.ui.test_pages import calm, words

App = Callable[..., Any]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the page starts, kept and not done."""
    found: list[Any] = []

    def submit(request: Any, **_: Any) -> Any:
        found.append(request)
        return runs.list_all(kind="finetune")[0]

    monkeypatch.setattr(jobs, "submit", submit)
    return found


def page(app: App, filled: dict[str, str], **query: str) -> Any:
    return calm(app("finetune", data=filled["data"][:12], **query))


def test_a_preset_sets_what_it_says(app: App, filled: dict[str, str], asked: list[Any]) -> None:
    at = page(app, filled)
    assert at.segmented_control(key="ft_preset").value == "balanced"
    assert at.number_input(key="ft_draws").value == 5
    at.segmented_control(key="ft_preset").set_value("fast").run()
    calm(at)
    assert at.number_input(key="ft_draws").value == 3
    assert at.toggle(key="ft_curve").value is False
    assert "A first answer" in words(at)
    at.button(key="ft_start").click().run()
    assert (asked[0].draws, asked[0].curve, asked[0].strategy) == (3, False, "frozen")


def test_a_preset_follows_the_situation(app: App, filled: dict[str, str]) -> None:
    at = page(app, filled)
    at.segmented_control(key="ft_preset").set_value("best").run()
    at.number_input(key="ft_labels").set_value(8).run()
    assert at.segmented_control(key="ft_strategy_True_False_svm").value == "frozen"
    at.number_input(key="ft_labels").set_value(1).run()
    calm(at)
    assert at.segmented_control(key="ft_strategy_True_False_svm").value == "spreading"
    at.selectbox(key="ft_model").set_value(f"run:{filled['run']}").run()
    calm(at)
    assert at.segmented_control(key="ft_strategy_True_True_svm").value == "together"
    at.segmented_control(key="ft_preset").set_value("fast").run()
    calm(at)
    assert at.segmented_control(key="ft_head").value == "gradient"
    assert at.segmented_control(key="ft_strategy_True_True_gradient").value == "warm_start"
    assert at.number_input(key="ft_gradient_passes").value == 30
    at.selectbox(key="ft_model").set_value("none").run()
    calm(at)
    assert at.segmented_control(key="ft_strategy_False_False_svm").value == "scratch"


def test_what_a_person_changes_stays_and_is_named(app: App, filled: dict[str, str]) -> None:
    at = page(app, filled)
    assert "Changed by you" not in words(at)
    at.number_input(key="ft_draws").set_value(7).run()
    at.segmented_control(key="ft_head").set_value("logistic").run()
    calm(at)
    assert at.number_input(key="ft_draws").value == 7
    assert "Changed by you from *Balanced*: head, draws." in words(at)
    at.segmented_control(key="ft_preset").set_value("own").run()
    calm(at)
    assert at.number_input(key="ft_draws").value == 7
    assert "Changed by you" not in words(at)


def test_the_time_is_said_before_the_start(app: App, filled: dict[str, str]) -> None:
    at = page(app, filled)
    assert "on this server" in words(at)
    assert "learning the model first" not in words(at)
    at.selectbox(key="ft_model").set_value("new:ppmi").run()
    assert "go into learning the model first" in words(calm(at))


def test_odd_combinations_are_told(app: App, filled: dict[str, str]) -> None:
    at = page(app, filled)
    at.segmented_control(key="ft_preset").set_value("own").run()
    at.number_input(key="ft_draws").set_value(1).run()
    assert "A single draw cannot tell" in words(calm(at))
    at.segmented_control(key="ft_head").set_value("tree").run()
    assert "Probe, then tune is offered with the head" in words(calm(at))


def test_what_cannot_work_says_why_and_cannot_be_started(app: App, filled: dict[str, str]) -> None:
    at = page(app, filled)
    topics = runs.get(filled["other"]).model
    at.selectbox(key="ft_model").set_value(topics).run()
    at.segmented_control(key="ft_strategy_True_False_svm").set_value("probe_then_tune").run()
    assert not at.exception
    assert "Only word vectors can be tuned" in str(at.warning[0].proto)
    assert "the strategy 'frozen'" in at.warning[0].value
    assert at.button(key="ft_start").disabled


def test_the_same_without_the_page(app: App, filled: dict[str, str]) -> None:
    at = page(app, filled)
    shell, python = [code.value for code in at.code]
    assert shell.startswith(f"python -m core finetune {filled['data'][:12]}")
    assert "jobs.run_here(FinetuneRequest(" in python
    assert filled["data"] in python


def test_the_estimate_is_corrected_by_what_runs_took(
    filled: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.jobs.requests import DataRef, FinetuneRequest
    from ui.expected import expected

    data = DataRef(fingerprint=filled["data"])
    request = FinetuneRequest(data=data, model=filled["model"], draws=20)
    before = expected(request)
    slow = [
        replace(run, result={"seconds": {"finetune": 1000.0}})
        for run in runs.list_all(kind="finetune")
    ]
    monkeypatch.setattr(runs, "list_all", lambda **_: slow)
    after = expected(request)
    assert before is not None
    assert after is not None
    assert after.total > 2 * before.total
    # nothing is said of what cannot be: no such model, data that is not here yet
    assert expected(FinetuneRequest(data=data, model="0123456789ab")) is None
    assert expected(FinetuneRequest(data=DataRef(name="digits"))) is None
