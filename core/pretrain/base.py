"""What a pretraining method is.

A method is one file in this folder. It holds an :class:`Encoder` (a scikit-learn transformer
that learns without labels) and a module constant ``METHOD = Method(...)``. The package finds
it by that constant; no list needs an edit. CONTRIBUTING shows a worked example.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, TypeAlias

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from core.errors import BadParam
from core.params import Param, Value
from core.progress import SILENT, Progress
from core.types import Floats, Matrix, Modality, Rows, State

Insight: TypeAlias = Literal["", "words", "topics", "clusters", "grid", "reconstruction", "filters"]


@dataclass(frozen=True)
class Estimate:
    """What a fit is expected to cost on this machine.

    Attributes
    ----------
    seconds : float
        Wall time.
    memory_mb : float
        Peak memory beyond the program itself, in MiB.
    """

    seconds: float
    memory_mb: float


@dataclass(frozen=True)
class PoolSize:
    """The size of a pool, all that an estimate may depend on.

    Attributes
    ----------
    rows : int
        Number of rows.
    characters : int
        Length of all texts together; 0 where rows are not text.
    columns : int
        Number of pixels or columns of a row; 0 for text.
    """

    rows: int
    characters: int = 0
    columns: int = 0


@dataclass(frozen=True)
class Parts:
    """The encoding of one text, taken apart token by token: ``base + matrix.sum(0)`` is it.

    Attributes
    ----------
    spans : list of tuple of int
        Start and end of each contributing token in the text, in characters.
    terms : list of str
        The term of the vocabulary that each span became.
    matrix : ndarray or sparse matrix, shape (n_spans, d)
        What each span adds to the encoded row.
    base : ndarray, shape (d,)
        What is there without any token.
    """

    spans: list[tuple[int, int]]
    terms: list[str]
    matrix: Matrix
    base: Floats


class Encoder(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A pretrained model: learns from rows without labels, turns rows into numbers.

    Follows scikit-learn: no work in ``__init__``, ``fit`` returns self, what is learned ends
    in an underscore. A fitted encoder is frozen: nothing refits it in place, and several
    threads may call :meth:`transform` at once.
    """

    def fit(self, rows: Rows, y: Any = None, *, progress: Progress = SILENT) -> Self:
        """Learn from ``rows``; ``y`` is ignored. Reports to, and is cancelled by, ``progress``."""
        raise NotImplementedError

    def transform(self, rows: Rows) -> Matrix:
        """Encode rows as an (n, d) float32 matrix, dense or CSR."""
        raise NotImplementedError

    def state(self) -> State:
        """What was learned, as plain arrays and values (see :data:`core.types.State`)."""
        raise NotImplementedError

    def load_state(self, state: State) -> Self:
        """Take over what another encoder of the same settings learned.

        Raises
        ------
        BadModelFile
            When a part is missing or shapes contradict each other.
        """
        raise NotImplementedError

    def parts(self, text: str) -> Parts | None:
        """The encoding of one text taken apart by token, or None where it is not a sum."""
        return None

    def continued(self, rows: Rows, *, progress: Progress = SILENT) -> Self:
        """A new encoder that has learned from ``rows`` after what this one had learned.

        This one stays as it is. What can be continued says so by :attr:`Method.continues`.

        Raises
        ------
        BadParam
            Where the method learns from all rows at once and cannot go on.
        """
        raise BadParam(
            f"A {type(self).__name__} cannot be taken further with new rows.",
            hint="Pretrain a new model on the old and the new rows together.",
        )


@dataclass(frozen=True)
class Method:
    """A way to pretrain, as pages, command line and reports see it.

    Attributes
    ----------
    key : str
        Name on the command line and in records.
    title : str
        Name for people.
    learns, when, cost : str
        One plain sentence each: what it learns, when to use it, what it costs.
    source : str
        Author, year and title of the paper.
    modalities : tuple of {"text", "image", "tabular"}
        The kinds of rows it takes.
    params : tuple of Param
        Its settings.
    make : callable
        ``make(settings, seed)`` gives an unfitted encoder; settings are resolved.
    estimate : callable
        ``estimate(size, settings)`` gives the expected cost of a fit.
    baseline : bool
        True for methods that learn nothing; they are what others are compared with.
    insight : str
        Which picture of what was learned a page offers: "words" (vectors of words), "topics"
        (components with their strongest terms or columns), "clusters", "grid" (a map of cells),
        "reconstruction", "filters", or "" (none). A page finds it as ``ui/learned/<insight>.py``.
    continues : bool or str
        Whether a fitted encoder can learn on from new rows (:meth:`Encoder.continued`); where
        that takes a setting which must have been on, the name of that setting.
    """

    key: str
    title: str
    learns: str
    when: str
    cost: str
    source: str
    modalities: tuple[Modality, ...]
    params: tuple[Param, ...]
    make: Callable[[Mapping[str, Value], int], Encoder]
    estimate: Callable[[PoolSize, Mapping[str, Value]], Estimate]
    baseline: bool = False
    insight: Insight = ""
    continues: bool | str = False


def unit_rows(matrix: Floats) -> Floats:
    """Scale each row to length 1 in place; rows of zeros stay. Returns the same array."""
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    norms[norms == 0] = 1
    matrix /= norms
    return matrix
