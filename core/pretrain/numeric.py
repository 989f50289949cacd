"""Pictures and tables as rows of numbers: what every method for them begins with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.data.features import days_of, numbers_of
from core.errors import BadData, BadModelFile
from core.params import Param, Value
from core.pretrain.columns import ScaledColumns
from core.pretrain.rows import numbers, part
from core.pretrain.sizes import largest_values, to_shape
from core.types import Floats, Rows, State

#: Settings of tables with categories, shared by the methods that take tables.
TABLE_PARAMS: tuple[Param, ...] = (
    Param(
        "min_category_rows",
        "int",
        5,
        "Categories in fewer rows than this are treated as one: 'other'.",
        label="Fewest rows of a category",
        low=1,
        high=10_000,
        scale="log",
        advanced=True,
        group="Tables",
    ),
    Param(
        "max_categories",
        "int",
        50,
        "Keep at most this many categories of a column; the rest is 'other'.",
        label="Most categories",
        low=1,
        high=1000,
        scale="log",
        advanced=True,
        group="Tables",
    ),
)

_MISSING = "(missing)"
_OTHER = "other"


class RowNumbers:
    """Turns pictures, tables or plain arrays into float32 rows; learns scales only.

    Pictures are laid out pixel by pixel and divided by the largest value there can be (255
    for bytes, else the largest seen); those of another size or of other colours than the model
    learned from are brought to its size and colours first (:mod:`core.pretrain.sizes`).
    Columns of numbers and dates go through :class:`core.pretrain.columns.ScaledColumns`; columns
    of categories become one column a category, with "other" for rare and new ones.

    Parameters
    ----------
    min_category_rows, max_categories : int
        See :data:`TABLE_PARAMS`.

    Attributes
    ----------
    kind : {"image", "table", "array"}
        What it was fitted on.
    names : list of str
        What each number of a row stands for.
    image_shape : tuple of int or None
        Height, width (and channels) of pictures.
    """

    kind: Literal["image", "table", "array"]
    names: list[str]

    def __init__(self, min_category_rows: int = 5, max_categories: int = 50) -> None:
        self.min_category_rows = min_category_rows
        self.max_categories = max_categories
        self.image_shape: tuple[int, ...] | None = None

    @classmethod
    def from_settings(cls, settings: Mapping[str, Value]) -> RowNumbers:
        """Pick the settings of tables out of a larger mapping."""
        return cls(**{p.name: settings[p.name] for p in TABLE_PARAMS if p.name in settings})  # type: ignore[arg-type]

    def fit(self, rows: Rows) -> Self:
        """Learn the scales.

        Raises
        ------
        BadData
            When rows are missing, not numbers, or a picture has gaps.
        """
        if len(rows) == 0:
            raise BadData("There are no rows to learn from.", hint="Choose another pool.")
        if isinstance(rows, pd.DataFrame):
            self.kind = "table"
            self._fit_table(rows)
            return self
        array = _array(rows)
        if array.ndim == 2:
            self.kind = "array"
            self._scaler = ScaledColumns().fit(_no_infinity(array))
            self.names = _with_gaps(
                [f"column {i + 1}" for i in range(array.shape[1])], self._scaler
            )
        else:
            self.kind = "image"
            self.image_shape = array.shape[1:]
            top = 255.0 if array.dtype == np.uint8 else float(np.abs(array).max())
            self._top = top or 1.0
            self._name_pixels()
        return self

    def transform(self, rows: Rows) -> Floats:
        """Encode as (n, len(names)) float32.

        Raises
        ------
        BadData
            When rows have another shape, lack a column, or hold what is no number.
        """
        if self.kind == "table":
            return self._transform_table(rows)
        if isinstance(rows, pd.DataFrame):
            raise BadData(
                "A table was given to a model that learned from "
                + ("pictures." if self.kind == "image" else "plain arrays."),
            )
        array = _array(rows)
        if self.kind == "array":
            if array.ndim != 2 or array.shape[1] != self._scaler.n_features_in_:
                raise BadData(
                    f"Rows of {self._scaler.n_features_in_} numbers were expected, "
                    f"these have the shape {array.shape[1:]}."
                )
            return self._scaler.transform(_no_infinity(array))
        if array.ndim == 2:
            raise BadData(
                f"Pictures were expected, but these rows have the shape {array.shape[1:]}.",
                hint=f"The model learned from pictures of {_by(self.image_shape)} pixels.",
            )
        assert self.image_shape is not None  # noqa: S101 — a model of pictures has one
        array = to_shape(array, self.image_shape)
        divisors = largest_values(array, self._top)
        flat = array.reshape(len(array), len(self.names)).astype(np.float32)
        flat /= divisors
        return flat

    # tables ---------------------------------------------------------------------------

    def _fit_table(self, frame: pd.DataFrame) -> None:
        columns = _columns(frame)
        if not columns:
            raise BadData("The table has no columns to learn from.")
        self._numeric = [name for name, values in columns.items() if _is_numeric(values)]
        self._categories = {
            name: self._choose(_as_categories(values))
            for name, values in columns.items()
            if name not in self._numeric
        }
        if self._numeric:
            self._scaler = ScaledColumns().fit(_stack(columns, self._numeric))
        self._name_columns()

    def _choose(self, values: npt.NDArray[Any]) -> list[str]:
        counts = Counter(values)
        often = [kind for kind, count in counts.items() if count >= self.min_category_rows]
        most = sorted(often, key=lambda kind: (-counts[kind], kind))[: self.max_categories]
        # a category called "other" in the data is just that
        return sorted(kind for kind in most if kind != _OTHER)

    def _transform_table(self, rows: Rows) -> Floats:
        if not isinstance(rows, pd.DataFrame):
            raise BadData("This model learned from a table; it cannot read plain arrays.")
        columns = _columns(rows)
        wanted = [*self._numeric, *self._categories]
        lacking = [name for name in wanted if name not in columns]
        if lacking:
            raise BadData(
                "The table lacks columns that the model learned from: "
                + ", ".join(repr(name) for name in lacking[:10])
                + (f" and {len(lacking) - 10} more" if len(lacking) > 10 else "")
                + ".",
                hint="It has: " + ", ".join(repr(name) for name in list(columns)[:20]) + ".",
            )
        blocks: list[Floats] = []
        if self._numeric:
            blocks.append(self._scaler.transform(_stack(columns, self._numeric)))
        for name, kinds in self._categories.items():
            place = {kind: i for i, kind in enumerate(kinds)}
            values = _as_categories(columns[name])
            which = np.fromiter((place.get(v, len(kinds)) for v in values), np.int64, len(rows))
            block = np.zeros((len(rows), len(kinds) + 1), dtype=np.float32)
            block[np.arange(len(rows)), which] = 1
            blocks.append(block)
        return np.hstack(blocks)

    def _name_columns(self) -> None:
        self.names = _with_gaps(self._numeric, self._scaler) if self._numeric else []
        for name, kinds in self._categories.items():
            self.names += [f"{name} = {kind}" for kind in [*kinds, _OTHER]]

    def _name_pixels(self) -> None:
        assert self.image_shape is not None  # noqa: S101 — set by both callers
        what = ("row", "column", "channel")[: len(self.image_shape)]
        places = np.indices(self.image_shape).reshape(len(self.image_shape), -1).T + 1
        self.names = [
            ", ".join(f"{w} {p}" for w, p in zip(what, place, strict=True))
            for place in places.tolist()
        ]

    # state ----------------------------------------------------------------------------

    def state(self) -> State:
        """What was learned, as plain arrays and values."""
        if self.kind == "image":
            return {"kind": "image", "shape": list(self.image_shape or ()), "top": self._top}
        if self.kind == "array":
            return {"kind": "array", "columns": self._scaler.state()}
        return {
            "kind": "table",
            "numeric": list(self._numeric),
            "columns": self._scaler.state() if self._numeric else None,
            "categorical": list(self._categories),
            # by position: a column may be called anything
            "categories": {str(i): list(c) for i, c in enumerate(self._categories.values())},
        }

    def load_state(self, state: State) -> Self:
        """Take over what another learned.

        Raises
        ------
        BadModelFile
            When a part is missing or contradicts another.
        """
        kind = part(state, "kind", str)
        if kind == "image":
            shape = part(state, "shape", list)
            fits = len(shape) in (2, 3) and all(type(n) is int and 0 < n < 100_000 for n in shape)
            top = part(state, "top", float)
            if not fits or not 0 < top < np.inf or np.prod(shape, dtype=float) > 1e8:
                raise BadModelFile("This model cannot be used: its size of pictures is damaged.")
            self.kind, self.image_shape, self._top = "image", tuple(shape), top
            self._name_pixels()
        elif kind == "array":
            self.kind = "array"
            self._scaler = ScaledColumns().load_state(part(state, "columns", dict))
            width = len(self._scaler.median_)
            self.names = _with_gaps([f"column {i + 1}" for i in range(width)], self._scaler)
        elif kind == "table":
            self.kind = "table"
            self._load_table(state)
        else:
            raise BadModelFile(f"This model cannot be used: it is for rows of kind {kind!r:.40}.")
        return self

    def _load_table(self, state: State) -> None:
        numeric, categorical = (_words(part(state, n, list)) for n in ("numeric", "categorical"))
        categories = part(state, "categories", dict)
        names = [*numeric, *categorical]
        if not names or len(set(names)) < len(names):
            raise BadModelFile("This model cannot be used: its names of columns are damaged.")
        if numeric:
            self._scaler = ScaledColumns().load_state(part(state, "columns", dict))
            numbers(state["columns"], "median", (len(numeric),))
        self._numeric = numeric
        self._categories = {
            name: _words(part(categories, str(i), list)) for i, name in enumerate(categorical)
        }
        self._name_columns()


def _words(values: list[Any]) -> list[str]:
    if not all(isinstance(value, str) for value in values):
        raise BadModelFile("This model cannot be used: a name in it is no text.")
    return values


def _array(rows: Any) -> npt.NDArray[Any]:
    array = np.asarray(rows)
    if array.ndim not in (2, 3, 4):
        raise BadData(
            f"Rows of numbers or pictures were expected, but these have the shape {array.shape}."
        )
    if array.dtype.kind not in "buif":
        raise BadData(f"Rows of numbers were expected, but these are of type {array.dtype}.")
    if 0 in array.shape[1:]:
        raise BadData(f"These rows hold nothing: their shape is {array.shape[1:]}.")
    if array.ndim > 2 and array.dtype.kind == "f" and not np.isfinite(array).all():
        bad = np.flatnonzero(~np.isfinite(array.reshape(len(array), -1)).all(axis=1))
        raise BadData(
            f"Picture {bad[0]} has pixels that are not numbers ({len(bad)} such pictures).",
            hint="Leave these pictures out.",
        )
    return array


def _no_infinity(array: npt.NDArray[Any]) -> Floats:
    """As float64, with NaN (missing) for what is infinite."""
    numbers_ = array.astype(np.float64)
    numbers_[np.isinf(numbers_)] = np.nan
    return numbers_


def _columns(frame: pd.DataFrame) -> dict[str, pd.Series]:
    names = [str(name) for name in frame.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadData(
            f"The table has several columns called {twice[0]!r}.", hint="Rename all but one."
        )
    return {name: frame.iloc[:, i] for i, name in enumerate(names)}


def _is_numeric(values: pd.Series) -> bool:
    kinds = pd.api.types
    return bool(kinds.is_numeric_dtype(values) or kinds.is_datetime64_any_dtype(values))


def _as_numbers(values: pd.Series, name: str) -> Floats:
    if pd.api.types.is_datetime64_any_dtype(values):
        return days_of(values)
    if not pd.api.types.is_numeric_dtype(values):
        found, bad = numbers_of(values)
        if len(bad):
            raise BadData(
                f"Column {name!r} held numbers when the model learned, but row {bad[0]} has "
                f"{values.iloc[bad[0]]!r:.60}.",
                hint="Put numbers there, or leave the cell empty.",
            )
        return _no_infinity(found)
    return _no_infinity(values.to_numpy(dtype=np.float64, na_value=np.nan))


def _as_categories(values: pd.Series) -> npt.NDArray[Any]:
    missing = values.isna().to_numpy()
    words = np.asarray([str(value).strip() for value in values], dtype=object)
    words[missing] = _MISSING
    return words


def _stack(columns: Mapping[str, pd.Series], names: Sequence[str]) -> Floats:
    return np.column_stack([_as_numbers(columns[name], name) for name in names])


def _with_gaps(names: Sequence[str], scaler: ScaledColumns) -> list[str]:
    return [*names, *(f"{names[i]} is missing" for i in scaler.gaps_.tolist())]


def _by(shape: tuple[int, ...] | None) -> str:
    return "×".join(map(str, shape or ()))
