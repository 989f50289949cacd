"""A ranking from the request to its result, its grades, and plans that lean on finished runs."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import jobs
from core.errors import BadData, BadParam, Cancelled
from core.evaluate.choosing_words import costs, headline, reasons, worse
from core.jobs.advising import advise, request_of
from core.jobs.check import check
from core.jobs.observed import observed
from core.jobs.report_card import grade, report_card
from core.jobs.requests import (
    ChooseRequest,
    CompareRequest,
    DataRef,
    FinetuneRequest,
    PretrainRequest,
    from_json,
    to_json,
)
from core.jobs.track import gained, track_record
from core.store import datasets, models, runs
from core.transfer.advice import Situation
from core.transfer.recommend import Track
from tests import seed


@pytest.fixture(name="data")
def _data(home: Path) -> DataRef:
    return DataRef(fingerprint=seed.keep_texts())


def _method(data: DataRef, method: str = "lsa", **settings: object) -> PretrainRequest:
    return PretrainRequest(data=data, method=method, settings={"min_df": 1, **settings})


def _ranked(data: DataRef, **fields: Any) -> dict[str, Any]:
    given = {"methods": (_method(data), _method(data, "kmeans")), "labels_per_class": 3}
    run = jobs.run_here(ChooseRequest(data=data, **{**given, **fields}))
    assert run.state == "done", (run.error, run.hint)
    json.dumps(run.result, allow_nan=False)
    return {**(run.result or {}), "run": run.id}


def test_a_ranking(data: DataRef) -> None:
    found = _ranked(data)
    entries = {entry["method"]: entry for entry in found["entries"]}
    assert set(entries) == {"tfidf", "lsa", "kmeans"}
    means = [entry["rank"]["mean"] for entry in found["entries"]]
    assert means == sorted(means)
    assert found["labels"] == found["scored_rows"] == 9
    assert found["unlabelled"] == len(seed.texts().pool_rows("all")) - 9
    assert set(entries["lsa"]["scores"]) == {"probe", "knn", "logme", "h_score", "nce", "leep"}
    assert entries["lsa"]["model"] == models.get(entries["lsa"]["model"]).id
    assert entries["tfidf"]["nothing"]
    assert found["recommendation"]["pick"] in {entry["key"] for entry in found["entries"]}
    assert headline(found).startswith("With 9 labels and ")
    assert reasons(found)


def test_no_test_row_is_looked_at(data: DataRef) -> None:
    """Whatever the test rows say, and whatever they are labelled, the board is the same."""
    texts = seed.texts()
    rows, labels = texts.rows.copy(), texts.labels.copy()
    rows[texts.test_rows] = "nothing to see here"
    labels[texts.test_rows] = np.roll(labels[texts.test_rows], 7)
    changed = dataclasses.replace(texts, rows=rows, labels=labels)
    other = DataRef(fingerprint=datasets.save(changed).fingerprint)
    one = _ranked(data, methods=(_method(data),))
    two = _ranked(other, methods=(_method(other),))
    assert [e["scores"] for e in one["entries"]] == [e["scores"] for e in two["entries"]]


def test_methods_that_are_not_learned_are_listed_with_their_cost(data: DataRef) -> None:
    kept = jobs.run_here(_method(data)).model
    found = _ranked(data, models=(kept or "",), learn="later")
    lines = {entry["method"]: entry for entry in found["entries"]}
    assert lines["kmeans"]["rank"] is None
    assert lines["kmeans"]["seconds"] > 0
    assert lines["kmeans"]["note"] == "Not learned yet."
    assert lines["lsa"]["rank"] is not None  # the library has it: asked for twice, it stands once
    assert len(found["entries"]) == 3
    assert [record.method for record in models.list_all()] == ["lsa"]


def test_a_sample_is_ranked_and_not_kept(data: DataRef, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.jobs import candidates

    monkeypatch.setattr(candidates, "SAMPLE", 50)
    found = _ranked(data, learn="sample")
    lines = {entry["method"]: entry for entry in found["entries"]}
    assert lines["lsa"]["rank"] is not None
    assert lines["lsa"]["note"] == "Ranked by what it learned from 50 of 120 rows."
    assert lines["lsa"]["model"] is None
    assert models.list_all() == []


def test_what_takes_too_long_is_not_learned(data: DataRef, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.pretrain import get_method
    from core.pretrain.base import Estimate

    slow = dataclasses.replace(get_method("kmeans"), estimate=lambda *_: Estimate(99.0, 1.0))
    monkeypatch.setattr(
        "core.jobs.candidates.get_method", lambda key: slow if key == "kmeans" else get_method(key)
    )
    found = _ranked(data, seconds=50)
    lines = {entry["method"]: entry for entry in found["entries"]}
    assert lines["kmeans"]["rank"] is None
    assert lines["kmeans"]["note"] == "Not learned: it needs more than you have."


def test_a_classifier_of_other_data_brings_its_classes(data: DataRef) -> None:
    source = seed.finished_run()
    other = dataclasses.replace(seed.texts(seed=3), name="other", classes=("a", "b", "c"))
    ref = DataRef(fingerprint=datasets.save(other).fingerprint)
    found = _ranked(ref, methods=(_method(ref),), sources=(source,))
    line = next(entry for entry in found["entries"] if entry["run"])
    assert line["key"] == f"run:{source}"
    assert line["learned_from"] == "Tiny texts"
    assert not line["own_pool"]
    assert line["scores"]["nce"]["value"] > -np.log(3)


def test_a_classifier_of_these_labels_is_not_asked_about_them(data: DataRef) -> None:
    """It would know what it was told; under another split of the rows, too."""
    source = seed.finished_run()
    turned = dataclasses.replace(
        seed.texts(), test=(~seed.texts().test) & (seed.texts().labels >= 0)
    )
    for ref in (data, DataRef(fingerprint=datasets.save(turned).fingerprint)):
        found = _ranked(ref, methods=(), sources=(source,), models=(runs.get(source).model or "",))
        lines = {bool(entry["run"]): entry for entry in found["entries"] if not entry["nothing"]}
        assert "clusters stand for its classes" in lines[True]["note"]
        assert lines[True]["scores"] == lines[False]["scores"]  # those of its encoder


def test_one_that_fails_leaves_the_others(data: DataRef, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.pretrain.kmeans import KMeansEncoder

    def broken(*_: object, **__: object) -> None:
        raise BadData("There is something wrong with it.", hint="Do that.")

    monkeypatch.setattr(KMeansEncoder, "fit", broken)
    found = _ranked(data)
    assert {entry["method"] for entry in found["entries"]} == {"tfidf", "lsa"}
    assert found["failed"][0]["error"] == "There is something wrong with it."


def test_a_second_ranking_needs_no_encoder(data: DataRef, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once features are cached no model file is opened."""
    first = _ranked(data)
    kept = tuple(entry["model"] for entry in first["entries"] if entry["model"])

    def closed(*_: object) -> None:
        raise AssertionError("a model was opened")

    monkeypatch.setattr(models, "load", closed)
    again = _ranked(data, methods=(), models=kept)
    assert [e["scores"] for e in again["entries"]] == [e["scores"] for e in first["entries"]]


