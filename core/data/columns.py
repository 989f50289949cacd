"""Guess which column of a table is the text, the label, the split, the domain and the group."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.data.parts import known_parts

if TYPE_CHECKING:
    import pandas as pd

_LOOKED_AT = 2_000

_TEXT = "text texts sentence sentences message body content document review tweet comment"
_TEXT += " question query utterance summary description abstract headline title post"
_LABEL = "label labels class classes category categories target intent sentiment topic tag y"
_LABEL += " output rating stance emotion polarity gold answer"
_SPLIT = "split part fold subset partition set usage"
_DOMAIN_WORDS = frozenset({"domain", "domains"})
_GROUP = "group groups speaker speakers patient patients participant participants respondent"
_GROUP_WORDS = frozenset(_GROUP.split())
_FEW_GROUPS = 10  # fewer may be the arms of a study, or parts of which none should be missing
_NEITHER = "id idx index uid uuid date time timestamp url link name page"
_NEVER_LABEL = frozenset(_NEITHER.split())
_TEXT_WORDS = frozenset(_TEXT.split())
_LABEL_WORDS = frozenset(_LABEL.split())
_SPLIT_WORDS = frozenset(_SPLIT.split())


@dataclass(frozen=True)
class ColumnGuess:
    """The likeliest columns of a table; None where none looks the part.

    Attributes
    ----------
    text, label, split : str, optional
        Names of columns, all different.
    tabular : bool
        Whether the table looks like one of values rather than of texts: no column holds what
        anybody would call texts. ``label`` is then the likeliest among all columns.
    """

    text: str | None
    label: str | None
    split: str | None
    tabular: bool = False


def guess_columns(frame: pd.DataFrame) -> ColumnGuess:
    """Guess the columns from their names and the first 2,000 rows.

    The text is the column of the longest, most varied values; the label has few distinct
    values that repeat; a split column holds nothing but words such as "train" and "test".
    Names that people usually give weigh in.

    Parameters
    ----------
    frame : DataFrame
        As read by :func:`core.data.reading.read_table`.

    Returns
    -------
    ColumnGuess
    """
    looked_at = frame.head(_LOOKED_AT)
    names = list(frame.columns)
    split = _best({name: _as_split(looked_at[name], name) for name in names})
    names = [name for name in names if name != split]
    text = _best({name: _as_text(looked_at[name], name) for name in names})
    if len(names) > 1 and (text is None or _brief(looked_at[text], text)):
        label = _label_of_values(looked_at[names])
        return ColumnGuess(text if text != label else None, label, split, tabular=True)
    names = [name for name in names if name != text]
    label = _best({name: _as_label(looked_at[name], name) for name in names})
    return ColumnGuess(text, label, split)


def guess_domain(frame: pd.DataFrame, *taken: str | None) -> str | None:
    """The column that is called the domain of a row and has two or more; None without one.

    Parameters
    ----------
    frame : DataFrame
        As read by :func:`core.data.reading.read_table`.
    *taken : str, optional
        Columns that are something else.
    """
    looked_at = frame.head(_LOOKED_AT)
    named = [name for name in frame.columns if _words(name) & _DOMAIN_WORDS and name not in taken]
    return next((name for name in named if _few_values(looked_at[name])), None)


def guess_group(frame: pd.DataFrame, *taken: str | None) -> str | None:
    """The column that is called a group, a speaker or a patient and has several rows of each.

    Parameters
    ----------
    frame : DataFrame
        As read by :func:`core.data.reading.read_table`.
    *taken : str, optional
        Columns that are something else.

    Returns
    -------
    str or None
        A column of ten groups or more, with two rows each on average.
    """
    looked_at = frame.head(_LOOKED_AT)
    for name in frame.columns:
        if _words(name) & _GROUP_WORDS and name not in taken:
            values = looked_at[name].dropna()
            if _FEW_GROUPS <= values.nunique() <= len(values) / 2:
                return str(name)
    return None


def _brief(column: pd.Series, name: str) -> bool:
    """Whether the likeliest column of texts holds mere words: a name, a place, a kind."""
    if _words(name) & _TEXT_WORDS:
        return False
    values = column.dropna().astype(str)
    if not len(values) or not values.str.isascii().mean() > 0.5:
        return False  # scripts without spaces
    return float(values.str.count(r"\s+").mean()) < 1.5 and float(values.str.len().mean()) < 25


def _label_of_values(frame: pd.DataFrame) -> str | None:
    """The label among columns of values: by its name, else the outermost column that will do."""
    scores = {name: _as_label(frame[name], name) for name in frame.columns}
    best = _best(scores)
    if best is None or scores[best] >= 2:  # named so
        return best
    ends = [name for name in (frame.columns[-1], frame.columns[0]) if _few_values(frame[name])]
    return next((name for name in ends if scores[name] > 0), None)


def _few_values(column: pd.Series) -> bool:
    """Whether a column has so few values that they could be classes, and no fractions."""
    return 2 <= column.nunique() <= max(20, len(column) // 50)


def _best(scores: dict[str, float]) -> str | None:
    """The name of the highest score above zero; of equals the first."""
    name = max(scores, key=lambda key: scores[key], default=None)
    return name if name is not None and scores[name] > 0 else None


def _words(name: str) -> set[str]:
    """The words of a column's name: "reviewText" has "review" and "text"."""
    return set(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(name)).lower()))


