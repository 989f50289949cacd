"""What a ranking of encoders says, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.evaluate.words import points

_KIND = {"text": "texts", "image": "pictures", "tabular": "tables"}


def headline(result: Mapping[str, Any]) -> str:
    """One sentence: which encoder to take, for whom, and what it costs.

    Parameters
    ----------
    result : mapping
        What a run of kind "choose" ended with.
    """
    pick = _by_key(result)[result["recommendation"]["pick"]]
    words = (
        f"With {_count(result['labels'], 'label')} and "
        f"{_count(result['unlabelled'], 'unlabelled row')}: "
    )
    if pick["nothing"]:
        return words + "learn nothing beforehand."
    return f"{words}{pick['title']}{costs(pick)}."


def costs(entry: Mapping[str, Any]) -> str:
    """What an encoder costs: "; 8 s, 40 MB", or nothing where nothing is known."""
    if entry["nothing"]:
        return ""
    told = []
    if entry.get("seconds") is not None:
        seconds = entry["seconds"]
        about = "" if entry["ready"] else "about "
        told.append(about + _amount(seconds, "s"))
    size = entry.get("size_mb")
    if size is not None:
        told.append(_amount(size, "MB"))
    return "; " + ", ".join(told) if told else ""


def reasons(result: Mapping[str, Any]) -> list[str]:
    """Why that encoder, as sentences: what decided, what is as good, what was left out."""
    entries = _by_key(result)
    advice = result["recommendation"]
    pick = entries[advice["pick"]]
    tied = [entries[key]["title"] for key in advice["tied"]]
    rows = _count(result["scored_rows"], "labelled row")
    ranked = sum(1 for entry in entries.values() if entry["rank"])
    found = []
    if advice["by"] == "alone":
        found.append("It is the only one that was ranked.")
    elif advice["by"] == "ranks":
        found.append(
            f"It is clearly first of {ranked}: on {rows} the range of its mean rank overlaps no "
            "other's."
        )
    else:
        found.append(
            f"{rows[:1].upper()}{rows[1:]} cannot tell it from {_listed(tied)}: the ranges of "
            "their mean ranks overlap."
        )
    if advice["by"] == "record":
        found.append(_record(pick, result["modality"]))
        tied_lines = [entries[key] for key in advice["tied"]]
        unknown = [e["title"] for e in tied_lines if e["track"] is None and not e["nothing"]]
        if unknown:
            found.append(f"How {_listed(unknown)} did elsewhere is not known yet.")
    if advice["by"] == "order":
        found.append("Of these its mean rank is the best; how they did elsewhere is not known.")
    if pick["nothing"]:
        found.append("Nothing that was pretrained is expected to do better here.")
    if advice["cheaper"]:
        other = entries[advice["cheaper"]]
        found.append(
            f"{other['title']} is expected to be at most 2 points behind and costs far less"
            f"{costs(other)}."
        )
    for key, why in advice["excluded"].items():
        found.append(f"Left out: {entries[key]['title']} {why}.")
    behind = worse(result)
    if behind:
        verb = "ranks" if len(behind) == 1 else "rank"
        found.append(f"{_listed(behind)} {verb} clearly behind learning nothing: likely to hurt.")
    return found


def worse(result: Mapping[str, Any]) -> list[str]:
    """Titles of encoders that rank clearly behind the one that learned nothing."""
    nothing = next((e for e in result["entries"] if e["nothing"] and e["rank"]), None)
    if nothing is None:
        return []
    return [
        entry["title"]
        for entry in result["entries"]
        if entry["rank"] and entry["rank"]["low"] > nothing["rank"]["high"]
    ]


def _record(pick: Mapping[str, Any], modality: str) -> str:
    track = pick.get("track")
    if pick["nothing"] or track is None:
        return "Of these none gained over learning nothing on other data sets."
    sets = _count(track["sets"], "other set")
    return (
        f"Of these its method gained most elsewhere: {points(track['gain'])} over learning nothing "
        f"on {sets} of {_KIND.get(modality, 'rows')}."
    )


def _by_key(result: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {entry["key"]: entry for entry in result["entries"]}


def _amount(value: float, unit: str) -> str:
    if value < 0.05:
        return f"under 0.1 {unit}"
    return f"{value:.1f} {unit}" if value < 10 else f"{value:,.0f} {unit}"


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _listed(names: Sequence[str]) -> str:
    if len(names) <= 1:
        return "".join(names)
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return f"{', '.join(names[:-1])} and {names[-1]}"
