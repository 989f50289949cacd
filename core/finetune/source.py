"""What a strategy knows of a source task: a trained head, its classes, its labelled rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.data.units import stack_units
from core.errors import BadParam
from core.finetune.base import Head, Task
from core.finetune.heads.gradient import GradientHead
from core.finetune.linear import LinearHead
from core.finetune.weights import Weights
from core.types import Floats, Ints, Matrix


@dataclass(frozen=True, eq=False)
class Source:
    """A classifier that was trained before, and what it was trained on.

    Attributes
    ----------
    head : Head
        Fitted on codes of ``classes``; it may have seen only some of them.
    classes : tuple of str
        Names of the source's classes.
    target_classes : tuple of str
        Names of the classes of the target task.
    encoded : callable
        Gives the labelled source rows through the task's encoder, (n, d).
    labels : ndarray of int, shape (n,)
        Their codes.
    name : str
        For people.
    units : ndarray of int, shape (n,), optional
        Which of its rows belong together, in one numbering with the units of the task.
    """

    head: Head
    classes: tuple[str, ...]
    target_classes: tuple[str, ...]
    encoded: Callable[[], Matrix]
    labels: Ints
    name: str = "the source"
    units: Ints | None = None

    def shared(self) -> dict[int, int]:
        """Source code of each target code whose class has the same name in both."""
        place = {name: code for code, name in enumerate(self.classes)}
        return {i: place[name] for i, name in enumerate(self.target_classes) if name in place}

    def weights(self, codes: Sequence[int] | Ints) -> Weights:
        """The source's weights for these target classes; zeros for those that it does not know.

        Raises
        ------
        BadParam
            When the source's head has no weights, or knows none of the classes.
        """
        parts = self.head.linear()
        if parts is None:
            raise BadParam(
                f"The head of {self.name} is no linear model, so there are no weights to start "
                "from.",
                hint="Train the source with a linear head: gradient descent, SVM or logistic "
                "regression.",
            )
        coef, intercept = parts
        row_of = {int(code): row for row, code in enumerate(self.head.classes_)}
        shared = self.shared()
        known = Weights.zeros(coef.shape[1], len(codes))
        found = 0
        for column, code in enumerate(codes):
            row = row_of.get(shared.get(int(code), -1))
            if row is not None:
                known.coef[:, column] = coef[row]
                known.intercept[column] = intercept[row]
                found += 1
        if not found:
            raise self._strange()
        return known

    def rows(self) -> tuple[Matrix, Ints]:
        """The source rows of shared classes through the encoder, and their target codes.

        Raises
        ------
        BadParam
            When no class is shared.
        """
        back = {source: target for target, source in self.shared().items()}
        kept = self._kept()
        if not len(kept):
            raise self._strange()
        codes = np.array([back[int(code)] for code in self.labels[kept]], dtype=np.int64)
        return self.encoded()[kept], codes

    def shared_units(self) -> Ints | None:
        """Which of the rows that :meth:`rows` gives belong together; None where unknown."""
        return None if self.units is None else self.units[self._kept()]

    def _kept(self) -> Ints:
        return np.flatnonzero(np.isin(self.labels, list(self.shared().values())))

    def _strange(self) -> BadParam:
        theirs = ", ".join(self.classes[:5]) + (" …" if len(self.classes) > 5 else "")
        ours = ", ".join(self.target_classes[:5]) + (" …" if len(self.target_classes) > 5 else "")
        return BadParam(
            f"No class of {self.name} is a class here: it knows {theirs}; here are {ours}.",
            hint="Name classes that mean the same alike, or choose a strategy without a source.",
        )


def need_source(task: Task) -> Source:
    """The source of a task.

    Raises
    ------
    BadParam
        When it has none.
    """
    if task.source is None:
        raise BadParam(
            "This strategy starts from a classifier that was trained before, and none was chosen.",
            hint="Choose a finished fine-tuning as the source.",
        )
    return task.source


def units_with_source(task: Task) -> Ints | None:
    """Which rows belong together: those of the task, and below them the source's shared ones."""
    source = need_source(task)
    count = int(np.isin(source.labels, list(source.shared().values())).sum())
    return stack_units((task.units, len(task.labels)), (source.shared_units(), count))


def gradient_head(task: Task, strategy: str) -> GradientHead:
    """A fresh head of the task, which has to descend step by step.

    Raises
    ------
    BadParam
        When it is of another kind.
    """
    head = task.make_head()
    if not isinstance(head, GradientHead):
        raise BadParam(
            f"The strategy {strategy!r} moves weights step by step, which only the head "
            "'gradient' does.",
            hint="Choose the head Gradient descent.",
        )
    return head


def linear_head(task: Task, strategy: str) -> LinearHead:
    """A fresh head of the task, which has to be a linear one.

    Raises
    ------
    BadParam
        When it is of another kind.
    """
    head = task.make_head()
    if not isinstance(head, LinearHead):
        raise BadParam(
            f"The strategy {strategy!r} adds weights up, so it needs a linear head.",
            hint="Choose the SVM, logistic regression or gradient descent.",
        )
    return head


def codes_of(labels: Ints) -> tuple[Ints, Ints]:
    """The classes among labels, sorted, and each label's place among them."""
    classes, places = np.unique(labels, return_inverse=True)
    return classes, places


def fold(head: LinearHead, coef: Floats) -> None:
    """Give a fitted linear head other weights, of another number of columns."""
    head._keep(coef, head.intercept_, head.temperature_)
    head.n_features_in_ = coef.shape[1]
