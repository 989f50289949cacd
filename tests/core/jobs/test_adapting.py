"""A run across domains: checked before, kept after."""

from __future__ import annotations

import numpy as np
import pytest

from core import jobs
from core.errors import BadParam, NotFound
from core.evaluate.across_results import across_from_json
from core.jobs.check import check
from core.jobs.requests import AdaptRequest, DataRef, from_json, kind_of, to_json
from core.store import classifiers, datasets, runs
from tests.core.transfer.domains.made_pairs import both_domains, reviews, table


@pytest.fixture(name="reviews_ref")
def _reviews(home) -> DataRef:
    return DataRef(fingerprint=datasets.save(both_domains()).fingerprint)


def asked(ref: DataRef, **fields) -> AdaptRequest:
    given = {"source_domain": "books", "target_domain": "pans", "ways": ("self_training",)}
    return AdaptRequest(data=ref, source=ref, **{**given, **fields})


def test_a_request_travels_as_json(reviews_ref):
    request = asked(reviews_ref, keep="coral")
    assert from_json(to_json(request)) == request
    assert kind_of(request) == "adapt"


def test_a_request_is_spelled_out(reviews_ref):
    checked = check(asked(reviews_ref, ways=()))
    assert checked.name == "From books to pans"
    assert checked.dataset == reviews_ref.fingerprint
    assert checked.request.ways[0] == "msda_self_training"
    assert checked.request.head_settings["C"] == 1.0
    other = DataRef(fingerprint=datasets.save(reviews("pans")).fingerprint)
    named = check(AdaptRequest(data=other, source=reviews_ref, source_domain="books", name=" x "))
    assert named.name == "x"


@pytest.mark.parametrize(
    ("fields", "kind", "match"),
    [
        ({"target_domain": "books"}, BadParam, "Source and target are the same rows"),
        ({"ways": ("magic",)}, BadParam, "no adaptation 'magic' for text rows"),
        ({"keep": "magic"}, BadParam, "no adaptation 'magic'"),
        ({"head": "magic"}, NotFound, "no head"),
        ({"labels_per_class": -1}, BadParam, "labels_per_class cannot be -1"),
        ({"name": "x" * 99}, BadParam, "has 99 characters"),
    ],
)
def test_what_cannot_work_is_said_before(reviews_ref, fields, kind, match):
    with pytest.raises(kind, match=match):
        check(asked(reviews_ref, **fields))


def test_rows_of_two_kinds_are_refused_before(reviews_ref):
    other = DataRef(fingerprint=datasets.save(table()).fingerprint)
    with pytest.raises(BadParam, match="cannot be compared"):
        check(AdaptRequest(data=reviews_ref, source=other))


def test_built_in_sets_are_the_same_by_name_and_options(home):
    ref = DataRef(name="digits")
    with pytest.raises(BadParam, match="are the same rows"):
        check(AdaptRequest(data=ref, source=DataRef(name="digits")))


def test_a_run_keeps_a_classifier_that_answers_as_reported(reviews_ref):
    run = jobs.run_here(asked(reviews_ref, keep="self_training", labels_per_class=1, draws=1))
    assert run.state == "done", (run.error, run.hint)
    report = across_from_json(run.result["across"])
    assert report.kept == "self_training"
    assert (report.source_name, report.target_name) == ("books", "pans")
    assert run.result["sentences"][0]
    assert run.dataset == reviews_ref.fingerprint
    arrays = runs.load_arrays(run.id, "predictions")
    dataset = datasets.load(run.dataset)
    assert set(dataset.domain[arrays["test_rows"]]) == {"pans"}
    classifier = classifiers.load(run.id)
    said = classifier.predict(dataset.take(arrays["test_rows"]))
    assert (said == arrays["test_labels"]).mean() == pytest.approx(
        report.entry("self_training").accuracy.value
    )
    np.testing.assert_allclose(
        classifier.predict_proba(dataset.take(arrays["test_rows"])), arrays["test_proba"], atol=1e-6
    )
    assert run.result["accuracy"]["model"] == report.entry("self_training").accuracy.value


@pytest.mark.parametrize("way", ["msda", "aligned"])
def test_what_the_other_ways_learned_is_kept_as_a_model_file(reviews_ref, way):
    run = jobs.run_here(asked(reviews_ref, ways=(way,), keep=way, curve=False, validation=False))
    assert run.state == "done", (run.error, run.hint)
    arrays = runs.load_arrays(run.id, "predictions")
    dataset = datasets.load(run.dataset)
    np.testing.assert_allclose(
        classifiers.load(run.id).predict_proba(dataset.take(arrays["test_rows"])),
        arrays["test_proba"],
        atol=1e-4,
    )


def test_a_domain_that_is_not_there_ends_the_run_in_words(reviews_ref):
    run = jobs.run_here(asked(reviews_ref, target_domain="cars"))
    assert run.state == "failed"
    assert "has no domain 'cars'" in run.error
    assert "books, pans" in run.hint
