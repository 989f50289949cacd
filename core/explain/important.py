"""Which columns of a table weigh most, over many rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.errors import BadData
from core.explain.linear import columns_of, linear_numbers
from core.explain.tables import MOST_BACKGROUND, explain_row
from core.finetune.classifier import Classifier
from core.progress import SILENT, Progress
from core.types import Floats

#: Rows that are explained one by one where contributions are sampled, and orders for each.
MOST_SAMPLED, _ORDERS = 30, 20


@dataclass(frozen=True, eq=False)
class ImportantColumns:
    """How much each column contributes, on average over rows.

    Attributes
    ----------
    columns : list of str
        In the order of the table.
    values : ndarray, shape (n_columns,)
        Mean absolute contribution to the class that the classifier answers with.
    exact : bool
        Whether contributions are exact parts of the score, rather than sampled parts of the
        probability.
    rows : int
        How many rows the mean is over.
    """

    columns: list[str]
    values: Floats
    exact: bool
    rows: int

    def strongest(self, k: int | None = None) -> list[tuple[str, float]]:
        """Columns with their mean absolute contribution, largest first; ``k`` at most."""
        order = np.argsort(-self.values, kind="stable")[:k]
        return [(self.columns[i], float(self.values[i])) for i in order]


def important_columns(
    classifier: Classifier,
    rows: pd.DataFrame,
    *,
    seed: int = 0,
    progress: Progress = SILENT,
) -> ImportantColumns:
    """Average the absolute contributions of columns over training rows.

    Contributions are those of :func:`core.explain.tables.explain_row`, to the class that is
    answered, against these very rows (mean absolute Shapley values: Lundberg et al. 2020, From
    local explanations to global understanding).

    Parameters
    ----------
    classifier : Classifier
        Of table rows.
    rows : DataFrame
        Training rows. Up to 500 are used where contributions are exact, 30 where each has to be
        sampled.
    seed : int
        Of the rows drawn and the sampling.

    Raises
    ------
    BadData
        When there are no rows.
    """
    if not len(rows):
        raise BadData("There are no rows to average over.", hint="Pass training rows.")
    if len(rows) > MOST_BACKGROUND:
        drawn = np.random.default_rng(seed).permutation(len(rows))[:MOST_BACKGROUND]
        rows = rows.iloc[np.sort(drawn)].reset_index(drop=True)
    names = [str(name) for name in rows.columns]
    linear = linear_numbers(classifier)
    if linear is not None:
        encoded = linear.numbers.transform(rows).astype(np.float64)
        answers = classifier.predict_proba(rows).argmax(axis=1)  # whatever threshold is kept
        apart = (encoded - encoded.mean(axis=0)) * linear.weights[answers]
        places = columns_of(linear.numbers)
        nothing = np.zeros(0, dtype=np.int64)  # a column that the encoder does not look at
        sums = [np.abs(apart[:, places.get(name, nothing)].sum(axis=1)).mean() for name in names]
        return ImportantColumns(names, np.asarray(sums), exact=True, rows=len(rows))
    step = max(1, -(-len(rows) // MOST_SAMPLED))
    some = rows.iloc[::step]
    total = np.zeros(len(names))
    for done in range(len(some)):
        progress.update(done / len(some), f"Explaining row {done + 1} of {len(some)}")
        one = explain_row(classifier, some.iloc[[done]], rows, orders=_ORDERS, seed=seed + done)
        total += np.abs(one.values)
    return ImportantColumns(names, total / len(some), exact=False, rows=len(some))
