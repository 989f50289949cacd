"""What is refused before anything starts, and what is spelled out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.errors import BadData, BadParam, NotFound, WarmstartError
from core.jobs.check import check
from core.jobs.requests import (
    DataRef,
    FinetuneRequest,
    LoadRequest,
    PretrainRequest,
    from_json,
    to_json,
)
from core.pretrain import get_method
from core.store import datasets, models
from core.store.records import ModelRecord
from tests import seed

DIGITS = DataRef(name="digits")


def model_of(ref: DataRef, method: str = "tfidf") -> ModelRecord:
    """A fitted model in the library."""
    assert ref.fingerprint is not None
    dataset = datasets.load(ref.fingerprint)
    encoder = get_method(method).make({p.name: p.default for p in get_method(method).params}, 0)
    rows = dataset.pool_rows()
    return models.save(
        encoder.fit(dataset.take(rows)),
        id=models.model_id(method, {}, "all", 0, ref.fingerprint),
        name="Mine",
        method=method,
        settings={},
        pool="all",
        seed=0,
        dataset=datasets.get(ref.fingerprint),
        rows=len(rows),
    )


def refused(request: Any, kind: type[WarmstartError]) -> tuple[str, str]:
    with pytest.raises(kind) as caught:
        check(request)
    assert caught.value.hint is not None
    return caught.value.message, caught.value.hint


def test_defaults_are_spelled_out_and_travel_as_json(tiny: DataRef) -> None:
    checked = check(PretrainRequest(data=tiny, method="lsa", settings={"n_components": 7}))
    assert isinstance(checked.request, PretrainRequest)
    assert checked.request.settings["n_components"] == 7
    assert set(checked.request.settings) == {p.name for p in get_method("lsa").params}
    assert checked.dataset == tiny.fingerprint
    assert checked.dataset_title == "Tiny texts"
    assert checked.name == f"{get_method('lsa').title} on Tiny texts"
    assert from_json(to_json(checked.request)) == checked.request


def test_a_fine_tuning_is_named_by_what_it_does(tiny: DataRef) -> None:
    model = model_of(tiny)
    cases = [
        (FinetuneRequest(data=tiny), "Linear SVM from scratch, 5 labels per class, Tiny texts"),
        (
            FinetuneRequest(data=tiny, model=model.id, labels_per_class=None),
            "Linear SVM on Mine, all labels, Tiny texts",
        ),
        (
            FinetuneRequest(
                data=tiny, pretrain=PretrainRequest(DataRef(), "lsa"), labels_per_class=1
            ),
            f"Linear SVM on {get_method('lsa').title}, 1 label per class, Tiny texts",
        ),
        (FinetuneRequest(data=tiny, name="  Try 3 "), "Try 3"),
    ]
    assert [check(request).name for request, _ in cases] == [name for _, name in cases]
    assert check(cases[1][0]).model == model.id


def test_a_request_without_a_model_is_trained_from_scratch(tiny: DataRef) -> None:
    checked = check(FinetuneRequest(data=tiny, strategy="frozen"))
    assert isinstance(checked.request, FinetuneRequest)
    assert checked.request.strategy == "scratch"


def test_the_data_of_the_run_is_what_the_encoder_learns_from(tiny: DataRef) -> None:
    elsewhere = PretrainRequest(DIGITS, "tfidf")
    checked = check(FinetuneRequest(data=tiny, pretrain=elsewhere))
    assert isinstance(checked.request, FinetuneRequest)
    assert checked.request.pretrain is not None
    assert checked.request.pretrain.data == tiny


def test_a_built_in_set_is_found_once_it_is_kept(tiny: DataRef) -> None:
    assert check(LoadRequest(DIGITS)).dataset is None
    from core.data.catalogue import build

    kept = datasets.save(build("digits"))
    assert check(LoadRequest(DIGITS)).dataset == kept.fingerprint


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"labels_per_class": 0}, "labels_per_class cannot be 0."),
        ({"labels_per_class": 2.5}, "labels_per_class cannot be 2.5."),
        ({"labels_per_class": "5"}, "labels_per_class cannot be '5'."),
        ({"draws": 0}, "draws cannot be 0."),
        ({"draws": 51}, "draws cannot be 51."),
        ({"draws": None}, "draws cannot be None."),
        ({"seed": -1}, "seed cannot be -1."),
        ({"seed": 2**31}, "seed cannot be 2147483648."),
        ({"curve": "yes"}, "curve cannot be 'yes'."),
        ({"name": "x" * 81}, "The name has 81 characters."),
        ({"head_settings": {"nonsense": 1}}, "There is no setting 'nonsense' here."),
    ],
)
def test_fields_of_a_fine_tuning_are_checked(
    tiny: DataRef, fields: dict[str, Any], message: str
) -> None:
    request = replace(FinetuneRequest(data=tiny), **fields)
    assert refused(request, BadParam)[0] == message


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"pool": "test"}, "pool cannot be 'test'."),
        ({"seed": True}, "seed cannot be True."),
        ({"settings": {"min_df": 0}}, "min_df cannot be 0."),
        ({"settings": {"nonsense": 0}}, "There is no setting 'nonsense' here."),
    ],
)
def test_fields_of_a_pretraining_are_checked(
    tiny: DataRef, fields: dict[str, Any], message: str
) -> None:
    request = replace(PretrainRequest(data=tiny, method="tfidf"), **fields)
    assert refused(request, BadParam)[0] == message
    inner = FinetuneRequest(data=tiny, pretrain=request)
    assert refused(inner, BadParam)[0] == message


def test_names_that_do_not_exist(tiny: DataRef) -> None:
    for request, message in [
        (LoadRequest(DataRef(name="nonsense")), "There is no built-in data set 'nonsense'."),
        (PretrainRequest(tiny, "nonsense"), "There is no method 'nonsense'."),
        (FinetuneRequest(tiny, head="nonsense"), "There is no head 'nonsense'."),
        (FinetuneRequest(tiny, strategy="nonsense"), "There is no strategy 'nonsense'."),
        (FinetuneRequest(tiny, model="0" * 12), "There is no model '000000000000'."),
    ]:
        assert refused(request, NotFound)[0] == message
    with pytest.raises(NotFound):
        check(LoadRequest(DataRef(fingerprint="0" * 64)))


def test_a_request_must_name_data() -> None:
    assert refused(LoadRequest(DataRef()), BadParam)[0] == "The request names no data."


def test_options_of_a_built_in_set_are_checked() -> None:
    message, _ = refused(LoadRequest(DataRef(name="digits", options={"colour": 1})), BadParam)
    assert message == "There is no setting 'colour' here."


def test_method_and_model_must_fit_the_rows(tiny: DataRef) -> None:
    message, hint = refused(PretrainRequest(DIGITS, "tfidf"), BadParam)
    assert message == "TF-IDF does not take image rows, and Handwritten digits has them."
    assert "raw" in hint
    request = FinetuneRequest(DIGITS, model=model_of(tiny).id)
    message, _ = refused(request, BadParam)
    assert message == "The model 'Mine' takes text rows, and Handwritten digits has image rows."


def test_choices_that_contradict_each_other(tiny: DataRef) -> None:
    model = model_of(tiny).id
    both = FinetuneRequest(tiny, model=model, pretrain=PretrainRequest(tiny, "lsa"))
    assert refused(both, BadParam)[0] == (
        "The request names more than one of a model, a method to pretrain by, and a source."
    )
    scratch = FinetuneRequest(tiny, model=model, strategy="scratch")
    assert refused(scratch, BadParam)[0] == (
        "The strategy 'scratch' uses no pretrained model, and one was chosen."
    )


def test_pools_without_rows(unlabelled: DataRef, labelled: DataRef) -> None:
    for ref, pool, title in [
        (unlabelled, "labelled", "Only a pool"),
        (labelled, "unlabelled", "Fully labelled"),
    ]:
        message, _ = refused(PretrainRequest(ref, "tfidf", pool=pool), BadData)  # type: ignore[arg-type]
        assert message == f"{title} has no {pool} training rows to learn from."


def test_fine_tuning_needs_labels(unlabelled: DataRef) -> None:
    message, _ = refused(FinetuneRequest(unlabelled), BadData)
    assert message == "Only a pool has no labelled training rows."


def test_only_word_vectors_can_be_tuned(tiny: DataRef) -> None:
    def asked(method: str) -> FinetuneRequest:
        first = PretrainRequest(data=tiny, method=method)
        return FinetuneRequest(data=tiny, pretrain=first, strategy="probe_then_tune")

    message, hint = refused(asked("lsa"), BadParam)
    assert "Only word vectors can be tuned together with the head" in message
    assert "'frozen'" in hint
    kept = replace(asked("lsa"), pretrain=None, model=model_of(tiny).id)
    assert "TF-IDF" in refused(kept, BadParam)[0]
    assert check(asked("ppmi")).request.strategy == "probe_then_tune"  # type: ignore[union-attr]


def test_a_source_that_knows_no_class(tiny: DataRef) -> None:
    run = seed.finished_run(method="lsa")
    labels, test = np.array([0, 1] * 6, dtype=np.int32), np.arange(12) >= 8
    texts = np.array([f"a text of {i}" for i in range(12)], dtype=object)
    kept = datasets.save(Dataset("o", "Others", "text", texts, labels, ("left", "right"), test))
    elsewhere = DataRef(fingerprint=kept.fingerprint)
    request = FinetuneRequest(data=elsewhere, source=run, strategy="together")
    message, hint = refused(request, BadParam)
    assert message == (
        "The source knows no class of Others: it tells fruit, music, space apart, and these are "
        "left, right."
    )
    assert "classes of the same names" in hint
    assert check(replace(request, data=tiny)).model
