"""Several encoders on equal terms: the same head, the same draws of labels, the same test rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.data.dataset import Dataset
from core.errors import BadParam
from core.evaluate.compare import compare
from core.evaluate.curve import curve_point
from core.evaluate.encoding import encode_rows
from core.evaluate.results import Interval, VerdictKind
from core.evaluate.trials import Contender, Encode, Sides, plan
from core.finetune import get_head, get_strategy
from core.params import resolve
from core.pretrain.base import Encoder
from core.progress import SILENT, Progress
from core.types import Bools


@dataclass(frozen=True)
class Placing:
    """How one encoder did.

    Attributes
    ----------
    accuracy : Interval
        On the test rows, mean over the draws of labels.
    draws : tuple of float
        Its accuracy in each draw.
    gain : Interval, optional
        Against the yardstick, paired by test row and draw; None for the yardstick itself.
    kind : {"helped", "unclear", "hurt"}, optional
        What the interval of the gain says.
    behind : Interval, optional
        The leader's accuracy minus its own, paired; None for the leader.
    tied : bool
        Whether no clear difference to the leader was found (the leader is tied with itself).
    over_rival : Interval, optional
        Against its own rival, paired; None where it has none.
    """

    accuracy: Interval
    draws: tuple[float, ...]
    gain: Interval | None
    kind: VerdictKind | None
    behind: Interval | None
    tied: bool
    over_rival: Interval | None = None


@dataclass(frozen=True)
class Contest:
    """What a contest found; ``placings`` by the keys of the encoders, best first."""

    labels_per_class: int | None
    labels: int
    test_rows: int
    placings: dict[str, Placing]


def contest(
    dataset: Dataset,
    encoders: Mapping[str, Encoder],
    *,
    yardstick: str,
    rivals: Mapping[str, str] | None = None,
    head: str = "svm",
    head_settings: Mapping[str, Any] | None = None,
    labels_per_class: int | None = 5,
    draws: int = 5,
    seed: int = 0,
    encode: Encode | None = None,
    progress: Progress = SILENT,
) -> Contest:
    """Train a head on each encoder's rows and hold the results against each other.

    Every encoder learns from the same draws of labels (draw i from ``seed + i``) with the same
    head and settings; differences are paired by test row and draw (see
    :func:`core.evaluate.compare.compare`). Each interval stands for itself: among many encoders
    some difference looks clear by chance.

    Parameters
    ----------
    dataset : Dataset
        Rows, labels and the split.
    encoders : mapping of str to Encoder
        Fitted.
    yardstick : str
        The key of the encoder that gains are measured against.
    rivals : mapping of str to str, optional
        For some encoders, the key of another one that they are held against as well.
    head, head_settings, labels_per_class, draws, seed, encode, progress
        As for :func:`core.evaluate.experiment.run_experiment`; the strategy is "frozen".

    Raises
    ------
    BadData
        When the data set has no test rows, or labelled training rows of fewer than two classes.
    BadParam
        When a setting will not do, or the yardstick is not among the encoders.
    """
    if yardstick not in encoders:
        raise BadParam(f"The yardstick {yardstick!r} is not among the encoders.")
    if draws < 1:
        raise BadParam(f"draws cannot be {draws}.", hint="It takes a whole number of at least 1.")
    spec, frozen = get_head(head), get_strategy("frozen")
    values = resolve(spec.params, head_settings)
    sides = Sides.of(dataset)
    trials = plan(sides.labels, [labels_per_class], draws=draws, seed=seed)
    both = np.concatenate([sides.train, sides.test])
    right: dict[str, Bools] = {}
    for place, (key, encoder) in enumerate(encoders.items()):
        share = progress.part(place / len(encoders), (place + 1) / len(encoders))
        share.update(0.0, f"Trying {key}")
        through: Encode = encode or (
            lambda one, rows, share=share: encode_rows(  # type: ignore[misc]
                one, dataset, rows, progress=share.part(0.0, 0.3)
            )
        )
        contender = Contender(sides, encoder, frozen, {}, through, through(encoder, both))
        rows = []
        for i, trial in enumerate(trials):
            share.update(0.3 + 0.7 * i / len(trials), f"Trying {key}")
            learned = contender.learn(
                trial,
                lambda trial=trial: spec.make(values, seed + trial.draw),  # type: ignore[misc]
                seed=seed + trial.draw,
                progress=share.part(0.3 + 0.7 * i / len(trials), 0.3 + 0.7 * i / len(trials)),
            )
            rows.append(learned.right())
        right[key] = np.vstack(rows)
    labels = len(trials[0].positions)
    progress.update(1.0, "Comparing")
    return Contest(
        labels_per_class,
        labels,
        len(sides.test),
        _place(right, yardstick, rivals or {}, labels_per_class, labels, seed=seed),
    )


def _place(
    right: Mapping[str, Bools],
    yardstick: str,
    rivals: Mapping[str, str],
    budget: int | None,
    labels: int,
    *,
    seed: int,
) -> dict[str, Placing]:
    means = {key: float(rows.mean()) for key, rows in right.items()}
    order = sorted(right, key=lambda key: -means[key])
    leader = order[0]
    placings = {}
    for key in order:
        point = curve_point(budget, labels, right[key], seed=seed)
        against = None if key == yardstick else compare(right[key], right[yardstick], seed=seed)
        behind = None if key == leader else compare(right[leader], right[key], seed=seed)
        rival = compare(right[key], right[rivals[key]], seed=seed) if key in rivals else None
        placings[key] = Placing(
            accuracy=point.model,
            draws=point.model_draws,
            gain=against.gain if against else None,
            kind=against.kind if against else None,
            behind=behind.gain if behind else None,
            tied=behind is None or behind.kind == "unclear",
            over_rival=rival.gain if rival else None,
        )
    return placings
