"""A bundle there and back; and every way of forging one that we could think of, refused."""

from __future__ import annotations

import json
import pickle
import shutil
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import BadModelFile, BadParam, NotFound
from core.evaluate.doubt import DoubtSettings
from core.finetune.deciding import ClassThreshold
from core.jobs.bundles import bundle_bytes, export_bundle
from core.jobs.handing_over import facts_of
from core.jobs.importing import import_bundle
from core.jobs.observed import observed
from core.jobs.track import gained
from core.store import bundle, classifiers, datasets, decisions, doubts, models, runs
from core.store.bundle import BundleLimits, unpack_bundle, write_bundle
from core.store.decisions import Decisions
from core.store.describing import describe
from tests import seed
from tests.core.jobs.bundle_forging import BundleForge


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """A home with a finished run, its bundle, and the run's id."""
    folder = tmp_path_factory.mktemp("bundles")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WARMSTART_HOME", str(folder / "home"))
        run_id = seed.finished_run(name="Vectors on tiny")
        describe(run_id, note="Why not?", tags=["meeting"], starred=True)
        path = export_bundle(run_id, folder / "good.zip")
    return folder / "home", path, run_id


@pytest.fixture
def good(made: tuple[Path, Path, str]) -> Path:
    return made[1]


@pytest.fixture
def forge(good: Path, tmp_path: Path) -> BundleForge:
    return BundleForge(good, tmp_path)


def nothing_kept() -> bool:
    return runs.list_all() == [] and models.list_all() == []


def refused(path: Path, words: str, forge: BundleForge | None = None) -> None:
    """It is refused in those words; nothing was kept, executed or left lying about."""
    with pytest.raises(BadModelFile, match=words) as caught:
        import_bundle(path)
    assert caught.value.hint
    assert nothing_kept()
    if forge is not None:
        assert not forge.trap.exists()
    from core.store.home import home

    assert list((home() / "cache").glob("*")) == []


# there and back ---------------------------------------------------------------------------


