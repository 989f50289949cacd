"""A finished fine-tuning as the source of another one, through the whole of a job."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core import jobs
from core.data.dataset import Dataset
from core.errors import BadParam
from core.evaluate.results import evaluation_from_json
from core.jobs.check import check
from core.jobs.encoders import seen_test_rows
from core.jobs.requests import DataRef, FinetuneRequest, PretrainRequest
from core.jobs.sources import open_source, told_labels
from core.store import classifiers, datasets, models, runs
from tests import kinds, seed

DESCENT = {"passes": 30}


@pytest.fixture(name="source")
def _source(home: Path) -> str:
    data = DataRef(fingerprint=seed.keep_texts())
    run = jobs.run_here(
        FinetuneRequest(
            data=data,
            pretrain=PretrainRequest(
                data=data, method="ppmi", settings={"min_df": 1, "dimensions": 16}
            ),
            head="gradient",
            head_settings=DESCENT,
            labels_per_class=10,
            draws=1,
            curve=False,
            name="The source",
        )
    )
    assert run.state == "done", run.error
    return run.id


def _target(classes: tuple[str, ...] = ("fruit", "music", "stars")) -> DataRef:
    """Other texts of the same kind; one class has another name."""
    other = dataclasses.replace(
        seed.texts(per_class=20, seed=9), classes=classes, title="Others", name="others"
    )
    return DataRef(fingerprint=datasets.save(other).fingerprint)


@pytest.mark.parametrize("strategy", ["warm_start", "towards_source", "together", "augmentation"])
def test_a_transfer(source: str, strategy: str) -> None:
    request = FinetuneRequest(
        data=_target(),
        source=source,
        strategy=strategy,
        head="gradient",
        head_settings=DESCENT,
        labels_per_class=2,
        draws=2,
        curve=False,
    )
    run = jobs.run_here(request)
    assert run.state == "done", run.error
    assert run.model == runs.get(source).model
    evaluation = evaluation_from_json((run.result or {})["evaluation"])
    assert evaluation.comparison is not None
    kept = classifiers.load(run.id)
    assert kept.classes == ("fruit", "music", "stars")
    assert run.name.startswith("Gradient descent on The source")


def test_repeated_test_rows_are_left_out_and_told(source: str) -> None:
    """The source's data set with another split: its labelled rows are test rows there."""
    texts = seed.texts()
    turned = dataclasses.replace(texts, test=(~texts.test) & (texts.labels >= 0), title="Turned")
    data = DataRef(fingerprint=datasets.save(turned).fingerprint)
    run = jobs.run_here(
        FinetuneRequest(
            data=data,
            source=source,
            strategy="warm_start",
            head="gradient",
            head_settings=DESCENT,
            labels_per_class=2,
            draws=1,
            curve=False,
        )
    )
    notes = evaluation_from_json((run.result or {})["evaluation"]).notes
    assert any("30 labelled rows of the source repeat a test row here" in note for note in notes)


def test_a_bundle_cannot_bring_test_rows_along_as_rows_of_a_source(source: str) -> None:
    data = datasets.load(seed.keep_texts())
    arrays = runs.load_arrays(source, "predictions")
    claimed = np.concatenate([arrays["train_rows"], data.test_rows])
    runs.save_arrays(source, "predictions", arrays | {"train_rows": claimed})
    _, known, _ = open_source(source, data)
    np.testing.assert_array_equal(known.labels, data.labels[arrays["train_rows"]])


def test_a_model_that_had_seen_test_rows_is_told(home: Path) -> None:
    first = seed.finished_run()
    texts = seed.texts()
    turned = dataclasses.replace(texts, test=(~texts.test) & (texts.labels >= 0), title="Turned")
    record = models.get(runs.get(first).model or "")
    run = jobs.run_here(
        FinetuneRequest(
            data=DataRef(fingerprint=datasets.save(turned).fingerprint),
            model=record.id,
            labels_per_class=2,
            draws=1,
            curve=False,
        )
    )
    notes = evaluation_from_json((run.result or {})["evaluation"]).notes
    assert any("had learned from 60 of the 60 test rows, without their labels" in n for n in notes)
    assert seen_test_rows(record, texts) == ()
    assert seen_test_rows(record, seed.texts(per_class=20, seed=9)) == ()
    datasets.delete(record.dataset or "")
    assert seen_test_rows(record, turned) == ()


