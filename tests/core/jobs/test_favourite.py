from __future__ import annotations

from pathlib import Path

import pytest

from core.jobs import track
from core.transfer.recommend import Track


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str | None]]:
    """What was asked for; the record is small enough to be read here."""
    asked = []

    def record(modality: str, *, without: str | None = None) -> dict[str, Track]:
        asked.append((modality, without))
        return {"lsa": Track(0.01, 3), "kmeans": Track(0.04, 2), "random": Track(-0.1, 3)}

    monkeypatch.setattr(track, "track_record", record)
    return asked


def test_the_one_that_gained_most(recorded: list[tuple[str, str | None]]) -> None:
    assert track.favourite(["lsa", "kmeans", "new"], "image", without="f") == (
        "kmeans",
        Track(0.04, 2),
    )
    assert recorded == [("image", "f")]  # the set at hand does not count
    assert track.favourite(["random", "lsa"], "image") == ("lsa", Track(0.01, 3))


def test_none_where_nothing_gained(recorded: list[tuple[str, str | None]]) -> None:
    assert track.favourite(["random", "new"], "image") is None
    assert track.favourite([], "image") is None


def test_it_agrees_with_the_benchmark(home: Path) -> None:
    from core.transfer.track_record import mean_track, shipped

    for modality in ("text", "image", "tabular"):
        measured = mean_track(shipped(modality))
        found = track.favourite(list(measured), modality)
        assert found is not None
        assert found[1].gain == max(one.gain for one in measured.values())
