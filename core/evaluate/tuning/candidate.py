"""A configuration under way."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from core.evaluate.tuning.configuration import Configuration
from core.evaluate.tuning.folds import Plan
from core.evaluate.tuning.work import Start, Tried
from core.types import Floats


@dataclass(eq=False)
class Candidate:
    """A configuration, and what was measured of it: by split and rows trained on."""

    number: int
    configuration: Configuration
    tried: dict[tuple[int, int], Tried] = field(default_factory=dict)
    scores: list[float] = field(default_factory=list)
    error: float | None = None
    at: float | None = None
    failure: str | None = None

    def missing(self, plan: Plan, rung: int) -> list[int]:
        """The splits that a score on a rung still lacks."""
        return [i for i, size in plan.parts(rung) if (i, size) not in self.tried]

    def start(self, split: int, size: int) -> Start | None:
        """Weights that fewer rows of a split led to, where the head can go on from them."""
        fewer = [n for i, n in self.tried if i == split and n < size]
        return self.tried[split, max(fewer)].start if fewer else None

    def right(self, plan: Plan, rung: int) -> Floats | None:
        """Share of the times that each validated row was right; None while splits are missing."""
        if self.missing(plan, rung):
            return None
        n = 1 + max(int(split.validation.max()) for split in plan.splits)
        right, often = np.zeros(n), np.zeros(n)
        for i, size in plan.parts(rung):
            rows = plan.splits[i].validation
            right[rows] += self.tried[i, size].right
            often[rows] += 1
        return right[often > 0] / often[often > 0]


def ranked(some: list[Candidate], rung: int) -> list[Candidate]:
    """Those that finished a rung, best first; equals by simplicity, then by number."""
    return sorted(
        (one for one in some if len(one.scores) > rung),
        key=lambda one: (-one.scores[rung], one.configuration.complexity(), one.number),
    )
