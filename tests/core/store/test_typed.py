"""JSON values held against dataclasses: what passes, and what does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from core.store.audit import Refused
from core.store.typed import typed


@dataclass(frozen=True)
class Inner:
    value: float
    low: float | None = None


@dataclass(frozen=True)
class Outer:
    name: str
    kind: Literal["a", "b"]
    inner: Inner
    inners: tuple[Inner, ...] = ()
    numbers: Sequence[int] = ()
    lists: Mapping[str, list[float]] = field(default_factory=dict)
    either: Inner | int | None = None
    free: Mapping[str, Any] = field(default_factory=dict)
    on: bool = False


GOOD: dict[str, Any] = {"name": "x", "kind": "a", "inner": {"value": 1}}


def test_everything_that_passes() -> None:
    found = typed(
        Outer,
        {
            **GOOD,
            "inners": [{"value": 0.5, "low": None}],
            "numbers": [1, 2],
            "lists": {"loss": [1, 0.5]},
            "either": {"value": 2.0},
            "free": {"deep": [{"down": None}]},
            "on": True,
        },
        "it",
    )
    assert found == Outer(
        "x", "a", Inner(1.0), (Inner(0.5),), (1, 2), {"loss": [1.0, 0.5]}, Inner(2.0),
        {"deep": [{"down": None}]}, True,
    )  # fmt: skip
    assert type(found.inner.value) is float
    assert typed(Outer, {**GOOD, "either": 3}, "it").either == 3
    assert typed(Outer, {**GOOD, "either": None}, "it").either is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": 1}, "it → name is 1, and not a text"),
        ({"name": "x" * 100_001}, "not a text of at most"),
        ({"kind": "c"}, "it → kind is 'c', and not one of 'a', 'b'"),
        ({"inner": 3}, "it → inner is 3, and not a table"),
        ({"inner": {}}, "it → inner has no field 'value'"),
        ({"inner": {"value": "1"}}, "it → inner → value is '1', and not a value of the kind float"),
        ({"inner": {"value": True}}, "not a value of the kind float"),
        ({"inners": {"value": 1}}, "and not a list"),
        ({"inners": [1]}, r"it → inners\[0\] is 1"),
        ({"numbers": [1.0]}, "not a value of the kind int"),
        ({"numbers": [2**53 + 1]}, "not a value of the kind int"),
        ({"numbers": [True]}, "not a value of the kind int"),
        ({"lists": {"loss": ["1"]}}, r"it → lists → loss\[0\]"),
        ({"lists": []}, "not a table"),
        ({"either": "x"}, "not a value of the kind int"),
        ({"on": 1}, "not a value of the kind bool"),
        ({"more": 1}, "a field 'more', which is not known"),
    ],
)
def test_what_does_not(change: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        typed(Outer, {**GOOD, **change}, "it")


def test_a_missing_field_and_no_table_at_all() -> None:
    with pytest.raises(Refused, match="it has no field 'inner'"):
        typed(Outer, {"name": "x", "kind": "a"}, "it")
    with pytest.raises(Refused, match="it is"):
        typed(Outer, [], "it")