def test_another_home_predicts_the_same(
    made: tuple[Path, Path, str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, path, run_id = made
    imported = import_bundle(path)
    rows = seed.texts(seed=7).rows
    mine = classifiers.load(imported.id).predict_proba(rows)
    my_arrays = runs.load_arrays(imported.id, "predictions")
    my_draws = runs.load_arrays(imported.id, "draws")["right"]
    my_facts = facts_of(imported.id)
    monkeypatch.setenv("WARMSTART_HOME", str(there))
    original = runs.get(run_id)
    np.testing.assert_array_equal(mine, classifiers.load(run_id).predict_proba(rows))
    theirs = runs.load_arrays(run_id, "predictions")
    np.testing.assert_array_equal(my_draws, runs.load_arrays(run_id, "draws")["right"])
    assert set(my_arrays) == set(theirs)
    for name, array in theirs.items():
        np.testing.assert_array_equal(my_arrays[name], array)
    assert my_facts.evaluation == facts_of(run_id).evaluation

    assert imported.imported
    assert imported.origin is not None
    assert imported.origin["run"] == run_id
    assert imported.origin["modality"] == "text"
    assert (imported.state, imported.kind, imported.name) == ("done", "finetune", original.name)
    assert (imported.note, imported.tags, imported.starred) == ("Why not?", ("meeting",), False)
    assert imported.dataset == original.dataset
    assert imported.versions == original.versions
    assert imported.id != run_id
    assert not original.imported


def test_what_a_bundle_claims_chooses_for_nobody(made: tuple[Path, Path, str]) -> None:
    """Its accuracies were measured elsewhere, or by nobody: they are no record of this home."""
    imported = import_bundle(made[1])
    assert (imported.result or {})["accuracy"]["model"] is not None
    assert observed() == []
    assert gained("text") == {}


def test_its_model_enters_the_library_under_an_id_of_its_own(
    made: tuple[Path, Path, str],
) -> None:
    first, second = import_bundle(made[1]), import_bundle(made[1])
    (model,) = models.list_all()
    assert first.model == second.model == model.id
    assert model.name.endswith("(imported)")
    # a pretraining asked for here would never be answered by it
    asked = models.model_id(model.method, model.settings, "all", model.seed, model.dataset)
    assert asked != model.id
    rows = seed.texts(seed=3).rows
    np.testing.assert_array_equal(
        models.load(model.id).transform(rows), classifiers.load(first.id).encoder.transform(rows)
    )


def test_a_bundle_can_be_handed_on_and_says_nothing_of_rows(good: Path, tmp_path: Path) -> None:
    imported = import_bundle(good)
    again = export_bundle(imported.id, tmp_path / "again.zip")
    runs.delete(imported.id)
    third = import_bundle(again)
    assert third.origin is not None
    assert third.origin["data"]["labelled_test"] == 60
    assert facts_of(third.id).data.labelled_test == 60
    for path in (good, again):
        with zipfile.ZipFile(path) as opened:
            everything = b"".join(opened.read(n) for n in ("run.json", "card.md", "manifest.json"))
        assert b"orchard" not in everything
        assert str(tmp_path).encode() not in everything


def test_decisions_travel_along(
    made: tuple[Path, Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("WARMSTART_HOME", str(tmp_path / "copy"))
        shutil.copytree(made[0], tmp_path / "copy")
        rule_of_class = ClassThreshold(2, 0.1, 5.0, 9)
        decisions.keep(made[2], Decisions(2.0, 9, rule_of_class))
        doubts.keep(made[2], DoubtSettings(allowed_error=0.1, far=0.02))
        rule = doubts.get(made[2])
        rows = seed.texts().rows[:5]
        theirs = classifiers.load(made[2]).predict_proba(rows)
        said = classifiers.load(made[2]).predict(rows).tolist()
        path = export_bundle(made[2], tmp_path / "warm.zip")
    run = import_bundle(path)
    assert decisions.get(run.id) == Decisions(2.0, 9, rule_of_class)
    assert classifiers.load(run.id).predict(rows).tolist() == said
    assert doubts.get(run.id) == rule
    np.testing.assert_array_equal(classifiers.load(run.id).predict_proba(rows), theirs)


@pytest.mark.parametrize(
    ("head", "method", "data"), [("tree", "kmeans", "breast_cancer"), ("gradient", "raw", "digits")]
)
def test_other_heads_and_kinds_of_rows(head: str, method: str, data: str, tmp_path: Path) -> None:
    from core import jobs
    from core.jobs.requests import DataRef, FinetuneRequest, PretrainRequest

    ref = DataRef(name=data)
    run = jobs.run_here(
        FinetuneRequest(
            data=ref,
            pretrain=PretrainRequest(data=ref, method=method),
            head=head,
            labels_per_class=3,
            draws=1,
            curve=False,
        )
    )
    assert run.state == "done", run.error
    imported = import_bundle(export_bundle(run.id, tmp_path / "b.zip"))
    dataset = datasets.load(run.dataset or "")
    rows = dataset.take(dataset.test_rows[:50])
    np.testing.assert_array_equal(
        classifiers.load(imported.id).predict_proba(rows),
        classifiers.load(run.id).predict_proba(rows),
    )


def test_bytes_for_a_download(
    made: tuple[Path, Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARMSTART_HOME", str(made[0]))
    assert bundle_bytes(made[2])[:4] == b"PK\x03\x04"


def test_what_is_no_finished_fine_tuning(tmp_path: Path) -> None:
    run = runs.create({"kind": "load"}, name="only data")
    with pytest.raises(BadParam, match="nothing to hand over"):
        export_bundle(run.id, tmp_path / "no.zip")
    with pytest.raises(NotFound, match="no file"):
        import_bundle(tmp_path / "no.zip")


def test_too_large_to_be_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "LIMITS", BundleLimits(file_bytes=3))
    with pytest.raises(BadParam, match="none larger than 3 can be imported"):
        write_bundle(tmp_path / "b.zip", {"card.md": b"long"}, about={})


# the container ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../../sprung", "climbs out of its folder"),
        ("a/../../sprung", "climbs out of its folder"),
        ("..\\sprung", "climbs out of its folder"),
        ("/tmp/sprung", "an absolute path"),
        ("C:\\sprung", "an absolute path"),
        ("\\\\host\\sprung", "an absolute path"),
        ("inner/manifest.json", "which no bundle has"),
        ("model.pkl", "which no bundle has"),
        ("model.joblib", "which no bundle has"),
        ("folder/", "which no bundle has"),
    ],
)
def test_names_that_lead_elsewhere(forge: BundleForge, name: str, words: str) -> None:
    refused(forge.add(name), words, forge)


def test_a_link(forge: BundleForge) -> None:
    forge.parts.pop("predictions.skops")
    path = forge.add("predictions.skops", b"/etc/passwd", mode=stat.S_IFLNK | 0o777)
    refused(path, "is a link", forge)


def test_a_device(forge: BundleForge) -> None:
    forge.parts.pop("predictions.skops")
    refused(forge.add("predictions.skops", mode=stat.S_IFCHR | 0o666), "no plain file", forge)


def test_a_part_twice(forge: BundleForge) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # zipfile finds it odd, too
        path = forge.add("card.md")
    refused(path, "'card.md' twice", forge)


def test_a_bomb(forge: BundleForge) -> None:
    forge.parts["predictions.skops"] = bytes(8 * 2**20)
    refused(forge.write(), "more than 200 times its size .a zip bomb", forge)


def test_too_much_in_all(good: Path, tmp_path: Path) -> None:
    with good.open("rb") as file, pytest.raises(BadModelFile, match="it would unpack to"):
        unpack_bundle(file, tmp_path, limits=BundleLimits(total_bytes=1000))
    assert list(tmp_path.iterdir()) == []
    with good.open("rb") as file, pytest.raises(BadModelFile, match="no more than 10 are read"):
        unpack_bundle(file, tmp_path, limits=BundleLimits(file_bytes=10))


def test_a_size_that_lies(forge: BundleForge) -> None:
    """Says it is small, and unpacks to more: never more is read than was said."""
    path = forge.write()
    with zipfile.ZipFile(path) as opened:
        info = opened.getinfo("card.md")
    content = bytearray(path.read_bytes())
    at = content.rfind(b"PK\x01\x02", 0, content.rfind(b"card.md"))
    assert struct.unpack_from("<L", content, at + 24)[0] == info.file_size
    struct.pack_into("<L", content, at + 24, 10)
    path.write_bytes(bytes(content))
    refused(path, "'card.md' has 10 bytes instead of", forge)
    forge.manifest["files"]["card.md"]["bytes"] = 10
    path = forge.write(honest=False)
    content = bytearray(path.read_bytes())
    at = content.rfind(b"PK\x01\x02", 0, content.rfind(b"card.md"))
    struct.pack_into("<L", content, at + 24, 10)
    path.write_bytes(bytes(content))
    refused(path, "'card.md' is damaged|'card.md' was changed|not as long", forge)


def test_parts_that_overlap(forge: BundleForge) -> None:
    path = forge.write()
    content = bytearray(path.read_bytes())
    entries = [i for i in range(len(content)) if content[i : i + 4] == b"PK\x01\x02"]
    where = struct.unpack_from("<L", content, entries[0] + 42)[0]
    struct.pack_into("<L", content, entries[2] + 42, where)
    path.write_bytes(bytes(content))
    refused(path, "parts overlap", forge)


def test_a_huge_count_of_entries(forge: BundleForge) -> None:
    path = forge.write()
    with zipfile.ZipFile(path, "a") as made:
        for i in range(100):
            made.writestr(f"{i}", b"")
    refused(path, "more than 64 parts", forge)


def test_a_table_of_contents_that_is_too_long(forge: BundleForge) -> None:
    path = forge.write()
    with zipfile.ZipFile(path, "a") as made:
        made.comment = b""
        info = zipfile.ZipInfo("x" * 60_000)
        made.writestr(info, b"")
    refused(path, "table of contents is too long", forge)


def test_encrypted(forge: BundleForge) -> None:
    path = forge.write()
    content = bytearray(path.read_bytes())
    at = content.rfind(b"PK\x01\x02", 0, content.rfind(b"card.md"))
    content[at + 8] |= 1
    path.write_bytes(bytes(content))
    refused(path, "'card.md' is encrypted", forge)


def test_packed_in_an_unusual_way(forge: BundleForge) -> None:
    forge.write()
    with zipfile.ZipFile(forge.path) as opened:
        parts = {n: opened.read(n) for n in opened.namelist()}
    with zipfile.ZipFile(forge.path, "w", zipfile.ZIP_LZMA) as made:
        for name, part in parts.items():
            made.writestr(name, part)
    refused(forge.path, "packed in an unusual way", forge)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is empty"),
        (b"just some words", "it is no zip file"),
        (pickle.dumps({"a": 1}), "a Python pickle"),
        (b"PK\x03\x04" + b"\0" * 100, "cut off or damaged"),
    ],
)
def test_what_is_no_zip(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "no.zip"
    path.write_bytes(content)
    refused(path, words)


def test_cut_off(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "half.zip"
    path.write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    refused(path, "cut off or damaged")


@pytest.mark.parametrize("part", ["run.json", "card.md", "encoder.skops", "head.skops"])
def test_a_missing_part(forge: BundleForge, part: str) -> None:
    path = forge.write()
    with zipfile.ZipFile(path) as opened:
        parts = {n: opened.read(n) for n in opened.namelist() if n != part}
    with zipfile.ZipFile(path, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)
    refused(path, f"'{part}' is missing", forge)


def test_without_a_manifest(forge: BundleForge) -> None:
    refused(forge.write(sealed=False), "'manifest.json' is missing", forge)


def test_a_changed_byte(forge: BundleForge) -> None:
    """Of the content, with every check sum of the zip file itself put right."""
    part = bytearray(forge.parts["head.skops"])
    part[len(part) // 2] ^= 1
    forge.write()
    forge.parts["head.skops"] = bytes(part)
    refused(forge.write(honest=False), "'head.skops' was changed", forge)


@pytest.mark.parametrize("place", range(0, 1000, 97))
def test_a_changed_byte_anywhere(forge: BundleForge, place: int) -> None:
    content = bytearray(forge.write().read_bytes())
    content[place * len(content) // 1000] ^= 0x55
    forge.path.write_bytes(bytes(content))
    with pytest.raises(BadModelFile, match="The bundle is refused"):
        import_bundle(forge.path)
    assert nothing_kept()


# the manifest -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": 2}, "written by a newer Warmstart .format version 2"),
        ({"version": "1"}, "does not say which version"),
        ({"version": True}, "does not say which version"),
        ({"version": 0}, "does not say which version"),
        ({"format": "other"}, "none that Warmstart wrote"),
        ({"files": {}}, "names other parts than it holds"),
        ({"files": None}, "names other parts than it holds"),
    ],
)
def test_manifests_that_will_not_do(forge: BundleForge, change: dict[str, Any], words: str) -> None:
    forge.write()
    forge.manifest |= change
    refused(forge.write(honest=False), words, forge)


def test_a_manifest_without_a_check_sum(forge: BundleForge) -> None:
    forge.write()
    forge.manifest["files"]["card.md"] = {"bytes": 3}
    refused(forge.write(honest=False), "does not tell the check sum of 'card.md'", forge)


@pytest.mark.parametrize(
    "content", [b"[1", b"\xff\xfe", b"[" * 100_000], ids=["cut", "bytes", "deep"]
)
def test_a_manifest_that_is_no_json(forge: BundleForge, content: bytes) -> None:
    forge.write()
    with zipfile.ZipFile(forge.path) as opened:
        parts = {n: opened.read(n) for n in opened.namelist()}
    parts["manifest.json"] = content
    with zipfile.ZipFile(forge.path, "w") as made:
        for name, part in parts.items():
            made.writestr(name, part)
    refused(forge.path, "no valid JSON", forge)


# the parts --------------------------------------------------------------------------------


class Trap:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("part", ["encoder.skops", "head.skops", "predictions.skops"])
def test_a_pickle_inside(forge: BundleForge, part: str) -> None:
    forge.parts[part] = pickle.dumps(Trap(forge.trap))
    if part == "encoder.skops":
        forge.pin_encoder()
    refused(forge.write(), "a Python pickle", forge)


@pytest.mark.parametrize("part", ["encoder.skops", "head.skops", "predictions.skops"])
def test_a_foreign_type(forge: BundleForge, part: str) -> None:
    from sklearn.linear_model import LogisticRegression

    forge.skops(part, LogisticRegression().fit([[0.0], [1.0]], [0, 1]))
    if part == "encoder.skops":
        forge.pin_encoder()
    refused(forge.write(), "holds numbers, texts and arrays only", forge)


def test_a_function_inside(forge: BundleForge) -> None:
    import os

    forge.skops("head.skops", {"format": "warmstart-model", "version": 1, "f": os.system})
    refused(forge.write(), "holds numbers, texts and arrays only", forge)


def test_parts_mixed_up(forge: BundleForge) -> None:
    forge.parts["head.skops"], forge.parts["encoder.skops"] = (
        forge.parts["encoder.skops"],
        forge.parts["head.skops"],
    )
    refused(forge.write(), "holds a 'encoder', not a 'head'", forge)


def test_an_encoder_of_another_bundle(forge: BundleForge, made: tuple[Path, Path, str]) -> None:
    from core.store import modelfile

    path = forge.trap.with_name("other.skops")
    payload = modelfile.read(made[0] / "runs" / made[2] / "classifier-encoder.skops")
    del payload["format"], payload["version"]
    payload["seed"] = 99
    modelfile.write(path, payload)
    forge.parts["encoder.skops"] = path.read_bytes()
    refused(forge.write(), "its SHA-256 differs", forge)


def setting(*path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    """A change of ``run.json`` at that place."""

    def change(run: dict[str, Any]) -> None:
        place: Any = run
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (setting("name", value=3), "run.json → name is 3, and not a text"),
        (setting("tags", value=["a,b"]), "holds a comma"),
        (setting("note", value="x" * 30_000), "note is longer"),
        (setting("surprise", value=1), "has a field 'surprise'"),
        (setting("run", value=None), "run.json → run is None"),
        (
            setting("evaluation", "test", "accuracy", "value", value="1"),
            "not a value of the kind float",
        ),
        (setting("evaluation", "test", "rows", value=10**30), "not a value of the kind int"),
        (setting("evaluation", "test", "rows", value=True), "not a value of the kind int"),
        (setting("evaluation", "classes", value=["a"]), "fewer than two classes"),
        (setting("evaluation", "classes", value=["x", "y", "z"]), "scores are of classes"),
        (setting("evaluation", "test", "confusion", value=[[1]]), "does not fit its classes"),
        (setting("evaluation", "comparison", "kind", value="won"), "not one of 'helped'"),
        (setting("evaluation", "curve", 0, "model_draws", value=[]), "point without draws"),
        (setting("data", "fingerprint", value="../x"), "which data it stands on"),
        (setting("data", "modality", value="sound"), "not one of 'text'"),
        (setting("model", "pool", value="test"), "an unknown pool 'test'"),
        (setting("decisions", "temperature", value=1e9), "absurd temperature"),
        (setting("decisions", "held_out", value=-1), "fitted on -1 rows"),
        (setting("decisions", "threshold", value=0.5), "threshold is 0.5, and not a table"),
        (
            setting(
                "decisions",
                "threshold",
                value={"code": 3, "threshold": 0.5, "miss_cost": 5.0, "held_out": 9},
            ),
            "a threshold for class number 3, of 3 classes",
        ),
        (
            setting(
                "decisions",
                "threshold",
                value={"code": 0, "threshold": 1.5, "miss_cost": 5.0, "held_out": 9},
            ),
            "does not hold together .A threshold cannot have threshold = 1.5",
        ),
        (setting("doubts", "far", value=2.0), "far cannot be 2.0"),
        (
            setting("request", "head", value="nosuch"),
            "cannot be used by this version.*no head 'nosuch'",
        ),
        (setting("request", "head_settings", value={"C": -1}), "cannot be used by this version"),
        (setting("request", "strategy", value="nosuch"), "cannot be used by this version"),
        (
            setting("request", "pretrain", "method", value="nosuch"),
            "cannot be used by this version",
        ),
        (setting("baseline_method", value="nosuch"), "cannot be used by this version"),
        (setting("request", value=[]), "not a table of names and values"),
        (setting("seconds", value={"total": "long"}), "not a value of the kind float"),
        (setting("versions", value=["numpy"]), "not a table of names and values"),
        (setting("versions", value={"numpy": "![](https://evil.example/x.png)"}), "a version"),
        (setting("versions", value={"[a](b)": "1"}), "a version"),
        (setting("seconds", value={"<b>": 1.0}), "name of a curve or of a time"),
        (setting("evaluation", "curves", value={"a b": [1.0]}), "name of a curve"),
    ],
)
def test_a_report_that_will_not_do(
    forge: BundleForge, change: Callable[[dict[str, Any]], None], words: str
) -> None:
    change(forge.run)
    refused(forge.write(), words, forge)


def test_classes_that_are_not_those_of_the_classifier(forge: BundleForge) -> None:
    text = json.dumps(forge.run).replace('"fruit"', '"veg"')
    forge.run = json.loads(text)
    refused(forge.write(), "other classes than its report", forge)


@pytest.mark.parametrize(
    ("name", "array", "words"),
    [
        ("test_proba", np.full((60, 3), np.nan), "impossible values"),
        ("test_proba", np.zeros((60, 3)), "impossible values"),
        ("test_proba", np.full((60, 2), 0.5), "impossible values"),
        ("test_proba", np.full(60, 0.5), "have the shape"),
        ("test_labels", np.full(60, 3), "impossible values"),
        ("test_labels", np.zeros(59, dtype=int), "other rows than the rest"),
        ("test_rows", np.full(60, -1), "impossible values"),
        ("test_rows", np.full(60, 0.5), "something else under 'test_rows'"),
        ("test_rows", np.full(60, 180), "of row 180, and its data set has 180 rows"),
        ("train_rows", np.full(9, 2**40), "'train_rows' are of row 1099511627776"),
        ("validation_rows", np.full(9, 10**6), "'validation_rows' are of row 1000000"),
        ("further", np.zeros(3), "something else under 'further'"),
    ],
)
def test_predictions_that_will_not_do(
    forge: BundleForge, name: str, array: np.ndarray, words: str, tmp_path: Path
) -> None:
    from core.store import modelfile

    path = tmp_path / "p.skops"
    path.write_bytes(forge.parts["predictions.skops"])
    arrays = modelfile.read(path)["arrays"]
    modelfile.write(path, {"kind": "predictions", "arrays": {**arrays, name: array}})
    forge.parts["predictions.skops"] = path.read_bytes()
    refused(forge.write(), words, forge)


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        ("test_proba", "of the test rows are missing"),
        ("train_rows", "which rows it learned from"),
        ("validation_labels", "of the rows held out are not whole"),
        ("validation_rows", "of the rows held out are not whole"),
    ],
)
def test_predictions_with_a_gap(forge: BundleForge, gone: str, words: str, tmp_path: Path) -> None:
    from core.store import modelfile

    path = tmp_path / "p.skops"
    path.write_bytes(forge.parts["predictions.skops"])
    arrays = modelfile.read(path)["arrays"]
    del arrays[gone]
    modelfile.write(path, {"kind": "predictions", "arrays": arrays})
    forge.parts["predictions.skops"] = path.read_bytes()
    refused(forge.write(), words, forge)


