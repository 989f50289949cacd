from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import BadModelFile, NotFound, StoreFailed
from core.finetune import get_head, heads
from core.finetune.classifier import Classifier
from core.params import resolve
from core.store import classifiers, datasets, models, runs
from core.store.classifiers import ClassifierRecipe
from tests.core.store.doubles import LENGTHS, Lengths, offer, texts

ROWS = np.array(["x" * n for n in (1, 2, 3, 7, 8, 9)], dtype=object)
LABELS = np.array([1, 1, 1, 0, 0, 0])


@pytest.fixture(autouse=True)
def _one_method(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, LENGTHS)


@pytest.fixture
def run() -> str:
    return runs.create({"kind": "finetune"}, name="Lengths of texts").id


def trained(head: str = "svm") -> Classifier:
    encoder = Lengths().fit(ROWS)
    spec = get_head(head)
    fitted = spec.make(resolve(spec.params), 3).fit(encoder.transform(ROWS), LABELS)
    return Classifier(encoder=encoder, head=fitted, classes=("long", "short"))


def recipe(head: str = "svm", **more: Any) -> ClassifierRecipe:
    return ClassifierRecipe("lengths", {"powers": 2}, 0, head, {}, 3, **more)


def library_model(encoder: Lengths) -> str:
    kept = datasets.save(texts())
    return models.save(
        encoder,
        id=models.model_id("lengths", {}, "all", 0, kept.fingerprint),
        name="Mine",
        method="lengths",
        settings={},
        pool="all",
        seed=0,
        dataset=kept,
        rows=2,
    ).id


@pytest.mark.parametrize("head", sorted(heads()))
def test_a_classifier_predicts_as_before(run: str, head: str) -> None:
    classifier = trained(head)
    classifiers.save(run, classifier, recipe=recipe(head))
    loaded = classifiers.load(run)
    assert loaded.classes == ("long", "short")
    np.testing.assert_array_equal(loaded.predict_proba(ROWS), classifier.predict_proba(ROWS))


def test_a_run_keeps_several_by_name(run: str) -> None:
    classifiers.save(run, trained("svm"), recipe=recipe("svm"))
    classifiers.save(run, trained("tree"), recipe=recipe("tree"), name="baseline")
    assert type(classifiers.load(run).head) is not type(classifiers.load(run, name="baseline").head)
    classifiers.save(run, trained("tree"), recipe=recipe("tree"))
    assert type(classifiers.load(run).head) is type(classifiers.load(run, name="baseline").head)


def test_the_encoder_of_the_library_takes_no_room_twice(run: str) -> None:
    classifier = trained()
    model = library_model(classifier.encoder)  # type: ignore[arg-type]
    classifiers.save(run, classifier, recipe=recipe(model=model))
    mine = runs.folder(run) / "classifier-encoder.skops"
    library = models.path_of(models.get(model))
    assert mine.samefile(library)
    models.delete(model)
    assert not library.exists()
    np.testing.assert_array_equal(
        classifiers.load(run).predict_proba(ROWS), classifier.predict_proba(ROWS)
    )


def test_without_links_it_is_copied(run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    classifier = trained()
    model = library_model(classifier.encoder)  # type: ignore[arg-type]

    def refuse(*args: object) -> None:
        raise OSError("this disk knows no links")

    monkeypatch.setattr(os, "link", refuse)
    classifiers.save(run, classifier, recipe=recipe(model=model))
    mine = runs.folder(run) / "classifier-encoder.skops"
    assert not mine.samefile(models.path_of(models.get(model)))
    assert classifiers.load(run).classes == ("long", "short")


@pytest.mark.parametrize("gone", ["record", "file"])
def test_a_model_that_left_the_library_is_written_anew(run: str, gone: str) -> None:
    classifier = trained()
    model = library_model(classifier.encoder)  # type: ignore[arg-type]
    if gone == "record":
        models.delete(model)
    else:
        models.path_of(models.get(model)).unlink()
    classifiers.save(run, classifier, recipe=recipe(model=model))
    np.testing.assert_array_equal(
        classifiers.load(run).predict_proba(ROWS), classifier.predict_proba(ROWS)
    )


def test_a_run_without_one(run: str) -> None:
    with pytest.raises(NotFound, match="'Lengths of texts' has kept no classifier") as caught:
        classifiers.load(run)
    assert caught.value.hint is not None
    assert "It is queued" in caught.value.hint
    with pytest.raises(NotFound, match="There is no run"):
        classifiers.load("nosuchrunabc")
    with pytest.raises(NotFound, match="There is no run"):
        classifiers.save("nosuchrunabc", trained(), recipe=recipe())
    with pytest.raises(NotFound):
        classifiers.load("../../etc")
    with pytest.raises(NotFound, match="nothing under the name"):
        classifiers.load(run, name="../x")


@pytest.mark.parametrize("part", ["encoder", "head"])
def test_a_changed_byte_is_refused(run: str, part: str) -> None:
    classifiers.save(run, trained(), recipe=recipe())
    path = runs.folder(run) / f"classifier-{part}.skops"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(BadModelFile, match=f"classifier-{part}.skops is refused: it was changed"):
        classifiers.load(run)


def test_a_head_opens_only_with_its_own_encoder(run: str) -> None:
    classifiers.save(run, trained(), recipe=recipe())
    other = trained()
    other.encoder.longest_ = np.array([99], dtype=np.float32)  # type: ignore[attr-defined]
    classifiers.save(run, other, recipe=recipe(), name="other")
    place = runs.folder(run)
    (place / "other-encoder.skops").replace(place / "classifier-encoder.skops")
    with pytest.raises(BadModelFile, match="it was changed since it was written"):
        classifiers.load(run)


@pytest.mark.parametrize(
    ("head", "settings", "words"),
    [
        ("newest", {}, "There is no head 'newest'"),
        ("svm", {"nonsense": 1}, "There is no setting 'nonsense'"),
    ],
)
def test_heads_of_other_versions(run: str, head: str, settings: dict[str, int], words: str) -> None:
    asked = ClassifierRecipe("lengths", {}, 0, head, settings)
    classifiers.save(run, trained(), recipe=asked)
    with pytest.raises(BadModelFile, match=f"cannot be used by this version: {words}"):
        classifiers.load(run)


def test_classes_that_do_not_fit_the_head(run: str) -> None:
    classifier = trained()
    object.__setattr__(classifier, "classes", ("only one",))
    classifiers.save(run, classifier, recipe=recipe())
    with pytest.raises(BadModelFile, match="does not fit together"):
        classifiers.load(run)


def test_a_full_disk(run: str, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFailed, match="the disk is full"):
        classifiers.save(run, trained(), recipe=recipe())
    with pytest.raises(NotFound, match="has kept no classifier"):
        classifiers.load(run)
