"""The results of an examination as JSON values, again as what they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as fields_of
from typing import Any

from core.evaluate.near_duplicates import DuplicateEffect
from core.evaluate.results import Interval
from core.evaluate.robustness import Robustness, UnderFault
from core.evaluate.stability import Stability


def duplicate_effect_from_json(values: Mapping[str, Any]) -> DuplicateEffect:
    """The effect of near-duplicates again."""
    fields = _fields(DuplicateEffect, values)
    for name in ("accuracy", "without", "on_repeated"):
        fields[name] = Interval(**fields[name])
    return DuplicateEffect(**fields)


def robustness_from_json(values: Mapping[str, Any]) -> Robustness:
    """What faults cost, again."""
    return Robustness(
        rows=values["rows"],
        whole=Interval(**values["whole"]),
        under=tuple(
            UnderFault(
                kind=one["kind"],
                strength=one["strength"],
                accuracy=Interval(**one["accuracy"]),
                change=Interval(**one["change"]),
            )
            for one in values["under"]
        ),
    )


def stability_from_json(values: Mapping[str, Any]) -> Stability:
    """The stability again."""
    fields = _fields(Stability, values)
    fields["accuracies"] = tuple(fields["accuracies"])
    fields["mean"] = Interval(**fields["mean"])
    return Stability(**fields)


def _fields(kind: type[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """What of the values belongs to a result of this kind; sentences stand beside it."""
    return {field.name: values[field.name] for field in fields_of(kind)}
