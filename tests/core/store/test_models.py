from __future__ import annotations

import dataclasses
import errno
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from core.errors import BadModelFile, BadParam, NotFound, StoreFailed
from core.store import datasets, modelfile, models, runs
from core.store.records import DatasetRecord, ModelRecord
from tests.core.store.doubles import LENGTHS, Lengths, offer, texts


@pytest.fixture(autouse=True)
def _one_method(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, LENGTHS)


@pytest.fixture
def kept() -> DatasetRecord:
    return datasets.save(texts())


def save(kept: DatasetRecord, *, seed: int = 0, name: str = "Mine", **more: Any) -> ModelRecord:
    encoder = Lengths(powers=3).fit(texts().rows)
    return models.save(
        encoder,
        id=models.model_id("lengths", {"powers": 3}, "all", seed, kept.fingerprint),
        name=name,
        method="lengths",
        settings={"powers": 3},
        pool="all",
        seed=seed,
        dataset=kept,
        rows=2,
        **more,
    )


def test_the_id_says_what_it_was_learned_from() -> None:
    same = models.model_id("lengths", {"powers": 2}, "all", 0, "f")
    assert same == models.model_id("lengths", {}, "all", 0, "f")
    assert len(same) == 12
    assert int(same, 16) >= 0
    others = {
        models.model_id("lengths", {"powers": 3}, "all", 0, "f"),
        models.model_id("lengths", {}, "labelled", 0, "f"),
        models.model_id("lengths", {}, "all", 1, "f"),
        models.model_id("lengths", {}, "all", 0, "g"),
    }
    assert len(others | {same}) == 5


def test_the_id_is_the_same_forever() -> None:
    """Ids of models in people's libraries must not change by accident."""
    assert models.model_id("lengths", {"powers": 3}, "all", 7, "0" * 64) == "936b2eaa145e"


def test_the_id_changes_with_the_algorithm(monkeypatch: pytest.MonkeyPatch) -> None:
    before = models.model_id("lengths", {}, "all", 0, "f")
    monkeypatch.setattr(models, "ALGORITHM", models.ALGORITHM + 1)
    assert models.model_id("lengths", {}, "all", 0, "f") != before


def test_no_id_of_what_is_not_there() -> None:
    with pytest.raises(NotFound, match="There is no method 'other'"):
        models.model_id("other", {}, "all", 0, "f")
    with pytest.raises(BadParam, match="powers cannot be 99"):
        models.model_id("lengths", {"powers": 99}, "all", 0, "f")


def test_a_model_is_kept_and_comes_back(kept: DatasetRecord, home: Path) -> None:
    run = runs.create({"kind": "pretrain"}, name="r")
    record = save(kept, run=run.id, seconds=1.5, peak_memory_mb=20.0)
    assert record == models.get(record.id)
    assert (
        dataclasses.asdict(record).items()
        >= {
            "name": "Mine",
            "method": "lengths",
            "modality": "text",
            "settings": {"powers": 3},
            "pool": "all",
            "seed": 0,
            "dataset": kept.fingerprint,
            "dataset_title": "Words",
            "dimensions": 3,
            "rows": 2,
            "seconds": 1.5,
            "peak_memory_mb": 20.0,
            "run": run.id,
            "parent": None,
        }.items()
    )
    path = models.path_of(record)
    assert record.bytes == path.stat().st_size
    assert os.listdir(home / "models") == [path.name]
    loaded = models.load(record.id)
    np.testing.assert_array_equal(
        loaded.transform(texts().rows), Lengths(3).fit(texts().rows).transform(texts().rows)
    )


def test_the_same_again_changes_nothing(kept: DatasetRecord, home: Path) -> None:
    record = save(kept, name="First")
    assert save(kept, name="Second") == record
    assert len(os.listdir(home / "models")) == 1


