"""From the candidates of a search to what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from core.evaluate.tuning.candidate import Candidate
from core.evaluate.tuning.choice import Entry, ahead, choose
from core.evaluate.tuning.clock import Clock
from core.evaluate.tuning.folds import Plan
from core.evaluate.tuning.importance import importance
from core.evaluate.tuning.results import Ended, RungWords, Trial, Tuning
from core.evaluate.tuning.work import Encoded


def outcome(
    candidates: Sequence[Candidate],
    costs: Mapping[str, Encoded],
    plan: Plan,
    *,
    clock: Clock,
    ended: Ended,
    labels: int,
    labels_per_class: int | None,
    workers: str,
    seed: int,
) -> Tuning:
    """What a search found: a function of what was measured, whatever the order it came in.

    Parameters
    ----------
    candidates : sequence of Candidate
        By number; the first is the default.
    costs : mapping of str to Encoded
        What each encoder cost, by its key.
    plan : Plan
        The splits and rungs.
    """
    rung, entries = entries_of(candidates, plan)
    best, chosen = choose(entries, 0) if entries else (0, 0)
    on_first = [one for one in candidates if one.scores]
    return Tuning(
        trials=tuple(_trial(one, costs) for one in candidates),
        best=best,
        chosen=chosen,
        rung=rung,
        rungs=tuple(_rung(plan, place) for place in range(len(plan.rungs))),
        budget=clock.seconds,
        importance=importance(
            [one.configuration.flat() for one in on_first],
            [one.scores[0] for one in on_first],
            seed=seed,
        ),
        spent=round(clock.spent, 3),
        ended=ended,
        labels=labels,
        labels_per_class=labels_per_class,
        folds=plan.folds,
        repeats=plan.repeats,
        workers=workers,
        notes=_notes(candidates, plan, rung, ended),
    )


def entries_of(candidates: Sequence[Candidate], plan: Plan) -> tuple[int, dict[int, Entry]]:
    """The rung to choose on, and who finished it.

    It is the highest that the default and somebody else finished, unless the search was cut
    before whoever led the rung below by more than one standard error came that far: then the
    rung below says more. The default alone where nobody else finished any; rung -1 and nobody
    where not even the default was measured.
    """
    on = [_entries(candidates, plan, rung) for rung in range(len(plan.rungs))]
    for fewest in (2, 1):
        for rung in reversed(range(len(plan.rungs))):
            if len(on[rung]) < fewest or candidates[0].number not in on[rung]:
                continue
            if rung == 0 or not _leader_is_missing(on[rung - 1], on[rung]):
                return rung, on[rung]
    return -1, {}


def _entries(candidates: Sequence[Candidate], plan: Plan, rung: int) -> dict[int, Entry]:
    return {
        one.number: Entry(one.configuration.complexity(), right)
        for one in candidates
        if len(one.scores) > rung and (right := one.right(plan, rung)) is not None
    }


def _leader_is_missing(below: Mapping[int, Entry], here: Mapping[int, Entry]) -> bool:
    """Whether the best of a rung is clearly better than the best of those that went on from it."""
    leader = max(below.values(), key=lambda entry: entry.score)
    gone_on = max((below[i] for i in here), key=lambda entry: entry.score)
    return ahead(leader, gone_on)


def _trial(one: Candidate, costs: Mapping[str, Encoded]) -> Trial:
    trial = Trial(
        one.number,
        one.configuration,
        tuple(one.scores),
        one.error,
        one.at,
        failure=one.failure,
    )
    cost = costs.get(one.configuration.encoder.key)
    if cost is None or not one.tried:
        return trial
    most = max(size for _, size in one.tried)  # costs are those of the most rows
    full = [tried for (_, size), tried in one.tried.items() if size == most]
    return replace(
        trial,
        learn_seconds=round(cost.seconds, 3),
        train_seconds=round(float(np.mean([t.seconds for t in full])), 4),
        row_seconds=round(cost.row_seconds + float(np.mean([t.row_seconds for t in full])), 5),
        size=cost.size + max(t.size for t in full),
    )


def _rung(plan: Plan, rung: int) -> RungWords:
    parts = plan.parts(rung)
    judged = np.unique(np.concatenate([plan.splits[i].validation for i, _ in parts]))
    return RungWords(max(size for _, size in parts), len(parts), len(judged))


def _notes(candidates: Sequence[Candidate], plan: Plan, rung: int, ended: Ended) -> tuple[str, ...]:
    notes = []
    if rung < 0:
        notes.append(
            "The search was over before the default settings had been tried out, so the default "
            "is handed out unseen. Give it more seconds."
        )
    elif rung < len(plan.rungs) - 1:
        notes.append(
            "The search was over before the best settings had been through the whole "
            "cross-validation; they were chosen on a part of it."
        )
    if ended == "trouble":
        notes.append(
            "A helper process was ended from outside, most likely because the memory was full; "
            "what had been measured by then is here."
        )
    if plan.single:
        rows = "row is" if plan.single == 1 else "rows are"
        notes.append(
            f"{plan.single} labelled {rows} alone in the class: learned from, never judged by."
        )
    if any(one.failure is not None for one in candidates):
        notes.append("Some settings could not be tried; the table says why.")
    return tuple(notes)