def test_more_rows_than_are_scored(data: DataRef, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.jobs import choosing

    monkeypatch.setattr(choosing, "ROWS", 12)
    found = _ranked(data, labels_per_class=None)
    assert found["labels"] == 60
    assert found["scored_rows"] == 12


def test_requests_that_cannot_work(data: DataRef) -> None:
    with pytest.raises(BadParam, match="Nothing was chosen to rank"):
        check(ChooseRequest(data=data))
    with pytest.raises(BadParam, match="The name has 81 characters"):
        check(ChooseRequest(data=data, methods=(_method(data),), name="x" * 81))
    with pytest.raises(BadParam, match="seconds"):
        check(ChooseRequest(data=data, methods=(_method(data),), seconds=0))
    with pytest.raises(BadParam, match="does not take text rows"):
        check(ChooseRequest(data=data, methods=(PretrainRequest(data=data, method="raw"),)))
    bare = dataclasses.replace(seed.texts(), labels=np.full(180, -1, np.int32), classes=())
    ref = DataRef(fingerprint=datasets.save(bare).fingerprint)
    with pytest.raises(BadData, match="no labelled training rows of two classes"):
        check(ChooseRequest(data=ref, methods=(_method(ref),)))


def test_labels_of_one_class_alone(data: DataRef) -> None:
    texts = seed.texts()
    labels = np.where((texts.labels != 0) & ~texts.test, -1, texts.labels).astype(np.int32)
    ref = DataRef(fingerprint=datasets.save(dataclasses.replace(texts, labels=labels)).fingerprint)
    run = jobs.run_here(ChooseRequest(data=ref, methods=(_method(ref),)))
    assert run.state == "failed"
    assert "of one class alone" in (run.error or "")


def test_the_request_travels(data: DataRef) -> None:
    request = ChooseRequest(
        data=data,
        methods=(_method(data),),
        models=("0123456789ab",),
        sources=("2" * 12,),
        seconds=9,
    )
    assert from_json(json.loads(json.dumps(to_json(request)))) == request
    named = check(ChooseRequest(data=data, methods=(_method(data),)))
    assert named.name == "1 encoder ranked, 5 labels per class, Tiny texts"


# -- the report card --------------------------------------------------------------------------


def test_a_ranking_is_graded_by_what_came_out(data: DataRef) -> None:
    ranked = _ranked(data)
    run = runs.get(ranked["run"])
    assert grade(run) is None
    assert report_card() == []
    kept = tuple(entry["model"] for entry in ranked["entries"] if entry["model"])
    compared = jobs.run_here(CompareRequest(data=data, models=kept, labels_per_class=3, draws=2))
    accuracy = {
        entry.get("model") or "nothing": entry["accuracy"]["value"]
        for entry in (compared.result or {})["entries"]
    }
    one = grade(run)
    assert one is not None
    pick = ranked["recommendation"]["pick"]
    assert one.regret == pytest.approx(max(accuracy.values()) - accuracy[pick])
    assert one.compared == 3
    assert one.same_budget
    assert one.evidence == (compared.id,)
    assert report_card() == [one]
    _ranked(data)  # the same again counts once
    assert len(report_card()) == 1


def test_single_finetunings_count_where_nothing_but_the_encoder_differs(data: DataRef) -> None:
    ranked = _ranked(data)
    for entry in ranked["entries"]:
        if entry["model"]:
            jobs.run_here(
                FinetuneRequest(
                    data=data, model=entry["model"], labels_per_class=2, draws=2, curve=False
                )
            )
    one = grade(runs.get(ranked["run"]))
    assert one is not None
    assert one.compared == 3
    assert len(one.evidence) == 2
    assert not one.same_budget
    jobs.run_here(
        FinetuneRequest(
            data=data,
            model=next(e["model"] for e in ranked["entries"] if e["model"]),
            strategy="spreading",
            labels_per_class=2,
            draws=2,
            curve=False,
        )
    )
    found = observed(data.fingerprint)
    assert [len(group.runs) for group in found] == [2]  # another strategy is another matter


def test_runs_of_this_installation_become_a_track_record(data: DataRef) -> None:
    run = jobs.run_here(
        CompareRequest(data=data, methods=(_method(data),), labels_per_class=3, draws=2)
    )
    entries = {e.get("method", "nothing"): e for e in (run.result or {})["entries"]}
    gain = entries["lsa"]["accuracy"]["value"] - entries["nothing"]["accuracy"]["value"]
    assert gained("text") == {"lsa": {run.dataset: pytest.approx(gain)}}
    assert gained("image") == {}
    before = track_record("text", without=run.dataset)
    after = track_record("text")
    sets = before["lsa"].sets if "lsa" in before else 0
    assert after["lsa"].sets == sets + 1


def test_another_split_of_the_same_rows_does_not_vouch_for_them(data: DataRef) -> None:
    """What was measured there was measured on rows that are learned from here, and vice versa."""
    texts = seed.texts()
    turned = dataclasses.replace(texts, test=(~texts.test) & (texts.labels >= 0))
    other = DataRef(fingerprint=datasets.save(turned).fingerprint)
    jobs.run_here(
        CompareRequest(data=other, methods=(_method(other),), labels_per_class=3, draws=2)
    )
    assert set(gained("text")["lsa"]) == {other.fingerprint}
    shipped = track_record("text", without=other.fingerprint)
    assert track_record("text", without=data.fingerprint) == shipped
    assert track_record("text", without="0" * 64)["lsa"].sets == shipped["lsa"].sets + 1
    situation = Situation(modality="text", rows=5000, labels=60, classes=3, seconds=600)
    assert advise(situation, without=data.fingerprint).evidence == ()


# -- the advisor ------------------------------------------------------------------------------


def test_a_plan_leans_on_runs_here_and_is_carried_out(
    data: DataRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.jobs.advising.track_record", lambda *_, **__: {"lsa": Track(0.2, 1)})
    jobs.run_here(CompareRequest(data=data, methods=(_method(data),), labels_per_class=2, draws=2))
    situation = Situation(modality="text", rows=5000, labels=60, classes=3, seconds=600)
    told = advise(situation)
    assert told.plan.method == "lsa"
    assert [one.title for one in told.evidence] == ["Tiny texts"]
    assert runs.get(told.evidence[0].run).kind == "compare"
    assert advise(situation, without=data.fingerprint).evidence == ()
    request = request_of(told.plan, data, labels_per_class=3)
    assert check(request).request.pretrain.method == "lsa"  # type: ignore[union-attr]
    assert request_of(told.plan, data, labels_per_class=None).draws == 1


def test_few_rows_learn_nothing_first(home: Path) -> None:
    situation = Situation(modality="text", rows=120, labels=60, classes=3, seconds=600)
    assert advise(situation).plan.method is None


# -- words ------------------------------------------------------------------------------------


def _line(key: str, **fields: Any) -> dict[str, Any]:
    rank = {"place": 1, "mean": 1.0, "low": 1.0, "high": 2.0, "tied": True, "by_score": {}}
    return {
        **{"key": key, "title": key.title(), "nothing": False, "rank": rank, "ready": True},
        **{"seconds": 8.2, "size_mb": 40.3, "track": {"gain": 0.096, "sets": 5}},
        **fields,
    }


def _result(by: str = "record", pick: str = "a", **fields: Any) -> dict[str, Any]:
    advice = {"pick": pick, "by": by, "tied": ["b"], "cheaper": None, "excluded": {}}
    entries = [_line("a"), _line("b"), _line("n", nothing=True, seconds=0.0, size_mb=None)]
    return {
        **{"entries": entries, "recommendation": {**advice, **fields.pop("advice", {})}},
        **{"labels": 60, "scored_rows": 60, "unlabelled": 20_000, "modality": "text"},
        **fields,
    }


def test_words_of_a_recommendation() -> None:
    assert headline(_result()) == "With 60 labels and 20,000 unlabelled rows: A; 8.2 s, 40 MB."
    told = reasons(_result())
    assert told[0] == (
        "60 labelled rows cannot tell it from B: the ranges of their mean ranks overlap."
    )
    assert told[1] == (
        "Of these its method gained most elsewhere: +9.6 points over learning nothing on 5 other "
        "sets of texts."
    )
    assert "clearly first of 3" in reasons(_result("ranks"))[0]
    assert "only one" in reasons(_result("alone"))[0]
    assert "is not known" in reasons(_result("order"))[1]


def test_words_of_costs() -> None:
    assert costs(_line("a", seconds=0.01, size_mb=None)) == "; under 0.1 s"
    assert costs(_line("a", seconds=130.0, size_mb=0.5, ready=False)) == "; about 130 s, 0.5 MB"
    assert costs(_line("n", nothing=True)) == ""


def test_words_of_what_has_no_record() -> None:
    found = _result()
    found["entries"][1]["track"] = None
    assert reasons(found)[2] == "How B did elsewhere is not known yet."


def test_words_of_what_is_cheaper_and_what_was_left_out() -> None:
    told = reasons(_result(advice={"cheaper": "b", "excluded": {"n": "takes long"}}))
    assert (
        told[2] == "B is expected to be at most 2 points behind and costs far less; 8.2 s, 40 MB."
    )
    assert told[3] == "Left out: N takes long."


def test_words_where_learning_nothing_is_best() -> None:
    found = _result(pick="n")
    assert headline(found) == "With 60 labels and 20,000 unlabelled rows: learn nothing beforehand."
    assert "Of these none gained" in reasons(found)[1]
    assert "is expected to do better here" in reasons(found)[2]


def test_what_ranks_behind_learning_nothing_is_named() -> None:
    behind = {"place": 3, "mean": 3.0, "low": 2.5, "high": 3.0, "tied": False, "by_score": {}}
    found = _result()
    found["entries"][1]["rank"] = behind
    assert worse(found) == ["B"]
    assert reasons(found)[-1] == "B ranks clearly behind learning nothing: likely to hurt."


def test_a_cancel_ends_the_ranking(data: DataRef, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no failure of one encoder that leaves the others."""

    def cancelled(*_: object, **__: object) -> None:
        raise Cancelled

    monkeypatch.setattr("core.jobs.choosing.measure", cancelled)
    run = jobs.run_here(ChooseRequest(data=data, methods=(_method(data),)))
    assert run.state == "cancelled"


def test_progress_is_told(data: DataRef) -> None:
    said: list[tuple[float, str]] = []
    request = ChooseRequest(data=data, methods=(_method(data),), labels_per_class=2)
    jobs.run_here(request, on_progress=lambda share, words: said.append((share, words)))
    shares = [share for share, _ in said]
    assert shares == sorted(shares)
    assert said
