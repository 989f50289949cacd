"""The smallest change of a table row that makes the answer another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.data.features import days_of
from core.errors import BadParam
from core.explain.dependence import values_of
from core.explain.mixing import one_row, with_value
from core.explain.removal import lead_of
from core.finetune.classifier import Classifier
from core.finetune.deciding import standing
from core.types import Floats

#: Values tried of each column, and steps of narrowing down.
_VALUES, _HALVINGS = 25, 12
#: Moves that the search goes on from, and flips that are narrowed down.
_BRANCHES = 4


@dataclass(frozen=True)
class Move:
    """One column that changes.

    Attributes
    ----------
    column : str
        Its name.
    before, after : object
        Its value in the row, and the one that it is moved to.
    distance : float
        Of numbers and dates: in standard deviations of the background rows. Another category, or
        a value where there was none, counts as 1.
    """

    column: str
    before: Any
    after: Any
    distance: float


@dataclass(frozen=True, eq=False)
class Moves:
    """What to change so that the answer is another; the model itself has confirmed it.

    Attributes
    ----------
    moves : tuple of Move
        The columns that change.
    label, other : int
        Code of the answer as it is, and of the one after the change.
    before, after : ndarray, shape (n_classes,)
        Probabilities without and with the change.
    row : DataFrame of one row
        The row with the change.
    """

    moves: tuple[Move, ...]
    label: int
    other: int
    before: Floats
    after: Floats
    row: pd.DataFrame

    @property
    def distance(self) -> float:
        """Of all moves together: the square root of the sum of squares."""
        return float(np.sqrt(sum(move.distance**2 for move in self.moves)))


def columns_to_move(
    classifier: Classifier,
    row: pd.DataFrame,
    background: pd.DataFrame,
    *,
    wished: int | None = None,
    fixed: tuple[str, ...] = (),
    most: int = 3,
) -> Moves | None:
    """Find a small change of few columns that makes the answer another.

    Every column is moved over values of the background rows. Where one column alone flips the
    answer, the smallest such move (in standard deviations) is narrowed down by halving.
    Otherwise the search goes on from the moves that cost the answer most of its lead, a few
    columns' each, until another column flips it, up to ``most`` columns; then each is moved back
    as far as the answer allows, and the smallest change of those found is taken. So it is a small
    one, not proven to be the smallest (counterfactual explanations: Wachter, Mittelstadt &
    Russell 2017).

    Parameters
    ----------
    classifier : Classifier
        Of table rows.
    row : DataFrame of one row
    background : DataFrame
        Training rows: where values come from, and the scale of each column.
    wished : int, optional
        Code of the class that the answer shall become; any other by default.
    fixed : tuple of str
        Columns that cannot change, such as an age.
    most : int
        Columns that change at most.

    Returns
    -------
    Moves or None
        None when no such change was found.

    Raises
    ------
    BadData
        When ``row`` is not one row, lacks a column, or there is no background.
    BadParam
        When the wished class is the answer already, or was never seen.
    """
    row = one_row(row, background)
    before = classifier.predict_proba(row)[0]
    label = int(classifier.answers(before[None])[0])
    if wished == label:
        raise BadParam(
            f"The answer is {classifier.classes[label]!r} already.", hint="Wish for another class."
        )
    if wished is not None and wished not in classifier.head.classes_:
        raise BadParam(
            f"The classifier never saw a row of class number {wished}, so nothing leads there.",
            hint="Wish for another class.",
        )
    search = _Search(classifier, row, background, label, wished)
    columns = [name for name in background.columns if name not in fixed]
    begun: list[tuple[pd.DataFrame, list[Any]]] = [(row, [])]
    found: list[tuple[pd.DataFrame, list[Any]]] = []
    for _ in range(most):
        further: list[tuple[float, pd.DataFrame, list[Any]]] = []
        for at, done in begun:
            flips, steps = search.step(at, [name for name in columns if name not in done])
            found += [(search.shrunk(now, [*done, name]), [*done, name]) for now, name in flips]
            further += [(lead, now, [*done, name]) for lead, now, name in steps]
        if found or not further:
            break
        further.sort(key=lambda one: one[0])
        begun = [(now, done) for _, now, done in further[:_BRANCHES]]
    if not found:
        return None
    now, moved = min(found, key=lambda one: search.length(*one))
    after = classifier.predict_proba(now)[0]
    moves = tuple(
        Move(
            column=str(name),
            before=row[name].iloc[0],
            after=now[name].iloc[0],
            distance=search.distance(name, row[name].iloc[0], now[name].iloc[0]),
        )
        for name in moved
        if not _same(row[name].iloc[0], now[name].iloc[0])
    )
    return Moves(moves, label, int(classifier.answers(after[None])[0]), before, after, now)


class _Search:
    """The row, the values that its columns may take, and the model that is asked."""

    def __init__(
        self,
        classifier: Classifier,
        row: pd.DataFrame,
        background: pd.DataFrame,
        label: int,
        wished: int | None,
    ) -> None:
        self.classifier, self.row, self.label, self.wished = classifier, row, label, wished
        self.kinds: dict[Any, str] = {}
        self.values: dict[Any, list[Any]] = {}
        self.scales: dict[Any, float] = {}
        for name in background.columns:
            column = background[name]
            kind, values = values_of(column, _VALUES)
            self.kinds[name], self.values[name] = kind, values
            numbers = _numbers(column) if kind != "category" else np.zeros(1)
            deviation = float(np.nanstd(numbers)) if np.isfinite(numbers).any() else 0.0
            self.scales[name] = deviation or 1.0

    def leads(self, rows: pd.DataFrame) -> Floats:
        proba = self.classifier.predict_proba(rows)
        return lead_of(standing(proba, self.classifier.threshold), self.label, self.wished)

    def distance(self, name: Any, before: Any, after: Any) -> float:
        if _same(before, after):
            return 0.0
        if self.kinds[name] == "category" or pd.isna(before):
            return 1.0
        one, other = _numbers(pd.Series([before])), _numbers(pd.Series([after]))
        return float(abs(one[0] - other[0])) / self.scales[name]

    def length(self, now: pd.DataFrame, moved: list[Any]) -> float:
        """Of all moves together."""
        return sum(
            self.distance(name, self.row[name].iloc[0], now[name].iloc[0]) ** 2 for name in moved
        )

    def step(
        self, now: pd.DataFrame, columns: list[Any]
    ) -> tuple[list[tuple[pd.DataFrame, Any]], list[tuple[float, pd.DataFrame, Any]]]:
        """The nearest moves of one more column that flip; of each column the one that costs most.

        The latter with the lead that is left, which is not below zero where nothing flips.
        """
        rows, what = [], []
        for name in columns:
            here = now[name].iloc[0]
            values = [value for value in self.values[name] if not _same(here, value)]
            if values:
                rows.append(with_value(now, name, values))
                what += [(name, value) for value in values]
        if not rows:
            return [], []
        together = pd.concat(rows, ignore_index=True)
        leads = self.leads(together)
        nearest: dict[Any, tuple[float, Any]] = {}
        lowest: dict[Any, int] = {}
        for i, (name, value) in enumerate(what):
            if name not in lowest or leads[i] < leads[lowest[name]]:
                lowest[name] = i
            if leads[i] < 0:
                apart = self.distance(name, self.row[name].iloc[0], value)
                if name not in nearest or apart < nearest[name][0]:
                    nearest[name] = (apart, value)
        flips = sorted(nearest.items(), key=lambda one: one[1][0])[:_BRANCHES]
        steps = sorted(lowest.items(), key=lambda one: float(leads[one[1]]))[:_BRANCHES]
        return (
            [(with_value(now, name, [value]), name) for name, (_, value) in flips],
            [
                (float(leads[i]), together.iloc[[i]].reset_index(drop=True), name)
                for name, i in steps
            ],
        )

    def shrunk(self, now: pd.DataFrame, moved: list[Any]) -> pd.DataFrame:
        """Move columns back towards the row's values as far as the answer stays another."""
        for name in moved:
            here, there = self.row[name].iloc[0], now[name].iloc[0]
            back = with_value(now, name, [here])
            if self.leads(back)[0] < 0:
                now = back
                continue
            if self.kinds[name] == "category" or pd.isna(here):
                continue
            near, far = here, there
            for _ in range(_HALVINGS):
                middle = _between(near, far)
                if _same(middle, near) or _same(middle, far):
                    break
                if self.leads(with_value(now, name, [middle]))[0] < 0:
                    far = middle
                else:
                    near = middle
            now = with_value(now, name, [far])
        return now


def _between(near: Any, far: Any) -> Any:
    """Halfway, whole between whole numbers or days."""
    if isinstance(near, pd.Timestamp):
        middle = near + (far - near) / 2
        return middle.normalize() if near == near.normalize() else middle
    if isinstance(near, int | np.integer) and not isinstance(near, bool):
        return type(near)(round((int(near) + int(far)) / 2))
    middle = (float(near) + float(far)) / 2
    if float(near).is_integer() and float(far).is_integer() and abs(far - near) > 1:
        return float(round(middle))
    return middle


def _numbers(column: pd.Series[Any]) -> Floats:
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return days_of(column)
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _same(one: Any, other: Any) -> bool:
    if pd.isna(one) or pd.isna(other):
        return bool(pd.isna(one) and pd.isna(other))
    return bool(one == other)
