"""What every method that can learn on must do. A new method is held to it without an edit."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from core.errors import BadParam, Cancelled
from core.params import resolve
from core.pretrain import methods
from core.pretrain.base import Encoder
from core.progress import Progress
from core.types import State

from . import outside
from .conftest import ROWS
from .test_contract import SMALL, dense, some

CASES = [(key, modality) for key, method in methods().items() for modality in method.modalities]


def make(key: str, rows: int) -> Encoder:
    """An encoder with what it takes to be continued switched on."""
    method = methods()[key]
    own = {param.name for param in method.params}
    given: dict[str, Any] = {name: value for name, value in SMALL.items() if name in own}
    given |= outside.settings(key, rows)
    if isinstance(method.continues, str):
        given[method.continues] = True
    return method.make(resolve(method.params, given), 3)


@pytest.fixture(params=CASES, ids="-".join, name="case", scope="module")
def _case(request: pytest.FixtureRequest) -> tuple[str, Encoder, Any]:
    """A fitted encoder, and further rows."""
    key, modality = request.param
    rows = ROWS[modality]()
    if not methods()[key].continues:  # what it may refuse needs no halves
        return key, make(key, len(rows)).fit(rows), rows
    half = np.arange(len(rows)) < len(rows) // 2
    return key, make(key, int(half.sum())).fit(some(rows, half)), some(rows, ~half)


def same(a: State, b: State) -> bool:
    """Whether two states hold the same."""
    if isinstance(a, dict):
        return isinstance(b, dict) and set(a) == set(b) and all(same(a[k], b[k]) for k in a)  # type: ignore[arg-type]
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and np.array_equal(a, b)
    return bool(a == b)


def test_it_learns_on_as_a_new_encoder(case: tuple[str, Encoder, Any]) -> None:
    key, first, rows = case
    if not methods()[key].continues:
        with pytest.raises(BadParam) as caught:
            first.continued(rows)
        assert caught.value.hint
        return
    before = copy.deepcopy(first.state())
    second = first.continued(rows)
    assert type(second) is type(first)
    assert second is not first
    assert repr(second.get_params()) == repr(first.get_params())
    assert same(first.state(), before)  # it is frozen: others use it at the same time
    assert not same(second.state(), before)
    encoded = second.transform(rows)
    assert encoded.dtype == np.float32
    assert np.isfinite(dense(encoded)).all()

    again = copy.deepcopy(first).continued(rows)
    np.testing.assert_array_equal(dense(again.transform(rows)), dense(encoded))
    read = make(key, len(rows)).load_state(copy.deepcopy(second.state()))
    np.testing.assert_array_equal(dense(read.transform(rows)), dense(encoded))
    third = read.continued(rows)  # what a file gives back learns on just as well
    assert same(third.state(), second.continued(rows).state())


def test_learning_on_can_be_cancelled(case: tuple[str, Encoder, Any]) -> None:
    key, first, rows = case
    if not methods()[key].continues:
        return
    before = copy.deepcopy(first.state())

    def stop(fraction: float, message: str, metrics: Any) -> None:
        if fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        first.continued(rows, progress=Progress(stop))
    assert same(first.state(), before)
