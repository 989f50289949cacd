"""A small pretraining method, as the registry would offer it, and data for it."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.errors import BadModelFile, NotFound
from core.params import Param
from core.pretrain.base import Encoder, Estimate, Method
from core.types import Rows, State


class Lengths(Encoder):
    """Encodes a text as powers of its length; learns the longest of its pool."""

    def __init__(self, powers: int = 2) -> None:
        self.powers = powers

    def fit(self, rows: Rows, y: Any = None, **kwargs: Any) -> Self:
        self.longest_ = np.array([max(map(len, rows))], dtype=np.float32)
        return self

    def transform(self, rows: Rows) -> Any:
        share = np.array([[len(row)] for row in rows], dtype=np.float32) / self.longest_
        return share ** np.arange(1, self.powers + 1, dtype=np.float32)

    def state(self) -> State:
        return {"longest": self.longest_}

    def load_state(self, state: State) -> Self:
        self.longest_ = state["longest"].reshape(1)
        if self.longest_ < 1:
            raise BadModelFile("The longest text has less than one letter.")
        return self


LENGTHS = Method(
    key="lengths",
    title="Lengths",
    learns="The longest.",
    when="In tests.",
    cost="Nothing.",
    source="Nobody 2026",
    modalities=("text",),
    params=(Param("powers", "int", 2, "How many numbers.", low=1, high=9),),
    make=lambda settings, seed: Lengths(powers=settings["powers"]),  # type: ignore[arg-type]
    estimate=lambda size, settings: Estimate(0, 0),
)


def offer(monkeypatch: pytest.MonkeyPatch, *methods: Method) -> None:
    """Make these the only methods that there are."""
    known = {method.key: method for method in methods}

    def get_method(key: str) -> Method:
        if key not in known:
            raise NotFound(f"There is no method {key!r}.")
        return known[key]

    monkeypatch.setattr("core.pretrain.get_method", get_method)


def texts(name: str = "words", rows: tuple[str, ...] = ("a", "bb", "ccc", "dddd")) -> Dataset:
    """Texts of two classes, every second one for the test."""
    n = len(rows)
    return Dataset(
        name=name,
        title=name.capitalize(),
        modality="text",
        rows=np.array(rows, dtype=object),
        labels=np.arange(n) // 2 % 2,
        classes=("long", "short"),
        test=np.arange(n) % 2 == 1,
        about="Made up.",
        options={"of": name},
    )