def test_a_file_that_is_gone_is_made_again(kept: DatasetRecord) -> None:
    record = save(kept, name="First")
    models.path_of(record).unlink()
    with pytest.raises(NotFound, match=r"The model file .* is not there"):
        models.load(record.id)
    again = save(kept, name="Second")
    assert (again.id, again.name) == (record.id, "First")
    assert isinstance(models.load(record.id), Lengths)


def test_two_at_once_keep_one_whole_model(kept: DatasetRecord, home: Path) -> None:
    begin = threading.Barrier(3)
    records: list[ModelRecord] = []

    def work() -> None:
        begin.wait()
        records.append(save(kept))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(records) == 3
    assert set(map(str, records)) == {str(models.get(records[0].id))}
    assert os.listdir(home / "models") == [models.path_of(records[0]).name]
    assert isinstance(models.load(records[0].id), Lengths)


def test_names_are_made_different(kept: DatasetRecord) -> None:
    long = "x" * 100
    names = [save(kept, seed=seed, name="Mine").name for seed in range(3)]
    assert names == ["Mine", "Mine (2)", "Mine (3)"]
    assert save(kept, seed=3, name="mine").name == "mine (4)"
    assert save(kept, seed=4, name=" a\nb\x00 ").name == "a b"
    assert save(kept, seed=5, name=" ").name == "Model"
    assert save(kept, seed=6, name=long).name == "x" * 80
    assert save(kept, seed=7, name=long).name == "x" * 76 + " (2)"


def test_a_run_or_parent_that_is_not_there(kept: DatasetRecord, home: Path) -> None:
    with pytest.raises(NotFound, match="its run 'nobody'"):
        save(kept, run="nobody")
    with pytest.raises(NotFound, match="the model 'nothing' that it continues"):
        save(kept, parent="nothing")
    assert os.listdir(home / "models") == []
    assert models.list_all() == []


def test_a_full_disk(kept: DatasetRecord, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFailed, match="the disk is full"):
        save(kept)
    assert os.listdir(home / "models") == []
    assert models.list_all() == []


def test_dimensions_are_asked_of_the_names_of_columns(kept: DatasetRecord) -> None:
    class Named(Lengths):
        def get_feature_names_out(self, input_features: Any = None) -> list[str]:
            return ["a", "b", "c"]

        def transform(self, rows: Any) -> Any:
            raise AssertionError("not needed")

    encoder = Named().fit(texts().rows)
    assert models._dimensions(encoder, "text") == 3
    numbers = Lengths()
    numbers._n_features_out = 7
    assert models._dimensions(numbers, "image") == 7


def test_lists(kept: DatasetRecord) -> None:
    other = datasets.save(texts("other", ("x", "y")))
    a, b, c = save(kept, seed=1), save(kept, seed=2), save(other, seed=3)
    assert [m.id for m in models.list_all()] == [c.id, b.id, a.id]
    assert [m.id for m in models.list_all(dataset=kept.fingerprint)] == [b.id, a.id]
    assert models.list_all(modality="image") == []
    assert len(models.list_all(modality="text")) == 3


def test_a_model_is_found_by_id_or_name(kept: DatasetRecord) -> None:
    with pytest.raises(NotFound) as caught:
        models.find("anything")
    assert caught.value.hint == "Pretrain one first."
    record = save(kept, name="Word vectors")
    assert models.find(record.id) == models.find(" word VECTORS ") == record
    with pytest.raises(NotFound, match="no model 'word vector'") as caught:
        models.find("word vector")
    assert caught.value.hint == "There is: Word vectors."


def test_renaming(kept: DatasetRecord) -> None:
    record, other = save(kept, seed=1, name="One"), save(kept, seed=2, name="Two")
    assert models.rename(record.id, "  Straße 1 ").name == "Straße 1"
    assert models.rename(record.id, "STRASSE 1").name == "STRASSE 1"
    for name, words in (
        ("", "cannot be empty"),
        (" \t", "cannot be empty"),
        ("x" * 81, "has 81 characters"),
        ("a\nb", "cannot be shown"),
        ("a\x07b", "cannot be shown"),
        ("two", "Another model has the name 'two'"),
    ):
        with pytest.raises(BadParam, match=words):
            models.rename(record.id, name)
    assert models.rename(record.id, "x" * 80).name == "x" * 80
    assert models.get(other.id).name == "Two"


