"""``explain``: for one row and over many, of every kind, for people and for machines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.store import database, runs
from tests import seed
from tests.core.cli.conftest import Call
from tests.kinds import finished, pictures_set, table_set


@pytest.fixture(scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("explain") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WARMSTART_HOME", str(folder))
        small = {"filters": 6, "patches": 200, "patch": 3}
        lsa = {"min_df": 1, "n_components": 8}
        made = {
            "text": finished(seed.texts(), "lsa", "logistic", lsa),
            "tree": finished(seed.texts(), "tfidf", "tree", {"min_df": 1}),
            "picture": finished(pictures_set(), "patches", "logistic", small),
            "table": finished(table_set(), "raw", "logistic", {"min_category_rows": 1}),
            "cut": finished(table_set(), "raw", "tree", {"min_category_rows": 1}),
        }
        database.close()
    return folder, made


@pytest.fixture
def made(_made: tuple[Path, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    folder, ids = _made
    monkeypatch.setenv("WARMSTART_HOME", str(folder))
    return ids


def test_a_text(call: Call, made: dict[str, str]) -> None:
    answer = call("explain", made["text"], "--text", "violin and piano, apple", "--nearest")
    assert answer.code == 0, answer.err
    assert answer.out.startswith("music (")
    assert "they add up to it" in answer.out
    assert "violin" in answer.out
    assert "The answer would be" in answer.out or "No small change" in answer.out
    assert "nearest:" in answer.out


def test_a_text_for_machines(call: Call, made: dict[str, str]) -> None:
    told = call("explain", made["text"], "--text", "violin piano apple", "--json").json
    assert told["answer"] == told["class"] == "music"
    assert told["exact"] is True
    assert told["base"] + sum(part["adds"] for part in told["parts"]) == pytest.approx(
        told["score"], abs=1e-6
    )
    other = call(
        "explain", made["text"], "--text", "violin piano apple", "--class", "fruit", "--json"
    ).json
    assert other["class"] == "fruit"
    assert {part["part"]: part["adds"] for part in other["parts"]}["apple"] > 0


def test_what_does_not_add_up_says_why(call: Call, made: dict[str, str]) -> None:
    answer = call("explain", made["tree"], "--text", "violin and piano")
    assert "parts do not add up exactly" in answer.out
    assert "This head is not linear." in answer.out


def test_a_picture_by_row_and_by_file(call: Call, made: dict[str, str], tmp_path: Path) -> None:
    told = call("explain", made["picture"], "--row", "0", "--nearest", "--json").json
    assert told["answer"] == "left"
    assert told["exact"] is True
    assert len(told["nearest"]) == 5
    assert told["flip"]["becomes"] == "right"
    assert all("covered: rows" in change for change in told["flip"]["change"])
    image = np.full((16, 16), 10, np.uint8)
    image[:, 8:] = 180
    Image.fromarray(image).save(tmp_path / "mine.png")
    answer = call("explain", made["picture"], "--picture", str(tmp_path / "mine.png"))
    assert answer.out.startswith("right (")


@pytest.mark.parametrize("kind", ["table", "cut"])
def test_a_table_row(call: Call, made: dict[str, str], kind: str) -> None:
    told = call("explain", made[kind], "--row", "0", "--json").json
    assert told["answer"] == "light"
    assert told["exact"] is (kind == "table")
    assert {part["part"] for part in told["parts"]} == set(table_set().rows.columns)
    assert told["flip"]["becomes"] == "heavy"
    assert " from " in told["flip"]["change"][0]


def test_over_many_rows(call: Call, made: dict[str, str]) -> None:
    told = call("explain", made["text"], "--json").json
    by_class = {one["class"]: one for one in told["classes"]}
    assert "violin" in by_class["music"]["for"] or "piano" in by_class["music"]["for"]
    assert "(weights)" in call("explain", made["text"]).out
    assert "means over" in call("explain", made["tree"]).out
    columns = call("explain", made["table"])
    assert "(exact)" in columns.out
    assert "weight" in columns.out
    assert "(sampled)" in call("explain", made["cut"]).out


@pytest.mark.parametrize(
    ("kind", "words", "said"),
    [
        ("text", ["--text", "a", "--row", "1"], "Both --text and --row were given"),
        ("text", ["--row", "999"], "There is no row 999"),
        ("text", ["--row", "-1"], "There is no row -1"),
        ("text", ["--text", "a", "--class", "sport"], "There is no class 'sport'"),
        ("text", ["--picture", "x.png"], "takes texts, not a picture"),
        ("table", ["--text", "a"], "takes table rows, not a text"),
        ("picture", ["--text", "a"], "takes pictures, not a text"),
        ("picture", ["--picture", "/no/such.png"], "cannot be read"),
        ("picture", [], "Pictures have no words or columns"),
    ],
)
def test_what_cannot_be_asked(
    call: Call, made: dict[str, str], kind: str, words: list[str], said: str
) -> None:
    answer = call("explain", made[kind], *words)
    assert answer.code != 0
    assert said in answer.err


def test_only_a_finished_fine_tuning_is_explained(call: Call, home: Path) -> None:
    request = {"kind": "finetune", "data": {"name": "digits"}}
    waiting = runs.create(request, name="Waiting")
    answer = call("explain", waiting.id)
    assert answer.code != 0
    assert "only a finished fine-tuning has a classifier to explain" in answer.err