def test_nothing_is_held_out_from_a_source_that_was_told_its_label(source: str) -> None:
    """Of this data set under another split of its rows, too."""
    texts = seed.texts()
    labelled = np.flatnonzero(texts.labels >= 0)
    test = texts.test.copy()
    test[labelled] = (labelled // 2) % 2 == 1
    mixed = dataclasses.replace(texts, test=test, title="Mixed")
    turned = dataclasses.replace(texts, test=(~texts.test) & (texts.labels >= 0))
    assert told_labels(source, texts)
    assert told_labels(source, mixed)
    assert not told_labels(source, turned)  # what it was told are test rows there
    assert not told_labels(source, seed.texts(per_class=20, seed=9))
    run = jobs.run_here(
        FinetuneRequest(
            data=DataRef(fingerprint=datasets.save(mixed).fingerprint),
            source=source,
            strategy="together",
            labels_per_class=5,
            draws=1,
            curve=False,
        )
    )
    assert run.state == "done", run.error
    assert "validation_rows" not in runs.load_arrays(run.id, "predictions")
    datasets.delete(runs.get(source).dataset or "")
    assert not told_labels(source, mixed)


@pytest.mark.parametrize("made", [kinds.pictures_set, kinds.table_set])
def test_repeated_test_pictures_and_table_rows_are_left_out(
    home: Path, made: Callable[[], Dataset]
) -> None:
    elsewhere = made()
    learned = kinds.finished(elsewhere, "lsa", "svm", {"n_components": 4})
    turned = dataclasses.replace(elsewhere, test=~elsewhere.test, title="Turned")
    _, known, notes = open_source(learned, turned)
    rows = runs.load_arrays(learned, "predictions")["train_rows"]
    assert len(known.labels) == 0  # every row that it had learned from is a test row there
    assert f"{len(rows)} labelled rows of the source repeat a test row here" in notes[0]
    _, known, notes = open_source(learned, elsewhere)
    assert len(known.labels) == len(rows)
    assert notes == ()


def test_a_run_that_changed_its_encoder_is_no_source(source: str) -> None:
    data = DataRef(fingerprint=runs.get(source).dataset)
    tuned = jobs.run_here(
        FinetuneRequest(
            data=data,
            model=runs.get(source).model,
            strategy="probe_then_tune",
            strategy_settings={"rate": 2.0},
            head="logistic",
            labels_per_class=20,
            draws=1,
            curve=False,
        )
    )
    assert tuned.state == "done", tuned.error
    texts = seed.texts().rows[:5]
    tuned_encoder = classifiers.load(tuned.id).encoder
    changed = not np.array_equal(
        tuned_encoder.transform(texts), models.load(tuned.model or "").transform(texts)
    )
    assert changed
    with pytest.raises(BadParam, match="changed its encoder"):
        check(FinetuneRequest(data=data, source=tuned.id, strategy="warm_start", head="gradient"))


def test_refusals(source: str) -> None:
    data = _target()
    ask = FinetuneRequest(data=data, source=source, strategy="warm_start", head="gradient")
    assert check(ask).model == runs.get(source).model
    with pytest.raises(BadParam, match="does not use the source"):
        check(dataclasses.replace(ask, strategy="frozen"))
    with pytest.raises(BadParam, match="does not work with the head 'svm'") as error:
        check(dataclasses.replace(ask, head="svm"))
    assert error.value.hint == "Use the head gradient."
    with pytest.raises(BadParam, match="none was named"):
        check(dataclasses.replace(ask, source=None))
    with pytest.raises(BadParam, match="more than one of"):
        check(dataclasses.replace(ask, model=runs.get(source).model))
    pretraining = jobs.run_here(PretrainRequest(data=data, method="lsa", settings={"min_df": 1}))
    with pytest.raises(BadParam, match="no finished fine-tuning"):
        check(dataclasses.replace(ask, source=pretraining.id))
    alone = jobs.run_here(FinetuneRequest(data=data, draws=1, curve=False, labels_per_class=2))
    with pytest.raises(BadParam, match="used no model of the library"):
        check(dataclasses.replace(ask, source=alone.id))
    with pytest.raises(BadParam, match="is about text rows"):
        check(dataclasses.replace(ask, data=DataRef(name="digits")))


def test_what_was_deleted(source: str) -> None:
    ask = FinetuneRequest(
        data=_target(), source=source, strategy="warm_start", head="gradient", draws=1, curve=False
    )
    datasets.delete(runs.get(source).dataset or "")
    run = jobs.run_here(ask)
    assert run.state == "failed"
    assert "The data set of the source 'The source' was deleted." in (run.error or "")
    models.delete(runs.get(source).model or "")
    with pytest.raises(BadParam, match="no longer in the library"):
        check(ask)


def test_no_class_in_common(source: str) -> None:
    """Said before anything is started."""
    ask = FinetuneRequest(
        data=_target(("x", "y", "z")), source=source, strategy="together", draws=1, curve=False
    )
    with pytest.raises(BadParam, match="The source knows no class of Others"):
        check(ask)
