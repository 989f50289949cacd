"""What a run across domains found, in plain sentences."""

from __future__ import annotations

from core.evaluate.across_results import Across, Entry, Point
from core.evaluate.results import Comparison, Interval
from core.evaluate.words import budget_words, percent, points
from core.finetune.adaptations import SOURCE_ONLY

#: Verdict of one way against the source alone, for tables.
OVER_SOURCE = {"helped": "Helped", "unclear": "No clear difference", "hurt": "Hurt"}
#: The same against the target alone.
OVER_TARGET = {
    "helped": "Transfer helped",
    "unclear": "No clear difference",
    "hurt": "Negative transfer",
}


def verdict_title(report: Across) -> str:
    """The verdict on the way that was kept, in a few words."""
    kept = report.entry(report.kept)
    if kept.accuracy is None:
        return f"{report.target_name} has no labelled test rows: nothing could be measured"
    if kept.over_target is not None and kept.over_target.kind == "hurt":
        return f"Negative transfer: {report.target_name} is better off without {report.source_name}"
    if kept.over_source is None:
        return "The source was carried over as it is"
    return {
        "helped": "Adapting helped",
        "unclear": "Adapting made no clear difference",
        "hurt": "Adapting hurt",
    }[kept.over_source.kind]


def verdict_sentence(report: Across) -> str:
    """The kept way against the source alone."""
    kept = report.entry(report.kept)
    if kept.accuracy is None:
        return (
            f"{kept.title} was trained on {report.source_labels:,} labels of "
            f"{report.source_name}. Label some rows of {report.target_name} for the test to learn "
            "how good it is."
        )
    start = (
        f"{kept.title} answers {percent(kept.accuracy.value)} of {report.test_rows:,} test rows of "
        f"{report.target_name} rightly"
    )
    source = report.entry(SOURCE_ONLY).accuracy
    if kept.over_source is None or source is None:
        return f"{start} ({_range(kept.accuracy)})."
    return (
        f"{start}, against {percent(source.value)} by {report.source_name} alone "
        f"({_difference(kept.over_source)})."
    )


def transfer_sentence(report: Across) -> str:
    """The kept way against the target alone at equal labels; names negative transfer."""
    kept = report.entry(report.kept)
    if kept.over_target is None or report.target_only is None:
        return ""
    if report.labels_per_class == 0:
        alone = (
            f"Without the source and without labels, {report.target_name} could only guess: "
            f"{percent(report.target_only.value)}"
        )
    else:
        alone = (
            f"With the same {budget_words(report.labels_per_class)}, {report.target_name} alone "
            f"reaches {percent(report.target_only.value)}"
        )
    said = {
        "helped": "the transfer helped",
        "unclear": "whether the transfer helped is not clear",
        "hurt": "this is negative transfer",
    }[kept.over_target.kind]
    return f"{alone} ({_difference(kept.over_target)}): {said}."


def stops_helping(curve: tuple[Point, ...]) -> Point | None:
    """The smallest budget from which on the source never clearly helps again."""
    last = None
    for point in reversed(curve):
        if point.kind == "helped":
            break
        last = point
    return last


def starts_hurting(curve: tuple[Point, ...]) -> Point | None:
    """The smallest budget from which on the source always clearly hurts."""
    last = None
    for point in reversed(curve):
        if point.kind != "hurt":
            break
        last = point
    return last


def curve_sentence(report: Across) -> str:
    """From how many target labels on the source stops helping; empty without a curve."""
    if not report.curve:
        return ""
    stop, hurt = stops_helping(report.curve), starts_hurting(report.curve)
    source = report.source_name
    if stop is None:
        most = budget_words(report.curve[-1].labels_per_class)
        return f"{source} still helps beside {most} of {report.target_name}."
    if stop is report.curve[0]:
        text = f"Beside labels of {report.target_name} itself, {source} does not clearly help"
    else:
        text = (
            f"From {budget_words(stop.labels_per_class)} of {report.target_name} on, {source} no "
            "longer clearly helps"
        )
    if hurt is not None:
        same = "" if hurt is stop else f" from {budget_words(hurt.labels_per_class)} on"
        text += f"; it hurts{same}: negative transfer"
    return f"{text}."


def kept_sentence(report: Across) -> str:
    """Why this way was kept."""
    kept = report.entry(report.kept)
    if report.kept_because == "asked":
        return f"{kept.title} was kept because you chose it."
    if report.kept_because == "validated":
        return f"{kept.title} was kept: it was clearly best in validation. {how_sentence(kept)}"
    return (
        f"{kept.title} was kept: validation did not tell the ways apart clearly, and it comes "
        f"first among those that may be best. {how_sentence(kept)}"
    ).strip()


def how_sentence(entry: Entry) -> str:
    """What the estimate of a way stands on, and what it is worth; empty without one."""
    found = entry.estimate
    if found is None:
        return ""
    if found.how == "target_labels":
        return f"Estimated on {found.rows:.0f} labelled target rows held out by turns."
    return (
        "Estimated without a target label: held-out source rows, weighted by how likely they are "
        f"in the target, worth {found.rows:.0f} rows. It supposes that a row means the same in "
        "both domains, and is a hint, not a test."
    )


def sentences(report: Across) -> list[str]:
    """All of it, the most important first."""
    told = [
        f"{verdict_title(report)}.",
        verdict_sentence(report),
        transfer_sentence(report),
        curve_sentence(report),
        kept_sentence(report),
    ]
    return [one for one in told if one]


def _difference(found: Comparison) -> str:
    gain = found.gain
    if gain.low is None or gain.high is None:
        return points(gain.value)
    return (
        f"{points(gain.value)}, 95 % interval {points(gain.low, unit=False)} to {points(gain.high)}"
    )


def _range(interval: Interval) -> str:
    if interval.low is None or interval.high is None:
        return "no interval"
    return f"95 % interval {percent(interval.low)} to {percent(interval.high)}"
