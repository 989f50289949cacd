from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import jobs
from core.errors import BadParam, NotFound
from core.evaluate.examination import PARTS
from core.evaluate.examination_json import (
    duplicate_effect_from_json,
    robustness_from_json,
    stability_from_json,
)
from core.jobs.check import check
from core.jobs.examined import findings, latest
from core.jobs.requests import DataRef, ExamineRequest, LoadRequest, from_json, to_json
from core.store import datasets, models, runs
from tests import seed


@pytest.fixture(scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home folder with a finished run, made once."""
    folder = tmp_path_factory.mktemp("made") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WARMSTART_HOME", str(folder))
        return folder, seed.finished_run(method="tfidf", head="logistic")


@pytest.fixture
def run(_made: tuple[Path, str], home: Path) -> Any:
    """The run, in a copy of that folder."""
    shutil.copytree(_made[0], home, dirs_exist_ok=True)
    return runs.get(_made[1])


def of(run: Any, *parts: Any) -> ExamineRequest:
    return ExamineRequest(data=DataRef(fingerprint=run.dataset), run=run.id, parts=parts)


def test_the_whole_examination_is_found_again(run: Any) -> None:
    done = jobs.run_here(of(run))
    assert done.state == "done", done.error
    assert done.kind == "examine"
    assert done.name == f"Examination of {run.name}"
    assert done.result is not None
    assert done.result["failed"] == {}
    found = findings(run)
    assert list(done.result["parts"]) == list(found) == list(PARTS)
    assert all(one.result["sentence"] for one in found.values())
    last = latest(run)
    assert last is not None
    assert last.id == done.id

    stable = stability_from_json(found["stability"].result["labels"])
    # the first training is the one that the run kept
    assert stable.accuracies[0] == run.result["evaluation"]["test"]["accuracy"]["value"]
    assert len(stable.accuracies) == 5
    # logistic regression starts nowhere by chance
    assert stability_from_json(found["stability"].result["seeds"]).agreement == 1
    effect = duplicate_effect_from_json(found["duplicates"].result)
    assert effect.rows == 60
    assert effect.accuracy.value == stable.accuracies[0]
    assert len(robustness_from_json(found["robustness"].result).under) == 8
    assert found["noise"].result["rows"] == 120

    arrays = runs.load_arrays(done.id, "examination")
    dataset = datasets.load(run.dataset)
    assert arrays["stability_rows"].tolist() == dataset.test_rows.tolist()
    assert len(arrays["cluster_codes"]) == 60
    assert len(arrays["noise_rows"]) == found["noise"].result["suspects"]
    given = np.asarray(dataset.labels)[arrays["noise_rows"]]
    assert given.tolist() == arrays["noise_given"].tolist()
    assert dataset.test[arrays["duplicate_rows"]].all()
    assert not dataset.test[arrays["duplicate_partners"]].any()


def test_later_parts_stand_beside_earlier_ones(run: Any) -> None:
    first = jobs.run_here(of(run, "duplicates", "robustness"))
    second = jobs.run_here(of(run, "robustness"))
    found = findings(run)
    assert found["duplicates"].examination == first.id
    assert found["robustness"].examination == second.id
    assert set(found) == {"duplicates", "robustness"}


def test_a_baseline_alone_is_examined_too() -> None:
    from core.jobs.requests import FinetuneRequest

    data = DataRef(fingerprint=seed.keep_texts())
    alone = jobs.run_here(FinetuneRequest(data=data, labels_per_class=None, draws=1, curve=False))
    done = jobs.run_here(of(alone, "stability", "clusters"))
    assert done.result is not None
    assert done.result["failed"] == {}
    # with all labels there is nothing to draw
    assert "labels" not in done.result["parts"]["stability"]


def test_what_fails_does_not_end_the_rest(run: Any) -> None:
    models.delete(run.model)
    done = jobs.run_here(of(run, "noise", "robustness"))
    assert done.state == "done"
    assert done.result is not None
    assert list(done.result["parts"]) == ["robustness"]
    assert list(done.result["failed"]) == ["noise"]
    assert set(findings(run)) == {"robustness"}


def test_labels_are_not_asked_about_when_the_source_knew_them(run: Any) -> None:
    from core.jobs.requests import FinetuneRequest

    again = jobs.run_here(
        FinetuneRequest(
            data=DataRef(fingerprint=run.dataset),
            source=run.id,
            strategy="together",
            head="logistic",
            labels_per_class=3,
            draws=1,
            curve=False,
        )
    )
    assert again.state == "done", again.error
    done = jobs.run_here(of(again, "noise", "stability"))
    assert done.result is not None
    assert "Its source had learned from labels" in done.result["failed"]["noise"]
    assert list(done.result["parts"]) == ["stability"]


def test_nothing_was_examined_yet(run: Any) -> None:
    assert findings(run) == {}
    assert latest(run) is None


def test_requests_travel_as_json(run: Any) -> None:
    request = of(run, "noise")
    assert from_json(to_json(request)) == request


def test_what_cannot_be_examined_is_refused(run: Any) -> None:
    with pytest.raises(NotFound, match="There is no run"):
        check(ExamineRequest(data=DataRef(fingerprint=run.dataset), run="zzzzzzzzzzzz"))
    with pytest.raises(BadParam, match="There is no part 'luck'"):
        check(of(run, "luck"))
    with pytest.raises(BadParam, match="is about other rows than"):
        check(ExamineRequest(data=DataRef(name="digits"), run=run.id))
    other = jobs.run_here(LoadRequest(DataRef(fingerprint=run.dataset)))
    with pytest.raises(BadParam, match="is no finished fine-tuning"):
        check(of(other))


def test_parts_are_done_in_their_order_and_all_where_none_is_named(run: Any) -> None:
    assert check(of(run, "clusters", "noise")).request.parts == ("noise", "clusters")  # type: ignore[union-attr]
    assert check(of(run)).request.parts == tuple(PARTS)  # type: ignore[union-attr]
