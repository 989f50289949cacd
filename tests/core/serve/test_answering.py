"""Answers: the same numbers as the classifier's, and lists without what is nobody's business."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import StoreFailed
from core.evaluate.doubt import DoubtSettings
from core.finetune.classifier import Classifier
from core.finetune.deciding import ClassThreshold
from core.serve import answering
from core.serve.access import Declined
from core.serve.answering import Opened, list_models, list_runs, predict
from core.serve.asking import Ask
from core.serve.description import openapi
from core.store import classifiers, datasets, decisions, doubts, models, runs
from core.store.decisions import Decisions
from core.store.describing import describe
from tests import kinds, seed


def declined(run_id: str, ask: Ask) -> Declined:
    with pytest.raises(Declined) as caught:
        predict(run_id, ask, opened=Opened())
    return caught.value


def test_the_same_numbers_and_a_temperature_decided_later() -> None:
    run_id = seed.finished_run(method="tfidf")
    rows = seed.texts(seed=4).rows[:7]
    opened = Opened()
    expected = classifiers.load(run_id).predict_proba(rows)
    answer = predict(run_id, Ask(list(rows)), opened=opened)
    np.testing.assert_array_equal(np.array(answer["probabilities"]), expected)
    assert answer["classes"] == ["fruit", "music", "space"]
    assert [one["class"] for one in answer["predictions"]] == [
        answer["classes"][code] for code in expected.argmax(axis=1)
    ]
    assert [one["probability"] for one in answer["predictions"]] == expected.max(axis=1).tolist()
    assert "probabilities" not in predict(run_id, Ask(list(rows), False), opened=opened)
    decisions.keep(run_id, Decisions(temperature=3.0, held_out=9))
    later = predict(run_id, Ask(list(rows)), opened=opened)
    np.testing.assert_array_equal(
        np.array(later["probabilities"]), classifiers.load(run_id).predict_proba(rows)
    )
    assert later["probabilities"] != answer["probabilities"]


def test_what_is_taken_back_while_it_opens_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = seed.finished_run(method="tfidf")
    rows, opened, load = list(seed.texts(seed=4).rows[:7]), Opened(), classifiers.load

    def late(run_id: str, **more: bool) -> Classifier:
        decisions.keep(run_id, Decisions(threshold=ClassThreshold(2, 0.001, 5.0, 9)))
        return load(run_id, **more)

    monkeypatch.setattr(classifiers, "load", late)
    assert predict(run_id, Ask(rows), opened=opened)["threshold"] is not None
    decisions.keep(run_id, Decisions())
    assert predict(run_id, Ask(rows), opened=opened)["threshold"] is None


def test_a_threshold_decided_later_and_what_it_decided() -> None:
    run_id = seed.finished_run(method="tfidf")
    rows = list(seed.texts(seed=4).rows[:7])
    opened = Opened()
    before = predict(run_id, Ask(rows), opened=opened)
    assert before["threshold"] is None
    assert not any(one["by_threshold"] for one in before["predictions"])
    decisions.keep(run_id, Decisions(threshold=ClassThreshold(2, 0.001, 5.0, 9)))
    after = predict(run_id, Ask(rows), opened=opened)
    assert after["probabilities"] == before["probabilities"]
    assert after["threshold"] == {"class": "space", "from": 0.001}
    for one, was, proba in zip(
        after["predictions"], before["predictions"], after["probabilities"], strict=True
    ):
        assert one["class"] == "space"
        assert one["probability"] == proba[2]
        assert one["by_threshold"] == (was["class"] != "space")
    assert any(one["by_threshold"] for one in after["predictions"])


def test_a_classifier_whose_data_set_and_model_are_gone_takes_what_it_took() -> None:
    dataset = kinds.table_set()
    run_id = kinds.finished(dataset, "lsa", "svm", {"n_components": 4})
    row = {"weight": 9.5, "count": 1, "colour": "red", "day": "2024-02-01", "sold": True}
    before = predict(run_id, Ask([row | {"gap": None}]), opened=Opened())
    datasets.delete(dataset.fingerprint)
    models.delete(runs.get(run_id).model or "")
    assert predict(run_id, Ask([row | {"gap": None}]), opened=Opened()) == before


def test_an_error_that_was_chosen_is_kept() -> None:
    run_id = seed.finished_run(method="tfidf")
    rows = list(seed.texts(seed=9).rows[:20])
    assert all(one["sure"] for one in predict(run_id, Ask(rows))["predictions"])
    doubts.keep(run_id, DoubtSettings(allowed_error=0.05))
    threshold = doubts.get(run_id).threshold
    assert threshold is not None
    answers = predict(run_id, Ask([*rows, "of words unknown"]))["predictions"]
    assert [one["sure"] for one in answers] == [one["probability"] >= threshold for one in answers]
    assert not answers[-1]["sure"]


def test_a_deleted_run_answers_no_more() -> None:
    run_id = seed.finished_run(method="tfidf")
    predict(run_id, Ask(["apple"]))
    runs.delete(run_id)
    with pytest.raises(Declined) as caught:
        predict(run_id, Ask(["apple"]))
    assert (caught.value.status, caught.value.code) == (404, "not_found")


def test_what_cannot_be_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    assert declined("../../etc", Ask(["a"])).status == 404
    run = runs.create({"kind": "finetune"}, name="waits")
    assert declined(run.id, Ask(["a"])).code == "no_classifier"
    run_id = seed.finished_run(method="tfidf")
    assert declined(run_id, Ask([{"a": 1}])).status == 422

    def broken(*_: object, **__: object) -> None:
        raise StoreFailed("Could not read /secret/place: no.")

    monkeypatch.setattr(classifiers, "load", broken)
    found = declined(run_id, Ask(["a"]))
    assert found.status == 503
    assert "/secret" not in str(found.body())


def test_only_the_last_stay_open(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(answering.decisions, "answering", lambda classifier, run: classifier)
    monkeypatch.setattr(classifiers, "load", lambda run, **_: loaded.append(run) or run)
    opened = Opened(kept=2)
    for name in ("a", "b", "a", "c", "a", "b"):
        assert opened.get(name) == name
    assert loaded == ["a", "b", "c", "b"]


def test_lists() -> None:
    run_id = seed.finished_run(method="lsa", name="Topics")
    describe(run_id, note="a private thought", tags=["x"], starred=True)
    runs.create({"kind": "load"}, name="only data")
    everything = list_runs({})["runs"]
    assert [one["name"] for one in everything] == ["only data", "Topics"]
    assert [one["can_predict"] for one in everything] == [False, True]
    (one,) = list_runs({"kind": "finetune", "state": "done", "limit": "5"})["runs"]
    assert one["id"] == run_id
    assert 0 < one["accuracy"] <= 1
    assert one["tags"] == ["x"]
    assert "private" not in str(everything)
    (model,) = list_models()["models"]
    assert model["method"] == "lsa"
    for limit in ("0", "501", "-1", "x", "1e3", "²"):
        with pytest.raises(Declined, match="from 1 to 500"):
            list_runs({"limit": limit})


def test_what_comes_back_is_what_the_description_says() -> None:
    run_id = seed.finished_run(method="lsa")
    schemas = openapi()["components"]["schemas"]
    for name, found in (
        ("Answer", predict(run_id, Ask(["apple"]))),
        ("Run", list_runs({})["runs"][0]),
        ("Model", list_models()["models"][0]),
        ("Error", Declined(404, "x", "y").body()),
    ):
        assert set(found) == set(schemas[name]["properties"]), name
        assert set(schemas[name]["required"]) <= set(found)
    shape = schemas["Answer"]["properties"]["predictions"]["items"]["properties"]
    assert set(predict(run_id, Ask(["apple"]))["predictions"][0]) == set(shape)
    decisions.keep(run_id, Decisions(threshold=ClassThreshold(2, 0.25, 5.0, 9)))
    none, told = schemas["Answer"]["properties"]["threshold"]["oneOf"]
    assert none == {"type": "null"}
    assert set(predict(run_id, Ask(["apple"]))["threshold"]) == set(told["properties"])
    text = str(openapi())
    for reference in schemas:
        assert f"#/components/schemas/{reference}" in text
