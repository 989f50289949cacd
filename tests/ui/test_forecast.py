"""What more labels would bring, on the report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_refused_in_words_or_told(app: Callable[..., Any], filled: Any) -> None:
    at = app("evaluate", run=filled["run"])
    assert not at.exception
    at.number_input(key="ev_forecast").set_value(1000).run()
    assert not at.exception
    said = [caption.value for caption in at.caption]
    assert any("goes too far" in words or "needs at least 5" in words for words in said)
