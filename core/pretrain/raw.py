"""Raw pixels and columns: the baseline where rows are no text. Only scales are learned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.utils.validation import check_is_fitted

from core.params import Value
from core.pretrain.base import Encoder, Estimate, Method, PoolSize
from core.pretrain.numeric import TABLE_PARAMS, RowNumbers
from core.pretrain.rows import part
from core.progress import SILENT, Progress
from core.types import Floats, Rows, State


class RawEncoder(Encoder):
    """Pixels divided by their largest value; columns standardised, categories one-hot.

    Parameters
    ----------
    min_category_rows, max_categories : int
        See :data:`core.pretrain.numeric.TABLE_PARAMS`.

    Attributes
    ----------
    numbers_ : RowNumbers
        The scales.
    """

    def __init__(self, *, min_category_rows: int = 5, max_categories: int = 50) -> None:
        self.min_category_rows = min_category_rows
        self.max_categories = max_categories

    def fit(self, rows: Rows, y: Any = None, *, progress: Progress = SILENT) -> Self:
        """Learn the scales. See :class:`Encoder`."""
        progress.update(0.0, "Reading the rows")
        self.numbers_ = RowNumbers(self.min_category_rows, self.max_categories).fit(rows)
        progress.update(1.0, "Reading the rows")
        return self

    def transform(self, rows: Rows) -> Floats:
        """Encode rows as (n, d) float32."""
        check_is_fitted(self)
        return self.numbers_.transform(rows)

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """What each number of a row stands for."""
        check_is_fitted(self)
        return np.asarray(self.numbers_.names, dtype=object)

    def state(self) -> State:
        """The scales, as plain arrays and values."""
        check_is_fitted(self)
        return {"numbers": self.numbers_.state()}

    def load_state(self, state: State) -> Self:
        """Take over the scales of another encoder. See :class:`Encoder`."""
        numbers = RowNumbers(self.min_category_rows, self.max_categories)
        self.numbers_ = numbers.load_state(part(state, "numbers", dict))
        return self


def _make(settings: Mapping[str, Value], seed: int) -> RawEncoder:
    return RawEncoder(**{param.name: settings[param.name] for param in TABLE_PARAMS})  # type: ignore[arg-type]


def numbers_cost(size: PoolSize) -> Estimate:
    """Expected cost of turning pictures or tables into numbers."""
    cells = size.rows * max(size.columns, 1)
    return Estimate(seconds=0.05 + 3e-8 * cells, memory_mb=5 + 1.2e-5 * cells)


def _estimate(size: PoolSize, settings: Mapping[str, Value]) -> Estimate:
    return numbers_cost(size)


METHOD = Method(
    key="raw",
    title="Raw values",
    learns="Nothing: pixels and columns are only brought to one scale.",
    when="As the baseline that everything else has to beat.",
    cost="Next to nothing.",
    source="Standardisation, median imputation and one-hot coding are textbook methods.",
    modalities=("image", "tabular"),
    params=TABLE_PARAMS,
    make=_make,
    estimate=_estimate,
    baseline=True,
)