def test_rows_are_held_against_the_data_set_that_is_here(
    made: tuple[Path, Path, str], forge: BundleForge, tmp_path: Path
) -> None:
    """What a bundle says of its data set counts where nothing better is known."""
    from core.store import modelfile

    path = tmp_path / "p.skops"
    path.write_bytes(forge.parts["predictions.skops"])
    arrays = modelfile.read(path)["arrays"]
    beyond = np.arange(60) + 1000
    modelfile.write(
        path, {"kind": "predictions", "arrays": {**arrays, "test_rows": beyond}, "draws": {}}
    )
    forge.parts["predictions.skops"] = path.read_bytes()
    setting("data", "rows", value=5000)(forge.run)
    run = import_bundle(forge.write())  # nobody can tell
    assert runs.load_arrays(run.id, "predictions")["test_rows"].max() == 1059
    runs.delete(run.id)
    seed.keep_texts()
    with pytest.raises(BadModelFile, match="of row 1059, and its data set has 180 rows"):
        import_bundle(forge.write())
    assert runs.list_all() == []


def test_predictions_of_another_kind_or_without_the_test_rows(
    forge: BundleForge, tmp_path: Path
) -> None:
    from core.store import modelfile

    modelfile.write(tmp_path / "p.skops", {"kind": "other", "arrays": {}})
    forge.parts["predictions.skops"] = (tmp_path / "p.skops").read_bytes()
    refused(forge.write(), "its predictions are none", forge)
    modelfile.write(tmp_path / "p.skops", {"kind": "predictions", "arrays": {}})
    forge.parts["predictions.skops"] = (tmp_path / "p.skops").read_bytes()
    refused(forge.write(), "of the test rows are missing", forge)