def _as_split(column: pd.Series, name: str) -> float:
    values = column.dropna()
    if not len(values) or not known_parts(values.unique()[:20]):
        return 0.0
    # "test" and "train" may also be what a text column of one word says
    named = bool(_words(name) & _SPLIT_WORDS)
    distinct = values.nunique()
    return 2.0 if named else 1.0 if 2 <= distinct <= 4 else 0.0


def _as_text(column: pd.Series, name: str) -> float:
    values = column.dropna()
    if not len(values) or values.dtype.kind in "biufM":
        return 0.0
    texts = values.astype(str)
    length = float(texts.str.len().mean())
    spaced = float(texts.str.contains(r"\s", regex=True).mean())
    varied = texts.nunique() / len(texts)
    # links, hashes and numbers are long and varied as well, but hold no spaces; Chinese and
    # Japanese text has none either, and no Latin letters
    worded = spaced if texts.str.isascii().mean() > 0.5 else 1.0
    numeric = float(texts.str.fullmatch(r"[-+\d.,eE%/: ]+").mean())
    named = bool(_words(name) & _TEXT_WORDS)
    if numeric > 0.9 or (not named and len(texts) > 50 and varied < 0.1):
        return 0.0  # numbers, or the same few words over and over
    score = length * (0.05 + worded) * (0.1 + varied)
    return score * (3.0 if named else 1.0)


def _as_label(column: pd.Series, name: str) -> float:
    values = column.dropna()
    values = values[values.astype(str).str.strip() != ""]
    if len(values) < 2:
        return 0.0
    words = _words(name)
    named = bool(words & _LABEL_WORDS)
    distinct = int(values.nunique())
    repeats = distinct / len(values)
    if words & _NEVER_LABEL and not named:
        return 0.0
    if distinct < 2:
        # of no use, but who named it so should hear why, and not find it passed over
        return 0.05 if named else 0.0
    if repeats > 0.5 and not (named and distinct < len(values)):
        # as good as a number for each row, unless it is named as a label and the file is short
        return 0.1 if named and len(values) < 20 else 0.0
    fractions = values.dtype.kind == "f" and bool((values % 1 != 0).any())
    if fractions:
        return 0.0
    length = float(values.astype(str).str.len().mean())
    score = (1.0 - repeats) / (1.0 + length / 40.0) / (1.0 + distinct / 200.0)
    return score + (2.0 if named else 0.0)
