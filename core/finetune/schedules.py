"""How the learning rate changes while training goes on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

ScheduleKind: TypeAlias = Literal["constant", "step", "cosine"]


@dataclass(frozen=True)
class Schedule:
    """What the learning rate is multiplied by.

    Attributes
    ----------
    kind : {"constant", "step", "cosine"}
        Always 1; half after each third of the passes (so 1, 1/2, 1/4); or a half wave of a
        cosine from 1 to 0 (Loshchilov & Hutter 2017, without restarts).
    passes : int
        Of the whole training.
    warm_up : float
        Share of the passes in which the factor first rises from 0 to 1 (Goyal et al. 2017);
        the rest of the schedule takes the rest of the passes.
    """

    kind: ScheduleKind = "constant"
    passes: int = 1
    warm_up: float = 0.0

    def factor(self, done: float) -> float:
        """The factor after ``done`` passes (parts of one count)."""
        share = min(max(done / self.passes, 0.0), 1.0)
        if share < self.warm_up:
            return share / self.warm_up
        rest = (share - self.warm_up) / (1 - self.warm_up)
        if self.kind == "step":
            return 0.5 ** min(int(3 * rest), 2)
        if self.kind == "cosine":
            return 0.5 * (1 + math.cos(math.pi * rest))
        return 1.0
