"""Data sets that the home folder keeps, each under the fingerprint of its content.

A folder ``datasets/<fingerprint>/`` holds ``content.json`` (how to put it together),
``columns.parquet`` (labels, split, domain, group, texts), and where needed ``table.parquet``,
``images.npy`` and ``extra.parquet``. Names and texts about it are in the database, because the
same content may be kept again under another name.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from core.data.dataset import UNLABELLED, Dataset
from core.errors import BadData, JobFailed, NotFound, StoreFailed
from core.store import database as db
from core.store.files import (
    UNFINISHED,
    in_words,
    make_folder,
    plain_value,
    remove_folder,
    write_atomic,
    write_json,
)
from core.store.home import home, subfolder
from core.store.records import LIVE, DatasetRecord

FORMAT = "warmstart-dataset"
VERSION = 1
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_COLUMNS = list(db.datasets.columns)


def save(dataset: Dataset) -> DatasetRecord:
    """Keep a data set. Equal content is kept once; its name and title are then the latest.

    Raises
    ------
    BadData
        When a column holds values that cannot be written and read back as they are.
    StoreFailed
        When the home folder or the database cannot be written.
    """
    fingerprint = dataset.fingerprint
    place = _folder(fingerprint)
    if not (place / "content.json").exists():
        _write(dataset, place)
    values = {
        "fingerprint": fingerprint,
        "name": dataset.name,
        "title": dataset.title,
        "modality": dataset.modality,
        "rows": len(dataset),
        "classes": list(dataset.classes),
        "labelled_train": len(dataset.train_rows),
        "labelled_test": len(dataset.test_rows),
        "unlabelled": int((dataset.labels == UNLABELLED).sum()),
        "created": db.now(),
        "options": dict(dataset.options),
        "about": dataset.about,
    }
    origin = {"origin": _origin(dataset.name, dataset.options), "fingerprint": fingerprint}
    mine = db.datasets.c.fingerprint == fingerprint
    with db.writing() as connection:
        if connection.scalar(sa.select(db.datasets.c.fingerprint).where(mine)) is None:
            connection.execute(db.datasets.insert().values(values))
        else:
            latest = {name: values[name] for name in ("name", "title", "about", "options")}
            connection.execute(db.datasets.update().where(mine).values(latest))
        connection.execute(db.origins.delete().where(db.origins.c.origin == origin["origin"]))
        connection.execute(db.origins.insert().values(origin))
    return get(fingerprint)


def load(fingerprint: str) -> Dataset:
    """The data set of that fingerprint, checked against it.

    Raises
    ------
    NotFound
        When none is kept.
    StoreFailed
        When its files are missing, damaged, or from a newer version.
    """
    record = get(fingerprint)
    place = _folder(record.fingerprint)
    try:
        dataset = _read(place, record)
        same = dataset.fingerprint == record.fingerprint
    except StoreFailed:
        raise
    except Exception as error:  # whatever a damaged file makes of the readers
        raise _damaged(record, place) from error
    if not same:
        raise _damaged(record, place)
    return dataset


def get(fingerprint: str) -> DatasetRecord:
    """What is known of the data set with that fingerprint.

    Raises
    ------
    NotFound
        When none is kept.
    """
    if _is_fingerprint(fingerprint):
        query = sa.select(*_COLUMNS).where(db.datasets.c.fingerprint == fingerprint)
        with db.reading() as connection:
            row = connection.execute(query).mappings().first()
        if row is not None:
            return _record(dict(row))
    raise _missing(fingerprint)


def list_all() -> list[DatasetRecord]:
    """All kept data sets, the newest first."""
    query = sa.select(*_COLUMNS).order_by(db.datasets.c.created.desc(), db.datasets.c.fingerprint)
    with db.reading() as connection:
        return [_record(dict(row)) for row in connection.execute(query).mappings()]


def find(name: str, options: Mapping[str, Any]) -> DatasetRecord | None:
    """The data set kept under that name and with just these options, or None."""
    query = sa.select(db.origins.c.fingerprint).where(db.origins.c.origin == _origin(name, options))
    with db.reading() as connection:
        fingerprint = connection.scalar(query)
    return None if fingerprint is None else get(fingerprint)


def delete(fingerprint: str) -> None:
    """Delete a data set. Runs and models made from it stay.

    Raises
    ------
    JobFailed
        While a run that waits or works needs it.
    NotFound
        When none is kept.
    """
    record = get(fingerprint)
    users = (
        sa.select(db.runs.c.name, db.runs.c.id, db.runs.c.request, db.runs.c.dataset)
        .where(db.runs.c.state.in_(sorted(LIVE)))
        .order_by(db.runs.c.number)
    )
    with db.writing() as connection:
        for row in connection.execute(users).mappings():
            asked = (row["request"].get("data") or {}).get("fingerprint")
            if fingerprint in (row["dataset"], asked):
                raise JobFailed(
                    f"The data set {record.title!r} is in use by the run "
                    f"{row['name'] or row['id']!r}.",
                    hint="Wait for that run, or cancel it first.",
                )
        connection.execute(db.datasets.delete().where(db.datasets.c.fingerprint == fingerprint))
    remove_folder(_folder(fingerprint))


@dataclass(frozen=True)
class _Content:
    """What ``content.json`` says."""

    modality: str
    classes: tuple[str, ...]
    columns: dict[str, dict[str, Any]]
    table: list[dict[str, Any]] | None
    extra: list[dict[str, Any]] | None


def _write(dataset: Dataset, place: Path) -> None:
    """Write the folder under a passing name, read it back, and only then let it be found."""
    from core.store.columns import describe_frame, describe_values, texts_to_array, write_arrays

    passing = make_folder(subfolder("datasets") / f"{UNFINISHED}{secrets.token_hex(8)}")
    try:
        import pyarrow as pa

        columns: dict[str, dict[str, Any]] = {"labels": {}, "test": {}}
        arrays = [
            pa.array(np.asarray(dataset.labels, dtype=np.int32)),
            pa.array(np.asarray(dataset.test, dtype=bool)),
        ]
        for name, values in (("domain", dataset.domain), ("group", dataset.group)):
            if values is not None:
                columns[name], array = describe_values(np.asarray(values, dtype=object))
                arrays.append(array)
        content: dict[str, Any] = {
            "format": FORMAT,
            "version": VERSION,
            "modality": dataset.modality,
            "classes": list(dataset.classes),
            "table": None,
            "extra": None,
        }
        if isinstance(dataset.rows, pd.DataFrame):
            content["table"], cells = describe_frame(dataset.rows)
            write_arrays(passing / "table.parquet", cells)
        elif dataset.modality == "text":
            columns["text"] = {}
            arrays.append(texts_to_array(dataset.rows))
        else:
            pixels = np.ascontiguousarray(dataset.rows)
            write_atomic(
                passing / "images.npy", lambda file: np.save(file, pixels, allow_pickle=False)
            )
        if dataset.extra is not None:
            content["extra"], cells = describe_frame(dataset.extra)
            write_arrays(passing / "extra.parquet", cells)
        write_arrays(passing / "columns.parquet", arrays)
        write_json(passing / "content.json", {**content, "columns": columns})
        if _read(passing, None).fingerprint != dataset.fingerprint:
            raise BadData(
                f"The data set {dataset.title!r} does not come back as it was when it is kept.",
                hint="It has columns of an unusual kind; make them numbers, texts or dates.",
            )
        _settle(passing, place)
    except BaseException:
        with suppress(StoreFailed):
            remove_folder(passing)
        raise


def _settle(passing: Path, place: Path) -> None:
    with in_words("write", place):
        try:
            passing.rename(place)
        except OSError:
            # another process kept the same content in the meantime
            if not (place / "content.json").exists():
                raise
            remove_folder(passing)


def _read(place: Path, record: DatasetRecord | None) -> Dataset:
    from core.store.columns import array_to_texts, read_arrays, restore_frame, restore_values

    content = _content(place)
    arrays = dict(zip(content.columns, read_arrays(place / "columns.parquet"), strict=True))
    n = len(arrays["labels"])
    rows: Any
    if content.table is not None:
        rows = restore_frame(content.table, read_arrays(place / "table.parquet"), rows=n)
    elif content.modality == "text":
        rows = array_to_texts(arrays["text"])
    else:
        path = place / "images.npy"
        with in_words("read", path):
            rows = np.load(path, allow_pickle=False)
    extra = None
    if content.extra is not None:
        extra = restore_frame(content.extra, read_arrays(place / "extra.parquet"), rows=n)
    further = {
        name: restore_values(content.columns[name], arrays[name])
        for name in ("domain", "group")
        if name in arrays
    }
    return Dataset(
        name=record.name if record else "",
        title=record.title if record else "",
        modality=content.modality,  # type: ignore[arg-type]
        rows=rows,
        labels=arrays["labels"].to_numpy(),
        classes=content.classes,
        test=arrays["test"].to_numpy(zero_copy_only=False),
        extra=extra,
        about=record.about if record else "",
        options=dict(record.options) if record else {},
        **further,
    )


def _content(place: Path) -> _Content:
    path = place / "content.json"
    with in_words("read", path):
        said = json.loads(path.read_bytes())
    if said["format"] != FORMAT or said["version"] > VERSION:
        raise StoreFailed(
            f"The data set in {place} was kept by a newer Warmstart.", hint="Update Warmstart."
        )
    return _Content(
        modality=said["modality"],
        classes=tuple(said["classes"]),
        columns=said["columns"],
        table=said["table"],
        extra=said["extra"],
    )


def _folder(fingerprint: str) -> Path:
    return home() / "datasets" / fingerprint


def _is_fingerprint(text: object) -> bool:
    return isinstance(text, str) and _FINGERPRINT.fullmatch(text) is not None


def _record(values: dict[str, Any]) -> DatasetRecord:
    return DatasetRecord(**{**values, "classes": tuple(values["classes"])})


def _origin(name: str, options: Mapping[str, Any]) -> str:
    said = json.dumps([name, dict(options)], sort_keys=True, default=plain_value)
    return hashlib.sha256(said.encode("ascii")).hexdigest()


def _missing(fingerprint: object) -> NotFound:
    return NotFound(
        f"No data set with the fingerprint {str(fingerprint)[:12]!r} is kept here.",
        hint="It may have been deleted; load or upload it again.",
    )


def _damaged(record: DatasetRecord, place: Path) -> StoreFailed:
    return StoreFailed(
        f"The kept data set {record.title!r} is damaged: {place} is not what was written there.",
        hint="Delete the data set, then load or upload it again.",
    )
