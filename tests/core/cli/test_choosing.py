"""``choose`` and ``advise`` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.cli import main
from core.store import runs
from tests import seed


def test_choose(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = seed.keep_texts()
    assert main(["choose", data[:12], "lsa", "kmeans", "--labels-per-class", "3"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("With 9 labels and ")
    assert "LSA / PCA" in told
    assert "mean rank" in told
    kept = next(
        e["model"]
        for e in (runs.list_all(kind="choose")[0].result or {})["entries"]
        if e["method"] == "lsa"
    )
    assert main(["choose", data[:12], kept, "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert {e["method"] for e in summary["entries"]} == {"tfidf", "lsa"}
    assert summary["recommendation"]["pick"]


def test_choose_among_all(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = seed.keep_texts()
    assert main(["choose", data[:12], "--learn", "later"]) == 0
    assert "Not learned yet." in capsys.readouterr().out
    assert main(["choose", data[:12], "none"]) == 2
    assert "'none' need not be named" in capsys.readouterr().err


def test_advise(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["advise", "--rows", "150", "--labels", "20", "--classes", "4"]) == 0
    told = capsys.readouterr().out
    assert "150 rows are too few" in told
    assert "finetune DATA none --head svm --strategy scratch" in told
    assert main(["advise", "--rows", "9", "--labels", "20"]) == 2
    assert "20 labels are more than the 9 rows" in capsys.readouterr().err
    assert main(["advise", "--rows", "5000", "--labels", "60", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["plan"]["head"] == "svm"
