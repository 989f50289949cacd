"""Predictions for the rows of a table: the same table with more columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.errors import BadData
from core.finetune.deciding import by_threshold, probability_of
from core.progress import SILENT, Progress
from core.types import Modality

if TYPE_CHECKING:
    import pandas as pd

    from core.finetune.classifier import Classifier
    from core.jobs.doubting import Sayer

_BLOCK = 2048  # rows between two reports of progress


def predict_table(
    classifier: Classifier,
    frame: pd.DataFrame,
    *,
    modality: Modality = "text",
    text_column: str | None = None,
    all_classes: bool = False,
    doubts: Sayer | None = None,
    progress: Progress = SILENT,
) -> pd.DataFrame:
    """Classify the rows of a table.

    Parameters
    ----------
    classifier : Classifier
        Trained on texts, or on tables with these columns.
    frame : DataFrame
        The rows; never changed.
    modality : {"text", "tabular"}
        What the classifier takes.
    text_column : str, optional
        The texts; by default the column that looks most like texts.
    all_classes : bool
        Whether to add the probability of every class.
    doubts : callable, optional
        Says what is to be said against each answer (:func:`core.jobs.doubting.doubter`).

    Returns
    -------
    DataFrame
        The rows with ``prediction`` (name of the class said) and ``probability`` (its). Where a
        class has a threshold also ``by threshold``: whether it is another than the likeliest one
        for that. With ``all_classes`` also ``probability of <class>`` each, with ``doubts`` also
        ``doubt``.
        Where the table has a column of such a name, ours gets a number.

    Raises
    ------
    BadData
        When there is no such column, none that holds texts, or the rows are pictures.
    """
    import pandas as pd

    if modality == "text":
        column = text_column if text_column is not None else _texts(frame)
        if column not in frame.columns:
            raise BadData(
                f"The table has no column {column!r}.",
                hint="It has: " + ", ".join(map(str, frame.columns[:20])) + ".",
            )
        texts = frame[column].fillna("").astype(str).to_numpy(dtype=object)
        rows: np.ndarray | pd.DataFrame = texts
    elif modality == "tabular":
        rows = frame
    else:
        raise BadData("A table holds no pictures.", hint="Choose a classifier of texts or tables.")
    proba = np.zeros((len(frame), len(classifier.classes)))
    said: list[str] = []
    for start in range(0, len(frame), _BLOCK):
        progress.update(start / len(frame), "Predicting")
        part = slice(start, start + _BLOCK)
        block = rows.iloc[part] if isinstance(rows, pd.DataFrame) else rows[part]
        proba[part] = classifier.predict_proba(block)
        if doubts is not None:
            said += doubts(block, proba[part])
    names = np.array(classifier.classes, dtype=object)
    codes = classifier.answers(proba)
    added: dict[str, np.ndarray] = {
        "prediction": names[codes],
        "probability": probability_of(proba, codes),
    }
    if classifier.threshold is not None:
        added["by threshold"] = by_threshold(proba, classifier.threshold)
    if all_classes:
        added |= {f"probability of {name}": proba[:, i] for i, name in enumerate(names)}
    if doubts is not None:
        added["doubt"] = np.array(said, dtype=object)
    result = frame.copy()
    for name, values in added.items():
        result[_free(name, result.columns)] = values
    return result


def _texts(frame: pd.DataFrame) -> str:
    from core.data.columns import guess_columns

    found = guess_columns(frame).text
    if found is None:
        raise BadData("No column of the table looks like texts.", hint="Say which one holds them.")
    return found


def _free(name: str, taken: Sequence[str] | pd.Index) -> str:
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name} ({number})"
    return candidate
