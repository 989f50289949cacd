"""Comparing runs, calibrating one and choosing a threshold from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.evaluate.doubt import DoubtSettings
from core.finetune.deciding import ClassThreshold
from core.store import decisions, doubts, runs
from tests import seed
from tests.core.cli.conftest import Call


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("versus") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WARMSTART_HOME", str(folder))
        one = seed.finished_run(name="Vectors")
        other = seed.finished_run(method="lsa", head="logistic", name="Topics")
    return folder, one, other


@pytest.fixture
def ids(made: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    folder, one, other = made
    monkeypatch.setenv("WARMSTART_HOME", str(folder))
    return one, other


def test_versus(call: Call, ids: tuple[str, str], tmp_path: Path) -> None:
    page = tmp_path / "meeting.html"
    said = call("versus", *ids, "--out", str(page))
    assert said.code == 0, said.err
    assert "On the same 60 test rows" in said.out.replace("\n", " ")
    assert "Vectors" in said.out
    assert "<script" not in page.read_text("utf-8")
    told = call("versus", *ids, "--json").json
    assert {one["run"] for one in told["runs"]} == set(ids)
    assert told["rows"] == 60
    assert len(told["pairs"]) == 1
    assert call("versus", ids[0]).code == 2


def test_calibrate(call: Call, ids: tuple[str, str]) -> None:
    run, _ = ids
    refused = call("calibrate", run)
    assert refused.code == 2
    assert "Only 9 labelled rows could be held out" in refused.err
    arrays = runs.load_arrays(run, "predictions")
    more = {
        name: np.concatenate([array] * 5) if name.startswith("validation") else array
        for name, array in arrays.items()
    }
    runs.save_arrays(run, "predictions", more)
    told = call("calibrate", run, "--json").json
    assert told["temperature"] == decisions.get(run).temperature != 1.0
    assert told["held_out"] == 45
    assert "answers so from now on" in call("calibrate", run).out
    assert "as it was trained to" in call("calibrate", run, "--undo").out
    assert decisions.get(run).temperature == 1.0


def test_threshold(call: Call, ids: tuple[str, str]) -> None:
    _, run = ids
    said = call("threshold", run, "fruit", "--miss-cost", "5")
    assert said.code == 0, said.err
    assert said.out.startswith("Say fruit from a probability of 0.")
    assert "little more than a guess" in said.out
    told = call("threshold", run, "fruit", "--json").json
    assert told["miss_cost"] == 5
    assert told["few"] is True
    assert told["kept"] is False
    assert decisions.get(run) == decisions.Decisions()
    unknown = call("threshold", run, "vegetable")
    assert unknown.code == 2
    assert "It knows fruit, music, space." in unknown.err
    none = call("threshold", run)
    assert none.code == 2
    assert "Say which class the threshold is for." in none.err
    assert call("threshold", run, "fruit", "--keep", "--forget").code == 2
    arrays = runs.load_arrays(run, "predictions")
    old = {name: array for name, array in arrays.items() if not name.startswith("validation")}
    runs.save_arrays(run, "predictions", old)
    refused = call("threshold", run, "fruit")
    assert refused.code == 2
    assert "nothing to choose a threshold for 'Topics' on" in refused.err
    runs.save_arrays(run, "predictions", arrays)


def test_a_threshold_is_kept_used_and_taken_back(
    call: Call, ids: tuple[str, str], tmp_path: Path
) -> None:
    run, _ = ids
    said = call("threshold", run, "fruit", "--miss-cost", "100", "--keep")
    assert said.code == 0, said.err
    assert "Kept: whatever opens this classifier answers so" in said.out
    rule = decisions.get(run).threshold
    assert rule is not None
    assert (rule.code, rule.miss_cost) == (0, 100.0)
    report = call("evaluate", run, "--json").json
    assert report["threshold"]["class"] == "fruit"
    assert report["threshold"]["threshold"] == rule.threshold
    assert "The scores here are of the likeliest class." in " ".join(
        call("evaluate", run).out.split()
    )
    file = tmp_path / "new.csv"
    file.write_text("text\napple rocket planet orbit comet\n", "utf-8")
    (one,) = call("predict", run, file, "--text-column", "text", "--json").json["predictions"]
    assert {"prediction", "probability", "by threshold"} == set(one)
    noted = call("predict", run, file, "--text-column", "text")
    assert "It says fruit from a probability of" in noted.err
    told = call("explain", run, "--text", "apple rocket planet orbit comet", "--json").json
    assert told["answer"] == one["prediction"]
    assert told["by_threshold"] == one["by threshold"]
    promise = call("reject", run, "--allowed-error", "0.9")
    assert "The threshold for fruit was chosen on these same rows" in " ".join(promise.out.split())
    doubts.keep(run, DoubtSettings(allowed_error=0.01))  # which nine rows cannot promise
    again = call("threshold", run, "fruit", "--miss-cost", "100", "--keep")
    assert "At most 1.0" in again.out
    assert "they cannot be" in " ".join(again.out.split())
    doubts.keep(run, DoubtSettings())
    gone = call("threshold", run, "--forget")
    assert "says the likeliest class again" in gone.out
    assert decisions.get(run) == decisions.Decisions()
    assert call("evaluate", run, "--json").json["threshold"] is None


def test_another_temperature_says_that_it_takes_a_threshold_back(
    call: Call, ids: tuple[str, str]
) -> None:
    run, _ = ids
    rule = ClassThreshold(0, 0.25, 5.0, 9)
    decisions.keep(run, decisions.Decisions(2.0, 40, rule))
    said = call("calibrate", run, "--undo")
    assert "The threshold for fruit was taken back" in said.out
    decisions.keep(run, decisions.Decisions(2.0, 40, rule))
    assert call("calibrate", run, "--undo", "--json").json["threshold_dropped"] is True
    assert decisions.get(run) == decisions.Decisions()


def test_the_report_says_how_sure_it_may_be(call: Call, ids: tuple[str, str]) -> None:
    run, _ = ids
    said = " ".join(call("evaluate", run).out.split())
    assert "Too few rows to tell. There are 60 test rows." in said
    assert "On 9 labelled rows, each predicted by a model that had not seen its label" in said
    decisions.keep(run, decisions.Decisions(2.0, 9))
    told = call("evaluate", run, "--json").json["calibration"]
    decisions.keep(run, decisions.Decisions())
    plain = call("evaluate", run, "--json").json["calibration"]
    assert told["confidence"] < plain["confidence"]
    (runs.folder(run) / "predictions.npz").rename(runs.folder(run) / "away.npz")
    assert call("evaluate", run, "--json").json["calibration"] is None
    (runs.folder(run) / "away.npz").rename(runs.folder(run) / "predictions.npz")
