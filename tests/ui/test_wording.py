from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ui import wording


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.091, "+9.1"), (-0.095, "−9.5"), (0.0, "0.0"), (-0.0004, "0.0"), (0.2213, "+22.1")],
)
def test_points(share: float, text: str) -> None:
    assert wording.points(share) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (0.43, "0.4 s"),
        (0.004, "<0.1 s"),
        (8.2, "8 s"),
        (59.6, "1 min"),
        (125, "2 min 5 s"),
        (120, "2 min"),
        (4200, "1 h 10 min"),
    ],
)
def test_duration(seconds: float | None, text: str) -> None:
    assert wording.duration(seconds) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [(None, "–"), (0.04, "41 kB"), (0.34, "0.3 MB"), (40.2, "40 MB"), (1229, "1.2 GB")],
)
def test_megabytes(size: float | None, text: str) -> None:
    assert wording.megabytes(size) == text


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(seconds=10), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(days=1, hours=2), "yesterday"),
        (timedelta(days=11), "12 Nov 2026"),
    ],
)
def test_ago(age: timedelta, text: str) -> None:
    now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    assert wording.ago(now - age, now=now) == text
    assert wording.ago((now - age).replace(tzinfo=None), now=now) == text


def test_ago_without_a_moment() -> None:
    assert wording.ago(None) == "–"


def test_plural() -> None:
    assert wording.plural(1, "row") == "1 row"
    assert wording.plural(1200, "class", "classes") == "1,200 classes"


def test_percent_uses_a_narrow_space() -> None:
    assert wording.percent(0.747) == "74.7\u202f%"


def test_signed() -> None:
    assert wording.signed(0.584) == "+0.58"
    assert wording.signed(-0.84) == "−0.84"


def test_nothing_is_quite_sure() -> None:
    assert wording.sure(0.734) == "73.4\u202f% sure"
    assert wording.sure(0.9999) == "over 99.9\u202f% sure"
