"""Every page, empty and full, and what changes when a person acts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import seed

App = Callable[..., Any]
PAGES = ["home", "data", "pretrain", "finetune", "evaluate", "predict", "runs"]


def words(at: Any) -> str:
    """All that a page says."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "error", "warning", "info")
    return "\n".join(str(element.value) for kind in kinds for element in getattr(at, kind))


def calm(at: Any) -> Any:
    """The page, once it is sure that nothing went wrong on it."""
    assert not at.exception, at.exception
    assert not [e for e in at.error if "Something went wrong" in str(e.proto)], at.error
    return at


@pytest.mark.parametrize("page", PAGES)
def test_empty(app: App, page: str) -> None:
    at = calm(app(page))
    assert len(at.title) == 1
    assert not at.error


@pytest.mark.parametrize("page", ["pretrain", "finetune"])
def test_without_data_a_page_says_where_to_get_some(app: App, page: str) -> None:
    assert "No data set is open yet" in words(app(page))


def test_unknown_data_is_said(app: App, filled: dict[str, str]) -> None:
    at = calm(app("data", data="zzz"))
    assert at.warning[0].proto.title == "There is no data set 'zzz' here."
    assert "It may have been deleted" in words(at)


@pytest.mark.parametrize("page", PAGES)
def test_full(app: App, filled: dict[str, str], page: str) -> None:
    query = {"run": filled["run"]} if page in ("evaluate", "predict") else {}
    at = calm(app(page, session={"data": filled["data"]}, **query))
    assert not at.error
    assert "Tiny texts" in "\n".join(str(m.value) for m in at.sidebar.markdown)


def test_home_lists_recent_runs(app: App, filled: dict[str, str]) -> None:
    at = calm(app())
    table = at.dataframe[0].value
    assert set(table["Run"]) == {"Vectors on tiny", "Topics on tiny"}
    assert set(table["Labels"]) == {"3 per class"}


