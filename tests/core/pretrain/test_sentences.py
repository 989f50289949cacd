"""Sentence encoders, with a stand-in for the library: it is no part of the base installation."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import BadModelFile, BadParam, Cancelled, MissingExtra, NoNetwork, NotFound
from core.params import resolve
from core.pretrain import sentences
from core.pretrain.base import PoolSize
from core.pretrain.sentences import METHOD, SentenceEncoder
from core.progress import Progress

from . import outside

ROWS = np.asarray(["red apple", "", "green pear", "a blue plum and more"], dtype=object)


@pytest.fixture(autouse=True)
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    sentences._loaded.clear()
    outside.SentenceTransformer.asked = []
    monkeypatch.setitem(sys.modules, "sentence_transformers", outside.library())
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.delenv("TRANSFORMERS_OFFLINE", raising=False)
    yield outside.SentenceTransformer
    sentences._loaded.clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "model"
    path.mkdir()
    (path / "config.json").write_text("{}", "utf-8")
    (path / "model.safetensors").write_bytes(b"x" * 3_000_000)
    return path


def test_rows_are_centred_and_of_length_one(folder: Path, library: Any) -> None:
    encoder = SentenceEncoder(str(folder)).fit(ROWS)
    raw = library(str(folder), device="cpu", trust_remote_code=False, local_files_only=True).encode(
        [ROWS[0], ROWS[2], ROWS[3]], show_progress_bar=False
    )
    mean = raw.mean(axis=0)
    np.testing.assert_allclose(encoder.mean_, mean, atol=1e-6)
    expected = (raw - mean) / np.linalg.norm(raw - mean, axis=1, keepdims=True)
    found = encoder.transform(ROWS)
    np.testing.assert_allclose(found[[0, 2, 3]], expected, atol=1e-5)
    assert not found[1].any()
    assert encoder.dimensions_ == 6
    assert len(encoder.get_feature_names_out()) == 6
    np.testing.assert_allclose(encoder.fit_transform(ROWS), found, atol=1e-6)


def test_it_never_runs_code_of_a_model_and_loads_it_once(folder: Path, library: Any) -> None:
    encoder = SentenceEncoder(str(folder)).fit(ROWS)
    encoder.transform(ROWS)
    # the stand-in asserts trust_remote_code=False and the CPU
    assert library.asked == [{"name": str(folder), "local_files_only": True}]


def test_the_state_holds_no_weights(folder: Path) -> None:
    state = SentenceEncoder(str(folder)).fit(ROWS).state()
    assert set(state) == {"model", "revision", "dimensions", "mean"}
    assert state["model"] == str(folder)
    assert state["revision"].startswith("folder:")
    assert state["mean"].shape == (6,)


def test_a_hub_name_is_looked_for_here_first(library: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = SentenceEncoder("someone/model").fit(ROWS)
    assert [call["local_files_only"] for call in library.asked] == [True, False]
    assert encoder.revision_ == "hub:"
    monkeypatch.setattr(sentences, "_commit", lambda model: "abc123")
    sentences._loaded.clear()
    encoder.fit(ROWS)
    assert encoder.revision_ == "hub:abc123"
    library.asked.clear()
    sentences._loaded.clear()
    encoder.transform(ROWS)  # the very commit is asked for again
    assert {call["revision"] for call in library.asked} == {"abc123"}


def test_the_commit_is_read_where_the_library_tells_it() -> None:
    class Told:
        class auto_model:
            class config:
                _commit_hash = "abc"

    assert sentences._commit([Told]) == "abc"
    assert sentences._commit([]) == ""
    assert sentences._commit(object()) == ""


def test_without_the_extra_it_says_how_to_install_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(
        MissingExtra, match="sentence-transformers, which is not installed"
    ) as caught:
        SentenceEncoder(str(folder)).fit(ROWS)
    assert "pip install -r requirements-transformers.txt" in str(caught.value.hint)


def test_without_a_network_it_says_so(monkeypatch: pytest.MonkeyPatch, library: Any) -> None:
    with pytest.raises(NoNetwork, match="'someone/nowhere' is not on this machine") as caught:
        SentenceEncoder("someone/nowhere").fit(ROWS)
    assert "folder" in str(caught.value.hint)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    library.asked.clear()
    with pytest.raises(NoNetwork):
        SentenceEncoder("someone/model").fit(ROWS)
    assert all(call["local_files_only"] for call in library.asked)


class RepositoryNotFoundError(OSError):
    """As the hub's library names it."""


def test_a_model_that_is_not_there_is_named(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: Any
) -> None:
    for name in (str(tmp_path / "none"), "./none", "~/none-such", "a/b/c"):
        with pytest.raises(NotFound, match="There is no folder"):
            SentenceEncoder(name).fit(ROWS)

    def refuse(self: Any, name: str, **options: Any) -> None:
        raise RepositoryNotFoundError("404")

    monkeypatch.setattr(library, "__init__", refuse)
    with pytest.raises(
        NotFound, match="no sentence encoder 'someone/typo' on the Hugging Face hub"
    ):
        SentenceEncoder("someone/typo").fit(ROWS)

    def broken(self: Any, name: str, **options: Any) -> None:
        raise ValueError("no config.json")

    monkeypatch.setattr(library, "__init__", broken)
    with pytest.raises(NotFound, match=r"cannot be opened: no config\.json"):
        SentenceEncoder(str(folder)).fit(ROWS)


