"""A comparison from the request to its result."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core import jobs
from core.errors import BadData, BadParam
from core.jobs.check import check
from core.jobs.memory import MemoryGrowth
from core.jobs.requests import CompareRequest, DataRef, PretrainRequest, from_json, to_json
from core.store import models
from tests import seed


@pytest.fixture(name="data")
def _data(home: Path) -> DataRef:
    return DataRef(fingerprint=seed.keep_texts())


def _method(data: DataRef, method: str = "lsa", **settings: object) -> PretrainRequest:
    return PretrainRequest(data=data, method=method, settings={"min_df": 1, **settings})


def test_a_comparison(data: DataRef) -> None:
    kept = jobs.run_here(_method(data, "kmeans", n_clusters=6)).model
    request = CompareRequest(
        data=data,
        methods=(_method(data, n_components=5), _method(data, "ppmi", dimensions=16)),
        models=(kept or "",),
        draws=2,
        labels_per_class=2,
    )
    run = jobs.run_here(request)
    assert run.state == "done", run.error
    result = run.result or {}
    entries = {entry.get("method", "nothing"): entry for entry in result["entries"]}
    assert set(entries) == {"lsa", "ppmi", "kmeans", "nothing"}
    values = [entry["accuracy"]["value"] for entry in result["entries"]]
    assert values == sorted(values, reverse=True)
    assert entries["lsa"]["dimensions"] == 5
    assert entries["kmeans"]["model"] == kept
    assert entries["kmeans"]["reused"]
    assert entries["ppmi"]["seconds"] >= 0
    assert entries["ppmi"]["bytes"] == models.get(entries["ppmi"]["model"]).bytes
    assert 0 <= entries["ppmi"]["random"]["value"] <= 1
    assert entries["ppmi"]["over_rival"]["value"] == pytest.approx(
        entries["ppmi"]["accuracy"]["value"] - entries["ppmi"]["random"]["value"]
    )
    assert entries["nothing"]["gain"] is None
    assert result["labels"] == 6
    assert not result["failed"]
    json.dumps(result, allow_nan=False)


def test_one_that_fails_leaves_the_others(data: DataRef, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.pretrain.kmeans import KMeansEncoder

    def broken(*_: object, **__: object) -> None:
        raise BadData("There is something wrong with it.", hint="Do that.")

    monkeypatch.setattr(KMeansEncoder, "fit", broken)
    request = CompareRequest(
        data=data, methods=(_method(data, "kmeans"), _method(data)), draws=1, labels_per_class=2
    )
    result = jobs.run_here(request).result or {}
    assert {entry.get("method") for entry in result["entries"]} == {"lsa", None}
    assert result["failed"] == [
        {"title": "K-means", "error": "There is something wrong with it.", "hint": "Do that."}
    ]


def test_the_request_travels(data: DataRef) -> None:
    request = CompareRequest(data=data, methods=(_method(data),), models=("0123456789ab",))
    back = from_json(json.loads(json.dumps(to_json(request))))
    assert back == request


def test_nothing_chosen(data: DataRef) -> None:
    with pytest.raises(BadParam, match="Nothing was chosen"):
        check(CompareRequest(data=data))


def test_another_kind_of_rows(data: DataRef) -> None:
    pictures = DataRef(name="digits")
    kept = jobs.run_here(PretrainRequest(data=pictures, method="raw")).model
    with pytest.raises(BadParam, match="takes image rows"):
        check(CompareRequest(data=data, models=(kept or "",)))
    with pytest.raises(BadParam, match="does not take text rows"):
        check(CompareRequest(data=data, methods=(PretrainRequest(data=data, method="raw"),)))


def test_a_model_named_twice_competes_once(data: DataRef) -> None:
    kept = jobs.run_here(_method(data)).model or ""
    checked = check(CompareRequest(data=data, models=(kept, kept)))
    assert checked.request.models == (kept,)  # type: ignore[union-attr]
    assert checked.name == "1 way compared, 5 labels per class, Tiny texts"


def test_memory_growth_sees_what_a_block_holds() -> None:
    with MemoryGrowth() as memory:
        held = np.ones(64 * 2**20, dtype=np.uint8)
        held.sum()
    assert 60 <= memory.megabytes < 200
    with MemoryGrowth() as memory:
        pass
    assert memory.megabytes < 30
