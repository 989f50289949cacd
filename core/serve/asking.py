"""What may be asked for: JSON with rows, held against limits before anything is computed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.serve.access import Declined

if TYPE_CHECKING:  # the server loads this at its start, before anything heavy
    from core.types import Modality, Rows


@dataclass(frozen=True)
class AskLimits:
    """How much one request may hold.

    Attributes
    ----------
    body_bytes : int
        Of its JSON.
    rows : int
        In one batch.
    characters : int
        Of one text, or of one cell of a table.
    columns : int
        Of a table.
    values : int
        Pixels of all pictures together.
    """

    body_bytes: int = 16 * 2**20
    rows: int = 5_000
    characters: int = 1_000_000
    columns: int = 5_000
    values: int = 4_000_000


LIMITS = AskLimits()


@dataclass(frozen=True)
class Ask:
    """A request for predictions: rows as JSON has them; whether all probabilities are wanted."""

    rows: Sequence[Any]
    probabilities: bool = True


def too_large(limits: AskLimits = LIMITS) -> Declined:
    """The words for a body that is too large."""
    return Declined(
        413,
        "too_large",
        f"The request is larger than {limits.body_bytes // 2**20} MB.",
        hint="Send the rows in several batches.",
    )


def parse(body: bytes, content_type: str, *, limits: AskLimits = LIMITS) -> Ask:
    """Read the body of a request.

    Raises
    ------
    Declined
        415 for another content type, 413 for too much, 400 for no JSON, 422 for other JSON.
    """
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise Declined(
            415,
            "content_type",
            "The request has to be JSON.",
            hint="Send the header 'Content-Type: application/json'.",
        )
    if len(body) > limits.body_bytes:
        raise too_large(limits)
    try:
        said = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Declined(
            400,
            "no_json",
            "The request is no valid JSON.",
            hint='Send an object such as {"rows": ["first text", "second text"]}.',
        ) from error
    if not isinstance(said, dict) or not isinstance(said.get("rows"), list):
        raise _wrong("The request has no list 'rows'.")
    if unknown := sorted(set(said) - {"rows", "probabilities"}):
        raise _wrong(f"The request has a field {unknown[0][:40]!r}, which is not known.")
    wanted = said.get("probabilities", True)
    if not isinstance(wanted, bool):
        raise _wrong("'probabilities' has to be true or false.")
    rows = said["rows"]
    if not rows:
        raise _wrong("'rows' is empty.")
    if len(rows) > limits.rows:
        raise Declined(
            413,
            "too_many_rows",
            f"The request has {len(rows):,} rows, and no more than {limits.rows:,} are taken at "
            "once.",
            hint="Send the rows in several batches.",
        )
    return Ask(rows, wanted)


def as_rows(rows: Sequence[Any], modality: Modality, *, limits: AskLimits = LIMITS) -> Rows:
    """Rows as classifiers take them.

    Raises
    ------
    Declined
        422 when they are not of that kind; it says which one.
    """
    if modality == "text":
        return _texts(rows, limits)
    return _table(rows, limits) if modality == "tabular" else _pictures(rows, limits)


def _texts(rows: Sequence[Any], limits: AskLimits) -> Rows:
    for i, row in enumerate(rows):
        if not isinstance(row, str):
            raise _wrong(f"Row {i} is no text.")
        if len(row) > limits.characters:
            raise _wrong(f"Row {i} has {len(row):,} characters; {limits.characters:,} are taken.")
    import numpy as np

    texts = np.empty(len(rows), dtype=object)
    # lone halves of pairs are valid JSON, and no text that could be encoded again
    texts[:] = [row.encode("utf-8", "replace").decode("utf-8") for row in rows]
    return texts


def _table(rows: Sequence[Any], limits: AskLimits) -> Rows:
    import pandas as pd

    names: dict[str, None] = {}
    for i, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise _wrong(f"Row {i} is no object of columns and values.")
        for name, value in row.items():
            if value is not None and not isinstance(value, (str, bool, int, float)):
                raise _wrong(f"Row {i} has a value in {name[:40]!r} that is no single value.")
            if isinstance(value, str) and len(value) > limits.characters:
                raise _wrong(f"Row {i} has too long a text in {name[:40]!r}.")
            names.setdefault(name)
        if len(names) > limits.columns:
            raise _wrong(f"The rows have more than {limits.columns:,} columns.")
    try:
        return pd.DataFrame.from_records(list(rows), columns=list(names))
    except (ValueError, OverflowError) as error:
        raise _wrong("The rows make no table.") from error


def _pictures(rows: Sequence[Any], limits: AskLimits) -> Rows:
    import numpy as np

    try:
        pictures = np.asarray(rows)
    except (ValueError, OverflowError) as error:
        raise _wrong("The pictures are not all of one size.") from error
    if pictures.dtype.kind not in "iuf" or pictures.ndim not in (3, 4):
        raise _wrong(
            "A picture has to be a list of lines of numbers, or of lines of [red, green, blue], "
            "and all of one size."
        )
    if pictures.size > limits.values:
        raise _wrong(f"The pictures have more than {limits.values:,} values together.")
    if pictures.dtype.kind in "iu":
        # whole numbers up to 255 are what picture files hold
        whole = pictures.min() >= 0 and pictures.max() <= 255
        return pictures.astype(np.uint8 if whole else np.float64)
    return pictures


def _wrong(message: str) -> Declined:
    return Declined(422, "rows", message, hint="See /api/openapi.json for what a request holds.")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
