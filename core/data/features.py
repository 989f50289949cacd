"""From the columns of a table to values: numbers, dates, yes and no, categories.

Files such as CSV hold nothing but text, so what a column holds is told from all of its values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.data.formats.tidy import as_text, in_list, many, sound_text
from core.errors import BadData
from core.types import Floats, Ints

#: Words that say that there is no value, where the rest of a column are numbers or dates.
MISSING_WORDS = frozenset(
    ("?", "-", "--", ".", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "missing", "unknown")
)
#: So much of a column may be neither number nor missing, and is then taken as missing.
_ODD = 0.01

_PLAIN = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DECIMAL_COMMA = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:\.\d{3})+)?,\d+|[-+]?\d{1,3}(?:\.\d{3})+")
_WHOLE = re.compile(r"[-+]?\d+")
_CODE = re.compile(r"0\d+")  # 007 and 01234 are names, not numbers
_ISO_DATE = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[-+]\d{2}:?\d{2})?)?"
)
_DOTTED_DATE = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}")
_YES_NO = (("true", "false"), ("yes", "no"), ("y", "n"), ("t", "f"), ("on", "off"))
_SAID = {word: float(place == 0) for pair in _YES_NO for place, word in enumerate(pair)}


@dataclass(frozen=True)
class FeatureChoice:
    """Which columns of a table to learn from.

    Attributes
    ----------
    columns : list of str
        In the table's order.
    left_out : dict of str to str
        Why each of the others is of no use, as the end of a sentence ("is ...").
    """

    columns: list[str]
    left_out: dict[str, str]


def choose_features(frame: pd.DataFrame, taken: Sequence[str | None] = ()) -> FeatureChoice:
    """Choose the columns that say something about new rows.

    Left out are columns without any value or with one only, those with another name or running
    number in every row, and long texts.

    Parameters
    ----------
    frame : DataFrame
        A table as it was read.
    taken : sequence of str
        Columns with another role, such as the label.
    """
    columns: list[str] = []
    left_out: dict[str, str] = {}
    for name in map(str, frame.columns):
        if name in taken:
            continue
        column = _read_column(frame[name], [])
        why = _useless(column)
        if why:
            left_out[name] = why
        else:
            columns.append(name)
    return FeatureChoice(columns, left_out)


def _useless(column: pd.Series[Any]) -> str:
    present = column.dropna()
    if not len(present):
        return "empty"
    distinct = int(present.nunique())
    if distinct == 1 and len(present) == len(column):
        return "the same in every row"
    if like_an_id(column):
        return "different in every row, like a running number or a name"
    if is_wordy(present):
        length = float(present.str.len().mean())
        if length > 30 and distinct > 0.5 * len(present):
            return "long text: choose “one text a row” to learn from it"
    return ""


def is_wordy(column: pd.Series[Any]) -> bool:
    """Whether a column holds texts (be they categories) rather than numbers or dates."""
    return pd.api.types.is_string_dtype(column.dtype) or column.dtype == object


def like_an_id(column: pd.Series[Any]) -> bool:
    """Whether a column has another name or running number in every row (20 rows or more).

    Measurements may all differ as well: a running number is whole and without large gaps.
    """
    if len(column) < 20 or column.nunique(dropna=False) < len(column):
        return False
    if pd.api.types.is_bool_dtype(column.dtype):
        return False
    dates = pd.api.types.is_datetime64_any_dtype(column.dtype)
    if dates or pd.api.types.is_numeric_dtype(column.dtype):
        # one row a day is as good as a running number
        values = days_of(column) if dates else column.to_numpy(dtype=np.float64, na_value=np.nan)
        whole = bool(np.all(values == np.round(values)))
        return whole and float(values.max() - values.min()) < 2 * len(values)
    return True


def read_features(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """The columns of a table as values to learn from.

    A column of text becomes

    - numbers, where (all but 1 % of) its values are such: plain (``1.5``, ``2e3``), with commas
      for thousands (``1,234.5``) or for decimals (``1.234,5``);
    - true and false, where it holds just such a pair (yes/no, true/false, on/off, ...);
    - dates, where it holds nothing but such (``2024-01-31``, with a time or without; 31.1.2024);
    - else categories, as they are written, but for spaces around them.

    Empty values are missing, and so are "?", "NA" and the like among numbers and dates. Numbers
    with a zero in front (``007``) are names. Values that are no numbers to a computer (infinity)
    are missing.

    Parameters
    ----------
    frame : DataFrame
        The columns to learn from.
    notes : list of str
        Gets what a person should know.

    Returns
    -------
    DataFrame
        With as many rows and the same names.

    Raises
    ------
    BadData
        When no column has any value.
    """
    read = {str(name): _read_column(frame[name], notes) for name in frame.columns}
    if all(column.isna().all() for column in read.values()):
        raise BadData(
            f"The columns {in_list(list(read))} are empty in all {len(frame):,} rows.",
            hint="Choose other columns.",
        )
    empty = [name for name, column in read.items() if column.isna().all()]
    if empty:
        notes.append(f"Left out, as without any value: {in_list(empty)}.")
    same = [name for name, column in read.items() if name not in empty and _constant(column)]
    if same:
        notes.append(f"The same in every row, and so of no use: {in_list(same)}.")
    kept = {name: column for name, column in read.items() if name not in empty}
    return pd.DataFrame(kept).reset_index(drop=True)


def _constant(column: pd.Series[Any]) -> bool:
    return bool(column.notna().all() and (column == column.iloc[0]).all())


def _read_column(column: pd.Series[Any], notes: list[str]) -> pd.Series[Any]:
    name = str(column.name)
    kinds = pd.api.types
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    if kinds.is_bool_dtype(column.dtype):
        return column if column.dtype == bool else _numbers(column)
    if kinds.is_datetime64_any_dtype(column.dtype):
        return _naive(column)
    if kinds.is_numeric_dtype(column.dtype):
        return _numbers(column)
    if kinds.is_timedelta64_dtype(column.dtype):
        return pd.Series(column.dt.total_seconds(), name=name)
    words = _words(column)
    distinct = [word for word in words.dropna().unique().tolist() if isinstance(word, str)]
    if not distinct:
        return pd.Series(np.full(len(column), np.nan), name=name)
    found: Mapping[str, Any] | None = _as_numbers(distinct, words, name, notes)
    if found is None:
        found = _as_yes_no(distinct, name, notes)
    if found is None:
        found = _as_dates(distinct, name, notes)
    if found is None:
        return words
    values = words.map(found)
    if all(isinstance(value, bool) for value in found.values()):
        if bool(words.notna().all()):
            return values.astype(bool)
        return values.astype(float)
    return values if kinds.is_datetime64_any_dtype(values.dtype) else values.astype(float)


def _numbers(column: pd.Series[Any]) -> pd.Series[Any]:
    """Numbers as int64 or float64; infinity is missing."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iu":
        return column.astype(np.int64 if column.dtype != np.uint64 else np.float64)
    values: Floats = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return pd.Series(np.where(np.isfinite(values), values, np.nan), name=column.name)


