"""``evaluate``, ``predict``, the lists, ``delete``: what is there after a fine-tuning."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from core import jobs
from core.jobs.requests import DataRef, FinetuneRequest, PretrainRequest
from core.store import classifiers, database, datasets, models, runs
from tests import seed
from tests.core.cli.conftest import Call


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home with a finished fine-tuning on the tiny texts, two of them with a wrong label."""
    place = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WARMSTART_HOME", str(place))
        patch.delenv("DATABASE_URL", raising=False)
        dataset = seed.texts()
        labels = dataset.labels.copy()
        wrong = dataset.test_rows[:2]
        labels[wrong] = 1 - labels[wrong]
        data = DataRef(fingerprint=datasets.save(replace(dataset, labels=labels)).fingerprint)
        run = jobs.run_here(
            FinetuneRequest(
                data,
                pretrain=PretrainRequest(data, "lsa", {"min_df": 1, "n_components": 8}),
                labels_per_class=1,
                draws=2,
                name="Mine",
            )
        )
        assert run.state == "done", (run.error, run.hint)
        database.close()
    return place, run.id


@pytest.fixture
def run(finished: tuple[Path, str], home: Path) -> str:
    """The same in the home folder of this test, to do with as it likes."""
    place, run_id = finished
    shutil.copytree(place, home)
    return run_id


def test_the_report_in_words_and_for_machines(call: Call, run: str) -> None:
    answer = call("evaluate", run[:6])
    assert answer.code == 0
    for part in ("Mine", "Accuracy", "Balanced accuracy", "fruit", "Labels per class", "all"):
        assert part in answer.out
    assert "The wrong answers it was surest of:" in answer.out
    told = call("evaluate", "last", "--mistakes", "2", "--json").json
    assert told["run"] == run
    assert 1 <= len(told["mistakes"]) <= 2
    for mistake in told["mistakes"]:
        assert mistake["truth"] != mistake["said"]
        assert mistake["text"]
    assert told["evaluation"]["test"]["rows"] == told["metrics"]["test"]["rows"] == 60
    assert told["words"][1].startswith("With 1 label per class")


def test_a_report_without_its_rows(call: Call, run: str) -> None:
    datasets.delete(runs.get(run).dataset or "")
    told = call("evaluate", run, "--json").json
    assert told["mistakes"]
    assert all("text" not in mistake for mistake in told["mistakes"])
    assert call("evaluate", run).code == 0
    (runs.folder(run) / "predictions.npz").unlink()
    assert call("evaluate", run, "--json").json["mistakes"] == []


def test_only_a_fine_tuning_that_is_done_has_a_report(call: Call) -> None:
    data = seed.keep_texts()
    told = call("pretrain", data, "tfidf", "--json").json
    answer = call("evaluate", told["run"])
    assert answer.code == 2
    assert "is a pretrain; only a fine-tuning is evaluated." in answer.err
    waiting = runs.create({"kind": "finetune"}, name="x")
    answer = call("evaluate", waiting.id)
    assert f"The run {waiting.id} is queued and has no evaluation." in answer.err
    runs.change(waiting.id, state="failed", error="It broke.")
    assert "It broke." in call("evaluate", waiting.id).err
    assert "There is no run 'nonsense'." in call("evaluate", "nonsense").err
    assert "There is no run 'x'." in call("evaluate", "x").err


def test_a_file_in_and_the_same_with_predictions_out(
    call: Call, run: str, table: Path, tmp_path: Path
) -> None:
    answer = call("predict", run, table, "--text-column", "text")
    assert answer.code == 0
    rows = list(csv.DictReader(io.StringIO(answer.out)))
    with table.open(newline="", encoding="utf-8") as file:
        originals = list(csv.DictReader(file))
    assert [row["text"] for row in rows] == [row["text"] for row in originals]
    wanted = classifiers.load(run)
    texts = pd.Series([row["text"] for row in rows], dtype=object).to_numpy()
    assert [row["prediction"] for row in rows] == [
        wanted.classes[code] for code in wanted.predict(texts)
    ]
    assert all(0 < float(row["probability"]) <= 1 for row in rows)


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".jsonl", ".parquet", ".xlsx"])
def test_every_format_that_is_read_is_also_written(
    call: Call, run: str, table: Path, tmp_path: Path, ending: str
) -> None:
    from core.data.reading import read_table

    target = tmp_path / f"out{ending}"
    told = call(
        "predict", run, table, "--out", target, "--all-classes", "--json", "--text-column", "text"
    ).json
    assert (told["rows"], told["file"]) == (180, str(target))
    assert sum(told["counts"].values()) == 180
    frame = read_table(target).frame
    assert len(frame) == 180
    assert list(frame.columns[-4:]) == ["probability"] + [
        f"probability of {name}" for name in ("fruit", "music", "space")
    ]


