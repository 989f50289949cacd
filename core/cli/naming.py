"""What the words DATA, MODEL and RUN of the command line stand for."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from core.cli.bringing import from_path, refuse_columns
from core.errors import BadParam, NotFound
from core.params import Param, by_name, parse_settings
from core.store import datasets, models, runs, vector_files
from core.store.records import DatasetRecord, ModelRecord, RunRecord

if TYPE_CHECKING:
    from core.jobs.requests import DataRef
    from core.pretrain.base import Method

_R = TypeVar("_R", DatasetRecord, ModelRecord, RunRecord)
_SHORTEST = 4  # letters of an id that will do when no other begins so


def data_ref(chosen: argparse.Namespace) -> DataRef:
    """The data that DATA means: a built-in name, a file, or the fingerprint of a kept set.

    A file, or a folder of pictures, becomes a kept data set.

    Raises
    ------
    NotFound
        When it is none of them.
    BadData, BadParam
        When the file cannot be used, or its columns are not told apart.
    """
    from core.data.catalogue import built_in
    from core.jobs.requests import DataRef

    word: str = chosen.data
    known = built_in()
    if word in known:
        refuse_columns(
            chosen, f"{word!r} is a data set that is there already; its columns are fixed."
        )
        options = parse_settings(known[word].params, chosen.option)
        return DataRef(name=word, options=options)
    if chosen.option:
        raise BadParam("--option is for built-in data sets.", hint="Leave it out here.")
    path = Path(word).expanduser()
    if path.is_file():
        return DataRef(fingerprint=from_path(path, chosen).fingerprint)
    kept = _begins(datasets.list_all(), word, "fingerprint") or [
        record for record in datasets.list_all() if word in (record.name, record.title)
    ]
    if len(kept) == 1:
        refuse_columns(
            chosen, f"{word!r} is a data set that is there already; its columns are fixed."
        )
        return DataRef(fingerprint=kept[0].fingerprint)
    if kept:
        raise BadParam(
            f"{word!r} means {len(kept)} kept data sets.",
            hint="Name one by its fingerprint: "
            + ", ".join(record.fingerprint[:12] for record in kept)
            + ".",
        )
    if path.is_dir():
        return DataRef(fingerprint=from_path(path, chosen).fingerprint)
    raise NotFound(
        f"There is no data set and no file {word!r}.",
        hint="Built in: "
        + ", ".join(known)
        + ". Or name a file with --text-column, or a folder of pictures.",
    )


def method_or_model(word: str) -> Method | ModelRecord | None:
    """What MODEL means: none, the id or name of a fitted model, or a method to pretrain by.

    Raises
    ------
    NotFound
        When it is none of them.
    """
    from core.pretrain import methods

    if word.strip().lower() == "none":
        return None
    library = models.list_all()
    exact = [one for one in library if word == one.id or word.casefold() == one.name.casefold()]
    if exact:
        return exact[0]
    if word in methods():
        return methods()[word]
    begun = _begins(library, word, "id")
    if len(begun) == 1:
        return begun[0]
    try:
        return models.find(word)  # for its words: names that are spelled alike
    except NotFound as error:
        hint = f"{error.hint or ''} Methods: {', '.join(methods())}."
        raise NotFound(error.message, hint=hint.strip()) from None


def model_of(word: str) -> ModelRecord:
    """What MODEL means where only a fitted model will do: an id, its beginning, or a name.

    Raises
    ------
    NotFound
        When there is none.
    """
    found = method_or_model(word)
    if not isinstance(found, ModelRecord):
        raise NotFound(f"There is no model {word!r}.", hint="See `models`.")
    return found


def run_of(word: str) -> RunRecord:
    """The run that RUN means: an id, the beginning of one, or "last".

    Raises
    ------
    NotFound
        When there is none, or several.
    """
    latest = runs.list_all(limit=1000)
    begun = latest[:1] if word == "last" else _begins(latest, word, "id")
    if len(begun) == 1:
        return runs.get(begun[0].id)  # lists leave out the long parts of a result
    if begun:
        raise NotFound(
            f"{len(begun)} runs begin with {word!r}.", hint="Type more of the id; see `runs`."
        )
    return runs.get(word)


def _begins(records: Sequence[_R], word: str, name: str) -> list[_R]:
    if len(word) < _SHORTEST:
        return []
    return [record for record in records if str(getattr(record, name)).startswith(word)]


def sort_settings(
    given: Sequence[str], owners: Sequence[tuple[str, Sequence[Param]]]
) -> dict[str, dict[str, Any]]:
    """Give each ``name=value`` of ``--set`` to the part of the recipe that has such a setting.

    Parameters
    ----------
    given : sequence of str
        As typed; ``owner.name=value`` where several parts know the name.
    owners : sequence of (str, params)
        The parts by name; the first that knows a setting gets it.

    Raises
    ------
    BadParam
        When no part knows it, or the value will not do.
    """
    sorted_out: dict[str, dict[str, Any]] = {owner: {} for owner, _ in owners}
    for text in given:
        name = text.partition("=")[0].strip()
        prefix, dot, rest = name.partition(".")
        if dot and prefix in sorted_out:
            candidates = [(owner, params) for owner, params in owners if owner == prefix]
            text = text.strip().removeprefix(f"{prefix}.")  # noqa: PLW2901
            name = rest
        else:
            candidates = [(owner, ps) for owner, ps in owners if name in by_name(ps)]
        if not candidates:
            candidates = [("", [param for _, ps in owners for param in ps])]  # words the error
        owner, params = candidates[0]
        values = vector_files.imported(params, parse_settings(params, [text]))
        sorted_out[owner] |= values
    return sorted_out
