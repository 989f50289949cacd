"""``export``, ``import`` and ``describe`` as typed in a shell."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.store import classifiers, runs
from tests import seed
from tests.core.cli.conftest import Call


def test_every_form(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = seed.finished_run(name="Vectors on tiny")
    said = call("export", "last", "--html", "--script", "again.py", "--card", "--bundle", "b.zip")
    assert said.code == 0, said.err
    assert (tmp_path / f"{run}.html").read_text("utf-8").startswith("<!doctype html>")
    assert "run_experiment(" in (tmp_path / "again.py").read_text("utf-8")
    assert (tmp_path / f"{run}.md").read_text("utf-8").startswith("# Model card: Vectors on tiny")
    assert zipfile.is_zipfile(tmp_path / "b.zip")
    assert f"card: {tmp_path / run}.md" in said.out

    said = call("import", "b.zip", "--json")
    assert said.code == 0, said.err
    copy = said.json["run"]
    rows = seed.texts(seed=5).rows
    np.testing.assert_array_equal(
        classifiers.load(copy).predict_proba(rows), classifiers.load(run).predict_proba(rows)
    )
    assert "(imported)" in call("runs").out
    assert call("evaluate", copy).out.splitlines()[0] == "Vectors on tiny"
    assert copy in call("import", "b.zip").out or runs.get(copy).imported


def test_joblib_comes_with_its_warning(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = seed.finished_run(method="tfidf")
    said = call("export", run, "--joblib", "--json")
    assert said.json["files"] == {"joblib": str(tmp_path / f"{run}.joblib")}
    assert "runs whatever is in it" in said.err
    said = call("export", run, "--onnx")
    assert said.code == 2
    assert "cannot be exported to ONNX" in said.err


def test_onnx_says_that_it_leaves_a_threshold_out(call: Call, tmp_path: Path) -> None:
    pytest.importorskip("skl2onnx", reason="requirements-onnx.txt is not installed")
    from core import jobs
    from core.finetune.deciding import ClassThreshold
    from core.jobs.requests import DataRef, FinetuneRequest
    from core.store import decisions

    request = FinetuneRequest(
        data=DataRef(name="breast_cancer"),
        strategy="scratch",
        head="logistic",
        labels_per_class=5,
        draws=1,
        curve=False,
    )
    run = jobs.run_here(request).id
    file = str(tmp_path / "m.onnx")
    assert "threshold" not in call("export", run, "--onnx", file).err
    decisions.keep(run, decisions.Decisions(threshold=ClassThreshold(0, 0.2, 5.0, 9)))
    said = call("export", run, "--onnx", file)
    assert said.code == 0, said.err
    assert "no place for the threshold of 0.200" in said.err


def test_what_cannot_be_exported(call: Call, tmp_path: Path) -> None:
    run = seed.finished_run(method="tfidf")
    said = call("export", run)
    assert said.code == 2
    assert "Nothing to export was named" in said.err
    assert "--bundle" in said.err
    said = call("export", run, "--card", str(tmp_path / "nowhere" / "card.md"))
    assert said.code == 2
    assert "There is no folder" in said.err
    runs.create({"kind": "load"}, name="only data")
    assert "nothing to hand over" in call("export", "last", "--card").err


def test_what_cannot_be_imported(call: Call, tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(b"nothing")
    said = call("import", str(tmp_path / "no.zip"))
    assert said.code == 2
    assert "The bundle is refused: it is no zip file" in said.err
    assert "Nothing in it was executed" in said.err
    assert call("import", str(tmp_path / "none.zip")).code == 2


def test_describe_and_find_again(call: Call) -> None:
    first = runs.create({"kind": "load"}, name="first").id
    second = runs.create({"kind": "load"}, name="second").id
    said = call(
        "describe", first, "--note", "Because\nof noise", "--tags", "noise, meeting", "--star"
    )
    assert said.out.splitlines() == ["* first", "#noise #meeting", "", "Because", "of noise"]
    assert call("describe", second, "--name", "Better", "--json").json["name"] == "Better"
    assert [r["run"] for r in call("runs", "--starred", "--json").json["runs"]] == [first]
    (listed,) = call("runs", "--tag", "noise", "--json").json["runs"]
    assert (listed["tags"], listed["starred"], listed["note"]) == (
        ["noise", "meeting"],
        True,
        "Because\nof noise",
    )
    assert "* first #noise #meeting" in call("runs").out
    assert call("describe", first, "--no-star", "--tags", "").out == "first\n\nBecause\nof noise\n"
    said = call("describe", first, "--name", " ")
    assert said.code == 2
    assert "cannot be empty" in said.err
    assert call("describe", first, "--star", "--no-star").code == 2
