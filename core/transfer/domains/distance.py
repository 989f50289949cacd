"""How far a source and a target are apart, seen from several sides at once."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from core.data.dataset import UNLABELLED
from core.data.folds import stratified
from core.errors import BadData
from core.progress import SILENT, Progress
from core.transfer.domains.discrepancy import Discrepancy, discrepancy
from core.transfer.domains.label_shift import LabelShift, estimate
from core.transfer.domains.pair import DomainPair
from core.transfer.domains.proxy import ProxyDistance, proxy_distance
from core.transfer.domains.shared import Shared, components, shared
from core.transfer.domains.vocabulary import Overlap, overlap

_FOLDS = 5


@dataclass(frozen=True)
class DomainDistance:
    """What a comparison of two domains found; training rows only.

    Attributes
    ----------
    source_name, target_name : str
        For people.
    source_rows, target_rows : int
        How many rows were looked at.
    proxy : ProxyDistance
        Can a classifier tell them apart, and by what?
    discrepancy : Discrepancy
        Is there any difference at all?
    overlap : Overlap, optional
        Of texts: do they share their words?
    label_shift : LabelShift, optional
        Are the classes as common? None where that cannot be estimated.
    classes : tuple of str
        Of the shares in ``label_shift``.
    notes : tuple of str
        What was left out, in sentences.
    """

    source_name: str
    target_name: str
    source_rows: int
    target_rows: int
    proxy: ProxyDistance
    discrepancy: Discrepancy
    overlap: Overlap | None
    label_shift: LabelShift | None
    classes: tuple[str, ...]
    notes: tuple[str, ...] = ()


def domain_distance(
    found: DomainPair, *, seed: int = 0, progress: Progress = SILENT
) -> DomainDistance:
    """Compare the training rows of two domains.

    At most 2,000 rows of each domain are looked at, drawn at random from ``seed``.
    """
    numbers = shared(found, seed=seed, progress=progress.part(0.0, 0.3))
    looked_at = np.concatenate([numbers.source_rows, len(found.source) + numbers.target_rows])
    proxy = proxy_distance(
        numbers.source,
        numbers.target,
        numbers.names,
        units=None if found.domain_units is None else found.domain_units[looked_at],
        seed=seed,
        progress=progress.part(0.3, 0.6),
    )
    progress.update(0.6, "Testing for any difference")
    mmd = discrepancy(*components(numbers, seed=seed), seed=seed)
    progress.update(0.75, "Comparing the words")
    words = None
    if found.modality == "text":
        words = overlap(
            found.source[numbers.source_rows],
            found.target[numbers.target_rows],
            progress=progress.part(0.75, 0.85),
        )
    progress.update(0.85, "Comparing how common the classes are")
    shift, notes = _label_shift(found, numbers, seed)
    progress.update(1.0, "The domains are compared")
    return DomainDistance(
        source_name=found.source_name,
        target_name=found.target_name,
        source_rows=len(numbers.source_rows),
        target_rows=len(numbers.target_rows),
        proxy=proxy,
        discrepancy=mmd,
        overlap=words,
        label_shift=shift,
        classes=found.classes,
        notes=(*found.notes, *notes),
    )


def _label_shift(
    found: DomainPair, numbers: Shared, seed: int
) -> tuple[LabelShift | None, tuple[str, ...]]:
    labels = np.asarray(found.source_labels)[numbers.source_rows]
    known = np.flatnonzero(labels != UNLABELLED)
    y = labels[known]
    sizes = np.bincount(y)
    enough = np.flatnonzero(sizes >= 2)
    if len(enough) < 2:
        return None, ("Too few labelled source rows to say how common the classes are.",)
    kept = np.isin(y, enough)
    known, y = known[kept], y[kept]
    X: Any = numbers.source[known]
    held_out = np.zeros((len(y), len(found.classes)))
    folds = int(min(_FOLDS, sizes[enough].min()))
    units = found.units[numbers.source_rows[known]]
    for train, out in stratified(y, units, folds=folds, seed=seed):
        held_out[out] = _spread(X[train], y[train], X[out], len(found.classes))
    judged = np.flatnonzero(held_out.any(axis=1))
    if len(np.unique(y[judged])) < len(enough):
        return None, ("Too few source rows could be held out to say how common the classes are.",)
    said = _spread(X, y, numbers.target, len(found.classes))
    try:
        return estimate(y[judged], held_out[judged], said, seed=seed), ()
    except BadData as error:
        return None, (error.message,)


def _spread(X: Any, y: Any, rows: Any, k: int) -> Any:
    classifier = LogisticRegression(C=1.0, max_iter=200).fit(X, y)
    proba = np.zeros((rows.shape[0], k))
    proba[:, classifier.classes_] = classifier.predict_proba(rows)
    return proba


def distance_to_json(found: DomainDistance) -> dict[str, Any]:
    """The distance as JSON values."""
    return asdict(found)
