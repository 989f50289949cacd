"""Handing on: downloads, notes and the link on the report; stars, tags and imports on Runs."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.jobs.bundles import export_bundle
from core.store import models, runs
from core.store.describing import describe
from tests.ui.test_pages import calm, words

App = Callable[..., Any]


def hand_over(app: App, run: str, section: str = "take_along") -> Any:
    return app("evaluate", run=run, session={"ev_tab": "Hand over", "ev_hand_over": section})


def buttons(at: Any) -> dict[str, Any]:
    """The download buttons by their label."""
    return {b.proto.label: b.proto for b in at.get("download_button")}


def test_everything_can_be_taken_along(app: App, filled: dict[str, str]) -> None:
    at = calm(hand_over(app, filled["run"]))
    found = buttons(at)
    assert {"Report", "Bundle", "Python script", "Model card", "ONNX model"} <= set(found)
    assert not any(found[n].disabled for n in ("Report", "Bundle", "Python script", "Model card"))
    assert found["ONNX model"].disabled  # texts have no such form
    assert "Texts are cut into words" in words(at)
    assert any(f"/evaluate?run={filled['run']}" in code.value for code in at.code)
    assert "joblib file" not in found
    at.checkbox(key="ev_joblib_known").check().run()
    assert "joblib file" in buttons(calm(at))
    assert "runs whatever is in it" in words(at)


def test_a_run_whose_recipe_is_gone_says_why_it_has_no_script(
    app: App, filled: dict[str, str]
) -> None:
    (runs.folder(filled["run"]) / "predictions.npz").unlink()
    at = calm(hand_over(app, filled["run"]))
    assert buttons(at)["Python script"].disabled
    assert "predictions of the run" in words(at)


def test_notes_on_the_report(app: App, filled: dict[str, str]) -> None:
    run = filled["run"]
    at = calm(hand_over(app, run, "notes"))
    at.text_input(key=f"ev_describe_name_{run}").set_value("A better name")
    at.text_area(key=f"ev_describe_note_{run}").set_value("Because of typos.")
    at.multiselect(key=f"ev_describe_tags_{run}").set_value(["typos"])
    at.toggle(key=f"ev_describe_star_{run}").set_value(True)
    next(b for b in at.button if b.label == "Save").click().run()
    calm(at)
    kept = runs.get(run)
    assert (kept.name, kept.note, kept.tags, kept.starred) == (
        "A better name", "Because of typos.", ("typos",), True,
    )  # fmt: skip
    assert at.title[0].value == "A better name"


def test_a_name_that_will_not_do_is_said(app: App, filled: dict[str, str]) -> None:
    at = calm(hand_over(app, filled["run"], "notes"))
    at.text_input(key=f"ev_describe_name_{filled['run']}").set_value("  ")
    next(b for b in at.button if b.label == "Save").click().run()
    assert "The name of a run cannot be empty." in "".join(str(e.proto) for e in at.error)


def test_stars_and_tags_on_runs(app: App, filled: dict[str, str]) -> None:
    at = calm(app("runs"))
    assert not at.get("button_group")  # no tags yet, nothing to choose from
    describe(filled["run"], starred=True, tags=["meeting"], note="for the board")
    describe(filled["other"], tags=["noise"])
    at = calm(app("runs"))
    table = at.dataframe[0].value
    assert "★ Vectors on tiny" in set(table["Run"])
    at.toggle(key="runs_star").set_value(True).run()
    assert set(calm(at).dataframe[0].value["Run"]) == {"★ Vectors on tiny"}
    at.toggle(key="runs_star").set_value(False).run()
    at.text_input(key="runs_text").set_value("the board").run()
    assert len(calm(at).dataframe[0].value) == 1
    at.text_input(key="runs_text").set_value("").run()
    at = calm(app("runs", session={"runs_tag": "noise"}))
    assert set(at.dataframe[0].value["Run"]) == {"Topics on tiny"}
    at = calm(app("runs", session={"runs_tag": "noise", "runs_star": True}))
    assert "No run fits" in words(at)


def test_describe_on_runs(app: App, filled: dict[str, str]) -> None:
    listed = [r.id for r in runs.list_all(limit=500, brief=True)]
    place = listed.index(filled["run"])
    at = app("runs", session={"runs_table": {"selection": {"rows": [place], "columns": []}}})
    calm(at)
    at.text_input(key=f"runs_describe_name_{filled['run']}").set_value("From the list")
    next(b for b in at.button if b.label == "Save").click().run()
    assert runs.get(filled["run"]).name == "From the list"


@pytest.fixture
def bundle(filled: dict[str, str], tmp_path: Path) -> bytes:
    return export_bundle(filled["run"], tmp_path / "b.zip").read_bytes()


def test_import_a_bundle(app: App, filled: dict[str, str], bundle: bytes) -> None:
    runs.delete(filled["run"])
    models.delete(filled["model"])
    at = app("runs")
    at.file_uploader(key="runs_bundle").upload("b.zip", bundle).run()
    at.button(key="runs_import_now").click().run()
    calm(at)
    (run,) = [r for r in runs.list_all() if r.imported]
    assert run.name == "Vectors on tiny"
    at = calm(app("runs"))
    assert "Fine-tuning, imported" in set(at.dataframe[0].value["Kind"])
    for page in ("evaluate", "predict"):
        at = calm(app(page, run=run.id))
        assert not at.error
    assert "imported from a bundle just now" in words(calm(app("evaluate", run=run.id)))


@pytest.mark.parametrize("tab", ["Scores", "Mistakes", "Decisions", "Trust", "Why", "Hand over"])
def test_an_imported_run_whose_data_is_not_here(
    app: App, bundle: bytes, tab: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from core.jobs.importing import import_bundle

    monkeypatch.setenv("WARMSTART_HOME", str(tmp_path / "elsewhere"))
    run = import_bundle(io.BytesIO(bundle))
    calm(app("evaluate", run=run.id, session={"ev_tab": tab}))
    if tab == "Scores":
        calm(app("predict", run=run.id))


def test_a_file_that_is_no_bundle_is_refused_in_words(app: App, filled: dict[str, str]) -> None:
    before = len(runs.list_all())
    at = app("runs")
    at.file_uploader(key="runs_bundle").upload("b.zip", b"no zip").run()
    at.button(key="runs_import_now").click().run()
    said = "".join(str(e.proto) for e in calm(at).error)
    assert "it is no zip file" in said
    assert "Nothing in it was executed" in said
    assert len(runs.list_all()) == before
