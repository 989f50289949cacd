"""What is to be known of a combination of choices before it is started, in sentences.

What cannot work at all is refused elsewhere, with an error. This is about what works otherwise
than one may think.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.finetune import get_head, get_strategy
from core.params import resolve
from core.types import Ints

_MANY_LABELS = 20


@dataclass(frozen=True)
class Plan:
    """What somebody is about to start.

    Attributes
    ----------
    head, head_settings, strategy
        Keys and settings.
    labels_per_class : int or None
        The label budget; None for all labels.
    draws : int
        How often labels are drawn.
    class_sizes : ndarray of int
        Labelled training rows of each class; 0 where a class has none.
    unlabelled : int
        Training rows without a label.
    """

    head: str
    head_settings: Mapping[str, Any]
    strategy: str
    labels_per_class: int | None
    draws: int
    class_sizes: Ints
    unlabelled: int = 0

    @property
    def shown(self) -> Ints:
        """Labels that each class with any shows, shape (classes,)."""
        sizes = np.asarray(self.class_sizes)
        sizes = sizes[sizes > 0]
        return sizes if self.labels_per_class is None else np.minimum(sizes, self.labels_per_class)

    @property
    def others(self) -> int:
        """Training rows that do not show a label."""
        return int(np.sum(self.class_sizes) - self.shown.sum()) + self.unlabelled


def advice(plan: Plan) -> tuple[str, ...]:
    """Sentences on what these choices do to each other; none where nothing is odd."""
    return (*_labels(plan), *_strategy(plan), *_gradient(plan))


def _labels(plan: Plan) -> list[str]:
    said = []
    sizes = np.asarray(plan.class_sizes)
    sizes = sizes[sizes > 0]
    budget = plan.labels_per_class
    if budget is not None and len(sizes):
        short = int((sizes < budget).sum())
        if short == len(sizes):
            said.append(
                f"No class has as many as {budget:,} labelled rows to learn from: this is the "
                "same as using every label, and a single draw."
            )
        elif short:
            said.append(
                f"{short:,} of {len(sizes):,} classes have fewer than {budget:,} labels and show "
                "all that they have."
            )
    if budget is not None and plan.draws == 1 and plan.shown.sum() < sizes.sum():
        said.append(
            "A single draw cannot tell how much of the result is luck in which rows were "
            "labelled: its interval covers the choice of test rows alone."
        )
    return said


def _strategy(plan: Plan) -> list[str]:
    title = get_strategy(plan.strategy).title
    if plan.strategy in ("spreading", "self_training"):
        if not plan.others:
            return [
                f"{title} learns from rows that do not show a label, and there is none: this is "
                "the same as the frozen encoder."
            ]
        if len(plan.shown) and plan.shown.mean() > _MANY_LABELS:
            return [f"{title} is for few labels. With more than {_MANY_LABELS} it often hurts."]
    if plan.strategy == "probe_then_tune" and _single(plan):
        return [
            "With one label per class no row can be held out to see whether tuning helps, so the "
            "word vectors stay as they are: this is the same as the frozen encoder."
        ]
    return []


def _gradient(plan: Plan) -> list[str]:
    if plan.head != "gradient":
        return []
    params = get_head("gradient").params
    settings = resolve(params, plan.head_settings)
    defaults = resolve(params)
    rows, said = int(plan.shown.sum()), []
    if settings["validation_share"] == 0:
        said.append("No rows are held out, so all passes are made and nothing warns of memorising.")
    elif _single(plan):
        said.append(
            "With one label per class no row can be held out, so early stopping has nothing to "
            "watch: 20 passes are made at most."
        )
    if settings["optimiser"] != "momentum" and settings["momentum"] != defaults["momentum"]:
        said.append("Momentum is used by the optimiser of that name alone; here it does nothing.")
    if plan.strategy == "towards_source" and settings["l2"]:
        said.append(
            "The pull to the source takes the place of the L2 penalty, which is not used here."
        )
    if settings["class_weight"] == "balanced" and len(set(plan.shown.tolist())) == 1:
        said.append("Every class shows as many labels, so class weights change nothing.")
    batch = settings["batch_size"]
    if batch != defaults["batch_size"] and isinstance(batch, int) and batch >= rows > 0:
        said.append(f"There are {rows:,} labelled rows, so every step takes all of them.")
    return said


def _single(plan: Plan) -> bool:
    """Whether most classes show a single label: nothing is held out then."""
    return 2 * int((plan.shown >= 2).sum()) <= len(plan.shown)
