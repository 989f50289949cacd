"""The page that ranks encoders: empty, before, done, graded; the plan; the report card."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from core import jobs
from core.jobs.requests import (
    ChooseRequest,
    CompareRequest,
    DataRef,
    FinetuneRequest,
    PretrainRequest,
)
from core.store import datasets, runs
from core.store.records import RunRecord
from tests import seed
from ui import choosing
from ui.command import command_line


class _Record:
    id = "0" * 12


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What a click would start."""
    found: list[Any] = []
    monkeypatch.setattr(jobs, "submit", lambda request: found.append(request) or _Record)
    return found


def _ranked(data: str, **fields: Any) -> str:
    ref = DataRef(fingerprint=data)
    methods = tuple(
        PretrainRequest(data=ref, method=m, settings={"min_df": 1}) for m in ("lsa", "kmeans")
    )
    given = {"methods": methods, "labels_per_class": 3}
    return jobs.run_here(ChooseRequest(data=ref, **{**given, **fields})).id


def test_without_data(app: Callable[..., Any]) -> None:
    at = app("choose")
    assert not at.exception
    assert any("No data set is open yet" in m.value for m in at.markdown)


def test_start(app: Callable[..., Any], asked: list[Any]) -> None:
    data = seed.keep_texts()
    at = app("choose", data=data[:12])
    assert not at.exception
    at.number_input(key="ch_labels").set_value(4)
    at.button_group(key="ch_learn").set_value("sample").run()
    at.button(key="ch_start").click().run()
    request = asked[0]
    assert isinstance(request, ChooseRequest)
    assert {one.method for one in request.methods} >= {"lsa", "kmeans", "ppmi"}
    assert (request.labels_per_class, request.learn, request.seconds) == (4, "sample", None)


def test_nothing_chosen_says_why(app: Callable[..., Any]) -> None:
    data = seed.keep_texts()
    at = app("choose", data=data[:12])
    at.button_group(key=f"ch_methods_{data[:8]}").set_value([]).run()
    assert at.button(key="ch_start").disabled
    assert at.button(key="ch_start").help == "Choose at least one of them."


def test_all_labels_and_sources(
    app: Callable[..., Any], filled: dict[str, str], asked: list[Any]
) -> None:
    other = dataclasses.replace(seed.texts(seed=5), title="Other texts")
    data = datasets.save(other).fingerprint
    at = app("choose", data=data[:12])
    at.toggle(key="ch_all").set_value(True).run()
    at.multiselect(key=f"ch_sources_{data[:8]}").set_value([filled["run"]]).run()
    at.button(key="ch_start").click().run()
    assert asked[0].labels_per_class is None
    assert asked[0].sources == [filled["run"]]
    assert filled["model"] in asked[0].models


def test_board(app: Callable[..., Any]) -> None:
    at = app("choose", run=_ranked(seed.keep_texts()))
    assert not at.exception
    assert not at.error
    assert any("With 9 labels and " in m.value for m in at.markdown)
    table = at.dataframe[0].value
    assert set(table["Encoder"]) == {"LSA / PCA", "K-means", "Nothing learned"}
    assert {"k-NN", "LogME", "H-score", "NCE", "LEEP", "Linear probe"} <= set(table.columns)
    assert table["Place"].str.startswith("1").any()


