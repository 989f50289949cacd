"""A source and a target: what may be learned from each, and what only the test may see."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from core.data.dataset import UNLABELLED, Dataset
from core.data.duplicates import row_codes
from core.data.units import join_groups, tied
from core.errors import BadData, BadParam
from core.types import Bools, Ints, Modality, Objects, Rows

#: Rows of a domain that can be compared at all.
FEWEST = 10


@dataclass(frozen=True, eq=False)
class DomainPair:
    """Training rows of a source and a target, and the test rows of the target.

    Attributes
    ----------
    source : Rows of length n
        Training rows of the source, labelled or not.
    source_labels : ndarray of int, shape (n,)
        Index into ``classes``; ``UNLABELLED`` too where the target does not know the class.
    target : Rows of length m
        Training rows of the target. Adapting may see them without their labels.
    target_labels : ndarray of int, shape (m,)
        Their labels, for a label budget and for the target on its own; nothing else.
    test : Rows of length t
        Labelled test rows of the target. Only the evaluation may see them.
    truth : ndarray of int, shape (t,)
        Their labels.
    target_rows, test_rows : ndarray of int
        Where target and test rows stand in the target's data set.
    classes : tuple of str
        Of the target; those of the source where the target has no labels.
    source_name, target_name : str
        For people.
    modality : {"text", "image", "tabular"}
        The kind of the rows.
    notes : tuple of str
        What was left out, in sentences.
    groups : ndarray of object, shape (n + m,), optional
        Of the source rows, then of the target rows; None for a row that is in none.
    """

    source: Rows
    source_labels: Ints
    target: Rows
    target_labels: Ints
    test: Rows
    truth: Ints
    target_rows: Ints
    test_rows: Ints
    classes: tuple[str, ...]
    source_name: str
    target_name: str
    modality: Modality
    notes: tuple[str, ...] = ()
    groups: Objects | None = None

    @cached_property
    def units(self) -> Ints:
        """Which rows belong together, in the order of :meth:`both`; see :mod:`core.data.units`."""
        codes = row_codes(self.both())
        if self.groups is None:
            return codes
        apart = tied(codes, self.groups)  # groups alone, where what all say alike would join them
        return join_groups(np.arange(len(codes)) if apart else codes, self.groups)

    @cached_property
    def domain_units(self) -> Ints | None:
        """Rows of one domain that must not be on both sides where the domains are told apart.

        Rows of a group, and equal texts or pictures. Equal rows of a table are draws of the same
        values rather than copies: how common they are is part of what tells two domains apart.
        """
        units = self.units
        if self.modality == "tabular":
            if self.groups is None:
                return None
            units = join_groups(np.arange(len(units)), self.groups)
        return 2 * units + self.domains()

    @property
    def can_carry(self) -> bool:
        """Whether the source has labels of at least two classes, to be carried across."""
        return len(np.unique(self.source_labels[self.labelled_source])) >= 2

    @property
    def labelled_source(self) -> Ints:
        """Positions of the source rows that a classifier can learn from."""
        return np.flatnonzero(self.source_labels != UNLABELLED)

    def both(self) -> Rows:
        """The training rows of both domains, those of the source first."""
        return join([self.source, self.target])

    def domains(self) -> Ints:
        """0 for each source row and 1 for each target row, in the order of :meth:`both`."""
        return np.repeat([0, 1], [len(self.source), len(self.target)])

    def as_dataset(self) -> Dataset:
        """The training rows of both, with the domain of each row as its class."""
        names = (self.source_name, self.target_name)
        return Dataset(
            name="domains",
            title=f"{self.source_name} and {self.target_name}",
            modality=self.modality,
            rows=self.both(),
            labels=self.domains().astype(np.int32),
            classes=names,
            test=np.zeros(len(self.source) + len(self.target), dtype=bool),
        )


def domain_names(dataset: Dataset, *, labelled: bool = False) -> list[str]:
    """The domains of a data set that have enough training rows, the largest first.

    With ``labelled`` only labelled rows count.
    """
    if dataset.domain is None:
        return []
    counted = ~dataset.test
    if labelled:
        counted = counted & (dataset.labels != UNLABELLED)
    values = _names(dataset)[counted]
    counts = pd.Series(values).value_counts(sort=False)
    found = [(-int(rows), str(name)) for name, rows in counts.items() if rows >= FEWEST]
    return [name for _, name in sorted(found)]


def pair(
    source: Dataset,
    target: Dataset,
    *,
    source_domain: str | None = None,
    target_domain: str | None = None,
    labelled: bool = True,
) -> DomainPair:
    """Take a source and a target from two data sets, or two domains of one.

    Training rows that repeat a test row of the target are left out on either side: who learned
    from them would have seen the test. Test rows of the source are never used.

    Parameters
    ----------
    source, target : Dataset
        May be the same one.
    source_domain, target_domain : str, optional
        Take only the rows of this domain.
    labelled : bool, default=True
        Whether the source must have labels; a distance can do without.

    Raises
    ------
    BadParam
        When both are the same rows, of different kinds, or share no two classes.
    BadData
        When a side has too few rows, a table other columns, or the source no labels.
    """
    if source.modality != target.modality:
        raise BadParam(
            f"{source.title} has {source.modality} rows and {target.title} {target.modality} rows, "
            "which cannot be compared.",
            hint="Choose two sets of the same kind of rows.",
        )
    same = source.fingerprint == target.fingerprint
    if same and source_domain == target_domain:
        raise BadParam(
            "Source and target are the same rows.",
            hint="Choose two data sets, or two domains of one.",
        )
    names = _titles(source, target, source_domain, target_domain, same=same)
    ours = _inside(target, target_domain)
    theirs = _inside(source, source_domain) & ~source.test
    test_rows = np.flatnonzero(ours & target.test & (target.labels != UNLABELLED))
    target_rows: Ints = np.flatnonzero(ours & ~target.test)
    source_rows: Ints = np.flatnonzero(theirs)
    _same_columns(source, target)
    classes, codes = _classes(source, target, names, labelled=labelled)

    source_rows, dropped = _without_repeats(source, source_rows, target, test_rows)
    target_rows, more = _without_repeats(target, target_rows, target, test_rows)
    notes = []
    if dropped + more:
        notes.append(
            f"{dropped + more:,} training rows repeat a test row of {names[1]} and were left out."
        )
    for rows, name in ((source_rows, names[0]), (target_rows, names[1])):
        if len(rows) < FEWEST:
            raise BadData(
                f"{name} has {len(rows)} training rows; at least {FEWEST} are needed.",
                hint="Choose a larger domain or data set.",
            )
    labels = codes[np.asarray(source.labels)[source_rows]]
    strange = int(np.count_nonzero(labels == UNLABELLED)) - int(
        np.count_nonzero(np.asarray(source.labels)[source_rows] == UNLABELLED)
    )
    if strange:
        notes.append(
            f"{strange:,} source rows are of classes that {names[1]} does not have; they count as "
            "rows without a label."
        )
    if labelled and len(np.unique(labels[labels != UNLABELLED])) < 2:
        raise BadData(
            f"{names[0]} has labelled training rows of fewer than two classes of {names[1]}.",
            hint="The source has to be labelled, with classes that are named as in the target.",
        )
    return DomainPair(
        source=source.take(source_rows),
        source_labels=labels,
        target=target.take(target_rows),
        target_labels=np.asarray(target.labels)[target_rows],
        test=target.take(test_rows),
        truth=np.asarray(target.labels)[test_rows],
        target_rows=target_rows,
        test_rows=test_rows,
        classes=classes,
        source_name=names[0],
        target_name=names[1],
        modality=target.modality,
        notes=tuple(notes),
        groups=_groups(source, source_rows, target, target_rows, same=same),
    )


def join(parts: list[Rows]) -> Rows:
    """Rows of one kind one after the other."""
    blocks: list[Any] = list(parts)
    if isinstance(blocks[0], pd.DataFrame):
        together: Rows = pd.concat(blocks, ignore_index=True)
        return together
    joined: Rows = np.concatenate(blocks)
    return joined


def repeating(rows: Rows, others: Rows) -> Bools:
    """Which rows stand among the others too; none where they are of another shape."""
    if not len(rows) or not len(others) or rows.shape[1:] != others.shape[1:]:
        return np.zeros(len(rows), dtype=bool)
    codes = row_codes(join([others, rows]))
    return np.isin(codes[len(others) :], codes[: len(others)])


def rows_at(rows: Rows, places: Ints) -> Rows:
    """Some of the rows, by their positions."""
    return rows.iloc[places] if hasattr(rows, "iloc") else rows[places]


def _names(dataset: Dataset) -> Objects:
    values = [] if dataset.domain is None else [str(value) for value in dataset.domain]
    names: Objects = np.array(values, dtype=object)
    return names


def _groups(
    source: Dataset, source_rows: Ints, target: Dataset, target_rows: Ints, *, same: bool
) -> Objects | None:
    """The groups of both; those of different data sets have nothing to do with each other."""
    if source.group is None and target.group is None:
        return None
    values: list[Any] = []
    for side, dataset, rows in (("source", source, source_rows), ("target", target, target_rows)):
        if dataset.group is None:
            values += [None] * len(rows)
        else:
            prefix = "" if same else f"{side} "
            values += [None if pd.isna(one) else f"{prefix}{one}" for one in dataset.group[rows]]
    groups: Objects = np.array(values, dtype=object)
    return groups


def _inside(dataset: Dataset, domain: str | None) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    if domain is None:
        return np.ones(len(dataset), dtype=bool)
    if dataset.domain is None:
        raise BadParam(
            f"{dataset.title} has no column of domains, so there is no {domain!r} in it.",
            hint="Load the table again and name the column that says where a row is from.",
        )
    inside = _names(dataset) == domain
    if not inside.any():
        known = ", ".join(sorted(set(_names(dataset)))[:12])
        raise BadParam(f"{dataset.title} has no domain {domain!r}.", hint=f"It has these: {known}.")
    return np.asarray(inside, dtype=bool)


def _titles(
    source: Dataset, target: Dataset, source_domain: str | None, target_domain: str | None, *,
    same: bool,
) -> tuple[str, str]:  # fmt: skip
    def title(dataset: Dataset, domain: str | None) -> str:
        if domain is None:
            return dataset.title
        return domain if same else f"{domain} ({dataset.title})"

    first, second = title(source, source_domain), title(target, target_domain)
    return (first, second) if first != second else (f"{first} (source)", f"{second} (target)")


def _same_columns(source: Dataset, target: Dataset) -> None:
    ours, theirs = target.rows, source.rows
    if isinstance(ours, pd.DataFrame) and isinstance(theirs, pd.DataFrame):
        if list(ours.columns) != list(theirs.columns):
            missing = [str(c) for c in ours.columns if c not in set(theirs.columns)]
            why = f"{missing[0]!r} is missing" if missing else "their order or number differs"
            raise BadData(
                f"The columns of {source.title} are not those of {target.title}: {why}.",
                hint="Both tables need the same columns, in the same order.",
            )
    elif ours.shape[1:] != theirs.shape[1:]:
        raise BadData(
            f"The pictures of {source.title} are {_size(theirs)} and those of {target.title} "
            f"{_size(ours)}.",
            hint="Bring both at the same size.",
        )


def _size(rows: Rows) -> str:
    return "×".join(str(n) for n in rows.shape[1:])


def _classes(
    source: Dataset, target: Dataset, names: tuple[str, str], *, labelled: bool
) -> tuple[tuple[str, ...], Ints]:
    """The classes of the task, and for each source code (and -1, last) its target code."""
    classes = target.classes or source.classes
    place = {name: code for code, name in enumerate(classes)}
    codes = np.array([place.get(name, UNLABELLED) for name in source.classes] + [UNLABELLED])
    shared = int(np.count_nonzero(codes != UNLABELLED))
    if labelled and shared < 2:
        theirs, ours = ", ".join(source.classes[:5]), ", ".join(target.classes[:5])
        raise BadParam(
            f"{names[0]} and {names[1]} share fewer than two classes: {theirs or 'no labels'} "
            f"against {ours or 'no labels'}.",
            hint="Name classes that mean the same alike in both.",
        )
    return classes, codes


def _without_repeats(dataset: Dataset, rows: Ints, target: Dataset, test: Ints) -> tuple[Ints, int]:
    """The rows that repeat no test row, and how many did."""
    repeats = repeating(dataset.take(rows), target.take(test))
    return rows[~repeats], int(repeats.sum())
