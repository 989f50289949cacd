"""What was decided about the answers of a run after it was done: how sure they may sound.

The classifier of a run never changes. A temperature is kept beside it, and whatever opens the
classifier applies it: Predict, the command line and the server give the same answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.errors import StoreFailed
from core.finetune.temperature import sharpened
from core.store import runs
from core.store.files import read_if_there, remove_file, write_json

_FILE = "decisions.json"
_LOWEST, _HIGHEST = 1e-3, 1e3


@dataclass(frozen=True)
class Decisions:
    """How a run's classifier answers.

    Attributes
    ----------
    temperature : float
        Above 1 makes all answers less sure than the classifier was trained to be, below 1 surer.
    held_out : int
        Labelled rows that it was fitted on; 0 when nothing was.
    """

    temperature: float = 1.0
    held_out: int = 0


def get(run_id: str) -> Decisions:
    """What was decided about a run; nothing, where nothing was.

    Raises
    ------
    NotFound
        When the id is none.
    StoreFailed
        When the file is damaged.
    """
    path = runs.folder(run_id) / _FILE
    content = read_if_there(path)
    if content is None:
        return Decisions()
    try:
        kept = json.loads(content)
        found = Decisions(float(kept["temperature"]), int(kept["held_out"]))
        if not _LOWEST <= found.temperature <= _HIGHEST:
            raise ValueError(f"a temperature of {found.temperature:g}")
    except (ValueError, KeyError, TypeError) as error:
        raise StoreFailed(
            f"The file {path} is damaged: {error}.",
            hint="Delete it, and the answers are those that the classifier was trained to give.",
        ) from error
    return found


def keep(run_id: str, decisions: Decisions) -> None:
    """Decide; from now on the classifier of the run answers so.

    Raises
    ------
    NotFound
        When there is no such run.
    """
    runs.get(run_id)
    path = runs.folder(run_id) / _FILE
    if decisions == Decisions():
        remove_file(path)
    else:
        write_json(path, asdict(decisions))


def applied(
    arrays: Mapping[str, np.ndarray[Any, Any]], decisions: Decisions
) -> dict[str, np.ndarray[Any, Any]]:
    """The predictions of a run as its classifier gives them now.

    Parameters
    ----------
    arrays : mapping
        What :func:`core.store.runs.load_arrays` gives for "predictions": as it was trained. The
        baseline's stay so.
    decisions : Decisions
    """
    return {
        name: sharpened(array, decisions.temperature)
        if name in ("test_proba", "train_proba", "validation_proba")
        else array
        for name, array in arrays.items()
    }
