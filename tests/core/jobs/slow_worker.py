"""A worker like the real one that knows a method more: one that learns in many slow passes."""

from __future__ import annotations

import sys
import time
from typing import Any, Self

import numpy as np

from core.errors import BadModelFile
from core.jobs import resume
from core.jobs.worker import main
from core.params import Param
from core.pretrain import methods
from core.pretrain.base import Encoder, Estimate, Method
from core.pretrain.rows import part
from core.progress import SILENT, Progress
from core.types import Floats, Rows, State

COMMAND = (sys.executable, __file__)


class SlowEncoder(Encoder):
    """Counts its passes, and the rows of all that it continues.

    Attributes
    ----------
    began_ : int
        The pass that this attempt began with.
    rows_ : int
        How many rows it has seen, those of its ancestors among them.
    """

    def __init__(self, passes: int = 10, random_state: int = 0) -> None:
        self.passes = passes
        self.random_state = random_state

    def fit(self, rows: Rows, y: Any = None, *, progress: Progress = SILENT) -> Self:
        return self._learn(len(rows), progress)

    def continued(self, rows: Rows, *, progress: Progress = SILENT) -> Self:
        return type(self)(self.passes, self.random_state)._learn(self.rows_ + len(rows), progress)

    def _learn(self, rows: int, progress: Progress) -> Self:
        saved = progress.saved() or {}
        self.began_ = int(saved.get("passes", 0)) if saved.get("rows") == rows else 0
        self.rows_ = rows
        for number in range(self.began_, self.passes):
            time.sleep(0.02)
            told = {"train_loss": 1 / (number + 1), "pass_": number + 1}
            progress.update((number + 1) / self.passes, f"Pass {number + 1}", **told)
            progress.save(lambda number=number: {"passes": number + 1, "rows": rows})  # type: ignore[misc]
        return self

    def transform(self, rows: Rows) -> Floats:
        return np.ones((len(rows), 1), dtype=np.float32)

    def state(self) -> State:
        return {"began": self.began_, "rows": self.rows_}

    def load_state(self, state: State) -> Self:
        self.began_, self.rows_ = part(state, "began", int), part(state, "rows", int)
        if self.began_ < 0:
            raise BadModelFile("It began before it began.")
        return self


METHOD = Method(
    key="slow",
    title="Slow passes",
    learns="To be patient.",
    when="In tests.",
    cost="Time.",
    source="Nobody",
    modalities=("text",),
    params=(Param("passes", "int", 10, "How many.", low=1, high=100_000),),
    make=lambda settings, seed: SlowEncoder(int(settings["passes"] or 1), seed),
    estimate=lambda size, settings: Estimate(1.0, 1.0),
    continues=True,
)


if __name__ == "__main__":
    methods()[METHOD.key] = METHOD
    resume.EVERY_SECONDS = 0.0
    sys.exit(main(command=COMMAND))
