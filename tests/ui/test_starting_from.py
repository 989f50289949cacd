"""A run as the start of another: the Fine-tune page filled in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core import jobs
from core.jobs.requests import DataRef, FinetuneRequest
from core.store import models, runs

App = Callable[..., Any]


def finished(filled: dict[str, str], **settings: Any) -> str:
    values: dict[str, Any] = {
        "head": "gradient",
        "head_settings": {"passes": 7, "learning_rate": 0.3, "loss": "softmax", "refit": False},
        "labels_per_class": 2,
        "draws": 2,
        "curve": False,
        "seed": 4,
    } | settings
    run = jobs.run_here(
        FinetuneRequest(data=DataRef(fingerprint=filled["data"]), model=filled["model"], **values)
    )
    assert run.state == "done", run.error
    return run.id


def test_a_new_run_like_an_old_one(app: App, filled: dict[str, str]) -> None:
    old = finished(filled)
    at = app("finetune", data=filled["data"], like=old)
    assert not at.exception
    assert not at.warning
    assert at.selectbox(key="ft_model").value == filled["model"]
    assert at.number_input(key="ft_labels").value == 2
    assert at.number_input(key="ft_draws").value == 2
    assert at.segmented_control(key="ft_head").value == "gradient"
    assert at.number_input(key="ft_gradient_passes").value == 7
    assert at.number_input(key="ft_gradient_learning_rate").value == 0.3
    assert at.selectbox(key="ft_gradient_loss").value == "softmax"
    assert at.toggle(key="ft_gradient_refit").value is False
    assert at.toggle(key="ft_curve").value is False
    assert at.number_input(key="ft_seed").value == 4
    # it is filled in once: what is changed afterwards stays
    at.number_input(key="ft_labels").set_value(3).run()
    assert at.number_input(key="ft_labels").value == 3


def test_going_on_starts_from_its_weights(app: App, filled: dict[str, str]) -> None:
    old = finished(filled)
    at = app("finetune", data=filled["data"], on=old)
    assert not at.exception
    assert at.selectbox(key="ft_model").value == f"run:{old}"
    assert at.segmented_control(key="ft_strategy_True_True_gradient").value == "warm_start"
    before = {run.id for run in runs.list_all()}
    at.button(key="ft_start").click().run()
    made = next(run for run in runs.list_all() if run.id not in before)
    assert made.request["source"] == old
    assert made.request["strategy"] == "warm_start"
    assert made.request["head_settings"]["passes"] == 7
    jobs.cancel(made.id)


def test_what_is_gone_is_said_or_left_out(app: App, filled: dict[str, str]) -> None:
    at = app("finetune", data=filled["data"], like="2345678abcde")
    assert not at.exception
    assert [one.value for one in at.warning] == ["It may have been deleted; see all runs."]
    old = finished(filled)
    models.delete(filled["model"])
    at = app("finetune", data=filled["data"], like=old)
    assert not at.exception
    assert at.selectbox(key="ft_model").value == "none"


def test_the_report_offers_what_is_possible(app: App, filled: dict[str, str]) -> None:
    old = finished(filled)
    labels = [link.label for link in app("evaluate", run=old).get("page_link")]
    assert {"A new run from this one", "Go on for more passes"} <= set(labels)
    labels = [link.label for link in app("evaluate", run=filled["run"]).get("page_link")]
    assert "A new run from this one" in labels
    assert "Go on for more passes" not in labels
