"""What a tuning says, as read-only values that travel as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, TypeAlias

from core.evaluate.tuning.configuration import Configuration, from_json, to_json

Ended: TypeAlias = Literal["time", "trials", "enough", "nothing new", "trouble"]


@dataclass(frozen=True)
class Trial:
    """A configuration, and how far it came.

    Attributes
    ----------
    number : int
        The default is 0.
    configuration : Configuration
        What was tried.
    scores : tuple of float
        Share of right validation rows on each rung that it finished.
    error : float, optional
        Standard error of the last score.
    at : float, optional
        Seconds from the start until the last score.
    learn_seconds, train_seconds : float, optional
        To learn the encoder (0 where nothing is learned anew), to train on one split.
    row_seconds : float, optional
        To encode and predict a thousand rows.
    size : int, optional
        Bytes of what encoder and head learned, before any compression.
    failure : str, optional
        Why it could not be tried, in words.
    """

    number: int
    configuration: Configuration
    scores: tuple[float, ...] = ()
    error: float | None = None
    at: float | None = None
    learn_seconds: float | None = None
    train_seconds: float | None = None
    row_seconds: float | None = None
    size: int | None = None
    failure: str | None = None

    @property
    def score(self) -> float | None:
        """The score on the highest rung that it finished."""
        return self.scores[-1] if self.scores else None


@dataclass(frozen=True)
class RungWords:
    """What a rung uses: labelled rows to train on, splits, rows that are validated."""

    rows: int
    splits: int
    validated: int


@dataclass(frozen=True)
class Tuning:
    """What a search found.

    Attributes
    ----------
    trials : tuple of Trial
        By number.
    best, chosen : int
        The trial with the best score, and the simplest within one standard error of it.
    rung : int
        The rung that they were chosen on; -1 where not even the default was measured.
    rungs : tuple of RungWords
        All rungs.
    budget, spent : float
        Seconds.
    ended : {"time", "trials", "enough", "nothing new", "trouble"}
        Why it ended.
    importance : mapping of str to float
        Share of the differences between scores that each choice explains by itself.
    labels, labels_per_class : int, int or None
        Labelled rows, and the budget they come from.
    folds, repeats : int
        Of the cross-validation.
    workers : str
        Where it was computed.
    notes : tuple of str
        What a reader should know.
    """

    trials: tuple[Trial, ...]
    best: int
    chosen: int
    rung: int
    rungs: tuple[RungWords, ...]
    budget: float
    spent: float
    ended: Ended
    importance: Mapping[str, float] = field(default_factory=dict)
    labels: int = 0
    labels_per_class: int | None = None
    folds: int = 0
    repeats: int = 0
    workers: str = ""
    notes: tuple[str, ...] = ()

    def on(self, number: int) -> float | None:
        """The score of a trial on the rung that was chosen on."""
        scores = self.trials[number].scores
        return scores[self.rung] if 0 <= self.rung < len(scores) else None

    def finalists(self) -> tuple[Trial, ...]:
        """The trials that were chosen among, best first."""
        found = [one for one in self.trials if self.on(one.number) is not None]
        return tuple(sorted(found, key=lambda one: (-(self.on(one.number) or 0), one.number)))


def trial_to_json(trial: Trial) -> dict[str, Any]:
    """A trial as JSON values."""
    values = {name: getattr(trial, name) for name in Trial.__dataclass_fields__}
    return values | {
        "configuration": to_json(trial.configuration),
        "scores": list(trial.scores),
    }


def trial_from_json(values: Mapping[str, Any]) -> Trial:
    """The trial again."""
    fields = dict(values)
    return Trial(
        configuration=from_json(fields.pop("configuration")),
        scores=tuple(fields.pop("scores")),
        **fields,
    )


def tuning_to_json(tuning: Tuning) -> dict[str, Any]:
    """The tuning as JSON values."""
    values = {name: getattr(tuning, name) for name in Tuning.__dataclass_fields__}
    return values | {
        "trials": [trial_to_json(one) for one in tuning.trials],
        "rungs": [asdict(one) for one in tuning.rungs],
        "importance": dict(tuning.importance),
        "notes": list(tuning.notes),
    }


def tuning_from_json(values: Mapping[str, Any]) -> Tuning:
    """The tuning again."""
    fields = {name: values[name] for name in Tuning.__dataclass_fields__ if name in values}
    return Tuning(
        **{
            **fields,
            "trials": tuple(trial_from_json(one) for one in fields["trials"]),
            "rungs": tuple(RungWords(**one) for one in fields["rungs"]),
            "notes": tuple(fields.get("notes", ())),
        }
    )


def trials_from_points(points: Sequence[Mapping[str, Any]]) -> tuple[Trial, ...]:
    """The trials of a search that still runs, from the points it has reported so far."""
    found: dict[int, Trial] = {}
    for point in points:
        if "trial" not in point:
            continue
        number = int(point["trial"])
        before = found.get(number) or Trial(number, from_json(point["configuration"]))
        if point.get("failure"):
            found[number] = replace(before, failure=str(point["failure"]))
        else:
            found[number] = replace(
                before,
                scores=(*before.scores, float(point["score"])),
                error=point["error"],
                at=point["at"],
            )
    return tuple(found[number] for number in sorted(found))