def test_home_example_queues_one_run_with_pretraining(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core import jobs
    from core.store import runs

    asked: list[Any] = []

    def submit(request: Any) -> Any:
        from core.jobs.requests import to_json

        asked.append(request)
        return runs.create(to_json(request), name=request.name)

    monkeypatch.setattr(jobs, "submit", submit)
    at = app()
    at.button(key="home_example").click().run()
    assert [r.data.name for r in asked] == ["python_docs"]
    assert asked[0].pretrain.method == "ppmi"
    assert asked[0].labels_per_class == 5


def test_data_page_shows_numbers_and_checks(app: App, filled: dict[str, str]) -> None:
    at = calm(app("data", data=filled["data"][:12]))
    shown = {metric.label: metric.value for metric in at.metric}
    assert shown["Texts"] == "180"
    assert shown["Classes"] == "3"
    assert shown["To learn from"] == "60"
    assert shown["Without a label"] == "60"
    assert shown["Share labelled"] == "66.7\u202f%"
    assert shown["Kept for the test"] == "60"


@pytest.mark.parametrize("view", ["Checks", "Classes", "Rows", "Map", "Words", "Preparation"])
def test_every_view_of_the_data(app: App, filled: dict[str, str], view: str) -> None:
    at = calm(app("data", session={"data": filled["data"], "data_tab": view}))
    assert not at.error


def test_filter_rows(app: App, filled: dict[str, str]) -> None:
    at = app("data", session={"data": filled["data"], "data_tab": "Rows"})
    at.text_input(key="data_find").set_value("pool 17").run()
    calm(at)
    table = next(d.value for d in at.dataframe if "Text" in d.value)
    assert len(table) == 1
    assert table["Part"].tolist() == ["pool"]
    at.text_input(key="data_find").set_value("no such words anywhere").run()
    assert "No row fits" in words(calm(at))


def test_upload_choose_columns_and_open(app: App, home: Path) -> None:
    tiny = seed.texts(per_class=12, pool=0)
    content = "text,topic\n" + "".join(
        f'"{text}",{tiny.classes[label]}\n'
        for text, label in zip(tiny.rows, tiny.labels, strict=True)
    )
    at = app("data", data_start="file")
    at.file_uploader[0].upload("notes.csv", content.encode()).run()
    calm(at)
    chosen = {box.label: box.value for box in at.selectbox}
    assert chosen["Text column"] == "text"
    assert chosen["Label column"] == "topic"
    at.button(key="data_use").click().run()
    from core.store import datasets

    (kept,) = datasets.list_all()
    assert kept.rows == 36
    assert kept.classes == ("fruit", "music", "space")


def test_a_broken_upload_is_explained_and_nothing_is_lost(app: App, filled: dict[str, str]) -> None:
    from core.store import datasets

    before = [record.fingerprint for record in datasets.list_all()]
    at = app("data", session={"data": filled["data"]}, data_start="file")
    at.file_uploader[0].upload("broken.parquet", b"PAR1 this is no such file").run()
    assert len(at.error) == 1
    assert not at.exception
    assert [record.fingerprint for record in datasets.list_all()] == before


def test_pretrain_page_offers_methods_with_costs(app: App, filled: dict[str, str]) -> None:
    at = calm(app("pretrain", data=filled["data"][:12]))
    assert "When to use it" in words(at)
    assert "of memory on this machine" in words(at)
    radio = at.radio[0]
    for option in ("lsa", "kmeans", "tfidf", "ppmi"):
        radio = at.radio[0]
        radio.set_value(option).run()
        calm(at)


def test_pretrained_words_can_be_searched(app: App, filled: dict[str, str]) -> None:
    at = calm(app("pretrain", model=filled["model"]))
    assert "Nearest words" in words(at)
    at.text_input(key=f"pt_near_{filled['model']}").set_value("guitar").run()
    calm(at)
    at.text_input(key=f"pt_near_{filled['model']}").set_value("guitarr").run()
    assert not at.exception
    assert any("guitar" in str(w.value) for w in at.warning)


def test_rename_and_delete_a_model(app: App, filled: dict[str, str]) -> None:
    from core.store import models

    at = app("pretrain", model=filled["model"])
    at.text_input(key=f"pt_rename_{filled['model']}").set_value("My vectors")
    at.button(key="pt_rename_save").click().run()
    calm(at)
    assert models.get(filled["model"]).name == "My vectors"
    at.button(key="pt_delete").click().run()
    assert filled["model"] not in [record.id for record in models.list_all()]


def test_finetune_queues_what_was_chosen(
    app: App, filled: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from core import jobs
    from core.jobs.requests import to_json
    from core.store import runs

    asked: list[Any] = []

    def submit(request: Any) -> Any:
        asked.append(request)
        return runs.create(to_json(request), name=request.name)

    monkeypatch.setattr(jobs, "submit", submit)
    at = calm(app("finetune", data=filled["data"][:12]))
    at.number_input(key="ft_labels").set_value(7).run()
    at.button(key="ft_start").click().run()
    (request,) = asked
    assert request.model == filled["model"] or request.model is not None
    assert request.labels_per_class == 7
    assert request.data.fingerprint == filled["data"]


def test_the_report_of_a_run(app: App, filled: dict[str, str]) -> None:
    at = calm(app("evaluate", run=filled["run"]))
    assert at.title[0].value == "Vectors on tiny"
    labels = {metric.label for metric in at.metric}
    assert {"Test accuracy", "Without pretraining", "Macro F1", "On training rows"} <= labels
    said = words(at)
    assert "points" in said
    assert "95 % interval" in said.replace("\u202f", " ").replace("\xa0", " ")


def test_an_unknown_run_is_said_in_words(app: App) -> None:
    at = app("evaluate", run="nosuchrun00")
    assert not at.exception
    assert len(at.error) == 1


def test_predict_follows_the_text(app: App, filled: dict[str, str]) -> None:
    at = calm(app("predict", run=filled["run"]))
    at.text_area[0].set_value("a violin and a piano in concert").run()
    calm(at)
    assert at.dataframe[0].value["Class"][0] == "music"
    assert "**music**" in words(at)
    at.text_area[0].set_value("").run()
    assert "Write or paste a text" in words(calm(at))


def test_predict_a_file(app: App, filled: dict[str, str]) -> None:
    at = app("predict", run=filled["run"])
    at.file_uploader[0].upload("rows.csv", b"text,id\nplum and cherry,1\nrocket orbit,2\n").run()
    calm(at)
    table = next(d.value for d in at.dataframe if "id" in d.value)
    assert len(table) == 2
    assert table["id"].tolist() == [1, 2] or table["id"].tolist() == ["1", "2"]
    assert "fruit" in table.to_string()
    assert "space" in table.to_string()


def test_runs_are_filtered_compared_and_deleted(app: App, filled: dict[str, str]) -> None:
    from core.store import runs

    at = calm(app("runs"))
    assert len(at.dataframe[0].value) == 2
    at.text_input(key="runs_text").set_value("topics").run()
    assert at.dataframe[0].value["Run"].tolist() == ["Topics on tiny"]
    at.text_input(key="runs_text").set_value("").run()
    at.session_state["runs_table"] = {"selection": {"rows": [0, 1], "columns": [], "cells": []}}
    at.run()
    calm(at)
    assert "Side by side" in words(at)
    assert "Settings that differ" in words(at)
    examined = runs.create({"kind": "examine", "run": filled["run"], "parts": []}, name="Of it")
    at.run()
    at.session_state["runs_table"] = {"selection": {"rows": [0, 1, 2], "columns": [], "cells": []}}
    at.button(key="runs_delete").click().run()
    assert f"which is the run {examined.id}" in "".join(str(one.proto) for one in at.error)
    runs.change(examined.id, state="cancelled")
    at.run()
    at.session_state["runs_table"] = {"selection": {"rows": [0, 1, 2], "columns": [], "cells": []}}
    at.run()
    calm(at.button(key="runs_delete").click().run())
    assert runs.list_all() == []


def test_after_a_deletion_nothing_is_selected(app: App, filled: dict[str, str]) -> None:
    from core.store import runs

    at = calm(app("runs"))
    names = at.dataframe[0].value["Run"].tolist()
    at.session_state["runs_table"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    at.run()
    assert f"Delete **{names[0]}** with report" in words(at)
    calm(at.button(key="runs_delete").click().run())
    assert at.dataframe[0].value["Run"].tolist() == names[1:]
    assert not any(button.key == "runs_delete" for button in at.button)
    assert "Select one run to open it" in words(at)
    assert len(runs.list_all()) == len(names) - 1


@pytest.mark.parametrize("page", ["finetune", "choose", "compare", "tune"])
def test_a_budget_above_the_rows_of_a_set_is_no_fault(app: App, page: str) -> None:
    import dataclasses

    from core.store import datasets

    whole = seed.texts()
    labels = whole.labels.copy()
    training = np.flatnonzero(~whole.test)
    labels[training] = -1
    labels[training[:4]] = [0, 1, 0, 1]
    small = dataclasses.replace(whole, labels=labels)
    assert (small.labels[~small.test] >= 0).sum() == 4
    data = datasets.save(small).fingerprint
    calm(app(page, data=data[:12]))


def test_a_failed_run_says_why_and_can_be_run_again(app: App, filled: dict[str, str]) -> None:
    from core.store import runs

    made = runs.create(runs.get(filled["run"]).request, name="Went wrong")
    runs.change(made.id, state="running")
    runs.change(made.id, state="failed", error="The text column is empty.", hint="Choose another.")
    at = app("evaluate", run=made.id)
    assert "The text column is empty." in str(at.error[0].value)
    assert any(button.label == "Run it again" for button in at.button)


def test_a_running_job_shows_progress_and_cancel(app: App, filled: dict[str, str]) -> None:
    import os

    from core import jobs
    from core.store import runs

    made = runs.create(runs.get(filled["run"]).request, name="At work")
    claimed = runs.claim(os.getpid(), at_most=1)
    assert claimed is not None
    assert claimed.id == made.id
    runs.change(made.id, progress=0.4, message="Counting pairs")
    at = calm(app("evaluate", run=made.id))
    assert f"enough_{made.id}" not in [button.key for button in at.button]
    at.button(key=f"pause_{made.id}").click().run()
    assert jobs.paused(made.id)
    at = calm(app("evaluate", run=made.id))
    assert at.button(key=f"pause_{made.id}").label == "Go on"
    at.button(key=f"pause_{made.id}").click().run()
    assert not jobs.paused(made.id)
    runs.add_points(made.id, [{"train_loss": 0.4, "pass_": 1}])
    at = calm(app("evaluate", run=made.id))
    at.button(key=f"enough_{made.id}").click().run()
    assert runs.wished(made.id, "enough")
    at.button(key=f"cancel_{made.id}").click().run()
    assert runs.get(made.id).cancel_requested


def test_an_unusable_home_is_said_in_words(
    app: App, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.parent.mkdir(parents=True, exist_ok=True)
    home.write_text("a file where the folder should be")
    at = app("runs")
    assert not at.exception
    assert str(home) in words(at) + "".join(str(e.proto) for e in at.error)
