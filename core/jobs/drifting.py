"""A table of new rows held against the training rows of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.data.dataset import Dataset
from core.errors import BadData
from core.evaluate.drift import FEWEST_ROWS, Drift, drift
from core.progress import SILENT, Progress
from core.store import runs
from core.types import Rows

if TYPE_CHECKING:
    import pandas as pd

    from core.finetune.classifier import Classifier


def drift_of_table(
    run_id: str,
    dataset: Dataset,
    classifier: Classifier,
    frame: pd.DataFrame,
    *,
    text_column: str | None = None,
    progress: Progress = SILENT,
) -> Drift:
    """Whether the rows of a table are like the rows that a run was trained on.

    The answers of the classifier are compared on training rows whose labels it has not learned;
    with too few of these, only the rows are.

    Parameters
    ----------
    run_id : str
        A finished fine-tuning.
    dataset, classifier : Dataset, Classifier
        Its own.
    frame : DataFrame
        New rows.
    text_column : str, optional
        Where their texts are; by default the column that looks most like texts.
    progress : Progress
        Told of the steps.

    Raises
    ------
    BadData
        When the rows are pictures, the column is missing, or there are too few rows.
    """
    batch = rows_of_table(dataset, frame, text_column=text_column)
    pool = dataset.pool_rows("all")
    learned = runs.load_arrays(run_id, "predictions")["train_rows"]
    others = np.setdiff1d(pool, learned)
    # a twentieth of the size decides nothing, but a handful of rows stands for no pool
    enough = len(others) >= max(FEWEST_ROWS, len(pool) // 20)
    return drift(
        dataset.take(others if enough else pool),
        batch,
        modality=dataset.modality,
        classifier=classifier if enough else None,
        progress=progress,
    )


def rows_of_table(dataset: Dataset, frame: pd.DataFrame, *, text_column: str | None = None) -> Rows:
    """The rows of a table as a data set of this kind has them.

    Raises
    ------
    BadData
        When a table cannot hold such rows, or the column of texts is missing.
    """
    if dataset.modality == "image":
        raise BadData(
            "A table holds no pictures.", hint="Whether rows drift is told for texts and tables."
        )
    if dataset.modality == "tabular":
        return frame
    from core.data.columns import guess_columns

    column = text_column if text_column is not None else guess_columns(frame).text
    if column is None:
        raise BadData("No column of the table looks like texts.", hint="Say which one holds them.")
    if column not in frame.columns:
        raise BadData(
            f"The table has no column {column!r}.",
            hint="It has: " + ", ".join(map(str, frame.columns[:20])) + ".",
        )
    return frame[column].fillna("").astype(str).to_numpy(dtype=object)