@pytest.mark.parametrize(
    ("draws", "words"),
    [
        ({"other": np.ones((2, 60), bool)}, "something else"),
        ([1], "something else"),
        ({"right": np.ones((2, 60))}, "other test rows"),
        ({"right": np.ones((2, 59), bool)}, "other test rows"),
        ({"right": 1}, "other test rows"),
    ],
)
def test_draws_that_will_not_do(forge: BundleForge, draws: Any, words: str, tmp_path: Path) -> None:
    from core.store import modelfile

    path = tmp_path / "p.skops"
    path.write_bytes(forge.parts["predictions.skops"])
    arrays = modelfile.read(path)["arrays"]
    modelfile.write(path, {"kind": "predictions", "arrays": arrays, "draws": draws})
    forge.parts["predictions.skops"] = path.read_bytes()
    refused(forge.write(), words, forge)


def test_a_bundle_without_predictions_is_whole(forge: BundleForge) -> None:
    forge.parts.pop("predictions.skops")
    run = import_bundle(forge.write())
    with pytest.raises(NotFound):
        runs.load_arrays(run.id, "predictions")


def test_a_failure_in_the_middle_leaves_nothing(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.errors import StoreFailed

    def full(*_: Any, **__: Any) -> None:
        raise StoreFailed("The disk is full.")

    monkeypatch.setattr(classifiers, "save", full)
    with pytest.raises(StoreFailed, match="full"):
        import_bundle(good)
    assert runs.list_all() == []
