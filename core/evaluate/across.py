"""A classifier carried from a source to a target, against the source and the target alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.data.dataset import UNLABELLED
from core.errors import BadParam, Cancelled, WarmstartError
from core.evaluate.across_results import Across, Entry, Estimated, Point, shares
from core.evaluate.across_rows import Columns, represent, target_alone
from core.evaluate.across_validation import Validation
from core.evaluate.compare import compare
from core.evaluate.curve import budgets
from core.evaluate.intervals import two_way
from core.evaluate.results import Interval
from core.finetune import get_head, get_strategy
from core.finetune.adaptations import SOURCE_ONLY, Adaptation, adaptations_for, check_known
from core.finetune.base import Head
from core.finetune.classifier import Classifier
from core.finetune.draws import draw_labels
from core.params import resolve
from core.progress import SILENT, Progress
from core.transfer.domains.pair import DomainPair
from core.types import Bools, Floats, Ints

_CURVE_DRAWS = 3


@dataclass(frozen=True, eq=False)
class Carried:
    """What a run across domains leaves behind.

    Attributes
    ----------
    report : Across
        What it found.
    classifier : Classifier
        Of the way that was kept, from the first draw of labels.
    method, settings : str and mapping
        What made its encoder, as files of models name it.
    arrays : dict of ndarray
        Of the kept classifier: ``test_rows``, ``test_labels``, ``test_proba`` and ``train_rows``
        (labelled target rows that it saw), as indices into the target's data set.
    """

    report: Across
    classifier: Classifier
    method: str
    settings: Mapping[str, Any]
    arrays: dict[str, np.ndarray[Any, Any]]


def carry(
    pair: DomainPair,
    *,
    ways: Sequence[str] | None = None,
    keep: str | None = None,
    head: str = "logistic",
    head_settings: Mapping[str, Any] | None = None,
    labels_per_class: int = 0,
    draws: int = 3,
    curve: bool = True,
    validation: bool = True,
    seed: int = 0,
    progress: Progress = SILENT,
) -> Carried:
    """Try ways across from a labelled source to a target with no labels, or few.

    All ways have the same head and settings, learn from the same labelled source rows and, with
    ``labels_per_class``, from the same draws of labelled target rows. Target rows beyond these
    are seen without their labels, and training rows only. Test rows are encoded and predicted,
    and enter nothing else.

    Parameters
    ----------
    pair : DomainPair
        Who may see which rows.
    ways : sequence of str, optional
        Keys of :mod:`core.finetune.adaptations`; the source alone is always among them. All
        that take such rows by default.
    keep : str, optional
        The way whose classifier is kept. By default validation decides, and where that is
        unclear the order of preference.
    head, head_settings
        Keys and settings of :mod:`core.finetune`.
    labels_per_class : int, default=0
        Labelled target rows of each class that may be seen.
    draws : int
        Of these labels; one where there are none.
    curve : bool
        Whether to find out from how many target labels on the source stops helping.
    validation : bool
        Whether to estimate the scores without the test rows too.
    seed : int
        Of draws, encoders, heads and bootstrap.

    Raises
    ------
    BadParam
        When a setting will not do, or nothing could be learned in any way.
    NotFound
        When there is no such head or way.
    """
    if labels_per_class < 0:
        raise BadParam(
            f"labels_per_class cannot be {labels_per_class}.",
            hint="It takes 0 for none, or a whole number above.",
        )
    offered = adaptations_for(pair.modality)
    tried = _tried(offered, ways, keep, pair)
    spec = get_head(head)
    values = resolve(spec.params, head_settings)

    def make_head(number: int) -> Callable[[], Head]:
        return lambda: spec.make(values, seed + number)

    drawn = _draws(pair, labels_per_class, draws, seed)
    right: dict[str, Bools] = {}
    columns: dict[str, Columns] = {}
    kept: dict[str, tuple[Classifier, Floats]] = {}
    entries: dict[str, Entry] = {}
    validator: Validation | None = None
    last = 0.55 if curve else 0.9
    for place, way in enumerate(tried):
        part = progress.part(last * place / len(tried), last * (place + 1) / len(tried))
        part.update(0.0, way.title)
        begun = time.perf_counter()
        try:
            if way.representation not in columns:
                columns[way.representation] = represent(
                    pair, way.representation, seed=seed, progress=part.part(0.0, 0.4)
                )
            shown = columns[way.representation]
            found = [
                _learn(
                    shown, way, positions, make_head(i), seed=seed + i, progress=part.part(0.4, 0.8)
                )
                for i, positions in enumerate(drawn)
            ]
            estimate = None
            if validation:
                validator = validator or Validation(shown, drawn[0], make_head(0), seed=seed)
                estimate = validator.of(way, shown, progress=part.part(0.8, 1.0))
        except Cancelled:
            raise
        except WarmstartError as error:
            entries[way.key] = Entry(
                way.key, way.title, failed=error.message, hint=error.hint or ""
            )
            continue
        said = [one.predict_proba_encoded(shown.test) for one in found]
        right[way.key] = np.array([p.argmax(axis=1) == pair.truth for p in said])
        kept[way.key] = found[0], said[0]
        entries[way.key] = Entry(
            way.key,
            way.title,
            accuracy=accuracy(right[way.key], seed) if len(pair.test) else None,
            estimate=estimate,
            answers=shares(found[0].predict_proba_encoded(shown.target), len(pair.classes)),
            seconds=round(time.perf_counter() - begun, 3),
        )
    if not kept:
        failed = next(iter(entries.values()))
        raise BadParam(failed.failed, hint=failed.hint or None)

    alone = _alone(pair, drawn, make_head)
    entries = {key: _compared(entry, key, right, alone, seed) for key, entry in entries.items()}
    chosen, why = _choose(entries, kept, keep, [way.key for way in tried])
    way = offered[chosen]
    points: tuple[Point, ...] = ()
    if curve:
        points = _curve(
            pair, columns[way.representation], make_head, seed, progress.part(last, 0.98)
        )
    report = Across(
        source_name=pair.source_name,
        target_name=pair.target_name,
        classes=pair.classes,
        source_labels=len(pair.labelled_source),
        target_rows=len(pair.target),
        test_rows=len(pair.test),
        labels_per_class=labels_per_class,
        draws=len(drawn),
        head=head,
        entries=tuple(entries.values()),
        target_only=accuracy(alone, seed) if len(pair.test) else None,
        kept=chosen,
        kept_because=why,
        curve=points,
        notes=pair.notes,
    )
    shown = columns[way.representation]
    classifier, proba = kept[chosen]
    progress.update(1.0, "Done")
    return Carried(
        report=report,
        classifier=classifier,
        method=shown.method,
        settings=shown.settings,
        arrays={
            "test_rows": pair.test_rows,
            "test_labels": pair.truth,
            "test_proba": proba,
            "train_rows": pair.target_rows[drawn[0]],
        },
    )


def accuracy(right: Bools, seed: int) -> Interval:
    """Share of test rows that are right, mean over the draws, with its interval."""
    return two_way(right.astype(np.int8), made_up=(1, 1, 0, 0), seed=seed)


def _tried(
    offered: Mapping[str, Adaptation],
    ways: Sequence[str] | None,
    keep: str | None,
    pair: DomainPair,
) -> list[Adaptation]:
    wanted = [*(offered if ways is None else ways), *([keep] if keep else [])]
    check_known(wanted, pair.modality)
    found = [one for key, one in offered.items() if key in wanted and key != SOURCE_ONLY]
    return [offered[SOURCE_ONLY], *found]


def _draws(pair: DomainPair, per_class: int, draws: int, seed: int) -> list[Ints]:
    """Positions of the labelled target rows of each draw."""
    if draws < 1:
        raise BadParam(f"draws cannot be {draws}.", hint="It takes a whole number of at least 1.")
    if per_class == 0:
        return [np.empty(0, dtype=np.int64)]
    if not (pair.target_labels != UNLABELLED).any():
        raise BadParam(
            f"{pair.target_name} has no labelled training rows, and {per_class} per class were "
            "asked for.",
            hint="Take 0 labels per class: adapting needs none.",
        )
    found = [draw_labels(pair.target_labels, per_class, seed=seed + i) for i in range(draws)]
    everything = len(found[0]) == np.count_nonzero(pair.target_labels != UNLABELLED)
    return found[:1] if everything else found


def _learn(
    shown: Columns,
    way: Adaptation,
    positions: Ints,
    make_head: Callable[[], Head],
    *,
    seed: int,
    progress: Progress,
) -> Classifier:
    strategy = get_strategy(way.strategy)
    task = shown.task(positions, make_head, seed=seed)
    quiet = progress.through(lambda at, _, __: progress.update(at, way.title))
    encoder, head = strategy.learn(task, resolve(strategy.params, way.settings), quiet)
    return Classifier(encoder, head, shown.pair.classes)


def _alone(
    pair: DomainPair,
    drawn: Sequence[Ints],
    make_head: Callable[[int], Callable[[], Head]],
) -> Bools:
    """Whether the target alone, at equal labels, is right; without labels it guesses."""
    if not len(drawn[0]) or not len(pair.test):
        # the commonest class of the source is all that is known of how common classes are
        labels = pair.source_labels[pair.labelled_source]
        guess = int(np.bincount(labels).argmax())
        return np.array([pair.truth == guess] * len(drawn))
    shown = target_alone(pair)
    return np.array([shown.right(positions, make_head(i)) for i, positions in enumerate(drawn)])


def _compared(entry: Entry, key: str, right: Mapping[str, Bools], alone: Bools, seed: int) -> Entry:
    if key not in right or not right[key].shape[1]:
        return entry
    over_source = None
    if key != SOURCE_ONLY and SOURCE_ONLY in right:
        over_source = compare(right[key], right[SOURCE_ONLY], seed=seed)
    return replace(
        entry, over_source=over_source, over_target=compare(right[key], alone, seed=seed)
    )


def _choose(
    entries: Mapping[str, Entry], kept: Mapping[str, Any], keep: str | None, order: Sequence[str]
) -> tuple[str, str]:
    """The way to keep, and why; test rows play no part."""
    if keep is not None and keep in kept:
        return keep, "asked"
    preferred = [key for key in [*order[1:], order[0]] if key in kept]
    estimates: dict[str, Estimated] = {
        key: found for key in preferred if (found := entries[key].estimate) is not None
    }
    if not estimates:
        return preferred[0], "preferred"
    best = max(estimates, key=lambda key: estimates[key].accuracy.value)
    top = estimates[best].accuracy.value
    level = [
        key for key in preferred
        if key in estimates and (estimates[key].accuracy.high or 1.0) >= top
    ]  # fmt: skip
    return (best, "validated") if level == [best] else (level[0], "preferred")


def _curve(
    pair: DomainPair,
    shown: Columns,
    make_head: Callable[[int], Callable[[], Head]],
    seed: int,
    progress: Progress,
) -> tuple[Point, ...]:
    """Source and target together against the target alone, over budgets of target labels."""
    labels = pair.target_labels
    if not len(pair.test) or len(np.unique(labels[labels != UNLABELLED])) < 2:
        return ()
    together = get_strategy("together")
    settings = resolve(together.params, {"source_weight": 1.0})
    alone = target_alone(pair)
    visited = [*budgets(labels, None)[1:], None]
    points = []
    for place, budget in enumerate(visited):
        first = draw_labels(labels, budget, seed=seed)
        everything = len(first) == np.count_nonzero(labels != UNLABELLED)
        both, own = [], []
        for number in range(1 if everything else _CURVE_DRAWS):
            progress.update(place / len(visited), "How many target labels replace the source")
            positions = draw_labels(labels, budget, seed=seed + number)
            if len(np.unique(labels[positions])) < 2:
                continue
            task = shown.task(positions, make_head(number), seed=seed + number)
            quiet = progress.part(0.0, 0.0)
            encoder, head = together.learn(task, settings, quiet)
            proba = Classifier(encoder, head, pair.classes).predict_proba_encoded(shown.test)
            both.append(proba.argmax(axis=1) == pair.truth)
            own.append(alone.right(positions, make_head(number)))
        if both:
            with_source, without = np.array(both), np.array(own)
            found = compare(with_source, without, seed=seed)
            points.append(
                Point(
                    labels_per_class=budget,
                    labels=len(first),
                    together=accuracy(with_source, seed),
                    alone=accuracy(without, seed),
                    gain=found.gain,
                    kind=found.kind,
                )
            )
    return tuple(points)
