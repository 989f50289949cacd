"""``--group-column``: rows of a file that belong together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.cli import main
from core.store import datasets
from tests.core.cli.conftest import Call


@pytest.fixture(name="talks")
def _talks(tmp_path: Path) -> Path:
    path = tmp_path / "talks.csv"
    lines = [f"words number {i} of a talk,{'ab'[i % 2]},s{i // 5}" for i in range(60)]
    path.write_text("text,label,speaker\n" + "\n".join(lines))
    return path


@pytest.fixture(name="visits")
def _visits(tmp_path: Path) -> Path:
    path = tmp_path / "visits.csv"
    lines = [f"{i * i / 7:.2f},{'uvw'[i % 3]},{100 + i // 5},{'ab'[i % 2]}" for i in range(60)]
    path.write_text("size,kind,patient,label\n" + "\n".join(lines))
    return path


def kept() -> Any:
    (record,) = datasets.list_all()
    return datasets.load(record.fingerprint)


def torn(dataset: Any) -> set[str]:
    return set(dataset.group[dataset.test]) & set(dataset.group[~dataset.test])


def test_texts_are_split_by_whole_groups(call: Call, home: Path, talks: Path) -> None:
    words = ["--text-column", "text", "--label-column", "label", "--group-column", "speaker"]
    said = call("pretrain", talks, "tfidf", *words)
    assert said.code == 0, said.err
    dataset = kept()
    assert len(set(dataset.group)) == 12
    assert len(dataset.test_rows) == 15
    assert torn(dataset) == set()


def test_the_other_columns_are_still_guessed(call: Call, home: Path, talks: Path) -> None:
    assert call("pretrain", talks, "tfidf", "--group-column", "speaker").code == 0
    assert kept().options["text_column"] == "text"
    assert kept().options["label_column"] == "label"


def test_a_group_is_no_value_of_a_row(call: Call, home: Path, visits: Path) -> None:
    said = call("pretrain", visits, "raw", "--tabular", "--group-column", "patient")
    assert said.code == 0, said.err
    dataset = kept()
    assert list(dataset.rows) == ["size", "kind"]
    assert dataset.group[0] == "100"
    assert torn(dataset) == set()


def test_a_domain_is_no_value_of_a_row_either(call: Call, home: Path, visits: Path) -> None:
    said = call("pretrain", visits, "raw", "--tabular", "--domain-column", "kind")
    assert said.code == 0, said.err
    assert list(kept().rows) == ["size", "patient"]


def test_a_guessed_label_gives_way(call: Call, home: Path, talks: Path) -> None:
    words = ["--text-column", "text", "--group-column", "label"]
    assert call("pretrain", talks, "tfidf", *words).code == 0
    assert kept().classes == ()
    assert set(kept().group) == {"a", "b"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--group-column", "who"], "There is no column 'who' for the group."),
        (
            ["--text-column", "text", "--label-column", "label", "--group-column", "label"],
            "The column 'label' cannot be label and group at once.",
        ),
        (
            ["--text-column", "text", "--label-column", "label", "--domain-column", "label"],
            "The column 'label' cannot be label and domain at once.",
        ),
    ],
)
def test_what_is_wrong_is_said(
    call: Call, home: Path, talks: Path, words: list[str], said: str
) -> None:
    answer = call("pretrain", talks, "tfidf", *words)
    assert answer.code == 2
    assert said in answer.err


def test_kept_sets_have_their_groups_already(call: Call, home: Path) -> None:
    answer = call("pretrain", "digits", "tfidf", "--group-column", "speaker")
    assert answer.code == 2
    assert "--domain-column and --group-column are for files." in answer.err


def test_it_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["finetune", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "--group-column NAME" in said
    assert "kept on one side of a split" in said