def test_another_model_in_its_place_is_refused(folder: Path, library: Any) -> None:
    encoder = SentenceEncoder(str(folder)).fit(ROWS)
    with (folder / "model.safetensors").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"y")
    with pytest.raises(BadModelFile, match="is not the one that this encoder was made with"):
        encoder.transform(ROWS)
    (folder / "model.safetensors").unlink()
    (folder / "config.json").unlink()
    folder.rmdir()
    with pytest.raises((BadModelFile, NotFound)):
        encoder.transform(ROWS)


def test_a_model_that_became_wider_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = SentenceEncoder("someone/model").fit(ROWS)
    encoder.dimensions_ = 5
    encoder.mean_ = encoder.mean_[:5]
    with pytest.raises(BadModelFile, match="now gives 6 numbers a text, not 5"):
        encoder.transform(ROWS)


def test_blocks_are_short_and_a_cancel_stops_between_them(folder: Path) -> None:
    rows = np.asarray([f"text {i} " * 40 for i in range(100)], dtype=object)
    sizes = [len(block) for block in sentences._blocks(rows)]
    assert sum(sizes) == 100
    assert max(sizes) <= 4_000 // 280
    assert [len(block) for block in sentences._blocks(ROWS)] == [3]
    assert [len(b) for b in sentences._blocks(np.asarray(["word"] * 70, dtype=object))] == [
        32,
        32,
        6,
    ]
    huge = np.asarray(["x" * 10_000] * 2 + [" "], dtype=object)
    assert list(sentences._blocks(huge)) == [[0], [1]]
    seen: list[str] = []

    def report(done: float, message: str, metrics: Any) -> None:
        seen.append(message)
        if sum("Encoding" in one for one in seen) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        SentenceEncoder(str(folder)).fit(rows, progress=Progress(report))
    encoded = sentences._loaded[next(iter(sentences._loaded))].blocks
    assert len(encoded) == 2


def test_a_cancel_does_not_wait_for_a_download(
    monkeypatch: pytest.MonkeyPatch, library: Any
) -> None:
    gate = threading.Event()
    begun = threading.Event()
    usual = sentences._load

    def slow(*args: Any) -> Any:
        begun.set()
        gate.wait(30)
        return usual(*args)

    monkeypatch.setattr(sentences, "_load", slow)

    def report(done: float, message: str, metrics: Any) -> None:
        if begun.is_set():
            raise Cancelled

    try:
        with pytest.raises(Cancelled):
            SentenceEncoder("someone/model").fit(ROWS, progress=Progress(report))
        assert not gate.is_set()
    finally:
        gate.set()
        for thread in threading.enumerate():
            if thread.name == "warmstart-open":
                thread.join(30)


def test_long_texts_are_cut(folder: Path) -> None:
    encoder = SentenceEncoder(str(folder), most_words=2)
    rows = np.asarray(["one two three", "one two", "other words here"], dtype=object)
    found = encoder.fit_transform(rows)
    np.testing.assert_allclose(found[0], found[1], atol=1e-6)
    with pytest.raises(BadParam, match="most_words cannot be 0"):
        SentenceEncoder(str(folder), most_words=0).fit(rows)


def test_the_library_is_loaded_when_something_is_fitted() -> None:
    code = (
        "import sys, core.pretrain; core.pretrain.methods()\n"
        "print({'torch', 'sentence_transformers'} & set(sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


def test_the_extra_is_no_part_of_the_base_installation() -> None:
    root = Path(sentences.__file__).parents[2]
    base = (root / "requirements.txt").read_text("utf-8") + (
        root / "requirements-dev.txt"
    ).read_text("utf-8")
    assert "torch" not in base
    assert "sentence-transformers" not in base
    extra = (root / "requirements-transformers.txt").read_text("utf-8")
    assert "sentence-transformers==" in extra


def test_a_state_of_another_model_is_refused(folder: Path) -> None:
    state = SentenceEncoder(str(folder)).fit(ROWS).state()
    with pytest.raises(BadModelFile, match="was made with"):
        SentenceEncoder("someone/else").load_state(state)


def test_the_method_makes_it_with_its_settings() -> None:
    encoder = METHOD.make(resolve(METHOD.params, {"model": "x/y", "most_words": 9}), 1)
    assert isinstance(encoder, SentenceEncoder)
    assert (encoder.model, encoder.most_words) == ("x/y", 9)
    settings = resolve(METHOD.params)
    # never among what a comparison starts with by itself: it may fetch a large model
    assert METHOD.estimate(PoolSize(rows=1, characters=10), settings).seconds > 60
