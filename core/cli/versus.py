"""``versus``: which run is better."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.cli.naming import run_of
from core.cli.output import Output, table
from core.evaluate.words import p_words, points
from core.store.files import write_atomic

_WIDTH = 96


def versus(chosen: argparse.Namespace, out: Output) -> None:
    """Hold finished fine-tunings against each other."""
    from core.jobs.versus import compare_runs

    found = compare_runs([run_of(word).id for word in chosen.runs])
    if chosen.out:
        page = found.page()
        write_atomic(Path(chosen.out).expanduser(), lambda file: file.write(page))
    values = {
        "title": found.title,
        "sentence": found.sentence,
        "winner": found.found.winner,
        "level": list(found.found.level),
        "rows": found.found.rows,
        "runs": [
            {
                "run": key,
                "name": found.names[key],
                "accuracy": asdict(found.found.accuracy[key]),
                "draws": found.found.draws[key],
            }
            for key in found.found.keys
        ],
        "pairs": [asdict(pair) for pair in found.found.pairs],
        "remarks": list(found.remarks),
        "file": chosen.out,
    }
    out.result(values, _told(found))


def _told(found: Any) -> Iterator[str]:
    yield f"{found.title}."
    yield from textwrap.wrap(found.sentence, _WIDTH)
    for remark in found.remarks:
        yield from textwrap.wrap(f"Note: {remark}", _WIDTH)
    yield ""
    yield from table(
        ["Run", "Accuracy", "95 % interval", "Draws"],
        [
            (
                found.names[key],
                f"{found.found.accuracy[key].value:.3f}",
                f"{found.found.accuracy[key].low or 0:.3f} to "
                f"{found.found.accuracy[key].high or 0:.3f}",
                found.found.draws[key],
            )
            for key in found.found.keys
        ],
    )
    yield ""
    yield from table(
        ["First", "Second", "Points", "95 % interval", "Corrected", "Clear"],
        [
            (
                found.names[pair.first],
                found.names[pair.second],
                points(pair.gain.value, unit=False),
                f"{points(pair.gain.low or 0.0, unit=False)} to "
                f"{points(pair.gain.high or 0.0, unit=False)}",
                p_words(pair.p_corrected),
                "yes" if pair.clear else "no",
            )
            for pair in found.found.pairs
        ],
    )
