"""Label-shift correction: source rows count by how common their class is in the target."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.data.stacking import stack
from core.errors import BadData
from core.finetune.base import Head, Strategy, Task, spread_probabilities
from core.finetune.choosing import folds
from core.finetune.source import need_source, units_with_source
from core.params import Param, Value, resolve
from core.pretrain.base import Encoder
from core.progress import Progress
from core.transfer.domains.label_shift import estimate
from core.types import Floats, Ints, Matrix

PARAMS = (
    Param(
        "estimate_by",
        "choice",
        "bbse",
        "How the shares of the classes are estimated: from counts of answers, or from "
        "probabilities, which have to be calibrated.",
        label="Estimate by",
        choices=("bbse", "em"),
        choice_labels={"bbse": "Answers (black-box shift estimation)", "em": "Probabilities (EM)"},
    ),
)


def learn(task: Task, settings: Mapping[str, Value], progress: Progress) -> tuple[Encoder, Head]:
    """Estimate the target's class shares, then fit the head on source rows weighted to them.

    Raises
    ------
    BadParam
        When there is no source, or it shares no class.
    BadData
        When the source's classifier tells the classes too badly apart, or has too few rows.
    """
    method = str(resolve(PARAMS, settings)["estimate_by"])
    progress.update(0.0, "Encoding the source's rows")
    source = need_source(task)
    extra, codes = source.rows()
    own = source.shared_units()
    target = stack([task.encoded, task.pool()])
    held_out = _held_out(task, extra, codes, own, progress.part(0.05, 0.6))
    known = np.flatnonzero(held_out.any(axis=1))
    classes = held_out.shape[1]
    head = task.make_head().fit(extra, codes, units=own, progress=progress.part(0.6, 0.75))
    said = spread_probabilities(head.predict_proba(target), head.classes_, classes)
    found = estimate(codes[known], held_out[known], said, method=method, replicates=0)
    # of a class with a single row nothing is known
    weights = np.where(np.isin(codes, codes[known]), found.weights[codes], 1.0)
    # a class that seems absent keeps a trace, so that the head still knows it
    weights = np.maximum(weights / weights.mean(), 0.01)
    fitted = task.make_head().fit(
        stack([task.encoded, extra]),
        np.concatenate([task.labels, codes]),
        row_weights=np.concatenate([np.ones(len(task.labels)), weights]),
        units=units_with_source(task),
        progress=progress.part(0.75, 1.0),
    )
    return task.encoder, fitted


def _held_out(
    task: Task, rows: Matrix, codes: Ints, units: Ints | None, progress: Progress
) -> Floats:
    """What heads that have not seen a source row say of it; zeros where none could be trained."""
    splits = folds(codes, units=units, seed=task.seed, most=3)
    judged = {int(code) for _, out in splits for code in np.unique(codes[out])}
    if len(judged) < np.count_nonzero(np.bincount(codes) > 1):
        # one unit has all rows of a class: without them its share would be estimated as none
        splits = folds(codes, seed=task.seed, most=3)
    if not splits:
        raise BadData(
            "The source has too few labelled rows of each class to say how common each is here.",
            hint="Label more source rows, or choose another adaptation.",
        )
    classes = int(codes.max()) + 1
    proba: Floats = np.zeros((len(codes), classes))
    for place, (kept, out) in enumerate(splits):
        part = progress.part(place / len(splits), (place + 1) / len(splits))
        own = None if units is None else units[kept]
        head = task.make_head().fit(rows[kept], codes[kept], units=own, progress=part)
        proba[out] = spread_probabilities(head.predict_proba(rows[out]), head.classes_, classes)
    return proba


STRATEGY = Strategy(
    key="label_shift",
    title="Label-shift correction",
    help="Estimates how common each class is among your rows, without their labels, and weighs the "
    "source's rows accordingly. Right where classes are more or less common, wrong where they "
    "look different.",
    source="Lipton, Wang & Smola 2018, Detecting and correcting for label shift with black box "
    "predictors; EM: Saerens, Latinne & Decaestecker 2002.",
    params=PARAMS,
    learn=learn,
    needs_source=True,
)
