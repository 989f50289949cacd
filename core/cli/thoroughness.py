"""``--preset``: what it sets of a fine-tuning; what was named beside it counts instead."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace

from core.cli.output import Output
from core.evaluate.presets import Choices, choices, others_of
from core.jobs.data import open_data
from core.jobs.requests import DataRef
from core.progress import Progress
from core.store import datasets


def chosen_way(
    chosen: argparse.Namespace,
    data: Callable[[], DataRef],
    out: Output,
    *,
    model: bool,
    source: bool,
    labels_per_class: int | None,
) -> Choices:
    """Head, strategy, draws and label curve: as typed, else by the preset, else the usual ones.

    Parameters
    ----------
    chosen : Namespace
        Of ``finetune``; what was not typed is None.
    data : callable
        Gives the data. They are opened only where the preset looks at rows without a label.
    out : Output
        Told what the preset set.
    model, source : bool
        Whether there is a pretrained model, and whether a run is transferred.
    labels_per_class : int or None
        The label budget.
    """
    wanted = Choices()
    if chosen.preset is not None:
        others = 0
        if chosen.preset == "best" and chosen.strategy is None and model and not source:
            others = _others(data(), labels_per_class, out)
        wanted = choices(
            chosen.preset,
            model=model,
            source=source,
            labels_per_class=labels_per_class,
            others=others,
        )
    found = wanted
    if chosen.head is not None and chosen.head != wanted.head:
        found = replace(found, head=chosen.head, head_settings={})
    if chosen.strategy is not None and chosen.strategy != wanted.strategy:
        found = replace(found, strategy=chosen.strategy, strategy_settings={})
    if chosen.draws is not None:
        found = replace(found, draws=chosen.draws)
    if chosen.curve is not None:
        found = replace(found, curve=chosen.curve)
    if chosen.preset is not None:
        curve = "with the label curve" if found.curve else "without the label curve"
        draws = "1 draw" if found.draws == 1 else f"{found.draws} draws"
        out.note(
            f"Preset {chosen.preset}: head {found.head}, strategy {found.strategy}, {draws}, "
            f"{curve}."
        )
    return found


def _others(ref: DataRef, labels_per_class: int | None, out: Output) -> int:
    told = Progress(lambda share, message, _: out.progress(share, message))
    record = datasets.get(open_data(ref, progress=told).fingerprint)
    return others_of(
        labels_per_class,
        classes=len(record.classes),
        labelled_train=record.labelled_train,
        unlabelled=record.unlabelled,
    )
