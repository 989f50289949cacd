"""The script of a run on a file: where no home keeps the data set, its file makes it again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core import jobs
from core.data.reading import read_table
from core.data.table import dataset_from_table
from core.errors import NotFound
from core.jobs.handing_over import facts_of
from core.jobs.requests import DataRef, FinetuneRequest
from core.report.script import script
from core.store import datasets
from tests.core.report.test_script import functions

NAME = 'it\'s "a" talk.csv'
TALKS = ("text,label,who's it\n" + "\n".join(
    f"words number {i} of a talk {'left' if i % 2 else 'right'},{'ab'[i % 2]},s{i // 5}"
    for i in range(60)
)).encode()  # fmt: skip


@pytest.fixture(name="text", scope="module")
def _text(tmp_path_factory: pytest.TempPathFactory) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WARMSTART_HOME", str(tmp_path_factory.mktemp("first") / "home"))
        dataset = dataset_from_table(
            read_table(TALKS, NAME),
            text_column="text",
            label_column="label",
            group_column="who's it",
            name=NAME,
        )
        data = DataRef(fingerprint=datasets.save(dataset).fingerprint)
        request = FinetuneRequest(data=data, labels_per_class=3, draws=1, curve=False)
        run = jobs.run_here(request)
        assert run.state == "done", run.error
        return script(facts_of(run.id))


def test_it_names_file_and_columns(text: str) -> None:
    names: dict[str, Any] = functions(text)
    assert names["FILE"] == NAME
    assert names["SHEET"] is None
    assert names["COLUMNS"] == {
        "text_column": "text",
        "label_column": "label",
        "group_column": "who's it",
        "test_share": 0.25,
        "seed": 0,
    }
    assert "makes it anew from its FILE" in names["__doc__"]


def test_the_file_makes_the_data_set_again(
    text: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = functions(text)
    with pytest.raises(NotFound, match="There is no file"):
        names["open_data"]()
    Path(NAME).write_bytes(TALKS)
    dataset = names["open_data"]()
    assert dataset.fingerprint == names["FINGERPRINT"]
    assert not set(dataset.group[dataset.test]) & set(dataset.group[~dataset.test])
    Path(NAME).write_bytes(TALKS.replace(b"s11", b"s10"))
    with pytest.raises(SystemExit, match="its fingerprint differs"):
        names["open_data"]()
