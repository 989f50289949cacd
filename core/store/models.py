"""The library of fitted encoders: their records in the database, what they learned in files.

The file of a model never changes; saving the same model again keeps what is there. A model may
be deleted while runs have used it: each run keeps a classifier of its own, encoder and all.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import secrets
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import exc

from core.errors import BadParam, NotFound, StoreFailed
from core.store import database as db
from core.store.files import UNFINISHED, in_words, plain_value, remove_file
from core.store.home import home, subfolder
from core.store.records import DatasetRecord, ModelRecord
from core.types import Modality

if TYPE_CHECKING:
    from core.pretrain.base import Encoder

#: Raise it when the same method, settings, seed and rows lead to another encoder than before:
#: models of an older number stay usable, but are no longer found for a new request.
ALGORITHM = 1
NAME_LENGTH = 80
_ID = re.compile(r"[0-9a-f]{12}")
_COLUMNS = list(db.models.columns)


def model_id(
    method: str,
    settings: Mapping[str, Any],
    pool: str,
    seed: int,
    fingerprint: str,
    *,
    parent: str | None = None,
) -> str:
    """The id of the encoder that these would lead to: 12 hexadecimal digits.

    Settings that are left out count with their defaults. ``parent`` is the id of the model
    that it continues, if it does.

    Raises
    ------
    NotFound
        When there is no such method.
    BadParam
        When a setting will not do.
    """
    from core.params import resolve
    from core.pretrain import get_method

    full = resolve(get_method(method).params, settings)
    learned_from = [ALGORITHM, method, full, pool, int(seed), fingerprint]
    learned_from += [] if parent is None else [parent]
    said = json.dumps(learned_from, sort_keys=True, default=plain_value)
    return hashlib.sha256(said.encode("ascii")).hexdigest()[:12]


def save(
    encoder: Encoder,
    *,
    id: str,
    name: str,
    method: str,
    settings: Mapping[str, Any],
    pool: str,
    seed: int,
    dataset: DatasetRecord,
    rows: int,
    run: str | None = None,
    seconds: float | None = None,
    peak_memory_mb: float | None = None,
    parent: str | None = None,
) -> ModelRecord:
    """Keep a fitted encoder in the library.

    Parameters
    ----------
    encoder : Encoder
        Fitted.
    id : str
        From :func:`model_id`. Where the library has it already, nothing changes.
    name : str
        For people. A number is added where another model has that name.
    method, settings, pool, seed : str, mapping, str, int
        What it was learned with.
    dataset : DatasetRecord
        What it was learned from.
    rows : int
        From how many rows.
    run : str, optional
        The run that made it.
    seconds, peak_memory_mb : float, optional
        What it cost.
    parent : str, optional
        Id of the model that it continues.

    Raises
    ------
    NotFound
        When ``run`` or ``parent`` do not exist.
    StoreFailed
        When the home folder or the database cannot be written.
    """
    from core.store.encoders import write_encoder

    _check_id(id)
    known = _fetch(id)
    if known is not None and path_of(known).exists():
        return known
    place = subfolder("models")
    # The name holds the check sum: two processes that make the same model at once write two
    # files, and the record that wins points at its own.
    passing = place / f"{UNFINISHED}{secrets.token_hex(8)}.skops"
    digest = write_encoder(passing, encoder, method=method, settings=settings, seed=seed)
    values = {
        "id": id,
        "method": method,
        "modality": dataset.modality,
        "settings": dict(settings),
        "pool": pool,
        "seed": int(seed),
        "dataset": dataset.fingerprint,
        "dataset_title": dataset.title,
        "created": db.now(),
        "sha256": digest,
        "bytes": passing.stat().st_size,
        "dimensions": _dimensions(encoder, dataset.modality),
        "rows": rows,
        "seconds": seconds,
        "peak_memory_mb": peak_memory_mb,
        "run": run,
        "parent": parent,
    }
    path = _path(id, digest)
    try:
        with in_words("write", path):
            passing.replace(path)
        record = _insert(values, name)
    except BaseException:
        with suppress(StoreFailed):
            remove_file(passing)
            remove_file(path)
        raise
    if record.sha256 != digest:  # another process was first
        remove_file(path)
    return record


def load(model_id: str) -> Encoder:
    """The encoder of that id, fitted. It is shared and frozen: nobody may refit it.

    Raises
    ------
    NotFound
        When there is no such model, or its file is gone.
    BadModelFile
        When its file is not the one that was written, or of a version that is unknown here.
    """
    from core.store.encoders import read_encoder

    record = get(model_id)
    return read_encoder(path_of(record), sha256=record.sha256)


def get(model_id: str) -> ModelRecord:
    """What is known of the model of that id.

    Raises
    ------
    NotFound
        When there is none.
    """
    _check_id(model_id)
    record = _fetch(model_id)
    if record is None:
        raise _missing(model_id)
    return record


def find(words: str) -> ModelRecord:
    """The model of that id or name, as typed by a person (capitals do not count).

    Raises
    ------
    NotFound
        When there is none, with names that are spelled alike.
    """
    wanted = words.strip()
    everything = list_all()
    for record in everything:
        if wanted == record.id or wanted.casefold() == record.name.casefold():
            return record
    names = [record.name for record in everything]
    close = difflib.get_close_matches(wanted, names, n=3, cutoff=0.5) or names[:3]
    raise NotFound(
        f"There is no model {wanted[:NAME_LENGTH]!r}.",
        hint="There is: " + ", ".join(close) + "." if close else "Pretrain one first.",
    )


def list_all(*, modality: Modality | None = None, dataset: str | None = None) -> list[ModelRecord]:
    """The models of the library, the newest first; only those that match all that is given."""
    query = sa.select(*_COLUMNS).order_by(db.models.c.created.desc(), db.models.c.id)
    if modality is not None:
        query = query.where(db.models.c.modality == modality)
    if dataset is not None:
        query = query.where(db.models.c.dataset == dataset)
    with db.reading() as connection:
        return [ModelRecord(**row) for row in connection.execute(query).mappings()]


def ancestors(record: ModelRecord) -> list[ModelRecord]:
    """The models that this one continues, the nearest first; the line ends at a deleted one."""
    line: list[ModelRecord] = []
    while record.parent is not None:
        found = _fetch(record.parent)
        if found is None:  # deleted in this moment
            break
        line.append(found)
        record = found
    return line


def children(model_id: str) -> list[ModelRecord]:
    """The models that continue this one, the newest first."""
    _check_id(model_id)
    query = sa.select(*_COLUMNS).where(db.models.c.parent == model_id)
    query = query.order_by(db.models.c.created.desc(), db.models.c.id)
    with db.reading() as connection:
        return [ModelRecord(**row) for row in connection.execute(query).mappings()]


def rename(model_id: str, name: str) -> ModelRecord:
    """Give a model another name.

    Raises
    ------
    BadParam
        When the name is empty, too long, holds control characters, or belongs to another.
    NotFound
        When there is no such model.
    """
    wanted = name.strip()
    if not wanted:
        raise BadParam("The name of a model cannot be empty.", hint="Type at least one letter.")
    if len(wanted) > NAME_LENGTH:
        raise BadParam(
            f"The name has {len(wanted)} characters.", hint=f"Use at most {NAME_LENGTH}."
        )
    if wanted != _printable(wanted):
        raise BadParam(
            f"The name {wanted!r} holds characters that cannot be shown.",
            hint="Type it by hand, on one line.",
        )
    get(model_id)
    taken = BadParam(f"Another model has the name {wanted!r}.", hint="Choose another name.")
    try:
        with db.writing() as connection:
            others = sa.select(db.models.c.name).where(db.models.c.id != model_id)
            if wanted.casefold() in {str(n).casefold() for n in connection.scalars(others)}:
                raise taken
            connection.execute(
                db.models.update().where(db.models.c.id == model_id).values(name=wanted)
            )
    except exc.IntegrityError as error:
        raise taken from error
    return get(model_id)


def delete(model_id: str) -> None:
    """Take a model out of the library. Runs that used it keep their classifiers.

    Raises
    ------
    NotFound
        When there is no such model.
    """
    record = get(model_id)
    with db.writing() as connection:
        connection.execute(db.models.delete().where(db.models.c.id == model_id))
    remove_file(path_of(record))


def path_of(record: ModelRecord) -> Path:
    """Where the file of a model is."""
    return _path(record.id, record.sha256)


def _path(model_id: str, digest: str) -> Path:
    return home() / "models" / f"{model_id}-{digest[:16]}.skops"


def _insert(values: dict[str, Any], name: str) -> ModelRecord:
    """Write the record of a model, or return the one that another process wrote meanwhile."""
    broken: exc.IntegrityError | None = None
    for _ in range(5):
        try:
            return _insert_once(values, name)
        except exc.IntegrityError as error:
            # the same name in the same moment (not with SQLite), or a run that is not there
            broken = error
    raise NotFound(
        f"The model cannot be kept: its run {values['run']!r} or the model "
        f"{values['parent']!r} that it continues is not there.",
        hint="It may have been deleted.",
    ) from broken


def _insert_once(values: dict[str, Any], name: str) -> ModelRecord:
    with db.writing() as connection:
        mine = db.models.c.id == values["id"]
        row = connection.execute(sa.select(*_COLUMNS).where(mine)).mappings().first()
        if row is not None and path_of(ModelRecord(**row)).exists():
            return ModelRecord(**row)
        if row is not None:  # its file is gone, and here is a new one
            fresh = {k: values[k] for k in ("sha256", "bytes", "created", "dimensions")}
            connection.execute(db.models.update().where(mine).values(fresh))
        else:
            names = connection.scalars(sa.select(db.models.c.name)).all()
            unique = _unique(name, {str(other).casefold() for other in names})
            connection.execute(db.models.insert().values({**values, "name": unique}))
    return get(values["id"])


def _unique(name: str, taken: set[str]) -> str:
    """The name, shortened and cleaned, with a number where another model has it."""
    clean = " ".join(_printable(name).split())[:NAME_LENGTH].strip() or "Model"
    candidate, number = clean, 1
    while candidate.casefold() in taken:
        number += 1
        end = f" ({number})"
        candidate = clean[: NAME_LENGTH - len(end)].rstrip() + end
    return candidate


def _printable(name: str) -> str:
    """The name with a blank for each character that controls rather than shows."""
    return "".join(
        " " if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") else letter
        for letter in name
    )


def _dimensions(encoder: Encoder, modality: Modality) -> int:
    names = getattr(encoder, "get_feature_names_out", None)
    if names is not None:
        return len(names())
    if modality == "text":
        return int(encoder.transform(np.array([""], dtype=object)).shape[1])
    return int(encoder._n_features_out)


def _fetch(model_id: str) -> ModelRecord | None:
    query = sa.select(*_COLUMNS).where(db.models.c.id == model_id)
    with db.reading() as connection:
        row = connection.execute(query).mappings().first()
    return None if row is None else ModelRecord(**row)


def _check_id(model_id: str) -> None:
    if not isinstance(model_id, str) or not _ID.fullmatch(model_id):
        raise _missing(model_id)


def _missing(model_id: object) -> NotFound:
    return NotFound(
        f"There is no model {str(model_id)[:40]!r}.",
        hint="It may have been deleted; see the library of pretrained models.",
    )
