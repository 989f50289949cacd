from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests import seed
from tests.core.cli.conftest import Call


@pytest.fixture(scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home folder with a finished run, made once."""
    folder = tmp_path_factory.mktemp("made") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WARMSTART_HOME", str(folder))
        return folder, seed.finished_run(method="tfidf", head="logistic")


@pytest.fixture
def run(_made: tuple[Path, str], home: Path) -> str:
    """The run, in a copy of that folder."""
    shutil.copytree(_made[0], home, dirs_exist_ok=True)
    return _made[1]


def test_an_examination_in_words_and_for_machines(call: Call, run: str) -> None:
    said = call("examine", run, "--part", "duplicates", "--part", "robustness")
    assert said.code == 0, said.err
    assert "None of the 60 test rows nearly repeats a training row" in said.out
    assert "Where it is weak:" in said.out
    assert f"about {run}." in said.out
    told = call("examine", run, "--part", "duplicates", "--json").json
    assert told["parts"]["duplicates"]["repeated"] == 0
    assert told["kind"] == "examine"


def test_only_a_finished_fine_tuning_is_examined(call: Call, run: str) -> None:
    examination = call("examine", run, "--part", "duplicates", "--json").json["run"]
    said = call("examine", examination)
    assert said.code == 2
    assert "is no finished fine-tuning" in said.err
    assert call("examine", run, "--part", "luck").code == 2
    assert call("reject", "last", "--json").json["run"] == run  # not the examination


def test_a_promise_that_cannot_be_made_is_not_kept(call: Call, run: str) -> None:
    said = call("reject", run, "--allowed-error", "0.01")
    assert said.code == 0
    assert "An error of at most 1.0 % cannot be promised: 9 labelled rows" in " ".join(
        said.out.split()
    )
    refused = call("reject", run, "--allowed-error", "0.01", "--keep")
    assert refused.code == 2
    assert "cannot be promised, so nothing was kept" in refused.err


def test_a_promise_is_kept_and_forgotten(call: Call, run: str) -> None:
    from core.store import doubts

    told = call("reject", run, "--allowed-error", "0.9", "--keep", "--json").json
    assert told["kept"] is True
    assert doubts.get(run).allowed_error == 0.9
    assert doubts.get(run).threshold == told["rule"]["threshold"]
    assert call("reject", run, "--forget").out.strip() == "It answers however unsure it is."
    assert doubts.get(run).threshold is None


def test_predictions_say_where_they_do_not_know(call: Call, run: str, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_text("text\nqwertz uiop asdf\napple pear plum cherry grape melon\n", "utf-8")
    told = call("predict", run, file, "--text-column", "text", "--doubts", "--json").json
    first, second = (one["doubt"] for one in told["predictions"])
    assert first.startswith("I don't know: ")
    assert "The model knows none of its words" in first
    assert second == ""
    plain = call("predict", run, file, "--text-column", "text", "--json").json
    assert "doubt" not in plain["predictions"][0]


def test_drift_of_a_file(call: Call, run: str, table: Path, tmp_path: Path) -> None:
    kept = tmp_path / "trained.csv"  # the numbers in the test texts are others
    lines = table.read_text("utf-8").splitlines()
    kept.write_text("\n".join(x for x in lines if not x.endswith(",test")), "utf-8")
    same = call("drift", run, kept)
    assert same.code == 0, same.err
    assert "No clear difference from the training rows" in " ".join(same.out.split())
    other = tmp_path / "other.csv"
    lines = ["text", *(f"invoice {i} overdue payment reminder account" for i in range(60))]
    other.write_text("\n".join(lines), "utf-8")
    told = call("drift", run, other, "--json").json
    assert told["drifted"] is True
    assert told["rows"] == 60
    missing = call("drift", run, other, "--text-column", "body")
    assert missing.code == 2
    assert "The table has no column 'body'" in missing.err
