"""Three ways to set everything at once: how thorough a fine-tuning shall be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import NotFound

#: Up to so many labels per class label spreading was better than the frozen encoder on both sets of
#: texts that it was tried on, by the hidden labels of their training rows (docs/decisions/0014).
_SPREADS_UP_TO = 5


@dataclass(frozen=True)
class Choices:
    """What a preset sets; settings that are not named keep their defaults."""

    head: str = "svm"
    strategy: str = "frozen"
    draws: int = 5
    curve: bool = True
    head_settings: Mapping[str, Any] = field(default_factory=dict)
    strategy_settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Preset:
    """A name for people, and a sentence on what it is good for."""

    key: str
    title: str
    help: str


PRESETS: tuple[Preset, ...] = (
    Preset(
        "fast",
        "Fast",
        "A first answer: three draws of the labelled rows, at your label budget alone.",
    ),
    Preset(
        "balanced",
        "Balanced",
        "A verdict to rely on: five draws, and scores at smaller and larger budgets, which show "
        "how many labels pretraining saves.",
    ),
    Preset(
        "best",
        "Best",
        "The narrowest intervals: ten draws, every budget, and the strategy that does best with so "
        "few labels. It takes longest.",
    ),
)


def others_of(
    labels_per_class: int | None, *, classes: int, labelled_train: int, unlabelled: int
) -> int:
    """Training rows that do not show a label at a budget: unlabelled, or labelled beyond it.

    Parameters
    ----------
    labels_per_class : int or None
        The label budget.
    classes, labelled_train, unlabelled : int
        Of the data set.
    """
    shown = classes * labels_per_class if labels_per_class else labelled_train
    return max(labelled_train - shown, 0) + unlabelled


def choices(
    key: str,
    *,
    model: bool = True,
    source: bool = False,
    labels_per_class: int | None = 5,
    others: int = 0,
) -> Choices:
    """What a preset sets in a situation.

    Parameters
    ----------
    key : {"fast", "balanced", "best"}
        Which.
    model : bool
        Whether there is a pretrained model.
    source : bool
        Whether a finished fine-tuning is transferred.
    labels_per_class : int or None
        The label budget.
    others : int
        Training rows that do not show a label.

    Raises
    ------
    NotFound
        When there is no such preset.
    """
    known = [preset.key for preset in PRESETS]
    if key not in known:
        raise NotFound(f"There is no preset {key!r}.", hint="There is: " + ", ".join(known) + ".")
    draws, curve = {"fast": (3, False), "balanced": (5, True), "best": (10, True)}[key]
    if not model:
        return Choices(strategy="scratch", draws=draws, curve=curve)
    if source:
        if key == "fast":
            settings = {"loss": "softmax", "optimiser": "adam", "schedule": "cosine", "passes": 30}
            return Choices("gradient", "warm_start", draws, curve, settings)
        return Choices(strategy="together", draws=draws, curve=curve)
    few = labels_per_class is not None and labels_per_class <= _SPREADS_UP_TO
    if key == "best" and few and others:
        return Choices(strategy="spreading", draws=draws, curve=curve)
    return Choices(draws=draws, curve=curve)
