"""Numbers and times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

from core.evaluate import words

THIN = "\N{NARROW NO-BREAK SPACE}"


def number(value: float) -> str:
    """A whole number with separators: 18,846."""
    return f"{value:,.0f}"


def points(share: float) -> str:
    """A difference of shares in points, with its sign: +9.1 or −3.0; none where it is 0.0."""
    return words.points(share, unit=False)


def signed(value: float) -> str:
    """A number with its sign and two places: +0.58 or −0.84."""
    return f"{value:+.2f}".replace("-", words.MINUS)


def percent(share: float) -> str:
    """A share in per cent: 74.7 %."""
    return words.percent(share).replace(" ", THIN)


def sure(probability: float) -> str:
    """How sure an answer is; never "100 %", which nothing learned from few rows can be."""
    if probability > 0.999:
        return f"over 99.9{THIN}% sure"
    return f"{percent(probability)} sure"


def duration(seconds: float | None) -> str:
    """How long something took or will take: 0.4 s, 8 s, 2 min 5 s, 1 h 10 min."""
    if seconds is None:
        return "–"
    if seconds < 1:
        return f"{seconds:.1f} s" if seconds >= 0.05 else "<0.1 s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def megabytes(size: float | None) -> str:
    """A size given in MiB: 40 kB, 0.3 MB, 40 MB, 1.2 GB."""
    if size is None:
        return "–"
    if size < 0.1:
        return f"{size * 1024:.0f} kB"
    if size < 10:
        return f"{size:.1f} MB"
    return f"{size:.0f} MB" if size < 1000 else f"{size / 1024:.1f} GB"


def ago(moment: datetime | None, *, now: datetime | None = None) -> str:
    """How long ago something was: just now, 5 min ago, 3 h ago, yesterday, 12 Nov 2026."""
    if moment is None:
        return "–"
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    if seconds < 45:
        return "just now"
    if seconds < 3600:
        return f"{max(1, round(seconds / 60))} min ago"
    if seconds < 86400:
        return f"{round(seconds / 3600)} h ago"
    if seconds < 2 * 86400:
        return "yesterday"
    return f"{moment.day} {moment:%b %Y}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """The count with its noun: 1 row, 12 rows."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"
