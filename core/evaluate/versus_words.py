"""What a comparison of runs says, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.evaluate.versus import Pair, Versus
from core.evaluate.words import p_words, percent, points


def title(found: Versus, names: Mapping[str, str]) -> str:
    """The outcome in a few words."""
    if found.winner is not None:
        return f"{quoted(names[found.winner])} is clearly ahead"
    if len(found.keys) == 2:
        return "No clear difference"
    return "No clear winner"


def sentence(found: Versus, names: Mapping[str, str]) -> str:
    """Who leads, by how much, who is level with it, and what that stands on."""
    best = found.keys[0]
    rows = f"{found.rows:,} test {'row' if found.rows == 1 else 'rows'}"
    share = percent(found.accuracy[best].value)
    lead = f"On the same {rows}{over(found)} {quoted(names[best])} gets {share} right"
    level = [names[key] for key in found.level[1:]]
    behind = [names[key] for key in found.keys[1:] if key not in found.level]
    if not level:
        nearest = found.pair(best, found.keys[1])
        return (
            f"{lead}, {points(nearest.gain.value)} over {quoted(names[found.keys[1]])} "
            f"({bounds(nearest)}; exact McNemar {_corrected(nearest, found)}). {_luck(found)}"
        ).strip()
    told = f"{lead}, but {in_words(level)} {_is(level)} level with it as far as they can tell."
    if behind:
        told += f" Clearly behind: {in_words(behind)}."
    return f"{told} {_luck(found)}".strip()


def over(found: Versus) -> str:
    """Which draws the numbers are means over, where not all runs have equally many."""
    if not found.uneven:
        return ""
    of = "both" if len(found.keys) == 2 else "all of them"
    if found.shared == 1:
        return f", over the first draw of labels, the only one that {of} have,"
    return f", over the {found.shared} draws of labels that {of} have,"


def bounds(pair: Pair) -> str:
    """The interval of the gain: "95 % interval +1.0 to +3.0 points"."""
    low = points(pair.gain.low or 0.0, unit=False)
    return f"95 % interval {low} to {points(pair.gain.high or 0.0)}"


def pair_words(pair: Pair) -> str:
    """What is to be thought of a pair."""
    if not pair.clear:
        return "No clear difference"
    return "The first is better" if pair.gain.value > 0 else "The second is better"


def coverage(found: Versus) -> str:
    """What the intervals cover."""
    if found.shared > 1:
        return (
            f"The intervals cover the choice of test rows and of labels ({found.shared} draws), "
            "and by them it is judged what is clear, at a level raised for the number of pairs. "
            "McNemar's test is of the models that were kept alone, from the first draw."
        )
    return (
        "The intervals cover the choice of test rows; where a run has one draw of labels, not that "
        "of labels: other labels might turn a small difference round."
    )


def left_out(names: Sequence[str], reason: str) -> str:
    """Which runs cannot be compared with the others, and why."""
    one = len(names) == 1
    return f"{in_words(names)} {'is' if one else 'are'} left out: {reason}"


def in_words(names: Sequence[str]) -> str:
    """A list of names: “a”, “a” and “b”, “a”, “b” and “c”."""
    told = [quoted(name) for name in names]
    if len(told) < 2:
        return "".join(told)
    return f"{', '.join(told[:-1])} and {told[-1]}"


def quoted(name: str) -> str:
    """A name between quotation marks: names of runs have commas of their own."""
    return f"“{name}”"


def _luck(found: Versus) -> str:
    if len(found.keys) < 3:
        return ""
    return (
        f"With {len(found.pairs)} pairs some difference looks clear by luck alone, so what counts "
        "as clear is corrected for their number; and the best of several on the test rows is "
        "flattered a little by being chosen on them."
    )


def _corrected(pair: Pair, found: Versus) -> str:
    words = p_words(pair.p_corrected)
    return words if len(found.pairs) == 1 else f"{words} after correction"


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"
