"""The step from rows of any kind to numbers, which several methods begin with."""

from __future__ import annotations

from typing import Any, Self

from core.pretrain.base import Encoder
from core.pretrain.numeric import RowNumbers
from core.pretrain.rows import is_text, part
from core.progress import SILENT, Progress
from core.types import Rows, State


class FirstStep:
    """An encoder where rows are texts, scaled values where they are pictures or tables.

    Parameters
    ----------
    text : Encoder
        Unfitted; for texts.
    numbers : RowNumbers
        Unfitted; for other rows.

    Attributes
    ----------
    is_text : bool
        Which of the two it became.
    """

    is_text: bool

    def __init__(self, text: Encoder, numbers: RowNumbers) -> None:
        self.text = text
        self.numbers = numbers

    def fit_transform(self, rows: Rows, *, progress: Progress = SILENT) -> Any:
        """Learn what the step learns, and return the rows it was learned from, encoded."""
        self.is_text = is_text(rows)
        if self.is_text:
            return self.text.fit_transform(rows, progress=progress)
        progress.update(0.0, "Reading the rows")
        return self.numbers.fit(rows).transform(rows)

    def transform(self, rows: Rows) -> Any:
        """Encode rows, float32."""
        return self.text.transform(rows) if self.is_text else self.numbers.transform(rows)

    @property
    def names(self) -> list[str]:
        """What each column stands for: a term, a component, a pixel, a column of the table."""
        if self.is_text:
            return [str(name) for name in self.text.get_feature_names_out()]
        return self.numbers.names

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about the fit."""
        return tuple(getattr(self.text, "notes_", ())) if self.is_text else ()

    def state(self) -> State:
        """What was learned, as plain arrays and values."""
        if self.is_text:
            return {"rows": "text", "text": self.text.state()}
        return {"rows": "numbers", "numbers": self.numbers.state()}

    def load_state(self, state: Any) -> Self:
        """Take over what another learned.

        Raises
        ------
        BadModelFile
            When a part is missing or contradicts another.
        """
        self.is_text = part(state, "rows", str) == "text"
        if self.is_text:
            self.text.load_state(part(state, "text", dict))
        else:
            self.numbers.load_state(part(state, "numbers", dict))
        return self
