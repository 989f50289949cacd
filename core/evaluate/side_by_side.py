"""What differs between runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

#: Stands where a run has no such setting.
MISSING = "—"


def differing_settings(
    runs: Sequence[Mapping[str, Any]], *, ignore: Collection[str] = ("name",)
) -> pd.DataFrame:
    """The settings in which runs differ, and only those.

    Parameters
    ----------
    runs : sequence of mapping
        Requests, as nested JSON values.
    ignore : collection of str, default=("name",)
        Settings left out, at the top or deeper down, by their last name.

    Returns
    -------
    DataFrame
        One row a setting, named by its path ("head_settings.C"), in the order they first occur;
        one column a run, numbered from 0; values as words.
    """
    flat = [dict(_flatten(run)) for run in runs]
    paths = dict.fromkeys(path for run in flat for path in run)
    rows = {
        path: [_word(run[path]) if path in run else MISSING for run in flat]
        for path in paths
        if path.rsplit(".", 1)[-1] not in ignore
    }
    kept = {path: values for path, values in rows.items() if len(set(values)) > 1}
    return pd.DataFrame(
        list(kept.values()),
        index=pd.Index(list(kept), name="setting", dtype=object),
        columns=range(len(flat)),
        dtype=object,
    )


def _flatten(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            found.extend(_flatten(value, f"{prefix}{name}."))
        else:
            found.append((f"{prefix}{name}", value))
    return found


def _word(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_word, value)) or "none"
    return str(value)
