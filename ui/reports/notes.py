"""Name, note, tags and star of the run."""

from __future__ import annotations

from core.evaluate.results import Evaluation
from core.store.records import RunRecord
from ui import describing
from ui.reports.base import Section


def draw(record: RunRecord, evaluation: Evaluation) -> None:
    """The fields in which a person writes down what was tried, and why."""
    describing.fields(record, "ev_describe")


SECTION = Section(key="notes", group="hand_over", title="Notes", order=30, draw=draw)