def _naive(column: pd.Series[Any]) -> pd.Series[Any]:
    """Dates without a time zone: those that have one in UTC."""
    if getattr(column.dtype, "tz", None) is None:
        return column
    naive: pd.Series[Any] = column.dt.tz_convert("UTC").dt.tz_localize(None)
    return naive


def _words(column: pd.Series[Any]) -> pd.Series[Any]:
    """The values as text without spaces around them; missing or empty ones are None."""
    absent = column.isna().to_numpy()
    out = np.empty(len(column), dtype=object)
    for place, value in enumerate(column.tolist()):
        if not absent[place]:
            text = sound_text(as_text(value)).replace("\0", " ").strip()
            out[place] = text or None
    return pd.Series(out, name=column.name, dtype=object)


def days_of(dates: pd.Series[Any]) -> Floats:
    """Dates as days since 1970, NaN where there is none."""
    if dates.dt.tz is not None:
        dates = dates.dt.tz_convert(None)  # what is left is UTC
    # microseconds reach back before 1677, where nanoseconds end
    moments = dates.to_numpy(dtype="datetime64[us]")
    days = moments.astype(np.int64) / 86_400e6
    days[np.isnat(moments)] = np.nan
    return days


def numbers_of(column: pd.Series[Any]) -> tuple[Floats, Ints]:
    """The values of a column known to hold numbers, dates (as days) or yes and no (as 1 and 0).

    Few rows, such as those of a file to classify, may not show of what kind a column is: here it
    is known, and each value is read by itself where they do not settle it together.

    Returns
    -------
    values : ndarray of float64, shape (n,)
        NaN where a value is missing.
    bad : ndarray of int
        Places of values that are none of these.
    """
    read = _read_column(column, [])
    if pd.api.types.is_datetime64_any_dtype(read.dtype):
        return days_of(read), np.zeros(0, np.int64)
    if not is_wordy(read):
        return read.to_numpy(dtype=np.float64, na_value=np.nan), np.zeros(0, np.int64)
    values = np.full(len(read), np.nan)
    bad = []
    for place, word in enumerate(read.tolist()):
        if word is None or word.casefold() in MISSING_WORDS:
            continue
        if word.casefold() in _SAID:
            values[place] = _SAID[word.casefold()]
        elif _PLAIN.fullmatch(_bare(word)):
            values[place] = float(_bare(word))
        else:
            bad.append(place)
    return values, np.array(bad, np.int64)


