"""What in the columns of a table makes scores mean less than they say."""

from __future__ import annotations

import pandas as pd

from core.data.features import like_an_id
from core.data.finding import Finding, listed, names, percent, some


def missing_values(frame: pd.DataFrame) -> Finding:
    """Whether values are missing, and where most are."""
    missing = frame.isna()
    share = missing.mean() if len(frame) else missing.sum() * 0.0
    some_missing = [str(name) for name, value in share.items() if value > 0]
    if not some_missing:
        return Finding(
            "missing_values",
            "ok",
            "No value is missing",
            "Every row says something in every column.",
        )
    mostly = [str(name) for name, value in share.items() if value >= 0.5]
    rows = missing.any(axis=1).to_numpy()
    worst = share.idxmax()
    cells = int(missing.to_numpy().sum())
    return Finding(
        "missing_values",
        "warning" if mostly else "note",
        f"{some(cells, 'value')} {'is' if cells == 1 else 'are'} missing in "
        f"{some(len(some_missing), 'column')}; most in “{worst}” ({percent(float(share.max()))})",
        "Missing values are filled in (the middle of a number column, a category of its own "
        "otherwise). Where most are missing, what is filled in is mostly made up.",
        "Find out why they are missing. Leave out columns that are mostly empty"
        + (f": {names(mostly)}." if mostly else "."),
        listed(rows),
        int(rows.sum()),
    )


def constant_columns(frame: pd.DataFrame) -> Finding:
    """Whether columns have the same value in every row."""
    constant = [
        str(frame.columns[place])
        for place in range(frame.shape[1])
        if len(frame) > 1
        and pd.factorize(frame.iloc[:, place], use_na_sentinel=False)[0].max() == 0
    ]
    if not constant:
        return Finding(
            "constant_columns",
            "ok",
            "Every column has more than one value",
            "Each of them can tell rows apart.",
        )
    return Finding(
        "constant_columns",
        "note",
        f"{some(len(constant), 'column')} with the same value in every row: {names(constant)}",
        "There is nothing to learn from such a column.",
        "Leave it out, or look whether something was lost when the file was made.",
        count=len(constant),
    )


def id_columns(frame: pd.DataFrame) -> Finding:
    """Whether columns have another name or running number in every row."""
    found = [
        str(frame.columns[place])
        for place in range(frame.shape[1])
        if like_an_id(frame.iloc[:, place])
    ]
    if not found:
        return Finding(
            "id_columns",
            "ok",
            "No column looks like a running number or a name of each row",
            "Nothing invites a model to learn rows by heart.",
        )
    return Finding(
        "id_columns",
        "warning",
        f"{some(len(found), 'column')} with another value in every row: {names(found)}",
        "A number or name that is different in every row says nothing about new rows. Where the "
        "rows are sorted by class it even gives the answer away.",
        "Leave it out of the columns to learn from.",
        count=len(found),
    )
