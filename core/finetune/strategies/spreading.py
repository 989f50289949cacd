"""Label spreading: labels flow over a graph of near rows, then the head learns from all."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import sparse

from core.data.stacking import stack
from core.data.units import stack_units
from core.finetune.base import Head, Strategy, Task
from core.finetune.neighbours import graph, nearest
from core.finetune.probe import fit_head
from core.finetune.source import codes_of
from core.params import Param, Value, resolve
from core.pretrain.base import Encoder
from core.progress import Progress
from core.types import Floats

PARAMS = (
    Param(
        "neighbours",
        "int",
        15,
        "How many near rows a label flows to. More smooth more.",
        low=1,
        high=200,
        scale="log",
    ),
    Param(
        "flow",
        "float",
        0.99,
        "Share of its label that a row takes from its neighbours; the rest stays its own. Near 1 "
        "labels travel far.",
        low=0.01,
        high=0.999,
        advanced=True,
    ),
)

_ROUNDS = 200
_SETTLED = 1e-4


def learn(task: Task, settings: Mapping[str, Value], progress: Progress) -> tuple[Encoder, Head]:
    """Spread the labels over labelled and unlabelled training rows, then fit the head on all.

    F ← α S F + (1 − α) Y over the graph of nearest neighbours by cosine, S being its
    symmetrically normalised weights. A row takes the class that reached it most, each class
    counted in proportion to all that it received, and counts in the head by how clear that was;
    labelled rows keep their label. Rows that no label reaches are left out.
    """
    values = resolve(PARAMS, settings)
    progress.update(0.0, "Encoding the other training rows")
    pool = task.pool()
    if not pool.shape[0]:
        return fit_head(task, {}, progress)
    X = stack([task.encoded, pool])
    count, part = int(values["neighbours"] or 1), progress.part(0.05, 0.6)
    found = task.near(count, part) if task.near else nearest(X, count, progress=part)
    classes, codes = codes_of(task.labels)
    Y = np.zeros((X.shape[0], len(classes)))
    Y[np.arange(len(codes)), codes] = 1
    F = spread(graph(*found), Y, float(values["flow"] or 0), progress=progress.part(0.6, 0.75))
    F /= np.maximum(F.sum(axis=0), 1e-300)  # each class in proportion to what it received
    reached = F.sum(axis=1) > 0
    reached[: len(codes)] = True
    shares = F / np.maximum(F.sum(axis=1, keepdims=True), 1e-300)
    said = shares.argmax(axis=1)
    said[: len(codes)] = codes
    weights = _clearness(shares)
    weights[: len(codes)] = 1
    kept = np.flatnonzero(reached & (weights > 0))
    head = task.make_head()
    units = stack_units((task.units, len(codes)), (task.pool_units, pool.shape[0]))
    head.fit(
        X[kept],
        classes[said[kept]],
        row_weights=weights[kept],
        units=None if units is None else units[kept],
        progress=progress.part(0.75, 1),
    )
    return task.encoder, head


def spread(edges: sparse.csr_matrix, Y: Floats, flow: float, *, progress: Progress) -> Floats:
    """Let labels flow until they settle (Zhou et al. 2004).

    Parameters
    ----------
    edges : csr_matrix, shape (n, n)
        Symmetric weights, none below 0.
    Y : ndarray, shape (n, k)
        1 at the class of a labelled row.
    flow : float
        α, between 0 and 1.
    """
    degrees = np.asarray(edges.sum(axis=1)).ravel()
    scale = sparse.diags(1 / np.sqrt(np.where(degrees == 0, 1, degrees)))
    S = sparse.csr_matrix(scale @ edges @ scale)
    F = Y.copy()
    for number in range(_ROUNDS):
        progress.update(number / _ROUNDS, "Spreading labels")
        before = F
        F = flow * (S @ F) + (1 - flow) * Y
        if np.abs(F - before).max() <= _SETTLED * np.abs(F).max():
            break
    return F


def _clearness(shares: Floats) -> Floats:
    """1 where one class has it all, 0 where all have the same: 1 − entropy / log k."""
    k = shares.shape[1]
    safe = np.where(shares > 0, shares, 1)
    entropy = -(shares * np.log(safe)).sum(axis=1)
    clear: Floats = np.clip(1 - entropy / np.log(max(k, 2)), 0, 1)
    return clear


STRATEGY = Strategy(
    key="spreading",
    title="Label spreading",
    help="Lets the few labels flow to rows without one that lie near by, then trains on all of "
    "them. Strongest with one to five labels per class; with many it can hurt.",
    source="Zhou, Bousquet, Lal, Weston & Schölkopf 2004, Learning with local and global "
    "consistency; weighing by entropy: Iscen et al. 2019, Label propagation for deep "
    "semi-supervised learning.",
    params=PARAMS,
    learn=learn,
    uses_pool=True,
)
