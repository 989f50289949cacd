"""``domains`` and ``adapt``: how far two domains are apart, and across."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterator

from core.cli.learning import do
from core.cli.naming import data_ref, sort_settings
from core.cli.output import Output, table
from core.evaluate.results import Interval
from core.jobs.requests import AdaptRequest, DataRef
from core.progress import Progress
from core.store.records import RunRecord

_WIDTH = 96


def domains(chosen: argparse.Namespace, out: Output) -> None:
    """How far a source and a target are apart, and in what."""
    from core.jobs.data import open_data
    from core.transfer.domains import words
    from core.transfer.domains.distance import distance_to_json, domain_distance
    from core.transfer.domains.pair import pair

    source, target = _both(chosen)
    progress = Progress(lambda fraction, message, _: out.progress(fraction, message))
    found = domain_distance(
        pair(
            open_data(source, progress=progress),
            open_data(target, progress=progress),
            source_domain=chosen.source_domain,
            target_domain=chosen.target_domain,
            labelled=False,
        ),
        seed=chosen.seed,
        progress=progress,
    )
    told = words.sentences(found)
    lines = [line for sentence in told for line in textwrap.wrap(sentence, _WIDTH)]
    columns = ["Tells apart", "Typical of", "Pull", found.source_name, found.target_name]
    rows = [
        [one.name, name, f"{one.pull:.3f}", f"{one.source:.3f}", f"{one.target:.3f}"]
        for name, side in (
            (found.source_name, found.proxy.of_source),
            (found.target_name, found.proxy.of_target),
        )
        for one in side
    ]
    lines += ["", *table(columns, rows)] if rows else []
    lines += [f"Note: {note}" for note in found.notes]
    out.result(distance_to_json(found) | {"sentences": told}, lines)


def adapt(chosen: argparse.Namespace, out: Output) -> int:
    """Carry a classifier from a labelled source to a target with no labels, or few."""
    from core.finetune import get_head

    source, target = _both(chosen)
    settings = sort_settings(chosen.set, [("head", get_head(chosen.head).params)])
    request = AdaptRequest(
        data=target,
        source=source,
        source_domain=chosen.source_domain,
        target_domain=chosen.target_domain,
        ways=tuple(chosen.way),
        keep=chosen.keep,
        head=chosen.head,
        head_settings=settings["head"],
        labels_per_class=chosen.labels_per_class,
        draws=chosen.draws,
        curve=not chosen.no_curve,
        validation=not chosen.no_validation,
        seed=chosen.seed,
        name=chosen.name,
    )
    return do(request, chosen, out)


def adapted(run: RunRecord) -> Iterator[str]:
    """What a finished run found, for people."""
    from core.evaluate.across_results import across_from_json
    from core.evaluate.across_words import OVER_SOURCE, OVER_TARGET, sentences

    report = across_from_json((run.result or {})["across"])
    yield run.name
    yield ""
    for sentence in sentences(report):
        yield from textwrap.wrap(sentence, _WIDTH)
    yield ""
    yield from table(
        ["Way", "Test accuracy", "95 % interval", "Over the source", "Against the target alone",
         "Without test rows"],
        [
            [
                one.title,
                f"{one.accuracy.value:.3f}" if one.accuracy else None,
                _bounds(one.accuracy),
                OVER_SOURCE[one.over_source.kind] if one.over_source else None,
                OVER_TARGET[one.over_target.kind] if one.over_target else None,
                f"{one.estimate.accuracy.value:.3f}" if one.estimate else None,
            ]
            for one in report.entries
            if not one.failed
        ],
    )  # fmt: skip
    for one in report.entries:
        if one.failed:
            yield f"Left out: {one.title}: {one.failed}"
    if report.curve:
        yield ""
        yield from table(
            ["Target labels per class", "With the source", "Target alone"],
            [
                [
                    "all" if one.labels_per_class is None else one.labels_per_class,
                    f"{one.together.value:.3f}",
                    f"{one.alone.value:.3f}",
                ]
                for one in report.curve
            ],
        )
    for note in report.notes:
        yield from textwrap.wrap(f"Note: {note}", _WIDTH)
    yield f"Run {run.id}."


def _both(chosen: argparse.Namespace) -> tuple[DataRef, DataRef]:
    source = data_ref(chosen)
    if chosen.target is None:
        return source, source
    other = argparse.Namespace(**{**vars(chosen), "data": chosen.target})
    return source, data_ref(other)


def _bounds(interval: Interval | None) -> str | None:
    if interval is None or interval.low is None or interval.high is None:
        return None
    return f"{interval.low:.3f} to {interval.high:.3f}"
