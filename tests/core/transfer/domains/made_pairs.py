"""Small pairs of domains for tests."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.data.dataset import UNLABELLED, Dataset

GOOD = "superb delightful excellent charming wonderful".split()
BAD = "dreadful boring awful useless terrible".split()
#: Words of the subject, which say nothing about the class.
SUBJECTS = {"books": "novel chapter author page".split(), "pans": "handle pan lid stove".split()}


def reviews(
    domain: str, n: int = 60, *, seed: int = 0, labelled: bool = True, positive: float = 0.5
) -> Dataset:
    """Praise and blame of one subject, a third of it for the test."""
    draw = np.random.default_rng(seed)
    rows, labels = [], []
    for i in range(n):
        good = i < round(positive * n)
        words = [*draw.choice(GOOD if good else BAD, 2), *draw.choice(SUBJECTS[domain], 3)]
        rows.append(" ".join(words) + f" number{domain}{i}")
        labels.append(int(good) if labelled else UNLABELLED)
    return Dataset(
        name=domain,
        title=domain.capitalize(),
        modality="text",
        rows=np.array(rows, dtype=object),
        labels=np.array(labels, dtype=np.int32),
        classes=("bad", "good") if labelled else (),
        test=np.arange(n) % 3 == 2,
    )


def both_domains(n: int = 60) -> Dataset:
    """The reviews of both subjects in one data set with a domain for each row."""
    books, pans = reviews("books", n), reviews("pans", n, seed=1)
    return Dataset(
        name="reviews",
        title="Reviews",
        modality="text",
        rows=np.concatenate([books.rows, pans.rows]),
        labels=np.concatenate([books.labels, pans.labels]),
        classes=books.classes,
        test=np.concatenate([books.test, pans.test]),
        domain=np.repeat(np.array(["books", "pans"], dtype=object), n),
    )


def table(shift: float = 0.0, n: int = 60, *, seed: int = 0) -> Dataset:
    """Two columns of which the first moves by ``shift``; the second says the class."""
    draw = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    return Dataset(
        name=f"table{seed}",
        title=f"Table {seed}",
        modality="tabular",
        rows=pd.DataFrame(
            {"age": draw.normal(40 + shift, 1, n), "score": draw.normal(2.0 * labels, 0.5)}
        ),
        labels=labels.astype(np.int32),
        classes=("no", "yes"),
        test=np.arange(n) % 4 == 3,
    )
