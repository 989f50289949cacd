"""Progress: shares of shares, metrics, and cancelling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Cancelled
from core.progress import SILENT, Progress

Report = tuple[float, str, dict[str, Any]]


def keeper() -> tuple[list[Report], Progress]:
    kept: list[Report] = []
    return kept, Progress(lambda share, words, metrics: kept.append((share, words, dict(metrics))))


def test_reports_arrive_with_words_and_metrics() -> None:
    kept, progress = keeper()
    progress.update(0.5, "half", loss=0.25)
    progress.update(1.0)
    assert kept == [(0.5, "half", {"loss": 0.25}), (1.0, "", {})]


def test_parts_of_parts_cover_their_share_of_the_whole() -> None:
    kept, progress = keeper()
    inner = progress.part(0.2, 0.6).part(0.5, 1.0)
    inner.update(0.0)
    inner.update(1.0)
    assert [share for share, _, _ in kept] == pytest.approx([0.4, 0.6])


@given(st.floats(-2, 3), st.floats(0, 1), st.floats(0, 1))
def test_nothing_leaves_its_share(fraction: float, one: float, other: float) -> None:
    start, stop = sorted((one, other))
    kept, progress = keeper()
    progress.part(start, stop).update(fraction)
    assert start - 1e-9 <= kept[0][0] <= stop + 1e-9


def test_silence_swallows_everything() -> None:
    SILENT.update(0.5, "nobody hears", loss=1)
    SILENT.part(0, 0.5).update(1.0)


def test_cancelling_travels_up() -> None:
    def stop(share: float, words: str, metrics: Mapping[str, Any]) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        Progress(stop).part(0.1, 0.2).update(0.0)


def test_the_end_of_a_part_is_not_past_the_start_of_the_next() -> None:
    heard: list[float] = []
    whole = Progress(lambda share, _, __: heard.append(share))
    whole.part(0.3, 0.88).part(0.5, 1.0).update(1.0)  # 0.3 + (0.88 - 0.3) is above 0.88
    whole.part(0.88, 1.0).update(0.0)
    assert heard == [0.88, 0.88]