def test_two_people_choose_one_name_in_the_same_moment(
    kept: DatasetRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, _ = save(kept, seed=1, name="One"), save(kept, seed=2, name="Two")
    # as on a database where the other's name shows only when ours is written
    monkeypatch.setattr(sa.Connection, "scalars", lambda *args, **kwargs: [])
    with pytest.raises(BadParam, match="Another model has the name 'Two'"):
        models.rename(record.id, "Two")


@pytest.mark.parametrize("model_id", ["", "..", "../../etc", "0" * 11, "G" * 12, "0" * 12, None])
def test_what_is_no_model_is_not_found(model_id: str) -> None:
    for act in (models.get, models.load, models.delete, lambda i: models.rename(i, "x")):
        with pytest.raises(NotFound, match="There is no model"):
            act(model_id)


def test_deleting(kept: DatasetRecord) -> None:
    parent = save(kept, seed=1)
    child = save(kept, seed=2, parent=parent.id)
    assert child.parent == parent.id
    models.delete(parent.id)
    assert not models.path_of(parent).exists()
    assert models.get(child.id).parent is None
    assert [m.id for m in models.list_all()] == [child.id]


def test_the_model_outlives_its_run(kept: DatasetRecord) -> None:
    run = runs.create({"kind": "pretrain"}, name="r")
    record = save(kept, run=run.id)
    runs.change(run.id, state="done")
    runs.delete(run.id)
    assert models.get(record.id).run is None


def test_a_changed_byte_is_refused(kept: DatasetRecord) -> None:
    record = save(kept)
    path = models.path_of(record)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(BadModelFile, match="was changed since it was written"):
        models.load(record.id)


def written(path: Path, **changes: Any) -> Path:
    payload = {
        "kind": "encoder",
        "method": "lengths",
        "settings": {"powers": 1},
        "seed": 0,
        "state": {"longest": np.array([2], dtype=np.float32)},
    }
    payload.update(changes)
    modelfile.write(path, {name: value for name, value in payload.items() if value is not None})
    return path


def test_a_file_by_itself_opens(tmp_path: Path) -> None:
    from core.store.encoders import read_encoder

    encoder = read_encoder(written(tmp_path / "m.skops"))
    np.testing.assert_array_equal(encoder.transform(np.array(["a"], dtype=object)), [[0.5]])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "head"}, "holds a 'head', not a 'encoder'"),
        ({"kind": None}, "its field 'kind' is missing"),
        ({"method": "newest"}, "cannot be used by this version: There is no method 'newest'"),
        ({"method": "os.system"}, "cannot be used by this version"),
        ({"method": None}, "its field 'method' is missing"),
        ({"settings": {"powers": 99}}, "cannot be used by this version: powers cannot be 99"),
        ({"settings": {"other": 1}}, "There is no setting 'other' here"),
        ({"settings": [1]}, "its field 'settings' is a list"),
        ({"seed": "0"}, "its field 'seed' is a str"),
        ({"state": None}, "its field 'state' is missing"),
        ({"state": {}}, r"what it learned does not fit together \('longest'\)"),
        ({"state": {"longest": [1]}}, "what it learned does not fit together"),
        ({"state": {"longest": np.zeros(1)}}, "The longest text has less than one letter"),
        ({"state": {"longest": np.ones(2)}}, "what it learned does not fit together"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    from core.store.encoders import read_encoder

    with pytest.raises(BadModelFile, match=words):
        read_encoder(written(tmp_path / "m.skops", **changes))
