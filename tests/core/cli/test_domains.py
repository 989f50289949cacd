"""``domains`` and ``adapt`` on the command line."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from core.store import datasets, runs
from tests.core.transfer.domains.made_pairs import both_domains, reviews


@pytest.fixture(name="file")
def _file(tmp_path: Path) -> Path:
    made = both_domains()
    path = tmp_path / "reviews.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label", "split", "shop"])
        for i, text in enumerate(made.rows):
            part = "test" if made.test[i] else "train"
            writer.writerow([text, made.classes[made.labels[i]], part, made.domain[i]])
    return path


def test_two_domains_of_a_file(home: Any, call: Any, file: Path) -> None:
    words = ["domains", file, "--domain-column", "shop", "--source-domain", "books"]
    said = call(*words, "--target-domain", "pans")
    assert said.code == 0, said.err
    assert "books and pans are very different." in said.out
    assert "These domains differ mostly in" in said.out
    assert "Typical of" in said.out
    found = call(*words, "--target-domain", "pans", "--json").json
    assert found["proxy"]["distance"] > 1.5
    assert len(found["sentences"]) == 6


def test_two_data_sets_across(home: Any, call: Any) -> None:
    kept = [datasets.save(reviews(name)).fingerprint for name in ("books", "pans")]
    words = ["adapt", kept[0][:12], kept[1][:12], "--way", "self_training", "--draws", "1"]
    said = call(*words)
    assert said.code == 0, said.err
    assert "From Books to Pans" in said.out
    assert "Source alone" in said.out
    assert "Self-training from the source" in said.out
    assert "Target labels per class" in said.out
    run = runs.list_all(limit=1)[0]
    assert runs.get(run.id).request["ways"] == ["self_training"]
    quick = call(*words, "--no-curve", "--no-validation", "--keep", "coral", "--json").json
    assert quick["across"]["kept"] == "coral"
    assert quick["across"]["curve"] == []


def test_the_same_rows_are_refused(home: Any, call: Any) -> None:
    kept = datasets.save(reviews("books")).fingerprint
    said = call("adapt", kept[:12])
    assert said.code == 2
    assert "Source and target are the same rows." in said.err
    assert call("domains", kept[:12]).code == 2


def test_a_way_that_is_left_out_is_said(home: Any) -> None:
    from core.cli.domains import adapted
    from core.evaluate.across_results import across_to_json
    from tests.core.evaluate.test_across import carry, words_pair

    report = across_to_json(carry(words_pair(), ways=["coral"], curve=False).report)
    report["entries"][1]["failed"] = "It did not work."
    run = type("Run", (), {"name": "x", "id": "1", "result": {"across": report}})()
    report["notes"] = ["Something was left out."]
    said = "\n".join(adapted(run))
    assert "Left out: CORAL: It did not work." in said
    assert "Note: Something was left out." in said
