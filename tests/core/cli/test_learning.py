"""``pretrain`` and ``finetune``: from a file to a verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core import jobs
from core.cli.parser import build_parser
from core.errors import BadParam, NoNetwork
from core.evaluate.presets import PRESETS
from core.jobs import queue, tasks
from core.store import datasets, models, runs
from tests import seed
from tests.core.cli.conftest import Call

COLUMNS = ("--text-column", "text", "--label-column", "class", "--split-column", "part")
QUICK = ("--draws", "2", "--no-curve", "--labels-per-class", "3")
SMALL = ("--set", "n_components=8", "--set", "min_df=1")


def test_from_a_file_to_a_verdict_for_machines(call: Call, table: Path) -> None:
    answer = call("finetune", table, "lsa", *COLUMNS, *QUICK, *SMALL, "--seed", "1", "--json")
    assert answer.code == 0
    told = answer.json
    record = runs.get(told["run"])
    assert record.state == told["state"] == "done"
    assert isinstance(told["metrics"]["test"]["accuracy"], float)
    low, high = told["metrics"]["test"]["accuracy_interval"]
    assert low <= told["metrics"]["test"]["accuracy"] <= high
    assert isinstance(told["baseline"]["test"]["accuracy"], float)
    assert len(told["baseline"]["test"]["accuracy_interval"]) == 2
    assert told["verdict"] in ("helped", "unclear", "hurt")
    assert {"pretrain", "finetune", "total"} <= set(told["seconds"])
    assert told["peak_memory_mb"] > 10
    assert told["recipe"]["seed"] == 1
    assert (told["labels_per_class"], told["labels"]) == (3, 9)
    assert record.request["head"] == "svm"
    assert record.request["pretrain"]["settings"]["n_components"] == 8
    [kept] = datasets.list_all()
    assert (kept.name, kept.labelled_train, kept.labelled_test) == ("tiny.csv", 60, 60)


def test_from_a_file_to_a_verdict_for_people(call: Call, table: Path) -> None:
    answer = call("finetune", table, "lsa", *QUICK, *SMALL)
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert (
        lines[0] == f"Linear SVM on {models.list_all()[0].name.split(' on ')[0]}, 3 labels "
        "per class, tiny.csv"
    )
    assert "With 3 labels per class" in answer.out
    assert "peak memory" in answer.out
    assert lines[-1].endswith(f"python -m core evaluate {runs.list_all()[0].id}")
    assert "Opening" in answer.err or "%" in answer.err


def test_pretrain_then_finetune_by_id_and_by_name(call: Call) -> None:
    data = seed.keep_texts()[:12]  # the beginning of a fingerprint will do
    first = call("pretrain", data, "lsa", *SMALL, "--name", "Mine", "--pool", "all", "--json").json
    assert first["reused"] is False
    again = call("pretrain", data, "lsa", *SMALL)
    assert "It was in the library already" in again.out
    assert f"model {first['model']}" in again.out
    for word in (first["model"], first["model"][:6], "mine"):
        told = call("finetune", data, word, *QUICK, "--json").json
        assert told["model"] == first["model"]
    assert len(models.list_all()) == 1


def test_a_built_in_set_with_its_options(call: Call) -> None:
    answer = call("pretrain", "digits", "raw", "--option", "test_share=0.25", "--json")
    assert answer.code == 0
    assert runs.get(answer.json["run"]).request["data"]["options"] == {"test_share": 0.25}
    answer = call("pretrain", "digits", "raw", "--option", "colour=red")
    assert "There is no setting 'colour' here." in answer.err


def test_pretrain_says_what_it_learned(call: Call) -> None:
    answer = call("pretrain", seed.keep_texts(), "lsa", *SMALL)
    assert "Learned 8 dimensions from 120 rows in" in answer.out


def test_without_a_model_there_is_no_verdict(call: Call) -> None:
    told = call("finetune", seed.keep_texts(), "none", *QUICK, "--json").json
    assert (told["model"], told["baseline"], told["verdict"]) == (None, None, None)
    assert told["recipe"]["strategy"] == "scratch"


def test_settings_find_the_part_that_they_belong_to(call: Call) -> None:
    data = seed.keep_texts()
    told = call(
        "finetune", data, "lsa", *QUICK, *SMALL, "--head", "logistic", "--set", "C=2",
        "--set", "model.ngram_max=2", "--json",
    ).json  # fmt: skip
    request = runs.get(told["run"]).request
    assert request["head_settings"]["C"] == 2
    assert request["pretrain"]["settings"]["ngram_max"] == 2


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Requests that would be worked on, without any work."""
    found: list[Any] = []

    def refuse(request: Any, **_: object) -> None:
        found.append(request)
        raise BadParam("Not here.", hint="Elsewhere.")

    monkeypatch.setattr(jobs, "run_here", refuse)
    return found


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), ("svm", "frozen", 5, True)),
        (("--preset", "fast"), ("svm", "frozen", 3, False)),
        (("--preset", "balanced"), ("svm", "frozen", 5, True)),
        (("--preset", "best"), ("svm", "spreading", 10, True)),
        (("--preset", "best", "--labels-per-class", "6"), ("svm", "frozen", 10, True)),
        (("--preset", "best", "--draws", "2"), ("svm", "spreading", 2, True)),
        (("--preset", "best", "--strategy", "frozen"), ("svm", "frozen", 10, True)),
        (("--preset", "best", "--no-curve"), ("svm", "spreading", 10, False)),
        (("--preset", "fast", "--curve"), ("svm", "frozen", 3, True)),
        (("--preset", "fast", "--head", "logistic"), ("logistic", "frozen", 3, False)),
    ],
)
def test_a_preset_sets_what_is_not_named(
    call: Call, asked: list[Any], words: tuple[str, ...], expected: tuple[Any, ...]
) -> None:
    said = call("finetune", seed.keep_texts(), "tfidf", *words)
    (request,) = asked
    assert (request.head, request.strategy, request.draws, request.curve) == expected
    if words:
        curve = "with the label curve" if expected[3] else "without the label curve"
        head, strategy, draws, _ = expected
        told = f"Preset {words[1]}: head {head}, strategy {strategy}, {draws} draws, {curve}."
        assert told in said.err
    else:
        assert "Preset" not in said.err


