"""How the data set of an upload was made, so that it can be made from its file once more."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

_NAMED = ("text_column", "label_column", "split_column", "domain_column", "group_column")


def table_file(options: Mapping[str, Any]) -> str:
    """The name of the table that a data set was made from; empty where it was none.

    Parameters
    ----------
    options : mapping
        Of the data set (:attr:`core.data.dataset.Dataset.options`).
    """
    name = options.get("file")
    if not isinstance(name, str) or not (options.get("text_column") or _features(options)):
        return ""
    return PurePath(name).name


def table_arguments(options: Mapping[str, Any]) -> dict[str, Any]:
    """What :func:`core.data.table.dataset_from_table` was told beside the table.

    Parameters
    ----------
    options : mapping
        Of the data set. It may have come with a bundle: what is not of its type is left out.

    Returns
    -------
    dict
        Keyword arguments but for the name; only those that were given.
    """
    found: dict[str, Any] = {
        name: options[name] for name in _NAMED if isinstance(options.get(name), str)
    }
    if features := _features(options):
        found["feature_columns"] = features
    share, seed = options.get("test_share"), options.get("seed")
    if isinstance(share, float) and 0 < share < 1:
        found["test_share"] = share
    if type(seed) is int:
        found["seed"] = seed
    return found


def _features(options: Mapping[str, Any]) -> list[str]:
    names = options.get("feature_columns")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return []
    return list(names)
