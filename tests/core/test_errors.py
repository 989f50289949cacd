"""The family of errors that people meet."""

from __future__ import annotations

import pickle

import pytest

from core import errors
from core.errors import Cancelled, WarmstartError

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, WarmstartError)
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hint", [None, "Do this."])
def test_errors_cross_process_borders_whole(kind: type[WarmstartError], hint: str | None) -> None:
    back = pickle.loads(pickle.dumps(kind("It broke.", hint=hint)))
    assert type(back) is kind
    assert (str(back), back.message, back.hint) == ("It broke.", "It broke.", hint)


def test_words_join_message_and_hint() -> None:
    assert WarmstartError("It broke.", hint="Mend it.").words == "It broke. Mend it."
    assert WarmstartError("It broke.").words == "It broke."


def test_cancelled_needs_no_words() -> None:
    assert str(Cancelled()) == "Cancelled."


def test_there_are_several_kinds() -> None:
    assert len(KINDS) >= 10
