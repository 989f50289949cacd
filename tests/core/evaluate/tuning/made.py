"""A small task that is neither trivial nor hopeless, and work that never ends."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from core.data.dataset import UNLABELLED, Dataset
from core.evaluate.tuning.space import Space, make_space
from core.pretrain.base import PoolSize


def task(per_class: int = 12, pool: int = 20, seed: int = 0) -> Dataset:
    """Texts of three classes, of which two words in eight say which; a pool without labels."""
    rng = np.random.default_rng(seed)
    rows, labels = [], []
    for code in [*np.repeat(np.arange(3), 2 * per_class), *rng.integers(0, 3, pool)]:
        own = [f"word{code}{place}" for place in rng.integers(0, 6, 2)]
        common = [f"common{place}" for place in rng.integers(0, 12, 6)]
        rows.append(" ".join(rng.permutation(own + common)))
        labels.append(code)
    labelled = np.array(labels, dtype=np.int32)
    labelled[6 * per_class :] = UNLABELLED
    return Dataset(
        name="noisy",
        title="Noisy texts",
        modality="text",
        rows=np.array(rows, dtype=object),
        labels=labelled,
        classes=("a", "b", "c"),
        test=np.array([i % 2 == 1 for i in range(6 * per_class)] + [False] * pool),
    )


def space(**more: Any) -> Space:
    """What a search of five seconds may try on it."""
    settings: dict[str, Any] = {"seconds": 5.0, "pool": True, **more}
    return make_space("text", PoolSize(56, 4000), **settings)


def endless(*_: Any) -> Any:
    """A fit that nobody waits for."""
    time.sleep(600)
