"""Calling the command line inside the test process."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.cli import main
from tests import seed


@dataclass(frozen=True)
class Answer:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Call = Callable[..., Answer]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Call a command with these words."""

    def run(*words: str) -> Answer:
        capsys.readouterr()
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return run


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """The tiny texts as a CSV file: columns text, class and part."""
    dataset = seed.texts()
    path = tmp_path / "tiny.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "class", "part"])
        for text, label, test in zip(dataset.rows, dataset.labels, dataset.test, strict=True):
            name = dataset.classes[label] if label >= 0 else ""
            writer.writerow([text, name, "test" if test else "train"])
    return path