def test_predicting_when_the_data_it_learned_from_is_gone(
    call: Call, run: str, table: Path
) -> None:
    datasets.delete(runs.get(run).dataset or "")
    assert call("predict", run, table, "--text-column", "text", "--json").json["rows"] == 180


def test_predictions_for_machines(call: Call, run: str, tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    path.write_text(json.dumps({"body": "an apple and a pear in the orchard"}) + "\n")
    told = call("predict", run, path, "--text-column", "body", "--json").json
    assert told["rows"] == 1
    assert set(told["predictions"][0]) == {"prediction", "probability"}


def test_predicting_what_cannot_be(call: Call, run: str, table: Path, tmp_path: Path) -> None:
    for words, message in [
        ((run, table, "--text-column", "body"), "The table has no column 'body'."),
        ((run, table, "--out", "out.pdf"), "A file cannot be written as '.pdf'."),
        ((run, tmp_path / "nowhere.csv"), "nowhere.csv"),
        ((run, table, "--text-column", "text", "--out", tmp_path / "no" / "x.csv"), "Could not"),
    ]:
        answer = call("predict", *words)
        assert answer.code == 2
        assert message in answer.err
        assert answer.out == ""


def test_the_lists(call: Call, run: str) -> None:
    told = call("runs", "--json").json["runs"]
    assert [(one["run"], one["kind"], one["state"]) for one in told] == [(run, "finetune", "done")]
    assert run in call("runs").out
    assert call("runs", "--state", "failed", "--json").json == {"runs": []}
    assert "No runs yet" in call("runs", "--kind", "load").out

    [model] = call("models", "--json").json["models"]
    assert (model["method"], model["dimensions"]) == ("lsa", 8)
    assert model["model"] in call("models").out

    sets = call("datasets", "--json").json
    assert [one["name"] for one in sets["built_in"]][:2] == ["python_docs", "twenty_newsgroups"]
    assert [one["title"] for one in sets["kept"]] == ["Tiny texts"]
    assert "Tiny texts" in call("datasets").out or "tiny" in call("datasets").out

    methods = {one["method"]: one for one in call("methods", "--json").json["methods"]}
    assert methods["tfidf"]["baseline"] is True
    assert "--set n_components=" in call("methods").out
    heads = call("heads", "--json").json
    assert {"svm", "logistic", "tree", "gradient"} <= {one["key"] for one in heads["heads"]}
    assert {"scratch", "frozen"} <= {one["key"] for one in heads["strategies"]}
    assert "svm: Linear SVM" in call("heads").out


def test_the_beginning_of_an_id_that_two_runs_share(
    call: Call, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = runs.get(run)
    twin = replace(record, id=run[:6] + "zzzzzz")
    monkeypatch.setattr(runs, "list_all", lambda **_: [record, twin])
    answer = call("evaluate", run[:6])
    assert answer.code == 2
    assert f"2 runs begin with '{run[:6]}'." in answer.err


def test_lists_of_nothing(call: Call) -> None:
    assert "No runs yet" in call("runs").out
    assert "No models yet" in call("models").out


def test_deleting(call: Call, run: str) -> None:
    [model] = models.list_all()
    assert "is deleted" in call("delete", "--model", model.id).out
    assert models.list_all() == []
    assert call("delete", "--model", "tfidf").code == 2
    assert call("predict", run, "nowhere.csv").code == 2
    about = runs.create({"kind": "examine", "run": run}, name="Of it").id
    runs.change(about, state="failed")
    assert call("delete", run, "--json").json == {"deleted": run, "examinations": 1}
    assert runs.list_all(kind="examine") == []
    assert call("evaluate", run).code == 2


def test_cancelling_what_is_over_changes_nothing(call: Call, run: str) -> None:
    assert call("cancel", run, "--json").json == {"run": run, "state": "done"}


def test_pausing_what_is_over_changes_nothing(call: Call, run: str) -> None:
    assert call("pause", run, "--json").json == {"run": run, "state": "done", "paused": False}
    assert "nothing to pause" in call("pause", run).out
    assert call("resume", run, "--json").json == {"run": run, "state": "done", "paused": False}
