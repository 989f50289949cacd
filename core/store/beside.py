"""What somebody chose about a run after it was done: a small JSON file in the run's folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from core.errors import StoreFailed, WarmstartError
from core.store import runs
from core.store.audit import Refused
from core.store.files import read_if_there, remove_file, write_json

T = TypeVar("T")


def read(run_id: str, name: str, parse: Callable[[Any], T], *, default: T, hint: str) -> T:
    """What stands in a file beside a run.

    Parameters
    ----------
    run_id, name : str
        Which run, and the name of the file.
    parse : callable
        Makes a choice of the JSON values; what is wrong with them it raises as ``ValueError``,
        ``TypeError`` or an error of ours.
    default : object
        Where there is no such file.
    hint : str
        What to do about a damaged one.

    Raises
    ------
    NotFound
        When the id is none.
    StoreFailed
        When the file is damaged.
    """
    path = runs.folder(run_id) / name
    content = read_if_there(path)
    if content is None:
        return default
    try:
        return parse(json.loads(content))
    except (ValueError, TypeError, WarmstartError, Refused) as error:
        raise StoreFailed(f"The file {path} is damaged: {error}.", hint=hint) from error


def keep(run_id: str, name: str, values: Mapping[str, Any] | None) -> None:
    """Write a file beside a run; without values there is none any more.

    Raises
    ------
    NotFound
        When there is no such run.
    """
    runs.get(run_id)
    path = runs.folder(run_id) / name
    if values is None:
        remove_file(path)
    else:
        write_json(path, values)
