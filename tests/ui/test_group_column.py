"""Rows that belong together, on the Data page: choosing the column, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from core.data.table import dataset_from_table
from core.store import datasets
from tests.ui.test_data_kinds import bring
from tests.ui.test_pages import calm, words
from ui import rows

App = Callable[..., Any]
TALKS = ("text,label,who\n" + "\n".join(
    f"words number {i} of a talk,{'ab'[i % 2]},s{i // 5}" for i in range(60)
)).encode()  # fmt: skip


def test_a_column_can_be_chosen(app: App, home: Path) -> None:
    at = calm(bring(app, "t.csv", TALKS))
    select = at.selectbox(key="data_group_t.csv")
    assert select.label == "Rows that belong together"
    assert select.value == "(none)"
    assert "a speaker, a patient or a document" in select.help
    select.set_value("who").run()
    at.button(key="data_use").click().run()
    calm(at)
    (kept,) = datasets.list_all()
    dataset = datasets.load(kept.fingerprint)
    assert dataset.group is not None
    assert not set(dataset.group[dataset.test]) & set(dataset.group[~dataset.test])
    assert "Rows that belong together (by **who**): 12 groups of up to 5 rows." in words(at)
    assert "No test row is of a group that is learned from" in words(at)


def test_a_column_called_speaker_is_taken_for_it(app: App, home: Path) -> None:
    at = calm(bring(app, "t.csv", TALKS.replace(b",who", b",speaker")))
    assert at.selectbox(key="data_group_t.csv").value == "speaker"


def test_a_patient_is_not_learned_from(app: App, home: Path) -> None:
    lines = [f"{i * i / 7:.2f},{'ab'[i % 2]},{100 + i // 5},{'xyz'[i % 3]}" for i in range(60)]
    at = calm(bring(app, "v.csv", ("size,kind,patient,label\n" + "\n".join(lines)).encode()))
    assert at.selectbox(key="data_group_v.csv").value == "patient"
    assert at.multiselect[0].value == ["size", "kind"]
    at.selectbox(key="data_group_v.csv").set_value("(none)").run()
    assert at.multiselect[0].value == ["size", "kind", "patient"]


def test_a_column_that_cannot_be_is_explained(app: App, home: Path) -> None:
    content = TALKS.replace(b",who", b",shop")
    at = calm(bring(app, "t.csv", content))
    at.selectbox(key="data_group_t.csv").set_value("label").run()
    at.button(key="data_use").click().run()
    assert "cannot be label and group at once" in str(at.error[0].proto)
    assert datasets.list_all() == []


def test_a_split_that_tears_groups_is_named_among_the_checks(app: App, home: Path) -> None:
    frame = pd.DataFrame(
        {
            "text": [f"words number {i} of a talk" for i in range(60)],
            "label": ["a", "b"] * 30,
            "who": [None, *[f"s{i // 5}" for i in range(1, 60)]],
            "part": ["test", "test", *["train"] * 3] * 12,
        }
    )
    kept = datasets.save(
        dataset_from_table(
            frame,
            text_column="text",
            label_column="label",
            split_column="part",
            group_column="who",
            name="Talks",
        )
    )
    at = calm(app("data", data=kept.fingerprint[:12]))
    said = words(at).replace("\\", "")
    assert (
        "23 test rows of 24 (96 %) are of 12 groups with training rows" in said
    )  # one stands alone
    assert "On both sides of the split: 12 groups of the 12" in said
    assert "12 groups of up to 5 rows; 1 row stands alone." in said


def test_rows_name_their_group(home: Path) -> None:
    from dataclasses import replace

    texts = [f"a talk {i}" for i in range(20)]
    frame = pd.DataFrame({"text": texts, "label": ["a", "b"] * 10, "who": range(20)})
    frame.loc[0, "who"] = None
    dataset = dataset_from_table(
        frame, text_column="text", label_column="label", group_column="who", name="Talks"
    )
    assert rows.table(dataset, [0, 1])["Group"].tolist() == ["–", "1"]
    # of a built-in set they are mere numbers
    assert "Group" not in rows.table(replace(dataset, options={}), [0, 1])


def test_a_value_called_like_what_stands_before_it_can_be_shown(home: Path) -> None:
    frame = pd.DataFrame(
        {"Group": range(20), "Part": range(20, 40), "kind": ["a", "b"] * 10, "who": range(20)}
    )
    dataset = dataset_from_table(
        frame,
        feature_columns=["Group", "Part"],
        label_column="kind",
        group_column="who",
        name="Table",
    )
    shown = rows.table(dataset, [2])
    assert list(shown) == ["Row", "Label", "Part", "Group", "Group (value)", "Part (value)"]
    assert shown["Group (value)"].tolist() == [2]
