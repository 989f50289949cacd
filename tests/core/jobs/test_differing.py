"""Settings that differ, by the titles of the forms, and what is the same in other words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from core.jobs.differing import what_differs
from core.store.records import RunRecord

DATA = "d76a" + "0" * 60


def run(name: str = "a", **request: Any) -> RunRecord:
    asked = {
        "data": {"fingerprint": DATA},
        "pretrain": {"method": "lsa", "settings": {}, "pool": "all", "seed": 0},
        "head": "svm",
        "head_settings": {},
        "strategy": "frozen",
        "strategy_settings": {},
        "labels_per_class": 5,
        "draws": 5,
    }
    return RunRecord(
        id=f"{name}234567890ab",
        kind="finetune",
        state="done",
        name=name,
        request=asked | request,
        created=datetime(2026, 1, 1, tzinfo=UTC),
        dataset=DATA,
        dataset_title="Tiny texts",
    )


def test_the_same_in_other_words_is_no_difference(home: Any) -> None:
    spelled = run("b", data={"name": "tiny"}, head_settings={"C": 1.0}, curve=True)
    spelled.request["name"] = "other"
    assert what_differs([run(curve=True), spelled]).empty


def test_titles_of_settings_and_of_what_was_chosen(home: Any) -> None:
    other = run(
        "b",
        head_settings={"C": 0.5},
        labels_per_class=None,
        pretrain={"method": "ppmi", "settings": {"eigenvalue_power": 0.25}, "pool": "all"},
    )
    told = what_differs([run(), other])
    lines = {setting: values.tolist() for setting, values in told.iterrows()}
    assert lines["Labels per class"] == ["5", "all"]
    assert "none" not in lines["Pretraining"]
    assert "ppmi" not in lines["Pretraining"]
    (power,) = (values for setting, values in lines.items() if values[1] == "0.25")
    assert power[0] == "—"
    assert [v for k, v in lines.items() if k.startswith("Head: ")] == [["1", "0.5"]]
    assert not any("_" in setting or "." in setting for setting in lines)


def test_ids_are_short_and_data_of_one_title_is_told_apart(home: Any) -> None:
    other = replace(run("b", source="0123456789abcdef"), dataset="e" * 64)
    told = what_differs([run(), other])
    assert told.loc["Data set"].tolist() == ["Tiny texts (d76a0000)", "Tiny texts (eeeeeeee)"]
    assert told.loc["Transferred classifier"].tolist() == ["none", "01234567"]


def test_what_is_no_longer_known_is_said_as_it_was(home: Any) -> None:
    gone = run("b", head="gone", head_settings={"old_knob": 2}, strategy="frozen")
    told = what_differs([run(), gone])
    assert told.loc["Head"].tolist()[1] == "gone"
    assert told.loc["Head: old knob"].tolist() == ["—", "2"]


def test_without_pretraining_there_is_nothing_to_say_of_it(home: Any) -> None:
    told = what_differs([run(), run("b", pretrain=None)])
    assert told.loc["Pretraining"].tolist()[1] == "none"
    assert told.loc["Pretraining: seed"].tolist() == ["0", "—"]
