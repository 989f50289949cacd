"""A model learns on: as a new one, that names the one it continues."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core import jobs
from core.data.dataset import Dataset
from core.errors import BadParam, NotFound, WarmstartError
from core.jobs.check import check
from core.jobs.continuing import why_not_continued
from core.jobs.requests import DataRef, FinetuneRequest, PretrainRequest, from_json, to_json
from core.params import Param
from core.pretrain import methods
from core.store import datasets, models
from core.store.records import ModelRecord
from tests.core.jobs.slow_worker import METHOD, SlowEncoder


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(methods(), METHOD.key, METHOD)


@pytest.fixture
def first(tiny: DataRef) -> ModelRecord:
    """A model that learned from the tiny texts."""
    return learned(
        PretrainRequest(tiny, "slow", {"passes": 2}, pool="labelled", seed=3, name="First")
    )


def learned(request: PretrainRequest) -> ModelRecord:
    run = jobs.run_here(request)
    assert run.state == "done", (run.error, run.hint)
    return models.get(run.model or "")


def refused(request: Any, kind: type[WarmstartError]) -> tuple[str, str | None]:
    with pytest.raises(kind) as caught:
        check(request)
    return caught.value.message, caught.value.hint


def test_a_model_learns_on_from_other_rows(first: ModelRecord, unlabelled: DataRef) -> None:
    before = models.path_of(first).read_bytes()
    run = jobs.run_here(PretrainRequest(unlabelled, "", parent=first.id))
    assert run.name == "First, continued on Only a pool"
    second = models.get(run.model or "")
    assert second.parent == first.id
    assert second.id != first.id
    assert (second.method, second.settings, second.seed) == ("slow", {"passes": 2}, 3)
    assert (second.rows, second.dataset, second.pool) == (12, unlabelled.fingerprint, "all")
    assert second.name == "First, continued on Only a pool"
    encoder = models.load(second.id)
    assert isinstance(encoder, SlowEncoder)
    assert encoder.rows_ == first.rows + 12
    assert models.path_of(first).read_bytes() == before

    third = learned(PretrainRequest(DataRef(fingerprint=first.dataset), "slow", parent=second.id))
    assert third.name == "First, continued on Only a pool, Tiny texts"
    assert models.ancestors(third) == [second, first]
    assert models.children(first.id) == [second]
    assert models.children(third.id) == []


def test_the_same_again_is_found(first: ModelRecord, unlabelled: DataRef) -> None:
    request = PretrainRequest(unlabelled, "slow", parent=first.id)
    second = learned(request)
    run = jobs.run_here(request)
    assert run.model == second.id
    assert run.result is not None
    assert run.result["reused"] is True
    # nobody takes it for the one that begins from nothing
    fresh = learned(PretrainRequest(unlabelled, "slow", {"passes": 2}, seed=3))
    assert fresh.id != second.id
    assert fresh.parent is None


def test_ids_of_models_without_a_parent_stay() -> None:
    plain = models.model_id("slow", {}, "all", 0, "f")
    assert plain == models.model_id("slow", {}, "all", 0, "f", parent=None)
    assert len({plain, *(models.model_id("slow", {}, "all", 0, "f", parent=p) for p in "ab")}) == 3


def test_a_request_spelled_out_means_the_same_again(
    first: ModelRecord, unlabelled: DataRef
) -> None:
    asked = PretrainRequest(unlabelled, "", parent=first.id)
    checked = check(asked)
    assert checked.request == replace(asked, method="slow", settings={"passes": 2}, seed=3)
    travelled = from_json(to_json(checked.request))
    assert travelled == checked.request
    assert check(travelled).request == checked.request


def test_fine_tuning_may_continue_a_model_first(first: ModelRecord, labelled: DataRef) -> None:
    run = jobs.run_here(
        FinetuneRequest(
            labelled,
            pretrain=PretrainRequest(labelled, "", parent=first.id),
            labels_per_class=2,
            draws=1,
            curve=False,
        )
    )
    assert run.state == "done", (run.error, run.hint)
    assert models.get(run.model or "").parent == first.id


def test_a_method_that_learns_at_once_is_not_continued(tiny: DataRef) -> None:
    model = learned(PretrainRequest(tiny, "tfidf", {"min_df": 1}, name="Counts"))
    title = methods()["tfidf"].title
    reason = f"{title} learns from all rows at once, so it cannot learn on from new ones."
    assert why_not_continued(model) == reason
    assert refused(PretrainRequest(tiny, "", parent=model.id), BadParam) == (
        f"The model 'Counts' cannot be continued. {reason}",
        "Pretrain a new model on the old and the new rows together.",
    )


def test_a_setting_that_must_have_been_on(
    first: ModelRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = Param("keep_counts", "bool", False, "Keep them.", label="Keep the counts")
    choosy = replace(METHOD, params=(*METHOD.params, keep), continues="keep_counts")
    monkeypatch.setitem(methods(), "slow", choosy)
    assert why_not_continued(first) == (
        "It was learned with the setting 'Keep the counts' off, so what new rows would be added "
        "to is not there."
    )
    assert why_not_continued(replace(first, settings={"keep_counts": True})) is None


def test_a_method_of_another_version(first: ModelRecord) -> None:
    assert why_not_continued(replace(first, method="gone")) == (
        "This version does not know the method 'gone' that it was made by."
    )


def test_rows_of_another_kind(first: ModelRecord) -> None:
    message, hint = refused(PretrainRequest(DataRef(name="digits"), "", parent=first.id), BadParam)
    assert message == ("The model 'First' takes text rows, and Handwritten digits has image rows.")
    assert hint == "Choose a model that was pretrained on the same kind of rows."


def test_another_method_or_setting(first: ModelRecord, unlabelled: DataRef) -> None:
    assert refused(PretrainRequest(unlabelled, "lsa", parent=first.id), BadParam) == (
        "The model 'First' was made by the method 'slow', so 'lsa' cannot continue it.",
        "Name no method: a model is continued as it began.",
    )
    changed = PretrainRequest(unlabelled, "slow", {"passes": 3}, parent=first.id)
    assert refused(changed, BadParam) == (
        "The setting 'passes' cannot change while a model is continued.",
        "Leave it out, or pretrain a new model with it.",
    )
    same = PretrainRequest(unlabelled, "slow", {"passes": 2}, parent=first.id)
    check(same)


def test_a_deleted_model(first: ModelRecord, unlabelled: DataRef) -> None:
    request = PretrainRequest(unlabelled, "slow", parent=first.id)
    run = jobs.run_here(request)
    models.delete(first.id)
    message, hint = refused(request, NotFound)
    assert message == f"There is no model {first.id!r}."
    assert hint is not None
    with pytest.raises(NotFound):
        jobs.again(run.id)
    second = models.get(run.model or "")
    assert second.parent is None
    assert models.ancestors(second) == []


def test_a_model_that_is_deleted_while_another_learns_from_it(
    first: ModelRecord, unlabelled: DataRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = SlowEncoder.continued

    def deleting(self: SlowEncoder, rows: Any, **options: Any) -> SlowEncoder:
        models.delete(first.id)
        return go_on(self, rows, **options)

    monkeypatch.setattr(SlowEncoder, "continued", deleting)
    second = learned(PretrainRequest(unlabelled, "slow", parent=first.id))
    assert second.parent is None
    assert models.load(second.id)


def test_a_continued_model_that_is_damaged_is_made_anew(
    first: ModelRecord, unlabelled: DataRef
) -> None:
    request = PretrainRequest(unlabelled, "slow", parent=first.id)
    second = learned(request)
    path = models.path_of(second)
    path.write_bytes(path.read_bytes()[:-1])
    again = learned(request)
    assert (again.id, again.parent, again.name) == (second.id, first.id, second.name)


def test_an_empty_pool(first: ModelRecord, labelled: DataRef) -> None:
    with pytest.raises(WarmstartError, match="no unlabelled training rows"):
        check(PretrainRequest(labelled, "", pool="unlabelled", parent=first.id))


def test_test_rows_are_never_learned_from(first: ModelRecord) -> None:
    texts = np.array(["one", "two", "three", "four"], dtype=object)
    labels = np.array([0, 0, 1, 1], dtype=np.int32)
    kept = datasets.save(
        Dataset("half", "Half", "text", texts, labels, ("a", "b"), np.array([0, 1, 0, 1], bool))
    )
    second = learned(PretrainRequest(DataRef(fingerprint=kept.fingerprint), "", parent=first.id))
    assert second.rows == 2
