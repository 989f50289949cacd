"""Every strategy takes sparse rows and dense ones, and gives the same answers on both."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse

from core.finetune import strategies
from core.finetune.base import Task
from core.finetune.heads.gradient import GradientHead
from core.finetune.heads.logistic import LogisticHead
from core.finetune.source import Source
from core.pretrain.base import Encoder
from core.progress import SILENT

K, D = 3, 6
CENTRES = np.random.default_rng(7).normal(size=(K, D))
#: Word vectors are dense by nature: what is tuned is tested in test_probe_then_tune.py.
KEYS = [key for key in strategies() if key != "probe_then_tune"]


def rows(n: int, seed: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    codes = np.arange(n) % K
    X = rng.normal(scale=0.6, size=(n, D)) + CENTRES[codes]
    X[np.abs(X) < 0.3] = 0  # something that sparse rows leave out
    return X, codes


def task(kind: Any, head: Any) -> Task:
    X, codes = rows(18, 0)
    pool, _ = rows(60, 2)
    there, known = rows(60, 1)
    return Task(
        rows=np.array(["text"] * len(codes), dtype=object),
        labels=codes,
        encoded=kind(X),
        pool=lambda: kind(pool),
        encoder=Encoder(),
        make_head=head,
        seed=0,
        source=Source(
            head=head().fit(kind(there), known),
            classes=("a", "b", "c"),
            target_classes=("a", "b", "c"),
            encoded=lambda: kind(there),
            labels=known,
        ),
    )


@pytest.mark.parametrize("key", KEYS)
def test_sparse_and_dense_rows_are_the_same_rows(key: str) -> None:
    strategy = strategies()[key]
    head = GradientHead if strategy.heads == ("gradient",) else LogisticHead
    X, codes = rows(90, 5)
    found = []
    for kind in (np.asarray, sparse.csr_matrix):
        given = task(kind, head)
        encoder, fitted = strategy.learn(given, {}, SILENT)
        assert encoder is given.encoder
        found.append(fitted.predict_proba(kind(X)))
    np.testing.assert_allclose(found[0], found[1], atol=1e-4)
    assert (found[0].argmax(axis=1) == codes).mean() > 0.6
