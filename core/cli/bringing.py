"""Files and folders of one's own, as DATA of the command line."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import BadParam
from core.store import datasets
from core.store.records import DatasetRecord

if TYPE_CHECKING:
    import pandas as pd

    from core.data.columns import ColumnGuess

_OF_A_ROW = ("text_column", "columns", "label_column", "split_column")
_COLUMNS = (*_OF_A_ROW, "domain_column", "group_column")
_PICTURES = frozenset((".zip", ".npz"))


def from_path(path: Path, chosen: argparse.Namespace) -> DatasetRecord:
    """Keep a file or folder as a data set: pictures, texts or rows of values.

    Raises
    ------
    BadData, BadParam
        When it cannot be used, or its columns are not told apart.
    """
    if path.is_dir() or path.suffix.lower() in _PICTURES:
        return _pictures(path, chosen)
    if chosen.picture_size is not None:
        raise BadParam(
            f"{path.name} holds no pictures that --picture-size could be for.", hint="Leave it out."
        )
    return _table(path, chosen)


def refuse_columns(chosen: argparse.Namespace, why: str) -> None:
    """Refuse the options that are for files.

    Raises
    ------
    BadParam
        When one is given.
    """
    if any(getattr(chosen, name) for name in _COLUMNS) or chosen.tabular:
        raise BadParam(
            why,
            hint="--text-column, --columns, --tabular, --label-column, --split-column, "
            "--domain-column and --group-column are for files.",
        )
    if chosen.picture_size is not None:
        raise BadParam(why, hint="--picture-size is for files of pictures.")


def _pictures(path: Path, chosen: argparse.Namespace) -> DatasetRecord:
    from core.data.pictures import Shaping, dataset_from_pictures, read_pictures

    if any(getattr(chosen, name) for name in _COLUMNS) or chosen.tabular:
        raise BadParam(
            f"{path.name} is read as pictures, and these have no columns.",
            hint="Leave the options for columns out. A packed table has to be unpacked first.",
        )
    pictures = read_pictures(path, shaping=Shaping(side=chosen.picture_size))
    name = path.resolve().name
    return datasets.save(dataset_from_pictures(pictures, name=name, test_share=chosen.test_share))


def _table(path: Path, chosen: argparse.Namespace) -> DatasetRecord:
    from core.data.columns import guess_columns
    from core.data.reading import read_table
    from core.data.table import dataset_from_table

    if chosen.text_column and (chosen.columns or chosen.tabular):
        raise BadParam(
            "--text-column makes a data set of texts, --columns and --tabular one of values.",
            hint="Leave one of them out.",
        )
    table = read_table(path)
    guess = guess_columns(table.frame)
    # guessed columns come together: who names one of them has looked at the file
    named = [bool(getattr(chosen, name)) for name in _OF_A_ROW]  # the others are never guessed
    beside = (chosen.domain_column, chosen.group_column)
    guessed = guess.label if sum(named) == named[1] and guess.label not in beside else None
    label = chosen.label_column or guessed
    split = chosen.split_column or (guess.split if sum(named) == named[1] else None)
    features = None
    if chosen.columns or chosen.tabular or (guess.tabular and not chosen.text_column):
        features = _features(table.frame, chosen, (label, split, *beside))
    text = None if features is not None else _text(table.frame, path, chosen, guess)
    dataset = dataset_from_table(
        table,
        text_column=text,
        feature_columns=features,
        label_column=label,
        split_column=split,
        domain_column=chosen.domain_column,
        group_column=chosen.group_column,
        name=path.name,
        test_share=chosen.test_share,
    )
    return datasets.save(dataset)


def _text(frame: pd.DataFrame, path: Path, chosen: argparse.Namespace, guess: ColumnGuess) -> str:
    text: str | None = chosen.text_column or guess.text
    if text is None:
        columns = ", ".join(map(str, frame.columns[:20]))
        raise BadParam(
            f"Which column of {path.name} holds the texts?",
            hint=f"Say it with --text-column, or --tabular for values. It has: {columns}.",
        )
    return text


def _features(
    frame: pd.DataFrame, chosen: argparse.Namespace, taken: Sequence[str | None]
) -> list[str]:
    from core.data.features import choose_features

    if chosen.columns:
        # as in a CSV file, so that a name with a comma can be quoted
        (names,) = csv.reader([chosen.columns], skipinitialspace=True)
        return [name.strip() for name in names if name.strip()]
    found = choose_features(frame, taken)
    if not found.columns:
        raise BadParam(
            "No column of the table says anything about new rows.",
            hint="Name some with --columns. Left out: "
            + "; ".join(f"{name} ({why})" for name, why in list(found.left_out.items())[:10])
            + ".",
        )
    return found.columns
