"""The run as a script: it is really run, in a process of its own, and its digits are compared."""

from __future__ import annotations

import ast
import io
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import jobs
from core.errors import BadParam, NotFound
from core.finetune.deciding import ClassThreshold
from core.jobs.bundles import bundle_bytes
from core.jobs.handing_over import facts_of
from core.jobs.importing import import_bundle
from core.jobs.requests import DataRef, FinetuneRequest, PretrainRequest
from core.report.script import script
from core.store import decisions, models, runs
from core.store.decisions import Decisions
from tests import seed

ROOT = Path(__file__).resolve().parents[3]


def run_script(text: str, folder: Path, **env: str) -> tuple[int, str, dict[str, Any]]:
    """Exit code, what it said, and the arrays it wrote."""
    (folder / "again.py").write_text(text, "utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(folder / "again.py"), str(folder / "again.npz")],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.stderr == ""
    with np.load(folder / "again.npz", allow_pickle=False) as kept:
        return done.returncode, done.stdout, dict(kept)


def functions(text: str) -> dict[str, Any]:
    """What the script defines, without a process of its own."""
    names: dict[str, Any] = {"__name__": "again"}
    exec(compile(text, "again.py", "exec"), names)  # noqa: S102
    return names


def test_a_built_in_set_comes_out_to_the_digit_in_an_empty_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = DataRef(name="digits")
    run = jobs.run_here(
        FinetuneRequest(
            data=data,
            pretrain=PretrainRequest(data=data, method="lsa", settings={"n_components": 12}),
            head="logistic",
            labels_per_class=3,
            draws=2,
            curve=False,
            seed=3,
            name='Digits"""\nimport os  # no code',
        )
    )
    assert run.state == "done", run.error
    text = script(facts_of(run.id))
    code, said, arrays = run_script(text, tmp_path, WARMSTART_HOME=str(tmp_path / "empty"))
    assert code == 0, said
    assert "are the recorded ones, to the last digit" in said
    kept = runs.load_arrays(run.id, "predictions")
    assert set(arrays) == set(kept)
    for name, values in kept.items():
        np.testing.assert_array_equal(arrays[name], values, err_msg=name)
    # the script took the data from the library, not from this home
    assert not (tmp_path / "empty" / "datasets").exists()
    # a bundle carries the recipe along, for homes that have neither data nor model
    bundle = io.BytesIO(bundle_bytes(run.id))
    monkeypatch.setenv("WARMSTART_HOME", str(tmp_path / "other"))
    elsewhere = script(facts_of(import_bundle(bundle).id)).splitlines()
    changed = [line for line in text.splitlines() if line not in elsewhere]
    assert [line[:7] for line in changed] == ["NAME = "]  # such a name is tidied


def test_a_kept_set_comes_out_to_the_digit(tmp_path: Path) -> None:
    run_id = seed.finished_run(method="lsa", name="Topics on tiny")
    code, said, arrays = run_script(script(facts_of(run_id)), tmp_path)
    assert code == 0, said
    kept = runs.load_arrays(run_id, "predictions")
    np.testing.assert_array_equal(arrays["test_proba"], kept["test_proba"])
    np.testing.assert_array_equal(arrays["baseline_proba"], kept["baseline_proba"])


def test_it_notices_other_digits_and_other_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = seed.finished_run(method="tfidf")
    facts = facts_of(run_id)
    proba = facts.arrays["test_proba"].copy()
    proba[0, 0] = np.nextafter(proba[0, 0], 1)
    text = script(
        replace(facts, arrays={**facts.arrays, "test_proba": proba}, versions={"numpy": "0.1"})
    )
    monkeypatch.setattr(sys, "argv", ["again.py"])
    assert functions(text)["main"]() == 1
    said = capsys.readouterr().out
    assert "differ from the recorded ones" in said
    assert "recorded with numpy 0.1, this is" in said
    other = text.replace(facts.data.fingerprint + "'\nTEST", "0" * 64 + "'\nTEST")
    with pytest.raises(SystemExit, match="its fingerprint differs"):
        functions(other)["main"]()


def test_a_model_that_continues_another_on_other_data(tmp_path: Path) -> None:
    first = seed.texts(seed=1)
    from core.store import datasets

    elsewhere = DataRef(fingerprint=datasets.save(replace(first, name="other")).fingerprint)
    here = DataRef(fingerprint=seed.keep_texts())
    settings = {"min_df": 1, "n_components": 8}
    begun = jobs.run_here(PretrainRequest(data=elsewhere, method="lsa", settings=settings, seed=4))
    assert begun.state == "done", begun.error
    run = jobs.run_here(
        FinetuneRequest(
            data=here,
            pretrain=PretrainRequest(data=here, method="", parent=begun.model),
            labels_per_class=3,
            draws=2,
            curve=False,
        )
    )
    assert run.state == "done", run.error
    text = script(facts_of(run.id))
    assert "learn_ancestor_1(dataset).continued(rows)" in text
    assert f"datasets.load('{elsewhere.fingerprint}')" in text
    names = functions(text)
    dataset = names["open_data"]()
    outcome = names["experiment"](dataset, names["learn_baseline"](dataset))
    kept = runs.load_arrays(run.id, "predictions")
    np.testing.assert_array_equal(outcome.arrays["test_proba"], kept["test_proba"])


def test_a_transferred_classifier(tmp_path: Path) -> None:
    source = seed.finished_run(head="gradient", method="lsa")
    run = jobs.run_here(
        FinetuneRequest(
            data=DataRef(fingerprint=seed.keep_texts()),
            source=source,
            head="gradient",
            strategy="towards_source",
            labels_per_class=2,
            draws=1,
            curve=False,
        )
    )
    assert run.state == "done", run.error
    text = script(facts_of(run.id))
    names = functions(text)
    dataset = names["open_data"]()
    outcome = names["experiment"](dataset, names["learn_baseline"](dataset))
    kept = runs.load_arrays(run.id, "predictions")
    assert set(outcome.arrays) == set(kept)
    np.testing.assert_array_equal(outcome.arrays["test_proba"], kept["test_proba"])


def test_a_baseline_alone_and_a_deleted_model() -> None:
    run_id = seed.finished_run(method="lsa")
    models.delete(runs.get(run_id).model or "")
    assert "method = get_method('lsa')" in script(facts_of(run_id))  # the request still tells
    facts = facts_of(run_id)
    with pytest.raises(NotFound, match="not in the library any more"):
        script(replace(facts, encoder=None))
    with pytest.raises(NotFound, match="could not be held against"):
        script(replace(facts, arrays={}))
    alone = replace(facts, encoder=None, request={**facts.request, "model": None, "pretrain": None})
    assert "\n        None,\n        baseline,\n" in script(alone)


def test_names_never_become_code() -> None:
    facts = facts_of(seed.finished_run(method="tfidf", name="x"))
    evil = '"""\n__import__("os").abort()\n\'\'\' \\'
    text = script(replace(facts, name=evil, data=replace(facts.data, title=evil)))
    tree = ast.parse(text)
    assert not [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == "__import__"]
    constants = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
    assert evil in constants


def test_what_was_decided_since_is_said_and_not_repeated(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = seed.finished_run(method="tfidf")
    assert "DECIDED_SINCE = []" in script(facts_of(run_id))
    decisions.keep(run_id, Decisions(2.5, 40, ClassThreshold(0, 0.25, 5.0, 40)))
    monkeypatch.setattr(sys, "argv", ["again.py"])
    assert functions(script(facts_of(run_id)))["main"]() == 0  # the digits are as trained
    said = capsys.readouterr().out.replace("\u202f", " ")
    assert "Note: Its probabilities are sharpened with a temperature of 2.5 since." in said
    assert "Note: It says fruit from a probability of 25.0 % on" in said


def test_only_a_finished_fine_tuning_is_handed_over() -> None:
    run = runs.create({"kind": "load"}, name="only data")
    with pytest.raises(BadParam, match="'only data' is no finished fine-tuning"):
        facts_of(run.id)
