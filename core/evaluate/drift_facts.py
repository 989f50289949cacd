"""In what two batches of rows differ, one thing at a time: columns, words, facts, answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency, ks_2samp
from sklearn.feature_extraction.text import CountVectorizer

from core.data.features import numbers_of
from core.finetune.classifier import Classifier
from core.finetune.deciding import probability_of
from core.types import Bools, Floats, Modality, Rows

#: A p-value below it is a difference.
LEVEL = 0.05

_MOST_WORDS = 200  # the commonest ones are held against each other
_FEWEST_TEXTS = 5  # texts that such a word stands in
_KINDS = 20  # values of a column that are counted one by one


@dataclass(frozen=True)
class Difference:
    """One thing in which the batch was held against the training rows.

    Attributes
    ----------
    what : str
        A column, or "Length in words", "Brightness", "Class said", "Confidence", ...
    trained, batch : str
        What it was in the training rows and what it is in the batch, in words.
    p_value : float
        Of Kolmogorov and Smirnov's test for numbers and of the chi-squared test for kinds,
        corrected for all that were made (Holm 1979).
    """

    what: str
    trained: str
    batch: str
    p_value: float

    @property
    def differs(self) -> bool:
        """Whether by more than chance."""
        return self.p_value < LEVEL


def facts_of(old: Rows, new: Rows, modality: Modality) -> Iterator[Difference]:
    """Columns of a table, or facts of texts and pictures, each with an uncorrected p-value."""
    if isinstance(old, pd.DataFrame) and isinstance(new, pd.DataFrame):
        for name in old.columns:
            if name not in new.columns:
                continue
            if holds_numbers(old[name]):
                yield from _numbers(str(name), numbers_of(old[name])[0], numbers_of(new[name])[0])
            else:
                yield from _kinds(str(name), _words(old[name]), _words(new[name]))
            gaps = old[name].isna().to_numpy(bool), new[name].isna().to_numpy(bool)
            yield from _shares(f"{name}, missing", *gaps)
    elif modality == "text":
        texts = as_texts(old), as_texts(new)
        counts = [np.array([len(text.split()) for text in side], np.float64) for side in texts]
        yield from _numbers("Length in words", counts[0], counts[1])
        counter = CountVectorizer(max_features=_MOST_WORDS, min_df=_FEWEST_TEXTS, binary=True)
        try:
            found = counter.fit_transform([*texts[0], *texts[1]]).tocsc()
        except ValueError:  # not one word in so many texts
            return
        for place, word in enumerate(counter.get_feature_names_out()):
            there = np.zeros(found.shape[0], bool)
            there[found.indices[found.indptr[place] : found.indptr[place + 1]]] = True
            yield from _shares(f"Texts with “{word}”", there[: len(old)], there[len(old) :])
    else:
        pictures = [np.asarray(one, dtype=np.float64).reshape(len(one), -1) for one in (old, new)]
        for fact, take in (("Brightness", np.mean), ("Contrast", np.std)):
            yield from _numbers(fact, *(take(one, axis=1) for one in pictures))


def as_texts(rows: Rows) -> list[str]:
    """Rows as texts."""
    return [str(text) for text in np.asarray(rows, dtype=object)]


def holds_numbers(column: pd.Series[Any]) -> bool:
    """Whether a column of training holds numbers or dates."""
    return bool(
        pd.api.types.is_numeric_dtype(column.dtype)
        or pd.api.types.is_datetime64_any_dtype(column.dtype)
    )


def answers(classifier: Classifier, old: Rows, new: Rows) -> Iterator[Difference]:
    """What the classifier says of both, by its threshold where a class has one."""
    proba = [classifier.predict_proba(side) for side in (old, new)]
    said = [classifier.answers(side) for side in proba]
    names = np.array(classifier.classes, dtype=object)
    yield from _kinds("Class said", *(list(names[codes]) for codes in said))
    sure = [probability_of(*both) for both in zip(proba, said, strict=True)]
    yield from _numbers("Confidence", *sure, share=True)


def _numbers(what: str, old: Floats, new: Floats, *, share: bool = False) -> Iterator[Difference]:
    old, new = old[np.isfinite(old)], new[np.isfinite(new)]
    if len(old) < 2 or len(new) < 2:
        return

    def told(values: Floats) -> str:
        median = float(np.median(values))
        return f"median {median:.0%}" if share else f"median {median:,.4g}"

    yield Difference(what, told(old), told(new), float(ks_2samp(old, new).pvalue))


def _kinds(what: str, old: list[str], new: list[str]) -> Iterator[Difference]:
    counts = pd.DataFrame(
        {"old": pd.Series(old).value_counts(), "new": pd.Series(new).value_counts()}
    )
    counts = counts.fillna(0).astype(int)
    counts = counts.loc[counts.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    table = counts.to_numpy()
    if len(table) > _KINDS:
        table = np.vstack([table[: _KINDS - 1], table[_KINDS - 1 :].sum(axis=0)])
    if len(table) < 2 or not table.sum(axis=0).all():
        return
    old_shares = (counts["old"] / counts["old"].sum()).to_numpy()
    new_shares = (counts["new"] / counts["new"].sum()).to_numpy()
    most = int(np.abs(new_shares - old_shares).argmax())
    moved = str(counts.index[most])[:40]
    yield Difference(
        what,
        f"{moved}: {old_shares[most]:.0%}",
        f"{moved}: {new_shares[most]:.0%}",
        float(chi2_contingency(table).pvalue),
    )


def _shares(what: str, old: Bools, new: Bools) -> Iterator[Difference]:
    table = np.array([[old.sum(), (~old).sum()], [new.sum(), (~new).sum()]])
    if not table.sum(axis=0).all():
        return
    yield Difference(
        what, f"{old.mean():.0%}", f"{new.mean():.0%}", float(chi2_contingency(table).pvalue)
    )


def _words(column: pd.Series[Any]) -> list[str]:
    return [str(value).strip() for value in column.astype(object) if not pd.isna(value)]
