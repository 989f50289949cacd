"""What examinations have found about a run, found again by that run's id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.errors import BadParam
from core.evaluate.examination import PARTS, Part
from core.store import runs
from core.store.records import RunRecord

_MANY = 500


@dataclass(frozen=True)
class Finding:
    """One part of an examination that is done.

    Attributes
    ----------
    examination : str
        Id of the run that did it; its arrays "examination" have the rows.
    result : dict
        What it found, as JSON values, with a ``sentence``.
    """

    examination: str
    result: dict[str, Any]


def examined_run(run_id: str) -> RunRecord:
    """The run of that id, if it can be examined.

    Raises
    ------
    NotFound
        When there is no such run.
    BadParam
        When it is no finished fine-tuning.
    """
    run = runs.get(run_id)
    if run.kind != "finetune" or run.state != "done":
        raise BadParam(
            f"The run {run.name!r} is no finished fine-tuning, so there is nothing to examine.",
            hint="Choose a fine-tuning that is done.",
        )
    return run


def findings(run: RunRecord) -> dict[Part, Finding]:
    """The newest result of each part that was examined, by its key."""
    found: dict[Part, Finding] = {}
    for record in _examinations(run):
        if record.state != "done" or not set(record.request["parts"]) - set(found):
            continue
        result = runs.get(record.id).result or {}
        for part in PARTS:
            if part not in found and part in result.get("parts", {}):
                found[part] = Finding(record.id, result["parts"][part])
    return found


def latest(run: RunRecord) -> RunRecord | None:
    """The newest examination of a run, in whatever state; None where there is none."""
    newest = next(iter(_examinations(run)), None)
    return None if newest is None else runs.get(newest.id)


def _examinations(run: RunRecord) -> list[RunRecord]:
    """Examinations of a run, the newest first; long lists are left out of their results."""
    known = runs.list_all(kind="examine", dataset=run.dataset, limit=_MANY, brief=True)
    return [record for record in known if record.request.get("run") == run.id]