def test_one_click_to_finetune(app: Callable[..., Any]) -> None:
    run = _ranked(seed.keep_texts())
    pick = (runs.get(run).result or {})["recommendation"]["pick"]
    at = app("choose", run=run)
    at.button(key="ch_finetune").click().run()
    assert at.session_state["ft_model"] == ("none" if pick == "nothing" else pick)
    assert at.session_state["ft_labels"] == 3


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"nothing": True}, "none"),
        ({"run": "r" * 12}, f"run:{'r' * 12}"),
        ({"model": "0123456789ab"}, "0123456789ab"),
        ({}, "new:lsa"),
    ],
)
def test_what_each_kind_of_encoder_becomes(
    entry: dict[str, Any], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    state: dict[str, Any] = {}
    monkeypatch.setattr("ui.choosing.st.session_state", state)
    monkeypatch.setattr("ui.choosing.shell.go", lambda *_, **__: None)
    record = RunRecord(
        "2" * 12, "choose", "done", "", {"labels_per_class": None}, datetime.now(UTC)
    )
    full = {"nothing": False, "run": None, "model": None, "method": "lsa", **entry}
    choosing._finetune(full, record)
    assert state["ft_model"] == expected
    assert state["ft_all"]


def test_another_line_can_be_selected(app: Callable[..., Any]) -> None:
    at = app("choose", run=_ranked(seed.keep_texts()))
    at.session_state["ch_table"] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    at.run()
    assert not at.exception
    assert at.button(key="ch_finetune_other")


def test_a_sample_is_finetuned_in_full(app: Callable[..., Any], asked: list[Any]) -> None:
    run = _ranked(seed.keep_texts(), learn="sample")
    request = choosing.everything(runs.get(run))
    assert {one.method for one in request.methods} == {"lsa", "kmeans"}
    assert request.models == []


def test_grading(app: Callable[..., Any], asked: list[Any]) -> None:
    data = seed.keep_texts()
    run = _ranked(data)
    at = app("choose", run=run)
    at.button(key="ch_grade").click().run()
    request = asked[0]
    assert isinstance(request, CompareRequest)
    assert len(request.models) == 2
    assert request.labels_per_class == 3
    jobs.run_here(dataclasses.replace(request, draws=2))
    at = app("choose", run=run)
    assert not at.exception
    assert {m.label for m in at.metric} == {"Regret", "Weighted Kendall τ", "Encoders"}
    assert not [b for b in at.button if b.key == "ch_grade"]
    at = app("choose", run=_ranked(data, labels_per_class=2))
    assert any("with other labels than the ranking had" in m.value for m in at.markdown)
    assert at.button(key="ch_grade")
    card = app("choose", ch_view=choosing.CARD)
    assert not card.exception
    assert any("of 2 rankings; on average it lost" in m.value for m in card.markdown)
    assert card.dataframe[0].value["Data"].tolist() == ["Tiny texts", "Tiny texts"]


def test_two_encoders_are_too_few_to_praise_the_ranking(
    app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.jobs.report_card import Grade

    run = _ranked(seed.keep_texts())
    two = Grade(run, "Tiny", 3, "LSA / PCA", "LSA / PCA", 0.0, None, 2, (), same_budget=True)
    monkeypatch.setattr(choosing, "grade", lambda _: two)
    at = app("choose", run=run)
    assert any("2 of 3 encoders are fine-tuned: too few to tell" in c.value for c in at.caption)
    assert "Says little where few" in at.metric[0].help
    assert at.button(key="ch_grade")
    three = dataclasses.replace(two, compared=3, tau=1.0)
    monkeypatch.setattr(choosing, "grade", lambda _: three)
    at = app("choose", run=run)
    assert not any("too few to tell" in c.value for c in at.caption)


def test_the_other_views_stay_in_reach_beside_a_result(app: Callable[..., Any]) -> None:
    data = seed.keep_texts()
    at = app("choose", run=_ranked(data))
    labels = [link.proto.label for link in at.get("page_link") if "job" not in link.proto.label]
    assert labels[:3] == ["Rank again", choosing.PLAN, choosing.CARD]


def test_no_test_rows_to_grade_by(app: Callable[..., Any]) -> None:
    texts = seed.texts()
    bare = dataclasses.replace(texts, test=np.zeros(len(texts), bool))
    at = app("choose", run=_ranked(datasets.save(bare).fingerprint))
    assert at.button(key="ch_grade").disabled
    assert at.button(key="ch_grade").help == "There are no labelled test rows."


def test_data_that_was_deleted(app: Callable[..., Any]) -> None:
    data = seed.keep_texts()
    run = _ranked(data)
    datasets.delete(data)
    at = app("choose", run=run)
    assert not at.exception
    assert at.button(key="ch_grade").help == "The data set is no longer here."


def test_empty_card(app: Callable[..., Any], home: object) -> None:
    at = app("choose", ch_view=choosing.CARD)
    assert not at.exception
    assert any("No ranking has been graded yet" in m.value for m in at.markdown)


def test_what_failed_is_named(app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from core.errors import BadData
    from core.pretrain.kmeans import KMeansEncoder

    def broken(*_: object, **__: object) -> None:
        raise BadData("It cannot read this.", hint="Take another.")

    monkeypatch.setattr(KMeansEncoder, "fit", broken)
    at = app("choose", run=_ranked(seed.keep_texts()))
    assert any("Take another." in w.value for w in at.warning)


def test_a_model_that_saw_test_rows_is_named(
    app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.jobs.choosing.seen_by", lambda *_, **__: ["It had seen test rows."])
    at = app("choose", run=_ranked(seed.keep_texts()))
    assert any("It had seen test rows" in w.value for w in at.warning)


def test_unlabelled_data(app: Callable[..., Any], home: object) -> None:
    texts = seed.texts()
    bare = dataclasses.replace(texts, labels=np.full(len(texts), -1, np.int32), classes=())
    at = app("choose", data=datasets.save(bare).fingerprint[:12])
    assert not at.exception
    assert any("labelled training rows of at least two" in w.value for w in at.warning)


def test_plan_without_data(app: Callable[..., Any], home: object) -> None:
    at = app("choose", ch_view=choosing.PLAN)
    assert not at.exception
    words = " ".join(m.value for m in at.markdown)
    assert "Linear SVM" in words
    assert "The plan" in " ".join(s.value for s in at.subheader)
    assert not [b for b in at.button if b.key == "ch_carry_out"]
    at.number_input(key="ch_classes_none").set_value(1).run()
    assert at.error[0].value


def test_plan_is_carried_out(app: Callable[..., Any], asked: list[Any]) -> None:
    data = seed.keep_texts()
    at = app("choose", data=data[:12], ch_view=choosing.PLAN)
    assert at.number_input(key=f"ch_rows_{data[:8]}").value == 120
    labels = at.number_input(key=f"ch_labelled_{data[:8]}")
    assert labels.value == 15  # 5 a class of 60, as on the other pages
    assert "This data set has 60" in labels.help
    at.toggle(key="ch_explained").set_value(True).run()
    at.button(key="ch_carry_out").click().run()
    request = asked[0]
    assert isinstance(request, FinetuneRequest)
    assert request.labels_per_class == 5
    at = app("choose", data=data[:12], ch_view=choosing.PLAN)
    at.number_input(key=f"ch_labelled_{data[:8]}").set_value(60).run()
    at.button(key="ch_carry_out").click().run()
    assert asked[1].labels_per_class is None  # every label, as the form says


def test_plan_for_another_kind_of_rows(app: Callable[..., Any]) -> None:
    data = seed.keep_texts()
    at = app("choose", data=data[:12], ch_view=choosing.PLAN)
    at.button_group(key=f"ch_kind_{data[:8]}").set_value("image").run()
    assert not at.exception
    assert not [b for b in at.button if b.key == "ch_carry_out"]


def test_plan_for_data_that_cannot_be_judged(app: Callable[..., Any]) -> None:
    texts = seed.texts()
    bare = dataclasses.replace(texts, test=np.zeros(len(texts), bool))
    data = datasets.save(bare).fingerprint
    at = app("choose", data=data[:12], ch_view=choosing.PLAN)
    assert at.button(key="ch_carry_out").disabled
    assert "nothing could be measured" in (at.button(key="ch_carry_out").help or "")


def test_evidence_is_linked(app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from core.transfer.recommend import Track

    monkeypatch.setattr("core.jobs.advising.track_record", lambda *_, **__: {"lsa": Track(0.2, 1)})
    ref = DataRef(fingerprint=seed.keep_texts())
    method = PretrainRequest(data=ref, method="lsa", settings={"min_df": 1})
    jobs.run_here(CompareRequest(data=ref, methods=(method,), labels_per_class=2, draws=2))
    at = app("choose", ch_view=choosing.PLAN)
    assert not at.exception
    assert "LSA / PCA" in " ".join(m.value for m in at.markdown)
    assert not any("None on other data sets yet" in c.value for c in at.caption)


def test_the_same_from_a_shell() -> None:
    ref = DataRef(name="python_docs")
    request = ChooseRequest(
        data=ref,
        methods=(PretrainRequest(data=ref, method="lsa"),),
        models=("0123456789ab",),
        sources=("2" * 12,),
        learn="later",
        seconds=30,
        labels_per_class=None,
    )
    assert command_line(request) == (
        "python -m core choose python_docs lsa 0123456789ab run:222222222222 --labels-per-class all "
        "--learn later --seconds 30"
    )


def test_a_first_ranking_takes_under_a_minute() -> None:
    costs = {"slow": 46.0, "word2vec": 98.0, "lsa": 3.0, "glove": 30.0, "ppmi": 6.0}
    assert choosing.quick(costs) == ["lsa", "glove", "ppmi"]


def test_titles_that_are_the_same_are_told_apart() -> None:
    entries = [
        {"key": "a", "title": "Word vectors", "learned_from": ""},
        {"key": "b", "title": "Word vectors", "learned_from": "only its unlabelled rows"},
        {"key": "c", "title": "K-means", "learned_from": ""},
    ]
    assert choosing.titles(entries) == {
        "a": "Word vectors, all rows",
        "b": "Word vectors, only its unlabelled rows",
        "c": "K-means",
    }
