"""Distances between domains in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence

from core.transfer.domains.distance import DomainDistance
from core.transfer.domains.proxy import Telling

#: Distances from which on two domains are called so.
_LEVELS = ((0.4, "much alike"), (1.0, "somewhat different"), (1.6, "clearly different"))
_FAR = "very different"
_NAMED = 4
_SHIFT = 0.05


def level(distance: float) -> str:
    """How far apart domains of this proxy A-distance are, in words."""
    return next((words for bound, words in _LEVELS if distance < bound), _FAR)


def headline(found: DomainDistance) -> str:
    """Both domains in a phrase: "books and kitchen are clearly different"."""
    return f"{found.source_name} and {found.target_name} are {level(found.proxy.distance)}"


def differ_sentence(found: DomainDistance) -> str:
    """In what they differ: "These domains differ mostly in …"."""
    ours, theirs = _named(found.proxy.of_source), _named(found.proxy.of_target)
    if not ours and not theirs:
        return "No word or column tells these domains apart."
    sides = []
    if ours:
        sides.append(f"{ours} ({found.source_name})")
    if theirs:
        sides.append(f"{theirs} ({found.target_name})")
    return f"These domains differ mostly in {' against '.join(sides)}."


def proxy_sentence(found: DomainDistance) -> str:
    """How well a classifier tells them apart."""
    right = 100 * (1 - found.proxy.error)
    return (
        f"A classifier that has seen rows of both says of {right:.0f} in 100 new rows rightly "
        f"which domain they are from; 50 would be guessing. Proxy A-distance "
        f"{found.proxy.distance:.2f}, from 0 (the same) to 2."
    )


def discrepancy_sentence(found: DomainDistance) -> str:
    """Whether there is a difference beyond chance."""
    one = found.discrepancy
    p = "below 0.01" if one.p_value < 0.01 else f"{one.p_value:.2f}"
    if one.p_value < 0.05:
        return (
            f"The difference is beyond chance (maximum mean discrepancy, permutation test: p {p})."
        )
    return (
        "No difference beyond chance was found (maximum mean discrepancy, permutation test: "
        f"p {p})."
    )


def overlap_sentence(found: DomainDistance) -> str:
    """How much of the target's words the source knows; empty where rows are no texts."""
    one = found.overlap
    if one is None:
        return ""
    text = (
        f"{found.source_name} knows {100 * one.known:.0f} of 100 running words of "
        f"{found.target_name}; {100 * one.jaccard:.0f} % of all distinct words stand in both."
    )
    if one.strange:
        text += f" Commonest words it has never seen: {', '.join(one.strange[:6])}."
    return text


def shift_sentence(found: DomainDistance) -> str:
    """Whether the classes are as common in the target; empty where that is not known."""
    one = found.label_shift
    if one is None:
        return ""
    moved = max(range(len(found.classes)), key=lambda i: abs(one.target[i] - one.source[i]))
    share, before = one.target[moved], one.source[moved]
    low, high = one.low[moved], one.high[moved]
    if abs(share - before) < _SHIFT or low <= before <= high:
        return "The classes seem to be about as common in both domains."
    return (
        f"{found.classes[moved]!r} seems to be {'more' if share > before else 'less'} common in "
        f"{found.target_name}: {100 * share:.0f} % (range {100 * low:.0f} to {100 * high:.0f}) "
        f"against {100 * before:.0f} % in {found.source_name}. That supposes that the rows of a "
        "class look alike in both domains."
    )


def sentences(found: DomainDistance) -> list[str]:
    """All of the above that have something to say, the most important first."""
    told = [
        f"{headline(found)}.",
        differ_sentence(found),
        proxy_sentence(found),
        discrepancy_sentence(found),
        overlap_sentence(found),
        shift_sentence(found),
    ]
    return [one for one in told if one]


def _named(telling: Sequence[Telling]) -> str:
    return ", ".join(one.name for one in telling[:_NAMED])
