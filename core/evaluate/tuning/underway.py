"""What a search has under way: encoders that are ready, splits being measured, and its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.evaluate.tuning.candidate import Candidate
from core.evaluate.tuning.results import Ended
from core.evaluate.tuning.work import Encoded
from core.evaluate.tuning.workers import Pending


class Over(Exception):
    """The search is over; ``why`` says what ended it."""

    def __init__(self, why: Ended) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, eq=False)
class Ready:
    """An encoder's rows, shared with the workers, and what they cost."""

    matrix: Any
    encoder: Any
    cost: Encoded


@dataclass(frozen=True, eq=False)
class Running:
    """Some splits of a candidate, being measured."""

    pending: Pending
    candidate: Candidate
    splits: list[int]
