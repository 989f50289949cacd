"""What a queued run waits for."""

from __future__ import annotations

from core.store import runs
from core.store.records import RunRecord

#: Longer queues are not counted to their end.
_MANY = 1_000


def before(run: RunRecord) -> list[RunRecord]:
    """The runs that go before a queued one, in the order in which they are done.

    Parameters
    ----------
    run : RunRecord
        One that waits.

    Returns
    -------
    list of RunRecord
        Those that work now, then those that wait and came earlier; none where it does not wait.
    """
    live = runs.list_all(states=["running", "queued"], limit=_MANY, brief=True)[::-1]
    waiting = [one for one in live if one.state == "queued"]
    place = next((i for i, one in enumerate(waiting) if one.id == run.id), None)
    if place is None:
        return []
    return [one for one in live if one.state == "running"] + waiting[:place]
