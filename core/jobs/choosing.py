"""The task that ranks encoders before any is fine-tuned, and says which to take."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.data.dataset import Dataset
from core.data.units import units_of
from core.errors import BadData, Cancelled, WarmstartError
from core.evaluate.encoding import encode_rows
from core.finetune.draws import draw_labels
from core.jobs.candidates import Entry, Field, entry, size_of, title_of
from core.jobs.encoders import LATER, seen_by
from core.jobs.execute import Job
from core.jobs.requests import ChooseRequest
from core.jobs.track import track_record
from core.pretrain.base import Encoder
from core.progress import Progress
from core.store import features, models
from core.transfer.clusters import of_clusters
from core.transfer.ranking import Rank, combine
from core.transfer.recommend import Limits, Track, recommend
from core.transfer.scores import Scored, measure, resamples
from core.types import Ints, Matrix

#: Labelled rows that are scored, at most; as many of each class.
ROWS = 1_000
#: Rows of the pool that clusters are found in.
POOL = 600


@dataclass(frozen=True, eq=False)
class _Rows:
    """What every encoder is scored on.

    Attributes
    ----------
    rows, labels : ndarray of int
        Indices into the data set, and their labels.
    budget : int
        Labelled rows within the budget; ``rows`` are as many or fewer of them.
    pool : ndarray of int
        Indices of the rows that clusters are found in.
    draws : list of ndarray of int
        Of the bootstrap.
    units : ndarray of int
        Which of the rows belong together.
    """

    rows: Ints
    labels: Ints
    budget: int
    pool: Ints
    draws: list[Ints]
    units: Ints


def choose(job: Job, request: ChooseRequest, dataset: Dataset) -> dict[str, Any]:
    """Score every encoder on the labelled rows within the budget, rank them, recommend one.

    Test rows are neither encoded nor looked at. A method or model that fails does not end the
    others: what went wrong stands in the result.

    Returns
    -------
    dict
        ``entries`` (the ranked ones first, best first), ``recommendation``, ``failed``,
        ``labels``, ``unlabelled``, ``labels_per_class``, ``scored_rows``, ``notes`` (about models
        that saw test rows), as JSON values.
    """
    progress = job.progress.part(0.05, 0.99)
    scored = _rows(dataset, request)
    limits = Limits(request.seconds, request.memory_mb, request.size_mb)
    field = Field(job.run, request, dataset, size_of(dataset), limits)
    entries: dict[str, Entry] = {}
    scores: dict[str, dict[str, Scored]] = {}
    failed: list[dict[str, Any]] = []
    for place, task in enumerate(field.tasks):
        part = progress.part(place / len(field.tasks), (place + 1) / len(field.tasks))
        title = title_of(task)
        part.update(0.0, f"{place + 1} of {len(field.tasks)}: {title}")
        try:
            one = entry(field, task, part.part(0.0, 0.6))
            key = one.candidate.key
            if one.open is not None and key not in entries:
                scores[key] = _score(one, one.open, dataset, scored, progress=part.part(0.6, 1.0))
            entries.setdefault(key, one)
        except Cancelled:
            raise
        except WarmstartError as error:
            failed.append({"title": title, "error": error.message, "hint": error.hint})
    progress.update(1.0, "Ranking")
    ranks = combine(scores)
    track = track_record(dataset.modality, without=dataset.fingerprint)
    advice = recommend(
        [one.candidate for one in entries.values()], ranks, limits=limits, track=track
    )
    order = [*ranks, *(key for key in entries if key not in ranks)]
    return {
        "entries": [
            _line(entries[key], ranks.get(key), scores.get(key, {}), track) for key in order
        ],
        "recommendation": asdict(advice),
        "failed": failed,
        "labels_per_class": request.labels_per_class,
        "labels": scored.budget,
        "scored_rows": len(scored.rows),
        "unlabelled": len(dataset.pool_rows("all")) - scored.budget,
        "learn": request.learn,
        "modality": dataset.modality,
        "notes": seen_by(
            (models.get(one.model) for one in entries.values() if one.model), dataset, kind=LATER
        ),
    }


def _rows(dataset: Dataset, request: ChooseRequest) -> _Rows:
    """The labelled rows within the budget, as many of each class where they are too many."""
    train = dataset.train_rows
    labels = np.asarray(dataset.labels)[train]
    drawn = draw_labels(labels, request.labels_per_class, seed=request.seed)
    classes = len(np.unique(labels[drawn]))
    if classes < 2:
        raise BadData(
            f"The labelled training rows of {dataset.title} are of one class alone.",
            hint="A ranking needs a few labelled rows of at least two classes.",
        )
    taken = drawn
    if len(drawn) > ROWS:
        each = max(2, ROWS // classes)
        taken = drawn[draw_labels(labels[drawn], each, seed=request.seed)]
    every = dataset.pool_rows("all")
    pool = np.sort(np.random.default_rng(request.seed).permutation(every)[:POOL])
    draws = resamples(labels[taken], seed=request.seed)
    rows = train[taken]
    return _Rows(rows, labels[taken], len(drawn), pool, draws, units_of(dataset, rows))


def _score(
    one: Entry,
    opener: Callable[[Progress], Encoder],
    dataset: Dataset,
    scored: _Rows,
    *,
    progress: Progress,
) -> dict[str, Scored]:
    """All scores of one encoder; it is opened only where its rows are not in the cache."""
    opened: list[Encoder] = []

    def encoded(indices: Ints) -> Matrix:
        def compute() -> Matrix:
            if not opened:
                opened.append(opener(progress.part(0.0, 0.3)))
            return encode_rows(opened[0], dataset, indices, progress=progress.part(0.3, 0.6))

        told = hashlib.sha256(np.asarray(indices, "<i8").tobytes()).hexdigest()
        return features.cached(f"{one.id}:{dataset.fingerprint}:{told}", compute)

    X = encoded(scored.rows)
    progress.update(0.6, f"Scoring {one.candidate.title}")
    if one.classes is not None:
        source = one.classes(X)
    else:
        source = of_clusters(X, encoded(scored.pool), len(np.unique(scored.labels)))
    progress.update(0.7, f"Scoring {one.candidate.title}")
    return measure(X, scored.labels, source, scored.draws, units=scored.units)


def _line(
    one: Entry, rank: Rank | None, scores: Mapping[str, Scored], track: Mapping[str, Track]
) -> dict[str, Any]:
    """One line of the board, as JSON values."""
    known = track.get(one.candidate.method) if one.candidate.own_pool else None
    return {
        **asdict(one.candidate),
        "model": one.model,
        "run": one.run,
        "note": one.note,
        "learned_from": one.learned_from,
        "rank": None if rank is None else asdict(rank),
        "scores": {
            name: {"value": score.value, "low": score.low, "high": score.high}
            for name, score in scores.items()
        },
        "track": None if known is None else asdict(known),
    }
