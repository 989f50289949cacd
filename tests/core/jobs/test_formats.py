"""Formats of others: the same answers through onnxruntime, words where there is no such form."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import joblib
import numpy as np
import pytest

from core import jobs
from core.errors import BadParam, MissingExtra
from core.finetune.deciding import ClassThreshold
from core.jobs.formats import (
    JOBLIB_WARNING,
    joblib_bytes,
    onnx_bytes,
    why_no_onnx,
    without_threshold,
)
from core.jobs.requests import DataRef, FinetuneRequest, PretrainRequest
from core.store import classifiers, datasets, decisions
from core.store.decisions import Decisions
from tests import seed


def tuned(data: str, method: str | None, head: str = "svm") -> tuple[str, Any]:
    """A finished run without pretraining texts; its id and its data set."""
    ref = DataRef(name=data)
    run = jobs.run_here(
        FinetuneRequest(
            data=ref,
            pretrain=None if method is None else PretrainRequest(data=ref, method=method),
            strategy="scratch" if method is None else "frozen",
            head=head,
            labels_per_class=5,
            draws=1,
            curve=False,
        )
    )
    assert run.state == "done", run.error
    return run.id, datasets.load(run.dataset or "")


@pytest.mark.parametrize(
    ("data", "method", "head"),
    [
        ("digits", "lsa", "logistic"),
        ("breast_cancer", "lsa", "svm"),
        ("breast_cancer", None, "logistic"),
    ],
)
def test_onnxruntime_gives_the_same_probabilities(data: str, method: str | None, head: str) -> None:
    pytest.importorskip("skl2onnx", reason="requirements-onnx.txt is not installed")
    runtime = pytest.importorskip("onnxruntime", reason="requirements-onnx.txt is not installed")
    run_id, dataset = tuned(data, method, head)
    rule = ClassThreshold(1, 0.02, 5.0, 9)
    decisions.keep(run_id, Decisions(1.7, 9, rule))
    session = runtime.InferenceSession(onnx_bytes(run_id), providers=["CPUExecutionProvider"])
    rows = dataset.take(dataset.test_rows[:100])
    plain = np.asarray(rows, dtype=np.float64).reshape(len(rows), -1)
    label, proba = session.run(None, {"rows": plain})
    classifier = classifiers.load(run_id)
    np.testing.assert_allclose(proba, classifier.predict_proba(rows), atol=2e-5)
    np.testing.assert_array_equal(label, classifier.predict_proba(rows).argmax(axis=1))
    assert (label != classifier.predict(rows)).any()
    left_out = without_threshold(classifier) or ""
    assert f"the threshold of 0.020 that was kept for {classifier.classes[1]}" in left_out
    told = session.get_modelmeta().custom_metadata_map
    assert json.loads(told["classes"]) == list(classifier.classes)
    assert json.loads(told["threshold"]) == {"class": classifier.classes[1], "from": 0.02}
    assert len(json.loads(told["columns"])) == plain.shape[1]


def test_texts_have_no_onnx_form() -> None:
    run_id = seed.finished_run(method="tfidf")
    with pytest.raises(BadParam, match="Texts are cut into words") as caught:
        onnx_bytes(run_id)
    assert "bundle" in (caught.value.hint or "")


def test_heads_that_are_not_linear_have_none() -> None:
    run_id, _ = tuned("breast_cancer", "lsa", "tree")
    assert "Only linear heads" in (why_no_onnx(classifiers.load(run_id)) or "")


def test_tables_with_gaps_and_categories_have_none() -> None:
    import pandas as pd

    from core.finetune.classifier import Classifier
    from core.finetune.heads.logistic import LogisticHead
    from core.pretrain.raw import RawEncoder

    def reason(frame: pd.DataFrame) -> str:
        encoder = RawEncoder(min_category_rows=1).fit(frame)
        head = LogisticHead().fit(encoder.transform(frame), np.array([0, 1, 0, 1]))
        return why_no_onnx(Classifier(encoder=encoder, head=head, classes=("a", "b"))) or ""

    assert "categories" in reason(pd.DataFrame({"x": [1.0, 2, 3, 4], "c": list("aabb")}))
    assert "had gaps" in reason(pd.DataFrame({"x": [1.0, 2, np.nan, 4]}))
    assert reason(pd.DataFrame({"x": [1.0, 2, 3, 4]})) == ""


def test_without_the_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    run_id, _ = tuned("breast_cancer", None)
    monkeypatch.setitem(sys.modules, "skl2onnx", None)
    with pytest.raises(MissingExtra, match="needs skl2onnx") as caught:
        onnx_bytes(run_id)
    assert "requirements-onnx.txt" in (caught.value.hint or "")


def test_joblib_for_who_asks_by_name() -> None:
    run_id = seed.finished_run(method="tfidf")
    loaded = joblib.load(io.BytesIO(joblib_bytes(run_id)))
    rows = seed.texts().rows[:10]
    np.testing.assert_array_equal(
        loaded.predict_proba(rows), classifiers.load(run_id).predict_proba(rows)
    )
    assert "runs whatever is in it" in JOBLIB_WARNING
    decisions.keep(run_id, Decisions(threshold=ClassThreshold(2, 1e-6, 5.0, 9)))
    wary = joblib.load(io.BytesIO(joblib_bytes(run_id)))
    assert wary.predict(rows).tolist() == [2] * 10
    assert without_threshold(loaded) is None
