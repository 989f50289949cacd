"""The two pieces of work that a tuning is made of: encode rows, and try a configuration.

They run in other processes, so they are functions of a module, and take and return plain things.
Both stop by themselves when their time is over, for places where nobody can end them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from core.data.stacking import stack
from core.errors import Cancelled
from core.evaluate.tuning.configuration import PLAIN, Configuration, EncoderChoice
from core.finetune import get_head, get_strategy
from core.finetune.base import Head, Task
from core.finetune.heads.gradient import GradientHead
from core.finetune.weights import Weights
from core.params import Value
from core.pretrain import get_method
from core.pretrain.base import Encoder
from core.progress import Progress
from core.types import Bools, Floats, Ints, Matrix, Rows

#: Classes and weights that a descent can start from.
Start: TypeAlias = tuple[Ints, Floats, Floats]

_SAMPLE = 200  # rows that the speed of encoding is measured on
_BLOCK = 2048


@dataclass(frozen=True, eq=False)
class Encoded:
    """Rows through an encoder, and what that cost.

    Attributes
    ----------
    matrix : Matrix
        The rows that were asked for, (n, d).
    seconds : float
        To learn the encoder; 0 where it was there already.
    row_seconds : float
        To encode a thousand rows.
    size : int
        Bytes of what the encoder learned.
    encoder : Encoder, optional
        Itself, where a strategy wants to change it.
    """

    matrix: Matrix
    seconds: float
    row_seconds: float
    size: int
    encoder: Encoder | None = None


@dataclass(frozen=True, eq=False)
class Tried:
    """One configuration on one split.

    Attributes
    ----------
    right : ndarray of bool, shape (n_validation,)
        Whether each validated row is right.
    seconds : float
        To train.
    row_seconds : float
        To predict a thousand encoded rows.
    size : int
        Bytes of what the head learned.
    start : tuple, optional
        Classes and weights that the same split can go on from with more rows.
    """

    right: Bools
    seconds: float
    row_seconds: float
    size: int
    start: Start | None = None


@dataclass(frozen=True)
class EncodeOrder:
    """Which encoder to learn; whether to hand it over too; its seed; when to give up."""

    choice: EncoderChoice
    keep: bool
    seed: int
    seconds: float


@dataclass(frozen=True, eq=False)
class Part:
    """One split as positions of encoded rows: to train on, to validate, without labels.

    ``start`` are classes and weights that fewer rows of the same split led to, ``units`` say which
    of the rows to train on belong together, ``pool_units`` the same of those without labels, in
    one numbering (None: none of them).
    """

    train: Ints
    validation: Ints
    pool: Ints
    start: Start | None = None
    units: Ints | None = None
    pool_units: Ints | None = None


@dataclass(frozen=True, eq=False)
class AttemptOrder:
    """Which configuration to try, on which splits; the seed; when to give up."""

    configuration: Configuration
    parts: Sequence[Part]
    seed: int
    seconds: float


def encode(rows: Rows, which: Ints, fitted: Encoder | None, order: EncodeOrder) -> Encoded:
    """Learn an encoder from ``rows`` without labels, unless it is given, and encode ``which``.

    Raises
    ------
    Cancelled
        When its time is over.
    """
    progress = _timed(order.seconds)
    begun = time.perf_counter()
    encoder, matrix = fitted, None
    if encoder is None:
        encoder = get_method(order.choice.method).make(order.choice.settings, order.seed)
        if 2 * len(which) > len(rows):  # most rows are wanted: they need not be read twice
            matrix = encoder.fit_transform(rows, progress=progress)[which]
        else:
            encoder.fit(rows, progress=progress)
    learned = 0.0 if fitted is not None else time.perf_counter() - begun
    if matrix is None:
        blocks = []
        for first in range(0, len(which), _BLOCK):
            progress.update(first / len(which))
            blocks.append(encoder.transform(_part(rows, which[first : first + _BLOCK])))
        matrix = stack(blocks)
    sample = _part(rows, which[:_SAMPLE])
    begun = time.perf_counter()
    encoder.transform(sample)
    took = time.perf_counter() - begun
    return Encoded(
        matrix,
        learned,
        1000 * took / len(sample),
        state_bytes(encoder.state()),
        encoder if order.keep else None,
    )


def attempt(
    matrix: Matrix,
    encoder: Encoder | None,
    rows: Rows | None,
    labels: Ints,
    order: AttemptOrder,
) -> list[Tried]:
    """Try a configuration on some splits.

    Parameters
    ----------
    matrix : Matrix, shape (n, d)
        The training rows that take part, encoded.
    encoder, rows : Encoder, Rows, optional
        For strategies that change the encoder.
    labels : ndarray of int, shape (n,)
        Their codes; -1 outside the label budget.
    order : AttemptOrder
        What to try.

    Raises
    ------
    Cancelled
        When its time is over.
    """
    progress = _timed(order.seconds)
    return [_on_split(matrix, encoder, rows, labels, order, part, progress) for part in order.parts]


def _on_split(  # noqa: PLR0917 - what attempt() takes, a split, and where to report
    matrix: Matrix,
    encoder: Encoder | None,
    rows: Rows | None,
    labels: Ints,
    order: AttemptOrder,
    part: Part,
    progress: Progress,
) -> Tried:
    one, train, validation = order.configuration, part.train, part.validation
    changes = encoder is not None and rows is not None
    begun = time.perf_counter()
    after = encoder
    if part.start is not None:
        head = _go_on(matrix[train], labels[train], part, order, progress)
    else:
        task = Task(
            rows=_part(rows, train) if changes else np.empty(len(train), dtype=object),
            labels=labels[train],
            encoded=matrix[train],
            pool=lambda: matrix[part.pool],
            encoder=encoder,  # type: ignore[arg-type]  # None where nobody asks for it
            make_head=lambda: make_head(one.head, one.head_settings, order.seed),
            seed=order.seed,
            units=part.units,
            pool_units=part.pool_units,
        )
        how = get_strategy(one.strategy)
        after, head = how.learn(task, one.strategy_settings, progress)
    trained = time.perf_counter()
    if after is None or after is encoder:
        encoded = matrix[validation]
    else:
        encoded = after.transform(_part(rows, validation))
    said = head.predict(encoded)
    took = time.perf_counter() - trained
    return Tried(
        np.asarray(said == labels[validation]),
        trained - begun,
        1000 * took / max(len(validation), 1),
        state_bytes(head.state()),
        _start_of(head, one),
    )


def make_head(key: str, settings: Mapping[str, Value], seed: int) -> Head:
    """A head that need not know how sure it is: only which class is the likeliest counts here."""
    head = get_head(key).make(settings, seed)
    if "temperature" in head.get_params():
        head.set_params(temperature=1.0)
    return head


def _start_of(head: Head, configuration: Configuration) -> Start | None:
    """What more rows of the same split can start from: weights of a head that descends."""
    if not isinstance(head, GradientHead) or configuration.strategy not in PLAIN:
        return None
    return head.classes_, head.coef_, head.intercept_


def _go_on(X: Matrix, labels: Ints, part: Part, order: AttemptOrder, progress: Progress) -> Head:
    """Descend from weights that fewer rows of this split led to; new classes from zero."""
    one = order.configuration
    head = make_head(one.head, one.head_settings, order.seed)
    if not isinstance(head, GradientHead) or part.start is None:
        raise AssertionError("Only a head that descends leaves a start.")
    classes, codes = np.unique(labels, return_inverse=True)
    weights = Weights.zeros(X.shape[1], len(classes))
    place = {int(code): i for i, code in enumerate(classes)}
    known, coef, intercept = part.start
    for row, code in enumerate(known):
        if int(code) in place:
            weights.coef[:, place[int(code)]] = coef[row]
            weights.intercept[place[int(code)]] = intercept[row]
    return head.fit_from(X, codes, classes, start=weights, units=part.units, progress=progress)


def state_bytes(state: Any) -> int:
    """Bytes of the numbers and texts of a state, before any compression."""
    if isinstance(state, Mapping):
        return sum(state_bytes(one) for one in state.values())
    if isinstance(state, (list, tuple)):
        return sum(state_bytes(one) for one in state)
    if isinstance(state, np.ndarray):
        if state.dtype == object:
            return sum(len(str(one)) for one in state)
        return int(state.nbytes)
    return len(state.encode("utf-8", "replace")) if isinstance(state, str) else 8


def _part(rows: Any, which: Any) -> Any:
    return rows.iloc[which] if hasattr(rows, "iloc") else rows[which]


def _timed(seconds: float) -> Progress:
    """Raises Cancelled at the first report after so many seconds."""
    end = time.monotonic() + seconds

    def report(_: float, __: str, ___: Mapping[str, Any]) -> None:
        if time.monotonic() > end:
            raise Cancelled("Its time was over.")

    return Progress(report)
