"""What is known of whether a score can be trusted, gathered without any new work."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core import jobs
from core.jobs import trusting
from core.jobs.handing_over import facts_of
from core.jobs.requests import DataRef, ExamineRequest
from core.jobs.summary import evaluation_of
from core.jobs.trusting import trust_of
from core.report.trust import TrustFacts, sections
from core.store import classifiers, datasets, runs
from tests import seed
from tests.kinds import finished, table_set


def test_what_was_examined_is_told_and_nothing_is_examined(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs.get(finished(table_set(), "raw", "logistic", {"min_category_rows": 1}))
    before = facts_of(run.id).trust
    assert before.slices
    assert before.sentences == {}
    evaluation = evaluation_of(run)
    assert evaluation is not None
    assert before.right == evaluation.test.accuracy.value
    assert facts_of(run.id, with_rows=False).trust == TrustFacts()
    request = ExamineRequest(
        data=DataRef(fingerprint=run.dataset), run=run.id, parts=("robustness", "stability")
    )
    done = jobs.run_here(request)
    assert done.state == "done", done.error

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a report opened the classifier")

    monkeypatch.setattr(classifiers, "load", refuse)
    after = facts_of(run.id).trust
    assert set(after.sentences) == {"robustness", "stability"}
    told = (done.result or {})["parts"]
    assert after.sentences["robustness"] == told["robustness"]["sentence"]
    assert [name for name, _ in after.stability] == ["Other seeds"]  # it learned from every label
    assert after.robustness is not None
    assert len(after.robustness.under) == len(told["robustness"]["under"])
    drawn = {part.title: part.figure is not None for part in sections(after)}
    assert drawn == {
        "Where is it weak?": True,
        "How much hangs on chance?": True,
        "Which labels are probably wrong?": False,
        "Do test rows repeat training rows?": False,
        "What do faulty rows cost?": True,
    }


def test_a_deleted_data_set_takes_its_parts_along(home: Path) -> None:
    run = runs.get(seed.finished_run(method="tfidf", head="logistic"))
    arrays = runs.load_arrays(run.id, "predictions")
    datasets.delete(run.dataset or "")
    found = trust_of(run, arrays)
    assert found.slices is None
    assert 0 < found.right <= 1
    assert trust_of(run, {}) == TrustFacts()
    assert trusting._right({"test_proba": np.zeros((0, 3)), "test_labels": np.zeros(0)}) == 0.0
