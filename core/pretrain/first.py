"""The step from rows of any kind to numbers, which several methods begin with."""

from __future__ import annotations

from typing import Any, Self

from core.pretrain.numeric import RowNumbers
from core.pretrain.rows import is_text, part
from core.pretrain.tfidf import TfidfEncoder
from core.progress import SILENT, Progress
from core.text.preparation import TextPreparation
from core.types import Matrix, Rows, State


class FirstStep:
    """TF-IDF for texts, scaled values for pictures and tables.

    Parameters
    ----------
    preparation : TextPreparation
        How texts become terms.
    min_category_rows, max_categories : int
        See :data:`core.pretrain.numeric.TABLE_PARAMS`.

    Attributes
    ----------
    text : TfidfEncoder or None
        The step, where rows are texts.
    numbers : RowNumbers or None
        The step, where they are not.
    """

    def __init__(
        self, preparation: TextPreparation, min_category_rows: int, max_categories: int
    ) -> None:
        self._preparation = preparation
        self._table = (min_category_rows, max_categories)
        self.text: TfidfEncoder | None = None
        self.numbers: RowNumbers | None = None

    def fit_transform(self, rows: Rows, *, progress: Progress = SILENT) -> Matrix:
        """Learn what the step learns, and return the rows it was learned from, encoded."""
        if is_text(rows):
            self.text = TfidfEncoder(self._preparation)
            return self.text.fit_transform(rows, progress=progress)
        progress.update(0.0, "Reading the rows")
        self.numbers = RowNumbers(*self._table).fit(rows)
        return self.numbers.transform(rows)

    def transform(self, rows: Rows) -> Matrix:
        """Encode rows: CSR for texts, dense for others, float32."""
        if self.text is not None:
            return self.text.transform(rows)
        return self._numbers.transform(rows)

    @property
    def names(self) -> list[str]:
        """What each column stands for: a term, a pixel, a column of the table."""
        if self.text is not None:
            return list(self.text.vocabulary_.terms)
        return self._numbers.names

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about the fit."""
        return self.text.notes_ if self.text is not None else ()

    @property
    def _numbers(self) -> RowNumbers:
        assert self.numbers is not None  # noqa: S101 — fitted on what is no text
        return self.numbers

    def state(self) -> State:
        """What was learned, as plain arrays and values."""
        if self.text is not None:
            return {"rows": "text", "text": self.text.state()}
        return {"rows": "numbers", "numbers": self._numbers.state()}

    def load_state(self, state: Any) -> Self:
        """Take over what another learned.

        Raises
        ------
        BadModelFile
            When a part is missing or contradicts another.
        """
        if part(state, "rows", str) == "text":
            self.text = TfidfEncoder(self._preparation).load_state(part(state, "text", dict))
        else:
            self.numbers = RowNumbers(*self._table).load_state(part(state, "numbers", dict))
        return self