# one text at a time ---------------------------------------------------------------------


def _as_numbers(
    distinct: list[str], words: pd.Series[Any], name: str, notes: list[str]
) -> dict[str, float] | None:
    """The number of each distinct text, or None where they are not numbers."""
    sure = [word for word in distinct if word.casefold() not in MISSING_WORDS]
    if not sure or any(_CODE.fullmatch(word) for word in sure):
        return None
    bare = {word: _bare(word) for word in sure}
    looks = {
        word: (
            bool(_PLAIN.fullmatch(text)),
            bool(_THOUSANDS.fullmatch(text)),
            bool(_DECIMAL_COMMA.fullmatch(text)),
            bool(_WHOLE.fullmatch(text)),
        )
        for word, text in bare.items()
    }
    counts = words.value_counts()
    total = int(counts[sure].sum())
    odd = {word for word, look in looks.items() if not any(look)}
    odd_rows = int(counts[sorted(odd)].sum()) if odd else 0
    if odd_rows > _ODD * total:
        if odd_rows < 0.5 * total:
            notes.append(
                f"The column {name!r} holds numbers and words ({in_list(sorted(odd), 3)}); it was "
                "read as categories."
            )
        return None
    rest = [word for word in sure if word not in odd]
    points = all(looks[word][0] for word in rest)
    thousands = all(looks[word][0] or looks[word][1] for word in rest)
    commas = all(looks[word][2] or looks[word][3] for word in rest)
    if not points and not thousands and not commas:
        notes.append(
            f"The column {name!r} holds numbers written in several ways "
            f"({in_list(_mixed(rest, looks), 3)}); it was read as categories."
        )
        return None
    found: dict[str, float] = {}
    for word in rest:
        text = bare[word]
        if not points:
            text = text.replace(",", "") if thousands else text.replace(".", "").replace(",", ".")
        value = float(text)
        found[word] = value if np.isfinite(value) else np.nan
    if not points:
        example = next(word for word in rest if not looks[word][0])
        notes.append(
            f"In the column {name!r} commas stand for "
            + ("thousands" if thousands else "decimals")
            + f": {example!r} was read as {found[example]:g}."
        )
    if odd:
        notes.append(
            f"No number, and so missing, in the column {name!r}: {in_list(sorted(odd), 3)} "
            f"({many(odd_rows)})."
        )
    gone = [word for word in distinct if word.casefold() in MISSING_WORDS]
    if gone:
        rows = many(int(counts[gone].sum()))
        notes.append(f"Taken as missing in the column {name!r}: {in_list(gone, 3)} ({rows}).")
    return found


def _bare(word: str) -> str:
    """A number without a sign for percent, narrow spaces between thousands, or a long minus."""
    text = word.removesuffix("%").strip().replace("\N{MINUS SIGN}", "-")
    return re.sub(r"(?<=\d)[ \u00a0\u202f'](?=\d{3}(?!\d))", "", text)


def _mixed(words: list[str], looks: Mapping[str, tuple[bool, ...]]) -> list[str]:
    """A few examples of each way of writing."""
    first: dict[tuple[bool, ...], str] = {}
    for word in words:
        first.setdefault(looks[word], word)
    return list(first.values())


def _as_yes_no(distinct: list[str], name: str, notes: list[str]) -> dict[str, bool] | None:
    folded = {word.casefold() for word in distinct}
    for yes, no in _YES_NO:
        if folded == {yes, no}:
            notes.append(f"The column {name!r} was read as true and false.")
            return {word: word.casefold() == yes for word in distinct}
    return None


def _as_dates(distinct: list[str], name: str, notes: list[str]) -> dict[str, Any] | None:
    sure = [word for word in distinct if word.casefold() not in MISSING_WORDS]
    if not sure:
        return None
    if all(_ISO_DATE.fullmatch(word) for word in sure):
        form = "ISO8601"
    elif all(_DOTTED_DATE.fullmatch(word) for word in sure):
        form = "%d.%m.%Y"
    else:
        return None
    read = pd.to_datetime(pd.Series(sure, dtype=object), format=form, utc=True, errors="coerce")
    if float(read.isna().mean()) > _ODD:
        return None
    notes.append(f"The column {name!r} was read as dates.")
    return dict(zip(sure, read.dt.tz_localize(None), strict=True))
