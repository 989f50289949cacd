"""The task that tries several methods on one data set, on equal terms."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.data.dataset import Dataset
from core.errors import Cancelled, WarmstartError
from core.evaluate.contest import Contest, Placing, contest
from core.jobs.encoders import Learned, baseline, encode_cached, find_or_learn, seen_by
from core.jobs.execute import Job
from core.jobs.requests import CompareRequest
from core.pretrain import get_method
from core.pretrain.base import Encoder
from core.progress import Progress
from core.store import models

#: Key of the encoder that learned nothing, in the result.
NOTHING = "nothing"

_LEARNED = 0.6  # share of the progress bar for learning
_SAMPLE = 300  # rows that the speed of encoding is measured on


@dataclass(frozen=True, eq=False)
class _Entry:
    """An encoder that takes part, and what it cost."""

    learned: Learned
    encode_seconds: float  # for a thousand rows


def compare(job: Job, request: CompareRequest, dataset: Dataset) -> dict[str, Any]:
    """Learn (or find) each encoder, then let all of them compete.

    A method that fails does not end the others: what went wrong stands in the result. Beside
    each encoder run random features of its size, and the encoder that learned nothing.

    Returns
    -------
    dict
        ``entries`` (best first), ``failed``, ``labels_per_class``, ``labels``, ``test_rows``,
        ``head``, ``draws``, ``notes`` (about models that saw test rows), as JSON values.
    """
    progress = job.progress.part(0.05, 1.0)
    entries, failed = _learn(job, request, dataset, progress.part(0.0, _LEARNED))
    beside = baseline(dataset, None, progress=progress.part(_LEARNED, _LEARNED + 0.03))
    encoders: dict[str, Encoder] = {NOTHING: beside.encoder}
    encoders |= {key: entry.learned.encoder for key, entry in entries.items()}
    known = {beside.id: beside.encoder}
    known |= {key: entry.learned.encoder for key, entry in entries.items()}
    sizes = sorted({entry.learned.record.dimensions for entry in entries.values()})
    for place, size in enumerate(sizes):
        share = progress.part(_LEARNED + 0.03, _LEARNED + 0.08)
        share.update(place / len(sizes), f"Drawing {size} random features")
        encoders[_random(size)] = _random_features(dataset, size, share.part(1, 1))
    rest = progress.part(_LEARNED + 0.08, 0.99)
    found = contest(
        dataset,
        encoders,
        yardstick=NOTHING,
        rivals={key: _random(entry.learned.record.dimensions) for key, entry in entries.items()},
        head=request.head,
        head_settings=request.head_settings,
        labels_per_class=request.labels_per_class,
        draws=request.draws,
        seed=request.seed,
        encode=encode_cached(dataset, known, progress=rest),
        progress=rest,
    )
    return {
        "entries": [
            _row(key, placing, entries, found)
            for key, placing in found.placings.items()
            if key in entries or key == NOTHING
        ],
        "failed": failed,
        "baseline": beside.method,
        "labels_per_class": found.labels_per_class,
        "labels": found.labels,
        "test_rows": found.test_rows,
        "head": request.head,
        "draws": request.draws,
        "notes": seen_by((entry.learned.record for entry in entries.values()), dataset),
    }


def _learn(
    job: Job, request: CompareRequest, dataset: Dataset, progress: Progress
) -> tuple[dict[str, _Entry], list[dict[str, Any]]]:
    entries: dict[str, _Entry] = {}
    failed: list[dict[str, Any]] = []
    tasks: Sequence[Any] = [*request.models, *request.methods]
    for place, task in enumerate(tasks):
        part = progress.part(place / len(tasks), (place + 1) / len(tasks))
        title = task if isinstance(task, str) else get_method(task.method).title
        part.update(0.0, f"{place + 1} of {len(tasks)}: {title}")
        try:
            if isinstance(task, str):
                learned = Learned(models.load(task), models.get(task))
            else:
                learned = find_or_learn(dataset, task, run=job.run, progress=part)
            speed = _encode_seconds(dataset, learned.encoder)
        except Cancelled:
            raise
        except WarmstartError as error:
            failed.append({"title": title, "error": error.message, "hint": error.hint})
        else:
            entries[learned.record.id] = _Entry(learned, speed)
    return entries, failed


def _random(size: int) -> str:
    return f"random features, {size}"


def _random_features(dataset: Dataset, size: int, progress: Progress) -> Encoder:
    from core.params import resolve

    method = get_method("random")
    settings = resolve(method.params, {"dimensions": min(size, 4096)})
    return method.make(settings, 0).fit(dataset.take(dataset.pool_rows("all")), progress=progress)


def _encode_seconds(dataset: Dataset, encoder: Encoder) -> float:
    """Seconds to encode a thousand rows, from a few hundred of them."""
    rows = dataset.pool_rows("all")
    rows = rows[:: max(1, len(rows) // _SAMPLE)][:_SAMPLE]
    sample = dataset.take(rows)
    encoder.transform(sample[:2])  # what is compiled or built at first use is no cost of a row
    begun = time.perf_counter()
    encoder.transform(sample)
    return 1000 * (time.perf_counter() - begun) / max(len(rows), 1)


def _row(
    key: str, placing: Placing, entries: Mapping[str, _Entry], found: Contest
) -> dict[str, Any]:
    """One line of the result."""
    row: dict[str, Any] = {"key": key, **asdict(placing)}
    entry = entries.get(key)
    if entry is None:
        return row
    record = entry.learned.record
    chance = found.placings[_random(record.dimensions)]
    return row | {
        "model": record.id,
        "name": record.name,
        "method": record.method,
        "dimensions": record.dimensions,
        "seconds": record.seconds,
        "memory_mb": record.peak_memory_mb,
        "bytes": record.bytes,
        "encode_seconds": round(entry.encode_seconds, 4),
        "reused": entry.learned.reused,
        "random": asdict(chance.accuracy),
    }
