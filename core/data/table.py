"""From a table and the names of its columns to a data set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

import numpy as np
import pandas as pd

from core.data.dataset import UNLABELLED, Dataset
from core.data.features import read_features
from core.data.formats.tidy import as_text, in_list, many, sound_text
from core.data.groups import check_labelled_groups, note_torn, read_groups
from core.data.labels import read_labels
from core.data.parts import Part, part_of
from core.data.reading import FORMATS, Table
from core.data.sides import check_share, check_sides, own_split
from core.errors import BadData, BadParam
from core.types import Bools, Ints, Objects, Rows

#: More domains than this have to hold two rows each, on average.
_MOST_DOMAINS = 20


def dataset_from_table(
    table_or_frame: Table | pd.DataFrame,
    *,
    text_column: str | None = None,
    feature_columns: Sequence[str] | None = None,
    label_column: str | None = None,
    split_column: str | None = None,
    domain_column: str | None = None,
    group_column: str | None = None,
    name: str,
    test_share: float = 0.25,
    seed: int = 0,
) -> Dataset:
    """Make a data set of texts, or of rows of values, from a table.

    Parameters
    ----------
    table_or_frame : Table or DataFrame
        The rows; never changed.
    text_column : str, optional
        The text of a row. A missing one becomes the empty text.
    feature_columns : sequence of str, optional
        Instead of a text column: the columns of values that make up a row. What is written as
        numbers, dates or yes and no is read as such (:func:`core.data.features.read_features`).
        Exactly one of the two is needed.
    label_column : str, optional
        Its class; see :func:`core.data.labels.read_labels`. Without it all rows are the
        unlabelled pool.
    split_column : str, optional
        Words for the part of a row: train (also validation, which is learned from) or test;
        an empty one counts as train. Without it the labelled rows are split by
        :func:`core.data.split.stratified_split`, equal rows and groups on one side.
    domain_column : str, optional
        Words for where a row is from (a shop, a year), to compare and adapt across.
    group_column : str, optional
        What a row belongs to (a speaker, a patient, a document): rows of one group are never held
        out from each other. A row without a value stands alone.
    name : str
        Name of the data set.
    test_share : float, default=0.25
        Share of the labelled rows to test when there is no split column.
    seed : int, default=0
        Of that split.

    Returns
    -------
    Dataset
        All other columns are in ``extra``. ``options`` has the columns, the split's settings,
        the file's name and format, and what was noted on the way ("notes").

    Raises
    ------
    BadData
        When a column is missing, empty, or is not what it should be.
    BadParam
        When ``test_share`` is out of range, or not exactly one kind of column is named.
    """
    check_share(test_share)
    if (text_column is None) == (feature_columns is None):
        raise BadParam(
            "Name either the column of texts or the columns of values"
            + (", not both." if text_column is not None else "."),
            hint="A text column makes a data set of texts, columns of values one of table rows.",
        )
    table = table_or_frame if isinstance(table_or_frame, Table) else None
    frame = table_or_frame.frame if isinstance(table_or_frame, Table) else table_or_frame
    notes = list(table.notes) if table else []
    features = _features_asked(feature_columns)
    frame = _checked(
        frame,
        text=text_column,
        features=features,
        label=label_column,
        split=split_column,
        domain=domain_column,
        group=group_column,
    ).reset_index(drop=True)  # a frame that was put together may say an index twice
    rows: Rows = (
        _texts(frame[text_column], notes)
        if text_column is not None
        else read_features(frame[features], notes)
    )
    if label_column is None:
        codes: Ints = np.full(len(frame), UNLABELLED, np.int32)
        classes: tuple[str, ...] = ()
    else:
        labels = read_labels(frame[label_column])
        codes, classes = labels.codes, labels.names
        notes += labels.notes
    thing = "text" if text_column is not None else "row"
    group = None if group_column is None else read_groups(frame[group_column], notes)
    if split_column is not None:
        test = _given_split(frame[split_column], codes, notes)
        if group is not None:
            note_torn(group, test, str(group_column), notes)
    else:
        if group is not None:
            check_labelled_groups(group, codes, str(group_column))
        test = own_split(
            rows, codes, notes, test_share=test_share, seed=seed, thing=thing, group=group
        )
    if label_column is not None:
        by = f"by the split column {split_column!r}" if split_column else "after splitting"
        choose = "Choose another split column or none" if split_column else "Add labelled rows"
        things = "texts" if text_column is not None else "values"
        things += " and groups" if group is not None and not split_column else ""
        check_sides(codes, test, classes, notes, source=by, choose=choose, things=things)
    used = {text_column, *features, label_column, split_column, domain_column, group_column}
    rest = [column for column in frame.columns if column not in used]
    options: dict[str, Any] = {
        "file": table.name if table else None,
        "format": table.format if table else None,
        "sheet": table.sheet if table else None,
        "text_column": text_column,
        "label_column": label_column,
        "split_column": split_column,
        "test_share": test_share if split_column is None else None,
        "seed": seed if split_column is None else None,
        "notes": notes,
    }
    if features:
        options["feature_columns"] = features
    domain = None
    if domain_column is not None:
        options["domain_column"] = domain_column
        domain = _domains(frame[domain_column])
    if group_column is not None:
        options["group_column"] = group_column
    return Dataset(
        name=name,
        title=name,
        modality="text" if text_column is not None else "tabular",
        rows=rows,
        labels=codes,
        classes=classes,
        test=test,
        domain=domain,
        group=group,
        extra=frame[rest].reset_index(drop=True) if rest else None,
        about=_about(table, len(frame)),
        options=options,
    )


def _features_asked(columns: Sequence[str] | None) -> list[str]:
    """The columns of values by name, at least one and each once."""
    if columns is None:
        return []
    names = [str(column) for column in columns]
    twice = [column for column, times in Counter(names).items() if times > 1]
    if twice:
        raise BadData(f"The column {twice[0]!r} was named twice.", hint="Name each column once.")
    if not names:
        raise BadData(
            "No column was chosen to learn from.", hint="Choose at least one column of values."
        )
    return names


def _about(table: Table | None, rows: int) -> str:
    if table is None or not table.name:
        return f"A table of {many(rows)}."
    title = PurePath(table.name).name
    return f"{many(rows)} from the file {title} ({FORMATS[table.format]})."


def _checked(
    frame: pd.DataFrame,
    *,
    text: str | None,
    features: Sequence[str],
    label: str | None,
    split: str | None,
    domain: str | None = None,
    group: str | None = None,
) -> pd.DataFrame:
    """The frame, when it has rows and the columns asked for, each in one role."""
    roles = [("text", text), *[("values", one) for one in features]]
    roles += [("label", label), ("split", split), ("domain", domain), ("group", group)]
    asked = [(role, column) for role, column in roles if column is not None]
    for role, column in asked:
        there = sum(str(other) == column for other in frame.columns)
        if not there:
            raise BadData(
                f"There is no column {column!r} for the {role}.",
                hint=f"The table has: {in_list([str(c) for c in frame.columns], most=20)}.",
            )
        if there > 1:
            raise BadData(
                f"{there} columns are named {column!r}.", hint="Give each column its own name."
            )
    counts = Counter(column for _, column in asked)
    for column, times in counts.items():
        if times > 1:
            both = [role for role, other in asked if other == column]
            raise BadData(
                f"The column {column!r} cannot be {' and '.join(both)} at once.",
                hint="Choose a column of its own for each.",
            )
    if len(frame) < 2:
        count = "only one row" if len(frame) else "no rows"
        raise BadData(
            f"The table has {count}; at least two are needed to learn anything.",
            hint="Add rows, or check that the export was finished.",
        )
    return frame.rename(columns=str)


def _domains(column: pd.Series) -> Objects:
    """Where each row is from, in words; a missing value is a domain of its own.

    Raises
    ------
    BadData
        When the column says the same of every row, or something else of almost each.
    """
    name = str(column.name)
    words = [sound_text(as_text(value)).strip() for value in column.where(column.notna(), "")]
    values: Objects = np.array([word or "(none)" for word in words], dtype=object)
    distinct = len(set(values.tolist()))
    if distinct < 2 or (distinct > _MOST_DOMAINS and distinct > len(values) / 2):
        why = "the same everywhere" if distinct < 2 else "different in almost every row"
        raise BadData(
            f"The column {name!r} cannot be the domain: it is {why}.",
            hint="Choose a column that says where rows are from, such as a shop, or none.",
        )
    return values


def _texts(column: pd.Series, notes: list[str]) -> Objects:
    """The texts as an object array of sound str without NUL; missing ones are empty."""
    name = str(column.name)
    missing = column.isna()
    if bool(missing.all()) or not any(as_text(v).strip() for v in column[~missing]):
        raise BadData(
            f"The text column {name!r} is empty in all {len(column):,} rows.",
            hint="Choose another column as the text.",
        )
    values = column.tolist()
    texts: Objects = np.empty(len(column), dtype=object)
    repaired = converted = 0
    for place, (value, absent) in enumerate(zip(values, missing, strict=True)):
        if absent:
            texts[place] = ""
            continue
        text = as_text(value)
        converted += not isinstance(value, str)
        sound = sound_text(text).replace("\0", " ")
        repaired += sound != text
        texts[place] = sound
    if converted:
        notes.append(
            f"The column {name!r} is not text in {many(converted)} (numbers, dates or the like); "
            "these were written out as text. Is it the right column?"
        )
    if repaired:
        notes.append(
            f"Signs that no text has (NUL, halves of characters) were replaced in "
            f"{many(repaired, 'text')}."
        )
    if bool(missing.any()):
        notes.append(f"There is no text in {many(int(missing.sum()))}.")
    return texts


def _given_split(column: pd.Series, codes: Ints, notes: list[str]) -> Bools:
    """Which rows a split column puts into the test."""
    name = str(column.name)
    empty = column.isna() | (column.astype(str).str.strip() == "")
    distinct = column[~empty].unique().tolist()
    parts: dict[object, Part | None] = {value: part_of(value) for value in distinct}
    unknown = [as_text(value) for value, part in parts.items() if part is None]
    if unknown:
        raise BadData(
            f"The split column {name!r} has values that name no part: {in_list(unknown)}.",
            hint="Use train (or validation) and test, or choose no split column: the rows are then "
            "split here.",
        )
    part = column.map(parts)
    validation = int((part == "validation").sum())
    if validation:
        notes.append(
            f"The validation part ({many(validation)}) is learned from like training rows; "
            "settings are chosen on parts of those."
        )
    if bool(empty.any()):
        notes.append(
            f"Without a value in {name!r} and so taken for training: {many(int(empty.sum()))}."
        )
    test: Bools = (part == "test").to_numpy(dtype=bool)
    idle = int(np.count_nonzero(test & (codes == UNLABELLED)))
    if idle and (codes != UNLABELLED).any():
        notes.append(
            f"Without a label in the test part, and so neither tested nor learned from: "
            f"{many(idle)}."
        )
    return test
