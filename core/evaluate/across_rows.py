"""The rows of a source and a target in shared columns, ready for a strategy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.data.stacking import stack
from core.finetune.adaptations import TEXT_SETTINGS, Representation
from core.finetune.base import Head, Task, TooFewClasses
from core.finetune.classifier import Classifier
from core.finetune.source import Source
from core.params import resolve
from core.pretrain import baseline_for, get_method
from core.pretrain.base import Encoder
from core.progress import SILENT, Progress
from core.transfer.domains.alignment import aligned_vectors
from core.transfer.domains.pair import DomainPair, rows_at
from core.types import Bools, Ints, Matrix, Rows

_BLOCK = 1024  # rows encoded between two reports


@dataclass(frozen=True, eq=False)
class Columns:
    """What one representation makes of a pair.

    Attributes
    ----------
    pair : DomainPair
        The rows.
    encoder : Encoder
        Fitted on training rows of the source, or of both.
    method, settings : str, mapping
        What it was made with, as files of models name it.
    source : Matrix
        The labelled source rows.
    codes : ndarray of int
        Their classes.
    target, test : Matrix
        All target training rows, and the test rows.
    """

    pair: DomainPair
    encoder: Encoder
    method: str
    settings: Mapping[str, Any]
    source: Matrix
    codes: Ints
    target: Matrix
    test: Matrix

    def task(
        self,
        positions: Ints,
        make_head: Callable[[], Head],
        *,
        seed: int,
        source_rows: Ints | None = None,
    ) -> Task:
        """The task of a strategy: labelled target rows at ``positions``, all others without."""
        others = np.setdiff1d(np.arange(self.target.shape[0]), positions)
        rows, codes, units = self.source, self.codes, self.source_units
        if source_rows is not None:
            rows, codes, units = rows[source_rows], codes[source_rows], units[source_rows]
        return Task(
            rows=rows_at(self.pair.target, positions),
            labels=self.pair.target_labels[positions],
            encoded=self.target[positions],
            pool=lambda: self.target[others],
            encoder=self.encoder,
            make_head=make_head,
            seed=seed,
            units=self.target_units[positions],
            pool_units=self.target_units[others],
            source=Source(
                head=make_head(),
                classes=self.pair.classes,
                target_classes=self.pair.classes,
                encoded=lambda: rows,
                labels=codes,
                name=self.pair.source_name,
                units=units,
            ),
        )

    @property
    def source_units(self) -> Ints:
        """Which labelled source rows belong together, in one numbering with those of the target."""
        return self.pair.units[: len(self.pair.source)][self.pair.labelled_source]

    @property
    def target_units(self) -> Ints:
        """Which target rows belong together."""
        return self.pair.units[len(self.pair.source) :]


def represent(
    pair: DomainPair, what: Representation, *, seed: int = 0, progress: Progress = SILENT
) -> Columns:
    """Fit a representation on training rows, and encode the pair with it."""
    learning = progress.part(0.0, 0.7)
    if what == "aligned":
        encoder, settings = aligned_vectors(
            pair.source, pair.target, {"stop_words": False}, seed=seed, progress=learning
        )
        method = "ppmi"
        known: Mapping[str, Any] = settings
        fitted: Encoder = encoder
    else:
        spec = get_method("msda") if what == "msda" else baseline_for(pair.modality)
        known = resolve(spec.params, TEXT_SETTINGS if pair.modality == "text" else {})
        method = spec.key
        fitted = spec.make(known, seed)
        fitted.fit(pair.source if what == "source" else pair.both(), progress=learning)
    labelled = pair.labelled_source
    return Columns(
        pair=pair,
        encoder=fitted,
        method=method,
        settings=known,
        source=_encode(fitted, rows_at(pair.source, labelled), progress.part(0.7, 0.8)),
        codes=pair.source_labels[labelled],
        target=_encode(fitted, pair.target, progress.part(0.8, 0.9)),
        test=_encode(fitted, pair.test, progress.part(0.9, 1.0)),
    )


@dataclass(frozen=True, eq=False)
class Alone:
    """The target by itself: an encoder that learned nothing but scales, on target rows."""

    pair: DomainPair
    encoder: Encoder
    target: Matrix
    test: Matrix

    def right(self, positions: Ints, make_head: Callable[[], Head]) -> Bools:
        """Whether test rows are right after learning from the labels at these positions alone."""
        labels = self.pair.target_labels[positions]
        try:
            units = self.pair.units[len(self.pair.source) :][positions]
            head = make_head().fit(self.target[positions], labels, units=units)
        except TooFewClasses:  # one class is all it has heard of
            return np.asarray(self.pair.truth == labels[0])
        proba = Classifier(self.encoder, head, self.pair.classes).predict_proba_encoded(self.test)
        return np.asarray(proba.argmax(axis=1) == self.pair.truth)


def target_alone(pair: DomainPair) -> Alone:
    """Encode the target by what its own training rows teach."""
    spec = baseline_for(pair.modality)
    encoder = spec.make(resolve(spec.params, TEXT_SETTINGS if pair.modality == "text" else {}), 0)
    encoder.fit(pair.target)
    return Alone(pair, encoder, encoder.transform(pair.target), encoder.transform(pair.test))


def _encode(encoder: Encoder, rows: Rows, progress: Progress) -> Matrix:
    blocks = []
    for start in range(0, max(len(rows), 1), _BLOCK):
        progress.update(start / max(len(rows), 1), "Encoding rows")
        blocks.append(encoder.transform(rows[start : start + _BLOCK]))
    return stack(blocks)
