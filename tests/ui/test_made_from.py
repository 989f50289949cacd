"""From which file and columns a kept set was made: the words and the call make it again."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.cli import main
from core.data.made_from import table_arguments, table_file
from core.data.reading import read_table
from core.data.table import dataset_from_table
from core.jobs.requests import DataRef, PretrainRequest
from core.store import datasets
from core.store.records import DatasetRecord
from tests import seed
from tests.ui.test_pages import calm
from ui import made_from

SIZES = [f"{i * i / 7:.2f},{'uvw'[i % 3]},p {i // 5},{'ab'[i % 2]}" for i in range(60)]
VISITS = ('"size, cm",kind,the patient,label\n' + "\n".join(SIZES)).encode()


@pytest.fixture(name="visits")
def _visits(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DatasetRecord:
    """A table of values, grouped by a column whose name has to be quoted."""
    monkeypatch.chdir(tmp_path)
    Path("visits.csv").write_bytes(VISITS)
    dataset = dataset_from_table(
        read_table(VISITS, "visits.csv"),
        feature_columns=["size, cm", "kind"],
        label_column="label",
        group_column="the patient",
        name="visits.csv",
    )
    return datasets.save(dataset)


def test_the_words_make_it_again(visits: DatasetRecord) -> None:
    said = made_from.as_words(visits)
    start, words = said.split(" was made from: ")
    assert start == visits.fingerprint[:12]
    assert words == (
        "visits.csv --label-column label --group-column 'the patient' --columns '\"size, cm\",kind'"
    )
    datasets.delete(visits.fingerprint)
    file, *options = shlex.split(words)
    assert main(["pretrain", file, "raw", *options]) == 0
    (again,) = datasets.list_all()
    assert again.fingerprint == visits.fingerprint


def test_the_call_makes_it_again(visits: DatasetRecord) -> None:
    call = made_from.as_call(visits).split(" was made by: ")[1]
    assert "group_column='the patient'" in call
    names = {"dataset_from_table": dataset_from_table, "read_table": read_table, "Path": Path}
    assert eval(call, names).fingerprint == visits.fingerprint  # noqa: S307


def test_another_share_of_test_rows_is_said(home: Path) -> None:
    ds = dataset_from_table(
        read_table(VISITS, "v.csv"),
        feature_columns=["kind"],
        label_column="label",
        test_share=0.5,
        name="v",
    )
    assert "--test-share 0.5" in made_from.as_words(datasets.save(ds))


def test_other_sets_have_no_file(home: Path) -> None:
    record = datasets.get(seed.keep_texts())
    assert made_from.as_words(record) == made_from.as_call(record) == ""
    assert made_from.above(["", ""], "code") == "code"


def test_a_comment_stays_one_line() -> None:
    assert made_from.above(["a\nimport os", "b\u2028c"], "x = 1") == "# a import os\n# b c\nx = 1"


def test_what_a_bundle_forged_is_left_out() -> None:
    options = {
        "file": "../../etc/hosts",
        "text_column": "text",
        "label_column": ["no"],
        "feature_columns": [1],
        "seed": "0",
        "test_share": 0.25,
    }
    assert table_file(options) == "hosts"
    assert table_arguments(options) == {"text_column": "text", "test_share": 0.25}
    assert table_arguments({"test_share": float("nan"), "seed": True}) == {}
    assert table_file({"file": "a.zip"}) == table_file({"text_column": "text"}) == ""


def test_data_sets_that_a_request_names_are_found(visits: DatasetRecord) -> None:
    request = PretrainRequest(data=DataRef(fingerprint=visits.fingerprint), method="lsa")
    assert made_from.kept(request, None) == [visits]
    assert made_from.kept(request, visits) == [visits]
    gone = PretrainRequest(data=DataRef(fingerprint="0" * 64), method="lsa")
    assert made_from.kept(gone, None) == []


def test_a_page_shows_it(app: Callable[..., Any], visits: DatasetRecord) -> None:
    at = calm(app("tune", data=visits.fingerprint[:12]))
    shell, python = (code.value for code in at.code[-2:])
    assert shell.startswith(f"# {visits.fingerprint[:12]} was made from: visits.csv --label-column")
    assert "--group-column 'the patient'" in shell.splitlines()[0]
    assert shell.splitlines()[1].startswith("python -m core tune")
    assert "group_column='the patient'" in python.splitlines()[0]
    compile(python, "page", "exec")
    at = calm(app("pretrain", data=visits.fingerprint[:12]))
    assert "--group-column 'the patient'" in at.code[-1].value.splitlines()[0]
