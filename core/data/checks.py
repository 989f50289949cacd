"""Before you fool yourself: what in a data set makes scores mean less than they say."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.data.column_checks import constant_columns, id_columns, missing_values
from core.data.dataset import UNLABELLED, Dataset
from core.data.duplicates import row_codes
from core.data.finding import (
    SEVERITIES,
    Finding,
    Severity,
    listed,
    names,
    percent,
    some,
)
from core.data.given_away import answer_column, label_in_text
from core.data.groups import torn_groups
from core.data.profile import class_counts, empty_rows, text_lengths
from core.types import Bools, Ints

__all__ = ["Finding", "Severity", "check"]

#: Fewer rows of a class than these, and its scores say little.
FEW_TRAIN, FEW_TEST = 5, 10
#: Texts of more characters are called very long.
LONG = 20_000


def check(ds: Dataset) -> list[Finding]:
    """Look at a data set for what would fool somebody.

    Parameters
    ----------
    ds : Dataset
        Of any modality; checks that make no sense for it are left out.

    Returns
    -------
    list of Finding
        One for each check, the most serious first; those that found nothing say "ok".
    """
    codes = row_codes(ds.rows)
    empty = empty_rows(ds)
    findings = [
        _labels(ds),
        _unlabelled_test(ds),
        _test_duplicates(ds, codes, empty),
        _contradictions(ds, codes, empty),
        _train_duplicates(ds, codes, empty),
        _empty(ds, empty),
    ]
    if ds.group is not None and len(ds.test_rows):
        findings.append(torn_groups(ds))
    if ds.classes and len(ds.train_rows) + len(ds.test_rows):
        findings += [_missing_classes(ds), _small_classes(ds), _imbalance(ds)]
    if ds.modality == "text":
        findings += [label_in_text(ds), _long_texts(ds)]
    if isinstance(ds.rows, pd.DataFrame):
        findings += [
            answer_column(ds),
            missing_values(ds.rows),
            constant_columns(ds.rows),
            id_columns(ds.rows),
        ]
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def _labels(ds: Dataset) -> Finding:
    pool = int(((ds.labels == UNLABELLED) & ~ds.test).sum())
    train, test = len(ds.train_rows), len(ds.test_rows)
    labelled = train + test
    if not labelled:
        return Finding(
            "labels",
            "warning",
            "No row has a label",
            "Models can be pretrained on these rows, but no classifier can be trained or tested.",
            "Label a few rows of each class (5 to 10 are a start) and bring the file again.",
            count=len(ds),
        )
    if not train or not test:
        side, other = ("training", "test") if not train else ("test", "training")
        return Finding(
            "labels",
            "serious",
            f"All labelled rows are in the {other} part",
            f"Without labelled {side} rows there is "
            + ("nothing to train on." if not train else "nothing to measure a score on."),
            "Use another split: leave the split column out, and the rows are split for you.",
            count=labelled,
        )
    said = f"All {len(ds):,} rows have a label"
    if labelled < len(ds):
        said = f"{labelled:,} of {len(ds):,} rows {'has' if labelled == 1 else 'have'} a label"
    if pool:
        return Finding(
            "labels",
            "ok",
            f"{said}; the unlabelled pool has {some(pool, 'row')}",
            "Pretraining learns from the rows of the pool without needing their labels.",
            count=pool,
        )
    return Finding(
        "labels",
        "note",
        f"{said}; there is no unlabelled pool",
        "Pretraining still helps when only few of the labels are used, but with every label used "
        "there is little left for it to add.",
        "If more rows without labels can be had, bring them too.",
    )


def _unlabelled_test(ds: Dataset) -> Finding:
    rows = (ds.labels == UNLABELLED) & ds.test
    count = int(rows.sum())
    if not count:
        return Finding(
            "unlabelled_test", "ok", "Every test row has a label", "All of them count in a score."
        )
    return Finding(
        "unlabelled_test",
        "warning",
        f"{some(count, 'test row')} {'has' if count == 1 else 'have'} no label",
        "They cannot be scored, and as test rows they are not learned from: they are of no use.",
        "Label them, or mark them as training rows so that pretraining can use them.",
        listed(rows),
        count,
    )


# Rows without content are all alike; they have a check of their own and are left out of these.


def _test_duplicates(ds: Dataset, codes: Ints, empty: Bools) -> Finding:
    repeated = np.isin(codes, codes[ds.pool_rows()]) & ~empty
    rows = ds.test_rows[repeated[ds.test_rows]]
    total = len(ds.test_rows)
    if not len(rows):
        return Finding(
            "test_duplicates",
            "ok",
            "No test row appears among the training rows",
            "The test asks for rows that were not seen before.",
        )
    share = len(rows) / total
    return Finding(
        "test_duplicates",
        "serious" if share >= 0.05 else "warning" if share >= 0.005 else "note",
        f"{some(len(rows), 'test row')} of {total:,} ({percent(share)}) also "
        f"{'appears' if len(rows) == 1 else 'appear'} among the training rows",
        "A model gets them right by remembering, so the score looks better than it is on new rows.",
        "Remove the repeats, or split the rows so that equal ones stay on one side: that is done "
        "for you when the file has no split column.",
        listed(rows),
        len(rows),
    )


def _contradictions(ds: Dataset, codes: Ints, empty: Bools) -> Finding:
    train = ds.train_rows[~empty[ds.train_rows]]
    first = np.full(int(codes.max()) + 1 if len(codes) else 0, UNLABELLED, dtype=np.int64)
    first[codes[train[::-1]]] = ds.labels[train[::-1]]
    torn = np.unique(codes[train[ds.labels[train] != first[codes[train]]]])
    rows = train[np.isin(codes[train], torn)]
    if not len(rows):
        return Finding(
            "contradictions",
            "ok",
            "Equal training rows have equal labels",
            "The labels do not contradict each other.",
        )
    rows = rows[np.argsort(codes[rows], kind="stable")]
    share = len(rows) / len(train)
    return Finding(
        "contradictions",
        "warning" if share >= 0.01 else "note",
        f"{some(len(rows), 'training row')} ({percent(share)}) "
        f"{'has an equal' if len(rows) == 1 else 'have equals'} with another label",
        "Either some of these labels are wrong, or a row can belong to several classes. No model "
        "can get all of them right.",
        "Look at the pairs and settle on one label for each, or leave them out.",
        listed(rows),
        len(rows),
    )


def _train_duplicates(ds: Dataset, codes: Ints, empty: Bools) -> Finding:
    pool = ds.pool_rows()
    pool = pool[~empty[pool]]
    seen = np.unique(codes[pool], return_index=True)[1]
    again = np.ones(len(pool), dtype=np.bool_)
    again[seen] = False
    rows = pool[again]
    if not len(rows):
        return Finding(
            "train_duplicates", "ok", "No training row appears twice", "Every row counts once."
        )
    share = len(rows) / len(pool)
    return Finding(
        "train_duplicates",
        "warning" if share >= 0.2 else "note",
        f"{some(len(rows), 'training row')} ({percent(share)}) "
        f"{'repeats' if len(rows) == 1 else 'repeat'} an earlier one",
        "Repeated rows count more than others in whatever is learned, and there are fewer "
        "different rows than it seems.",
        "Remove repeats that come from collecting rows twice; keep those that are really that "
        "common.",
        listed(rows),
        len(rows),
    )


_EMPTY = {
    "text": ("text", "is empty or has no word", "are empty or have no word"),
    "image": ("image", "has one colour only", "have one colour only"),
    "tabular": ("row", "has no value at all", "have no value at all"),
}


def _empty(ds: Dataset, rows: Bools) -> Finding:
    thing, one, many = _EMPTY[ds.modality]
    count = int(rows.sum())
    if not count:
        return Finding("empty", "ok", f"No {thing} {one}", "Every row has something to learn from.")
    share = count / len(ds)
    test = int(rows[ds.test_rows].sum())
    return Finding(
        "empty",
        "warning" if share >= 0.01 else "note",
        f"{some(count, thing)} ({percent(share)}) {one if count == 1 else many}",
        f"They can only be guessed. {some(test, 'test row')} "
        f"{'is' if test == 1 else 'are'} among them, which no model gets right but by luck.",
        "Find out why there is nothing in them; leave them out where nothing is missing.",
        listed(rows),
        count,
    )


def _missing_classes(ds: Dataset) -> Finding:
    counts = class_counts(ds)
    untrained = counts.loc[counts["train"] == 0, "class"].tolist()
    untested = counts.loc[counts["test"] == 0, "class"].tolist()
    if not untrained and not untested:
        return Finding(
            "missing_classes",
            "ok",
            "Every class has training and test rows",
            "Each class can be learned, and its score measured.",
        )
    parts = []
    if untrained:
        parts.append(f"no training rows for {names(untrained)}")
    if untested:
        parts.append(f"no test rows for {names(untested)}")
    rows = np.flatnonzero(
        np.isin(ds.labels, [ds.classes.index(name) for name in {*untrained, *untested}])
    )
    return Finding(
        "missing_classes",
        "serious" if untrained else "warning",
        f"There are {' and '.join(parts)}",
        "A class without training rows is never predicted; one without test rows has no score, "
        "so mistakes on it go unseen.",
        "Bring rows of these classes for both parts, join them with a class they resemble, or "
        "leave them out.",
        listed(rows),
        len({*untrained, *untested}),
    )


def _small_classes(ds: Dataset) -> Finding:
    counts = class_counts(ds)
    few = counts[
        ((counts["train"] > 0) & (counts["train"] < FEW_TRAIN))
        | ((counts["test"] > 0) & (counts["test"] < FEW_TEST))
    ]
    if few.empty:
        return Finding(
            "small_classes",
            "ok",
            f"Every class has at least {FEW_TRAIN} training and {FEW_TEST} test rows",
            "That is enough to learn from and to measure a score by, if a rough one.",
        )
    small = few["class"].tolist()
    rows = np.flatnonzero(np.isin(ds.labels, [ds.classes.index(name) for name in small]))
    return Finding(
        "small_classes",
        "warning",
        f"{some(len(small), 'class', 'classes')} with very few rows: {names(small)}",
        f"With fewer than {FEW_TRAIN} training rows a class is hardly learned; with fewer than "
        f"{FEW_TEST} test rows its score is chance: one row more or less is 10 points or more.",
        "Label more rows of these classes, or join them with others. Until then, judge by the "
        "scores over all rows.",
        listed(rows),
        len(small),
    )


def _imbalance(ds: Dataset) -> Finding:
    counts = class_counts(ds)
    train = counts["train"].to_numpy()
    if not train.sum():
        train = counts["test"].to_numpy()
    largest = int(train.argmax())
    share = float(train[largest] / train.sum())
    smallest = int(train[train > 0].min())
    ratio = train[largest] / smallest
    if ratio < 10:
        return Finding(
            "imbalance",
            "ok",
            f"The classes are of similar size: the largest has {ratio:.1f} times the rows of the "
            "smallest",
            "Accuracy is a fair summary.",
        )
    name = ds.classes[largest]
    return Finding(
        "imbalance",
        "warning" if ratio >= 50 or share >= 0.8 else "note",
        f"The largest class (“{name}”) has {ratio:,.0f} times the rows of the smallest",
        f"Always saying “{name}” would be right on {percent(share)} of rows like the training "
        "rows: a high accuracy may mean little, and small classes may never be predicted.",
        "Look at balanced accuracy and macro F1 beside accuracy, and draw the same number of "
        "labels for each class.",
        count=len(train),
    )


def _long_texts(ds: Dataset) -> Finding:
    lengths = text_lengths(ds)
    rows = lengths > LONG
    count = int(rows.sum())
    if not count:
        longest = int(lengths.max()) if len(lengths) else 0
        return Finding(
            "long_texts",
            "ok",
            f"No text is very long; the longest has {some(longest, 'character')}",
            "No single text outweighs the others.",
        )
    share = float(lengths[rows].sum() / lengths.sum())
    return Finding(
        "long_texts",
        "note" if share < 0.5 else "warning",
        f"{some(count, 'text')} {'is' if count == 1 else 'are'} longer than {LONG:,} characters",
        f"Together they make up {percent(share)} of all the text, so word vectors and topics are "
        "learned from them more than from the rest.",
        "Look at the longest: attachments, logs and lists pasted into a text are better cut off.",
        [int(row) for row in np.argsort(-lengths, kind="stable")[: min(count, 200)]],
        count,
    )
