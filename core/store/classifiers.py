"""The classifier that a run keeps: encoder, head and names of the classes.

It lies in the run's folder as two model files. Where the encoder is one of the library's, its
file is linked rather than copied: it takes no room twice, and stays when the library lets go
of the model.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import BadParam, NotFound, StoreFailed
from core.store import models, runs
from core.store.files import in_words, remove_file
from core.store.records import ModelRecord
from core.store.run_files import check_name

if TYPE_CHECKING:
    from core.finetune.classifier import Classifier


@dataclass(frozen=True)
class ClassifierRecipe:
    """How the parts of a classifier were made: what it takes to make them again.

    Attributes
    ----------
    method, settings, seed : str, mapping, int
        Of the encoder.
    head, head_settings, head_seed : str, mapping, int
        Of the head.
    model : str, optional
        Id of the library's model, when the classifier holds that very encoder unchanged.
    """

    method: str
    settings: Mapping[str, Any]
    seed: int
    head: str
    head_settings: Mapping[str, Any] = field(default_factory=dict)
    head_seed: int = 0
    model: str | None = None


def save(
    run_id: str, classifier: Classifier, *, recipe: ClassifierRecipe, name: str = "classifier"
) -> None:
    """Keep a classifier with its run, under a name (a run may keep its baseline too).

    Raises
    ------
    NotFound
        When there is no such run.
    StoreFailed
        When the home folder or the database cannot be written.
    """
    from core.store.encoders import write_encoder
    from core.store.modelfile import write

    runs.get(run_id)
    encoder_path, head_path = _paths(run_id, name)
    encoder_sum = _link(recipe.model, encoder_path)
    if encoder_sum is None:
        encoder_sum = write_encoder(
            encoder_path,
            classifier.encoder,
            method=recipe.method,
            settings=recipe.settings,
            seed=recipe.seed,
        )
    head_sum = write(
        head_path,
        {
            "kind": "head",
            "head": recipe.head,
            "settings": dict(recipe.head_settings),
            "seed": int(recipe.head_seed),
            "state": classifier.head.state(),
            "classes": list(classifier.classes),
            "encoder": encoder_sum,
        },
    )
    runs.keep_sha256(run_id, encoder_path.name, encoder_sum)
    runs.keep_sha256(run_id, head_path.name, head_sum)


def load(run_id: str, *, name: str = "classifier", as_trained: bool = False) -> Classifier:
    """The classifier that a run kept under a name. It is shared and frozen.

    What was decided about its answers later (:mod:`core.store.decisions`) is applied, unless it
    is asked for ``as_trained``.

    Raises
    ------
    NotFound
        When the run is not there, or has kept none of that name.
    BadModelFile
        When a file of it is not the one that was written, or of a version unknown here.
    StoreFailed
        When what was decided is damaged.
    """
    from core.store import decisions

    encoder_path, head_path = _paths(run_id, name)
    trained = read_parts(
        encoder_path, head_path, head_sha256=runs.kept_sha256(run_id, head_path.name)
    )
    plain = as_trained or name != "classifier"
    return trained if plain else decisions.answering(trained, run_id)


def read_parts(encoder_path: Path, head_path: Path, *, head_sha256: str) -> Classifier:
    """The classifier of two model files, each looked through before anything is made of it.

    Raises
    ------
    BadModelFile
        When a file of it is not the one that was written, or of a version unknown here.
    NotFound
        When a file is not there.
    """
    from core.finetune import get_head
    from core.finetune.classifier import Classifier
    from core.params import resolve
    from core.store.encoders import expect_kind, read_encoder, take_over, unknown_here
    from core.store.modelfile import read, taken

    payload = read(head_path, sha256=head_sha256)
    expect_kind(payload, "head", head_path)
    seed = taken(payload, "seed", int)
    try:
        spec = get_head(taken(payload, "head", str))
        head = spec.make(resolve(spec.params, taken(payload, "settings", dict)), seed)
    except (NotFound, BadParam) as error:
        raise unknown_here(head_path, error) from error
    state = taken(payload, "state", dict)
    classes = tuple(map(str, taken(payload, "classes", list)))
    # the head names the encoder it was trained with, so the two cannot be mixed up
    encoder = read_encoder(encoder_path, sha256=taken(payload, "encoder", str))
    return take_over(
        lambda: Classifier(
            encoder=encoder,
            head=head.load_state(state),
            classes=classes,
        ),
        head_path,
    )


def parts_of(run_id: str, *, name: str = "classifier") -> tuple[Path, Path]:
    """The model files of the encoder and of the head that a run kept, held to their check sums.

    Raises
    ------
    NotFound
        When the run is not there, or has kept none of that name.
    BadModelFile
        When one is not the file that was written.
    """
    from core.store.modelfile import read

    paths = _paths(run_id, name)
    for path in paths:
        read(path, sha256=runs.kept_sha256(run_id, path.name))
    return paths


def _paths(run_id: str, name: str) -> tuple[Path, Path]:
    place = runs.folder(run_id)
    check_name(name)
    return place / f"{name}-encoder.skops", place / f"{name}-head.skops"


def _link(model_id: str | None, path: Path) -> str | None:
    """Put the file of a model at ``path`` too; its check sum, or None where it cannot be."""
    record: ModelRecord | None = None
    if model_id is not None:
        with suppress(NotFound):
            record = models.get(model_id)
    if record is None:
        return None
    remove_file(path)
    try:
        with in_words("keep the encoder as", path):
            try:
                os.link(models.path_of(record), path)
            except OSError:  # another disk, or one that knows no links
                shutil.copyfile(models.path_of(record), path)
    except StoreFailed:
        remove_file(path)
        return None
    return record.sha256
