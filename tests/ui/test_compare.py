"""The page that compares methods: empty, before, running, done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core import jobs
from core.errors import BadData
from core.jobs.requests import CompareRequest, DataRef, PretrainRequest
from core.store import runs
from tests import seed
from ui.command import command_line


def _compared(data: str) -> str:
    ref = DataRef(fingerprint=data)
    request = CompareRequest(
        data=ref,
        methods=tuple(
            PretrainRequest(data=ref, method=m, settings={"min_df": 1}) for m in ("lsa", "kmeans")
        ),
        draws=2,
        labels_per_class=2,
    )
    return jobs.run_here(request).id


def test_without_data(app: Callable[..., Any]) -> None:
    at = app("compare")
    assert not at.exception
    assert any("No data set is open yet" in m.value for m in at.markdown)


def test_start(app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    data = seed.keep_texts()
    at = app("compare", data=data[:12])
    assert not at.exception
    asked = []

    class Record:
        id = "0" * 12

    monkeypatch.setattr(jobs, "submit", lambda request: asked.append(request) or Record)
    at.button(key="cmp_start").click().run()
    request = asked[0]
    assert isinstance(request, CompareRequest)
    assert {one.method for one in request.methods} >= {"lsa", "kmeans", "ppmi"}
    assert request.labels_per_class == 5


def test_a_model_that_saw_test_rows_is_named(
    app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.jobs.comparing.seen_by", lambda *_: ["It had seen test rows."])
    at = app("compare", run=_compared(seed.keep_texts()))
    assert any("It had seen test rows" in w.value for w in at.warning)


def test_nothing_chosen_says_why(app: Callable[..., Any]) -> None:
    data = seed.keep_texts()
    at = app("compare", data=data[:12])
    at.button_group(key=f"cmp_methods_{data[:8]}").set_value([]).run()
    assert at.button(key="cmp_start").disabled
    assert at.button(key="cmp_start").help == "Choose at least one method or model."


def test_result(app: Callable[..., Any]) -> None:
    run = _compared(seed.keep_texts())
    at = app("compare", run=run)
    assert not at.exception
    assert not at.error
    headline = next(m.value for m in at.markdown if "did best" in m.value)
    assert "2 labels per class" in headline
    table = at.dataframe[-1].value
    assert set(table["Method"]) == {"LSA / PCA", "K-means", "Nothing learned"}


def test_a_method_that_failed_is_named(
    app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.pretrain.kmeans import KMeansEncoder

    def broken(*_: object, **__: object) -> None:
        raise BadData("It cannot read this.", hint="Take another.")

    monkeypatch.setattr(KMeansEncoder, "fit", broken)
    at = app("compare", run=_compared(seed.keep_texts()))
    assert any("Take another." in w.value for w in at.warning)


def test_unlabelled_data(app: Callable[..., Any]) -> None:
    import dataclasses

    import numpy as np

    from core.store import datasets

    bare = dataclasses.replace(
        seed.texts(), labels=np.full(len(seed.texts()), -1, np.int32), classes=()
    )
    at = app("compare", data=datasets.save(bare).fingerprint[:12])
    assert not at.exception
    assert any("labelled rows of at least two classes" in w.value for w in at.warning)


def test_opens_from_runs(app: Callable[..., Any]) -> None:
    run = _compared(seed.keep_texts())
    assert runs.get(run).kind == "compare"
    at = app("runs")
    assert not at.exception
    assert "Comparison" in set(at.dataframe[0].value["Kind"])


def test_the_same_from_a_shell() -> None:
    ref = DataRef(name="python_docs")
    request = CompareRequest(
        data=ref,
        methods=(PretrainRequest(data=ref, method="lsa"),),
        models=("0123456789ab",),
        labels_per_class=None,
        draws=3,
    )
    assert command_line(request) == (
        "python -m core compare python_docs lsa 0123456789ab --labels-per-class all --head svm "
        "--draws 3"
    )
