"""Whether a batch of new rows is like the training rows, and in what it differs.

A classifier is asked to tell the two apart (Lopez-Paz & Oquab 2017, Revisiting classifier
two-sample tests): where it cannot, they are alike. Beside it every column, or a few facts of a
text or picture, are tested one by one, corrected for their number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr
from scipy.stats import rankdata
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from core.data.duplicates import row_codes
from core.data.features import numbers_of
from core.data.split import stratified_split
from core.data.stacking import stack
from core.data.units import repeated
from core.errors import BadData
from core.evaluate.corrections import holm
from core.evaluate.drift_facts import LEVEL, Difference, answers, as_texts, facts_of, holds_numbers
from core.evaluate.intervals import Z
from core.evaluate.results import Interval
from core.evaluate.words import p_words
from core.finetune.classifier import Classifier
from core.pretrain.numeric import RowNumbers
from core.progress import SILENT, Progress
from core.types import Floats, Ints, Matrix, Modality, Rows

#: Fewer new rows than this say nothing.
FEWEST_ROWS = 20
#: So many rows of either side are compared at most.
MOST_ROWS = 2_000


@dataclass(frozen=True)
class Drift:
    """A batch of new rows held against the training rows.

    Attributes
    ----------
    rows : int
        New rows.
    auc : Interval
        How well a classifier tells them from training rows, on rows of both that it had not
        learned from: 0.5 when it guesses, 1 when it always can.
    p_value : float
        How often an AUC so far above 0.5 comes about when both are alike.
    differences : tuple of Difference
        The most telling first.
    """

    rows: int
    auc: Interval
    p_value: float
    differences: tuple[Difference, ...]

    @property
    def drifted(self) -> bool:
        """Whether the batch differs by more than chance."""
        return self.p_value < LEVEL


def drift(
    trained: Rows,
    batch: Rows,
    *,
    modality: Modality,
    classifier: Classifier | None = None,
    seed: int = 0,
    progress: Progress = SILENT,
) -> Drift:
    """Hold a batch of new rows against training rows.

    Half of both is learned from by a logistic regression that tells new from old; the AUC is
    measured on the other halves, so its test (Mann & Whitney 1947) is sound. Its interval is
    Hanley & McNeil's (1982). Nothing in this was fitted on the training rows alone, such as an
    encoder is: what was fitted on them would make them look special.

    Parameters
    ----------
    trained, batch : Rows
        Raw rows of training, and new ones.
    modality : {"text", "image", "tabular"}
        Their kind.
    classifier : Classifier, optional
        Whose answers to both are compared too. Only where ``trained`` are rows whose labels it
        has not learned: of those it did it is surer than of any other.
    seed : int
        Of the halves.
    progress : Progress
        Told of the steps.

    Raises
    ------
    BadData
        When there are fewer than ``FEWEST_ROWS`` new rows, or training rows, or when the new
        rows are pictures of another size.
    """
    for name, rows in (("new", batch), ("training", trained)):
        if len(rows) < FEWEST_ROWS:
            raise BadData(
                f"There are {len(rows)} {name} rows, too few to tell whether they differ.",
                hint=f"Bring at least {FEWEST_ROWS}.",
            )
    rng = np.random.default_rng(seed)
    total = len(batch)
    trained, batch = _some(trained, rng), _some(batch, rng)
    progress.update(0.0, "Reading the rows")
    old, new = _features(trained, batch, modality)
    progress.update(0.3, "Telling new from old")
    # equal rows of a table are draws of the same values, equal texts and pictures are copies
    units = None
    if modality == "text":
        units = row_codes(np.array(as_texts(trained) + as_texts(batch), dtype=object))
    elif modality == "image":
        units = row_codes(np.concatenate([trained, batch]))
    auc, p_value = two_sample(old, new, units=units, seed=seed)
    progress.update(0.7, "Comparing one by one")
    facts = list(facts_of(trained, batch, modality))
    if classifier is not None:
        facts += answers(classifier, trained, batch)
    corrected = holm([fact.p_value for fact in facts])
    differences = [
        Difference(fact.what, fact.trained, fact.batch, float(p))
        for fact, p in zip(facts, corrected, strict=True)
    ]
    progress.update(1.0, "Compared")
    return Drift(total, auc, p_value, tuple(sorted(differences, key=lambda one: one.p_value)))


def _features(old: Rows, new: Rows, modality: Modality) -> tuple[Any, Any]:
    """Rows as numbers for the test: hashed words, pixels, or columns scaled over both sides."""
    if modality == "text":
        hashing = HashingVectorizer(n_features=2**13, alternate_sign=False)
        return hashing.transform(as_texts(old)), hashing.transform(as_texts(new))
    if isinstance(old, pd.DataFrame) and isinstance(new, pd.DataFrame):
        shared = [name for name in old.columns if name in new.columns]
        if not shared:
            raise BadData(
                "The new rows have none of the columns of the training rows.",
                hint="Training had: " + ", ".join(map(str, old.columns[:20])) + ".",
            )
        both = pd.concat(
            [_plain(old[shared], old[shared]), _plain(new[shared], old[shared])], ignore_index=True
        )
        numbers: Any = RowNumbers().fit(both).transform(both)
    else:
        first, second = np.asarray(old), np.asarray(new)
        if first.shape[1:] != second.shape[1:]:
            raise BadData(
                f"The new pictures are of shape {second.shape[1:]}, those of training of "
                f"{first.shape[1:]}.",
                hint="Bring pictures of the same size and colours.",
            )
        flat = np.concatenate([first, second]).reshape(len(first) + len(second), -1)
        numbers = StandardScaler().fit_transform(flat.astype(np.float32))
    return numbers[: len(old)], numbers[len(old) :]


def _plain(frame: pd.DataFrame, like: pd.DataFrame) -> pd.DataFrame:
    """Columns as numbers where those of training are, else as words."""
    return pd.DataFrame(
        {
            str(name): numbers_of(frame[name])[0]
            if holds_numbers(like[name])
            else frame[name].astype(object)
            for name in like.columns
        }
    )


def two_sample(
    old: Matrix, new: Matrix, *, units: Ints | None = None, seed: int = 0
) -> tuple[Interval, float]:
    """AUC of a classifier that tells two sets of encoded rows apart, and its p-value.

    Parameters
    ----------
    old, new : Matrix (n, d) and (m, d)
        At least two rows each.
    units : ndarray of int, shape (n + m,), optional
        Which rows of both belong together (:mod:`core.data.units`): they are in the same half,
        unless one of the sides is a single unit.
    seed : int
        Of the halves.
    """
    every: Any = stack([old, new])
    side = np.repeat([0, 1], [old.shape[0], new.shape[0]])
    learned, judged = _halves(side, units, seed)
    X, y = every[learned], side[learned]
    spread = float(np.sqrt(X.multiply(X).mean() if hasattr(X, "multiply") else np.mean(X * X)))
    model = LogisticRegression(C=1.0 / max(spread, 1e-12) ** 2 / X.shape[1], max_iter=500)
    model.set_params(class_weight="balanced")
    model.fit(X, y)
    return auc_test(model.decision_function(every[judged]), side[judged])


def _halves(side: Ints, units: Ints | None, seed: int) -> tuple[Ints, Ints]:
    """Half of the rows of both sides to learn from, the other half to judge by."""
    if repeated(units):
        judged = stratified_split(side, units, test_share=0.5, seed=seed)
        if all(len(np.unique(side[half])) == 2 for half in (judged, ~judged)):
            return np.flatnonzero(~judged), np.flatnonzero(judged)
    rng = np.random.default_rng(seed)
    both = [rng.permutation(np.flatnonzero(side == one)) for one in (0, 1)]
    first = np.concatenate([rows[: len(rows) // 2] for rows in both])
    return first, np.concatenate([rows[len(rows) // 2 :] for rows in both])


def auc_test(scores: Floats, truth: Ints) -> tuple[Interval, float]:
    """AUC with its interval (Hanley & McNeil 1982), and the one-sided p-value against 0.5.

    Parameters
    ----------
    scores : ndarray of float, shape (n,)
        Higher for what is new.
    truth : ndarray of int, shape (n,)
        1 for new, 0 for old; both occur.
    """
    ranks = rankdata(scores)
    new = truth == 1
    m, n = int(new.sum()), int((~new).sum())
    auc = float((ranks[new].sum() - m * (m + 1) / 2) / (m * n))
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc) + (m - 1) * (q1 - auc**2) + (n - 1) * (q2 - auc**2)
    half = Z * float(np.sqrt(max(variance, 0.0) / (m * n)))
    # ties make the scores less telling; their number lowers the variance under chance
    _, counts = np.unique(scores, return_counts=True)
    total = m + n
    ties = float((counts**3 - counts).sum()) / (total * (total - 1))
    under_chance = m * n / 12 * (total + 1 - ties)
    z = (auc - 0.5) * m * n / float(np.sqrt(under_chance)) if under_chance > 0 else 0.0
    return Interval(auc, max(0.0, auc - half), min(1.0, auc + half)), float(1 - ndtr(z))


def _some(rows: Rows, rng: np.random.Generator) -> Rows:
    if len(rows) <= MOST_ROWS:
        return rows
    drawn = np.sort(rng.permutation(len(rows))[:MOST_ROWS])
    if isinstance(rows, pd.DataFrame):
        return rows.iloc[drawn].reset_index(drop=True)
    return rows[drawn]


def drift_sentence(found: Drift) -> str:
    """Whether the batch is like the training rows, and what differs."""
    low, high = found.auc.low or 0.0, found.auc.high or 0.0
    auc = f"AUC {found.auc.value:.2f}, 95 % interval {low:.2f} to {high:.2f}"
    if found.drifted:
        start = (
            f"These rows are not like the training rows: a classifier tells the two apart "
            f"({auc}; {p_words(found.p_value)})."
        )
    else:
        start = (
            "No clear difference from the training rows: a classifier cannot tell the two apart "
            f"({auc}; {p_words(found.p_value)})."
        )
    told = [one for one in found.differences if one.differs]
    if not told:
        return start
    named = "; ".join(f"{one.what} ({one.trained}, now {one.batch})" for one in told[:3])
    more = f"; and {len(told) - 3} more" if len(told) > 3 else ""
    return f"{start} What differs: {named}{more}."
