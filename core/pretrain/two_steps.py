"""What encoders have in common that turn rows into numbers first, and then learn from those."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol, Self

from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from core.pretrain.base import Encoder
from core.pretrain.first import FirstStep
from core.pretrain.numeric import RowNumbers
from core.pretrain.rows import part
from core.types import State


class SecondStep(Protocol):
    """What learns from the numbers: components, centres, a map, a network."""

    def state(self) -> State:
        """What was learned, as plain arrays and values."""

    def load_state(self, state: State, columns: int) -> Any:
        """Take over what another learned from rows of that many columns."""


class TwoStepEncoder(Encoder):
    """An encoder with a first step to numbers, and something that learns from those.

    The first step is a :class:`FirstStep`, or :class:`core.pretrain.numeric.RowNumbers` where
    rows are never texts. A subclass says what its second step is called (``_second = "svd"``:
    the attribute is then ``svd_``, the part of the state ``"svd"``) and makes both unfitted.

    Attributes
    ----------
    first_ : FirstStep or RowNumbers
        What turns rows into numbers.
    notes_ : tuple of str
        What a person should know about this fit.
    """

    _second: ClassVar[str]

    def _first_step(self) -> FirstStep | RowNumbers:
        """The first step, unfitted."""
        raise NotImplementedError

    def _second_step(self, first: Any) -> SecondStep:
        """The second step, unfitted; ``first`` is fitted."""
        raise NotImplementedError

    def state(self) -> State:
        """What was learned, as plain arrays and values."""
        check_is_fitted(self)
        return {
            "first": self.first_.state(),
            self._second: getattr(self, f"{self._second}_").state(),
            "notes": list(self.notes_),
        }

    def load_state(self, state: State) -> Self:
        """Take over what another encoder learned. See :class:`Encoder`."""
        first = self._first_step().load_state(part(state, "first", dict))
        second = self._second_step(first)
        second.load_state(part(state, self._second, dict), len(first.names))
        notes = tuple(str(note) for note in part(state, "notes", list))
        return self._take(first, second, notes)

    def _take(self, first: Any, second: SecondStep, notes: tuple[str, ...]) -> Self:
        """Become fitted with these."""
        self.first_: Any = first
        setattr(self, f"{self._second}_", second)
        self.notes_: tuple[str, ...] = notes
        return self

    def _followed_by(self, second: SecondStep, *notes: str) -> Self:
        """A new encoder with the same first step, and a second that has learned on."""
        check_is_fitted(self)
        new: Self = clone(self)
        return new._take(self.first_, second, (*self.notes_, *notes))
