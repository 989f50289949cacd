"""What a run across domains found, as read-only values that travel as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from core.evaluate.results import Comparison, Interval, VerdictKind
from core.types import Floats

How: TypeAlias = Literal["importance", "target_labels"]


@dataclass(frozen=True)
class Estimated:
    """An accuracy that was estimated without the test rows.

    Attributes
    ----------
    accuracy : Interval
        The estimate.
    how : {"importance", "target_labels"}
        From held-out source rows that count by how likely they are in the target, or from
        held-out labelled target rows.
    rows : float
        How many equally weighted rows it stands on.
    """

    accuracy: Interval
    how: How
    rows: float


@dataclass(frozen=True)
class Entry:
    """How one way across did.

    Attributes
    ----------
    key, title : str
        Of the way.
    accuracy : Interval, optional
        On the target's test rows, mean over the draws; None without labelled test rows.
    over_source : Comparison, optional
        Against the source alone, paired; None for that one itself.
    over_target : Comparison, optional
        Against the target alone at equal target labels, paired.
    estimate : Estimated, optional
        Without the test rows.
    answers : tuple of float
        Shares of the classes among its answers on the target's training rows.
    seconds : float
        What it took.
    failed, hint : str
        Why it could not be tried; empty where it could.
    """

    key: str
    title: str
    accuracy: Interval | None = None
    over_source: Comparison | None = None
    over_target: Comparison | None = None
    estimate: Estimated | None = None
    answers: tuple[float, ...] = ()
    seconds: float = 0.0
    failed: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Point:
    """Source and target together against the target alone, at one budget of target labels.

    ``labels_per_class`` is None for all; ``gain`` is paired by test row and draw.
    """

    labels_per_class: int | None
    labels: int
    together: Interval
    alone: Interval
    gain: Interval
    kind: VerdictKind


@dataclass(frozen=True)
class Across:
    """Everything that the report of a run across domains says.

    Attributes
    ----------
    source_name, target_name : str
        For people.
    classes : tuple of str
        Of the target.
    source_labels, target_rows, test_rows : int
        Labelled source rows, target training rows, labelled target test rows.
    labels_per_class, draws : int
        Target labels of each class that were seen, and how often these were drawn.
    head : str
        Key of the head.
    entries : tuple of Entry
        The source alone first, then the ways across.
    target_only : Interval, optional
        The target alone with as many target labels; a guess where there are none.
    kept : str
        Key of the way whose classifier was kept.
    kept_because : {"asked", "validated", "preferred"}
        Somebody said so; validation was clear; it was not, so the order of preference decided.
    curve : tuple of Point
        Over budgets of target labels.
    notes : tuple of str
        What a reader should know.
    """

    source_name: str
    target_name: str
    classes: tuple[str, ...]
    source_labels: int
    target_rows: int
    test_rows: int
    labels_per_class: int
    draws: int
    head: str
    entries: tuple[Entry, ...]
    target_only: Interval | None
    kept: str
    kept_because: str
    curve: tuple[Point, ...] = ()
    notes: tuple[str, ...] = ()

    def entry(self, key: str) -> Entry:
        """The entry of that way."""
        return next(one for one in self.entries if one.key == key)


def shares(proba: Floats, classes: int) -> tuple[float, ...]:
    """Shares of the classes among answers."""
    counts = np.bincount(proba.argmax(axis=1), minlength=classes)
    return tuple((counts / max(len(proba), 1)).tolist())


def across_to_json(report: Across) -> dict[str, Any]:
    """The report as JSON values."""
    return asdict(report)


def across_from_json(values: Mapping[str, Any]) -> Across:
    """The report again."""
    fields = dict(values)
    fields["entries"] = tuple(_entry(one) for one in fields["entries"])
    fields["curve"] = tuple(_point(one) for one in fields["curve"])
    fields["target_only"] = _interval(fields["target_only"])
    fields["classes"], fields["notes"] = tuple(fields["classes"]), tuple(fields["notes"])
    return Across(**fields)


def _entry(values: Mapping[str, Any]) -> Entry:
    fields = dict(values)
    fields["accuracy"] = _interval(fields["accuracy"])
    for name in ("over_source", "over_target"):
        if fields[name] is not None:
            known = dict(fields[name])
            fields[name] = Comparison(**{**known, "gain": Interval(**known["gain"])})
    if fields["estimate"] is not None:
        known = dict(fields["estimate"])
        fields["estimate"] = Estimated(**{**known, "accuracy": Interval(**known["accuracy"])})
    fields["answers"] = tuple(fields["answers"])
    return Entry(**fields)


def _point(values: Mapping[str, Any]) -> Point:
    fields = dict(values)
    for name in ("together", "alone", "gain"):
        fields[name] = Interval(**fields[name])
    return Point(**fields)


def _interval(values: Mapping[str, Any] | None) -> Interval | None:
    return None if values is None else Interval(**values)
