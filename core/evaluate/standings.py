"""What a comparison of methods says, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.evaluate.words import budget_words, percent, points


def headline(result: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """One or two sentences: who leads, by how much over nothing learned, and who is level.

    Parameters
    ----------
    result : mapping
        What a run of kind "compare" ended with.
    names : mapping
        The name of each entry by its key.
    """
    entries: Sequence[Mapping[str, Any]] = result["entries"]
    best = entries[0]
    with_labels = budget_words(result["labels_per_class"])
    lead = (
        f"{names[best['key']]} did best with {with_labels}: "
        f"{percent(best['accuracy']['value'])} of the test rows right"
    )
    if best["gain"] is None:
        lead += ". Nothing that was learned did better than learning nothing"
    else:
        lead += f", {points(best['gain']['value'])} over nothing learned"
        if best["kind"] == "unclear":
            lead += ", which may be luck"
    level = [names[entry["key"]] for entry in entries[1:] if entry["tied"]]
    if not level:
        return f"{lead}. It is clearly ahead of all others." if len(entries) > 1 else f"{lead}."
    return f"{lead}. No clear difference to {_in_words(level)}."


def _in_words(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return f"{', '.join(names[:-1])} and {names[-1]}"
