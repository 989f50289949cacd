"""The page of a self-organising map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core import jobs
from core.jobs.requests import DataRef, PretrainRequest
from core.store import datasets
from tests import seed


def _model(data: str, **settings: Any) -> str:
    run = jobs.run_here(
        PretrainRequest(
            data=DataRef(fingerprint=data),
            method="som",
            settings={"min_df": 1, "height": 3, "width": 4, **settings},
        )
    )
    assert run.state == "done", run.error
    return run.model or ""


def test_the_map_its_errors_and_planes(app: Callable[..., Any]) -> None:
    at = app("pretrain", model=_model(seed.keep_texts()))
    assert not at.exception
    assert not at.error
    assert {metric.label for metric in at.metric} == {"Quantization error", "Topographic error"}
    assert len(at.get("plotly_chart")) == 2 + 6
    at.multiselect(key="pt_som_planes").set_value([]).run()
    assert not at.exception
    assert len(at.get("plotly_chart")) == 2


def test_without_its_data_the_map_still_stands(app: Callable[..., Any]) -> None:
    data = seed.keep_texts()
    model = _model(data, topology="rectangular")
    datasets.delete(data)
    at = app("pretrain", model=model)
    assert not at.exception
    assert any("only the map itself can be shown" in c.value for c in at.caption)
    assert len(at.get("plotly_chart")) == 1 + 6
