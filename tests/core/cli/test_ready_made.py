"""Vectors from files on the command line: imported by path, found again by id."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from core.store import models, vector_files
from tests import seed
from tests.core.cli.conftest import Call

QUICK = ("--draws", "2", "--no-curve", "--labels-per-class", "3")


def test_a_file_of_word_vectors_by_its_path(call: Call, tmp_path: Path) -> None:
    dataset = seed.texts()
    random = np.random.default_rng(0)
    path = tmp_path / "mine.vec"
    words = sorted({word for text in dataset.rows for word in text.split()})
    path.write_text(
        "".join(f"{w} {' '.join(f'{x:.3f}' for x in random.normal(size=6))}\n" for w in words)
    )
    data = seed.keep_texts()[:12]
    first = call("pretrain", data, "vectors", "--set", f"file={path}", "--json").json
    [kept] = vector_files.list_all()
    record = models.get(first["model"])
    assert record.settings["file"] == kept.id
    assert record.dimensions == 6
    assert any("of the pool's words" in note for note in first["notes"])
    # the path again, or the id of the kept copy: the same model
    for again in (path, kept.id):
        told = call("pretrain", data, "vectors", "--set", f"file={again}", "--json").json
        assert (told["model"], told["reused"]) == (first["model"], True)
    # the file may go: the model holds what it needs
    vector_files.delete(kept.id)
    answer = call("finetune", data, first["model"], *QUICK, "--json")
    assert answer.code == 0


def test_a_table_follows_all_rows_and_serves_the_test(call: Call, tmp_path: Path) -> None:
    dataset = seed.texts()
    # vectors that tell the class, with a little noise: a head must reach nearly all
    random = np.random.default_rng(0)
    vectors = random.normal(0, 0.1, (len(dataset), 4)).astype(np.float32)
    known = dataset.labels >= 0
    vectors[known, dataset.labels[known]] += 1
    path = tmp_path / "rows.npy"
    np.save(path, vectors)
    data = seed.keep_texts()[:12]
    told = call("finetune", data, "row_vectors", "--set", f"file={path}", *QUICK, "--json").json
    assert told["state"] == "done"
    assert told["metrics"]["test"]["accuracy"] > 0.95


@pytest.mark.parametrize(
    ("method", "content", "words"),
    [
        ("vectors", pickle.dumps({"a": [1.0]}), "is a Python pickle"),
        ("vectors", b"a 1 2\nb 1\n", "on line 2, where every word should have 2"),
        ("row_vectors", b"a,b\n1,2\n", "has vectors for 1 rows, but the data set has 180"),
    ],
)
def test_a_file_that_will_not_do_is_refused_in_words(
    call: Call, tmp_path: Path, method: str, content: bytes, words: str
) -> None:
    path = tmp_path / "odd.txt"
    path.write_bytes(content)
    answer = call("pretrain", seed.keep_texts()[:12], method, "--set", f"file={path}")
    assert answer.code == 2
    assert words in answer.err


def test_a_path_that_leads_nowhere(call: Call) -> None:
    answer = call("pretrain", seed.keep_texts()[:12], "vectors", "--set", "file=/no/such.vec")
    assert answer.code == 2
    assert "There is no file '/no/such.vec'" in answer.err


def test_without_a_file(call: Call) -> None:
    answer = call("pretrain", seed.keep_texts()[:12], "vectors")
    assert answer.code == 2
    assert "No file of word vectors was chosen" in answer.err