def test_a_preset_without_a_model_and_for_a_transfer(call: Call, asked: list[Any]) -> None:
    data = seed.keep_texts()
    call("finetune", data, "none", "--preset", "best")
    assert (asked[-1].strategy, asked[-1].draws) == ("scratch", 10)
    run = runs.create({"kind": "finetune"}, name="an earlier one").id
    call("finetune", data, f"run:{run}", "--preset", "fast", "--set", "passes=7")
    assert (asked[-1].head, asked[-1].strategy) == ("gradient", "warm_start")
    assert asked[-1].head_settings["passes"] == 7  # what is typed counts
    assert asked[-1].head_settings["optimiser"] == "adam"
    call("finetune", data, f"run:{run}", "--preset", "fast", "--head", "svm", "--set", "C=2")
    assert asked[-1].head_settings == {"C": 2}  # settings of another head are not for this one


def test_presets_are_named_where_they_are_asked_for(
    call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = call("finetune", seed.keep_texts(), "tfidf", "--preset", "slow")
    assert wrong.code == 2
    for preset in PRESETS:
        assert f"'{preset.key}'" in wrong.err
    with pytest.raises(SystemExit):
        build_parser().parse_args(["finetune", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "{" + ",".join(preset.key for preset in PRESETS) + "}" in told
    assert "fast (3 draws, this budget alone)" in told


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--labels-per-class", "some"), "labels_per_class cannot be 'some'."),
        (("--labels-per-class", "0"), "labels_per_class cannot be 0."),
        (("--draws", "99"), "draws cannot be 99."),
        (("--head", "nonsense"), "There is no head 'nonsense'."),
        (("--strategy", "nonsense"), "There is no strategy 'nonsense'."),
        (("--set", "nonsense=1"), "There is no setting 'nonsense' here."),
        (("--set", "head.nonsense=1"), "There is no setting 'nonsense' here."),
        (("--set", "C"), "The setting 'C' has no value."),
        (("--set", "C=much"), "C cannot be 'much'."),
        (("--pool", "test"), "pool cannot be 'test'."),
        (("--strategy", "scratch"), "The strategy 'scratch' uses no pretrained model, and one "),
        (("--option", "seed=1"), "--option is for built-in data sets."),
        (("--text-column", "text"), "is a data set that is there already; its columns are fixed."),
        (("--draws", "x"), "Argument --draws: invalid int value: 'x'."),
        (("--dances",), "Unrecognized arguments: --dances."),
    ],
)
def test_what_cannot_be_met_is_said_on_both_channels(
    call: Call, words: tuple[str, ...], message: str
) -> None:
    answer = call("finetune", seed.keep_texts(), "tfidf", *words, "--json")
    assert answer.code == 2
    assert message in answer.json["error"]["message"]
    assert answer.json["error"]["hint"]
    assert message in answer.err
    assert "Traceback" not in answer.err
    assert runs.list_all() == []


def test_names_that_are_none(call: Call) -> None:
    data = seed.keep_texts()
    answer = call("finetune", data, "lsaa")
    assert answer.code == 2
    assert "There is no model 'lsaa'." in answer.err
    assert "Methods: " in answer.err
    assert answer.out == ""
    assert "There is no method 'nonsense'." in call("pretrain", data, "nonsense").err
    answer = call("pretrain", "nowhere.csv", "lsa")
    assert "There is no data set and no file 'nowhere.csv'." in answer.err
    assert "python_docs" in answer.err


def test_files_that_cannot_be_used(call: Call, tmp_path: Path) -> None:
    numbers = tmp_path / "numbers.csv"
    numbers.write_text("a\n1\n3\n5\n")
    answer = call("pretrain", numbers, "tfidf")
    assert answer.code == 2
    assert "Which column of numbers.csv holds the texts?" in answer.err
    assert "It has: a." in answer.err
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    assert call("pretrain", empty, "tfidf", "--text-column", "a").code == 2


def test_a_name_that_two_data_sets_have(call: Call, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        path = tmp_path / folder / "same.csv"
        path.parent.mkdir()
        path.write_text("text\n" + "".join(f"{folder} text number {i}\n" for i in range(5)))
        assert call("pretrain", path, "tfidf", "--text-column", "text").code == 0
    answer = call("pretrain", "same.csv", "tfidf")
    assert answer.code == 2
    assert "'same.csv' means 2 kept data sets." in answer.err


def test_a_failed_run_is_told_with_its_id(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object, **__: object) -> None:
        raise NoNetwork("The download failed.", hint="Go online.")

    monkeypatch.setattr(tasks, "open_data", offline)
    answer = call("pretrain", seed.keep_texts(), "tfidf", "--json")
    assert answer.code == 2
    assert answer.json["error"]["message"] == "The download failed."
    assert answer.json["error"]["kind"] == "NoNetwork"
    assert runs.get(answer.json["run"]).state == "failed"


def test_a_fault_of_the_program_has_another_code(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(tasks, "open_data", broken)
    assert call("pretrain", seed.keep_texts(), "tfidf").code == 1
    monkeypatch.setattr(jobs, "run_here", broken)
    answer = call("pretrain", seed.keep_texts(), "tfidf", "--json")
    assert answer.code == 1
    assert answer.json["error"]["kind"] == "ZeroDivisionError"
    assert "Traceback" in answer.err


def test_being_interrupted_cancels_the_run(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tasks, "open_data", stopped)
    answer = call("pretrain", seed.keep_texts(), "tfidf")
    assert answer.code == 130
    assert answer.err.splitlines()[-1] == "Cancelled."
    assert runs.list_all()[0].state == "cancelled"
    monkeypatch.setattr(jobs, "run_here", stopped)
    assert call("pretrain", seed.keep_texts(), "tfidf").code == 130


def test_in_the_background_a_run_waits_for_a_worker(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "ensure_workers", lambda *_, **__: None)
    told = call("pretrain", seed.keep_texts(), "tfidf", "--background", "--json").json
    assert told["state"] == runs.get(told["run"]).state == "queued"
    told = call("again", told["run"], "--json").json
    assert runs.get(told["run"]).parent == told["parent"]
    assert "is cancelled" in call("cancel", told["run"]).out
