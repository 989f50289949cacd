"""What a section of a run's report is.

A section is one file in ``ui/reports/`` with a ``SECTION`` constant, found by that constant. It
belongs to a group, which is a tab of the Evaluate page; only what is open is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from core.evaluate.results import Evaluation
from core.store.records import RunRecord

Group: TypeAlias = Literal[
    "overview", "scores", "mistakes", "decisions", "trust", "explain", "hand_over"
]

#: The groups in the order of their tabs, and what the tabs are called.
GROUPS: dict[Group, str] = {
    "overview": "Overview",
    "scores": "Scores",
    "mistakes": "Mistakes",
    "decisions": "Decisions",
    "trust": "Trust",
    "explain": "Why",
    "hand_over": "Hand over",
}


def always(record: RunRecord, evaluation: Evaluation) -> str | None:
    """For sections that every run has: nothing keeps them from being shown."""
    return None


@dataclass(frozen=True)
class Section:
    """One section of the report.

    Attributes
    ----------
    key : str
        Short and unique; stands in the address of the page, and begins the keys of its widgets.
    group : str
        One of :data:`GROUPS`.
    title : str
        In sentence case.
    draw : callable
        Draws it for a finished fine-tuning; may read what :mod:`ui.resources` caches.
    absent : callable
        Says in a sentence why it cannot be shown for this run; None when it can.
    needs_rows : bool
        Whether it wants the rows of the run's data set, which may have been deleted, or never
        have been here: a bundle brings no rows.
    order : int
        Place within its group; equal ones by title.
    """

    key: str
    group: Group
    title: str
    draw: Callable[[RunRecord, Evaluation], None]
    absent: Callable[[RunRecord, Evaluation], str | None] = always
    needs_rows: bool = False
    order: int = 50
