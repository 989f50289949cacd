"""Which encoder to take: ranks, what usually helps, and what a person has to spend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.errors import BadParam
from core.transfer.ranking import Rank

#: An alternative that costs at most this share of the pick's time, and is expected to be at most
#: ``_CLOSE`` behind, is named beside it.
_CHEAP, _CLOSE = 0.2, 0.02


@dataclass(frozen=True)
class Limits:
    """What a person has; None where it does not matter.

    Attributes
    ----------
    seconds, memory_mb : float, optional
        For learning what is not learned yet.
    size_mb : float, optional
        For the model that is kept.
    """

    seconds: float | None = None
    memory_mb: float | None = None
    size_mb: float | None = None


@dataclass(frozen=True)
class Candidate:
    """An encoder that could be chosen.

    Attributes
    ----------
    key : str
        As in the ranks.
    title : str
        For people.
    method : str
        Key of its method.
    own_pool : bool
        Whether it learned from the pool at hand; what usually helps is known of such alone.
    nothing : bool
        Whether it is the encoder that learned nothing.
    seconds, memory_mb, size_mb : float, optional
        Measured or estimated; None where unknown.
    ready : bool
        Whether it is learned already, so that time and memory are spent.
    """

    key: str
    title: str
    method: str
    own_pool: bool = True
    nothing: bool = False
    seconds: float | None = None
    memory_mb: float | None = None
    size_mb: float | None = None
    ready: bool = False


@dataclass(frozen=True)
class Track:
    """What a method did elsewhere: mean gain over nothing learned, as a share, on ``sets`` sets."""

    gain: float
    sets: int


@dataclass(frozen=True)
class Recommendation:
    """What to take, and why.

    Attributes
    ----------
    pick : str
        Key of the encoder.
    by : {"alone", "ranks", "record", "order"}
        What decided: it was the only one left; it is clearly first; it did best elsewhere of
        those that are tied; or, where nothing is known of those, the order of the ranks.
    tied : tuple of str
        The others that its range overlaps.
    cheaper : str, optional
        One of them that costs far less.
    excluded : dict of str to str
        What does not fit the limits, and why.
    """

    pick: str
    by: str
    tied: tuple[str, ...]
    cheaper: str | None = None
    excluded: Mapping[str, str] = field(default_factory=dict)


def recommend(
    candidates: Sequence[Candidate],
    ranks: Mapping[str, Rank],
    *,
    limits: Limits | None = None,
    track: Mapping[str, Track] | None = None,
) -> Recommendation:
    """Take the encoder to fine-tune.

    What does not fit the limits is left out. Of the rest, those whose range overlaps that of the
    first are tied: a handful of labels cannot tell them apart. Among them goes the one whose
    method gained most over nothing learned on other sets of this kind, and where nothing is
    known the one of the best mean rank.

    Parameters
    ----------
    candidates : sequence of Candidate
        Those without a rank are not considered.
    ranks : mapping
        From :func:`core.transfer.ranking.combine`.
    limits : Limits, optional
        What the person has.
    track : mapping, optional
        What methods did elsewhere, by their keys; never of the set at hand.

    Raises
    ------
    BadParam
        When nothing that was ranked fits the limits.
    """
    track, limits = track or {}, limits or Limits()
    ranked = sorted((c for c in candidates if c.key in ranks), key=lambda c: ranks[c.key].mean)
    excluded = {c.key: why for c in ranked if (why := _too_much(c, limits))}
    left = [c for c in ranked if c.key not in excluded]
    if not left:
        raise BadParam(
            "Nothing that was ranked fits the time, memory and size that you have.",
            hint="Allow more, or let methods learn from a sample.",
        )
    first = ranks[left[0].key]
    level = [c for c in left if ranks[c.key].low <= first.high]
    known = {c.key: gain for c in level if (gain := _expected(c, track)) is not None}
    by = "alone" if len(ranked) == 1 else "ranks" if len(level) == 1 else "order"
    pick = level[0]
    if len(level) > 1 and any(not c.nothing for c in level if c.key in known):
        by = "record"
        pick = max(
            (c for c in level if c.key in known),
            key=lambda c: (known[c.key], -ranks[c.key].mean),
        )
    others = [c for c in level if c is not pick]
    return Recommendation(
        pick=pick.key,
        by=by,
        tied=tuple(c.key for c in others),
        cheaper=_cheaper(pick, others, known),
        excluded=excluded,
    )


def _expected(candidate: Candidate, track: Mapping[str, Track]) -> float | None:
    """What its method gained elsewhere; nothing for the baseline, None where unknown."""
    if candidate.nothing:
        return 0.0
    if not candidate.own_pool or candidate.method not in track:
        return None
    return track[candidate.method].gain


def _too_much(one: Candidate, limits: Limits) -> str | None:
    """Why a candidate does not fit, in words; None where it does."""
    if not one.ready and _above(one.seconds, limits.seconds):
        return f"takes about {one.seconds:,.0f} s to learn, and you have {limits.seconds:,.0f} s"
    if not one.ready and _above(one.memory_mb, limits.memory_mb):
        return (
            f"needs about {one.memory_mb:,.0f} MB to learn, and you have {limits.memory_mb:,.0f} MB"
        )
    if _above(one.size_mb, limits.size_mb):
        return f"takes {one.size_mb:,.1f} MB to keep, and you have {limits.size_mb:,.0f} MB"
    return None


def _above(value: float | None, limit: float | None) -> bool:
    return value is not None and limit is not None and value > limit


def _cheaper(
    pick: Candidate, others: Sequence[Candidate], known: Mapping[str, float]
) -> str | None:
    """A tied encoder that costs far less; of several, the one expected to be best."""
    if not pick.seconds or pick.key not in known:
        return None
    found = [
        c
        for c in others
        if c.key in known
        and c.seconds is not None
        and c.seconds <= _CHEAP * pick.seconds
        and known[c.key] >= known[pick.key] - _CLOSE
    ]
    return max(found, key=lambda c: known[c.key]).key if found else None
