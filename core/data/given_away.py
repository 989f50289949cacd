"""Does the data give its answers away? Class names in texts, columns that hold the label."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from core.data.dataset import Dataset
from core.data.finding import Finding, Severity, listed, percent, some
from core.types import Bools, Ints

# Searching every text for every class name is the cost; beyond this many characters the rows
# are thinned out evenly.
_BUDGET = 1_000_000_000
_SEPARATORS = re.compile(r"[\W_]+")


def label_in_text(ds: Dataset) -> Finding:
    """Whether the names of classes stand in their own texts far more than in others.

    A class is named when its name (also with spaces for its dots, hyphens and underscores)
    stands as a word in at least 30 % of its own training texts, and five times as often as in
    those of other classes.
    """
    rows = _thinned(ds)
    labels = ds.labels[rows]
    texts = [ds.rows[row].lower() for row in rows.tolist()]
    named: list[tuple[float, float, str]] = []
    hits: list[Ints] = []
    for code, name in enumerate(ds.classes):
        own = labels == code
        found = _with_name(texts, name)
        if found is None or not own.any() or own.all():
            continue
        inside, outside = float(found[own].mean()), float(found[~own].mean())
        if inside >= 0.3 and inside >= 5 * outside:
            named.append((inside, outside, name))
            hits.append(rows[own & found])
    if not named:
        return Finding(
            "label_in_text",
            "ok",
            "No class name stands in its own texts more than elsewhere",
            "The texts do not simply say which class they belong to.",
        )
    named.sort(reverse=True)
    inside, outside, name = named[0]
    severity: Severity = "note"
    if inside >= 0.5:
        severity = "warning"
    if inside >= 0.9 and outside <= 0.05:
        severity = "serious"
    where = (
        f"“{name}” stands in {percent(inside)} of its own texts and {percent(outside)} of others"
    )
    more = f"; {some(len(named) - 1, 'more class', 'more classes')} likewise" if named[1:] else ""
    return Finding(
        "label_in_text",
        severity,
        f"The name of a class stands in its texts: {where}{more}",
        "If the texts were labelled by that word, a model only has to find the word again, and its "
        "score says nothing about texts without it. If the word simply belongs to the subject, "
        "it is a fair clue.",
        "Read a few of these rows. Where the name comes from how the texts were collected (a "
        "heading, a tag, a header), remove it and bring the data again.",
        listed(np.sort(np.concatenate(hits))),
        len(named),
    )


def _thinned(ds: Dataset) -> Ints:
    rows = ds.train_rows
    cost = sum(len(ds.rows[row]) for row in rows.tolist()) * max(len(ds.classes), 1)
    if cost > _BUDGET:
        # every so-many-th row of each class, so that small classes keep some
        by_class = rows[np.argsort(ds.labels[rows], kind="stable")]
        rows = np.sort(by_class[:: int(np.ceil(cost / _BUDGET))])
    return rows


def _with_name(texts: list[str], name: str) -> Bools | None:
    forms = {name.lower().strip(), _SEPARATORS.sub(" ", name.lower()).strip()}
    forms = {form for form in forms if len(form) > 1 and not form.isdigit()}
    if not forms:
        return None
    words = re.compile("|".join(rf"(?<!\w){re.escape(form)}(?!\w)" for form in sorted(forms)))
    return np.fromiter(
        # the plain search is far quicker, and mostly finds nothing
        (any(form in text for form in forms) and bool(words.search(text)) for text in texts),
        np.bool_,
        len(texts),
    )


def answer_column(ds: Dataset) -> Finding:
    """Whether a single column of a table all but holds the label.

    Looked for among columns of few values (at most 50, and each value ten times on average): the
    column is named when guessing the commonest class of each value is right in 99 % of the
    training rows, and guessing the commonest class at all is not right in 90 %.
    """
    frame = ds.rows
    assert isinstance(frame, pd.DataFrame)  # noqa: S101
    rows = ds.train_rows
    labels = ds.labels[rows]
    found = []
    if len(rows) and np.bincount(labels).max() < 0.9 * len(rows):
        for place in range(frame.shape[1]):
            values = pd.factorize(frame.iloc[rows, place], use_na_sentinel=False)[0]
            distinct = int(values.max()) + 1
            if distinct > min(50, len(rows) // 10):
                continue
            together = np.zeros((distinct, len(ds.classes)), dtype=np.int64)
            np.add.at(together, (values, labels), 1)
            if together.max(axis=1).sum() >= 0.99 * len(rows):
                found.append(str(frame.columns[place]))
    if not found:
        return Finding(
            "answer_column",
            "ok",
            "No single column holds the answer",
            "No column of few values says by itself which class a row belongs to.",
        )
    shown = ", ".join(f"“{name}”" for name in found[:5])
    return Finding(
        "answer_column",
        "serious",
        f"{some(len(found), 'column')} all but {'hold' if len(found) > 1 else 'holds'} the answer: "
        f"{shown}",
        "A model only has to read this column. Often it was filled in after the answer was known, "
        "and will be missing when it matters.",
        "Ask when the column is filled in. If that is after the answer is known, leave it out.",
        count=len(found),
    )
