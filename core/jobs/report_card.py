"""How right the board's rankings were, from the finished runs of this installation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.jobs.observed import Observed, observed
from core.store import runs
from core.store.records import RunRecord
from core.transfer.agreement import agreement


@dataclass(frozen=True)
class Grade:
    """One ranking held against what fine-tuning gave.

    Attributes
    ----------
    run : str
        Id of the ranking.
    title, labels_per_class : str, int or None
        Its data set and the budget of the fine-tunings.
    pick, best : str
        What was recommended, and what came out best, for people.
    regret : float
        What the pick lost against the best, as a share.
    tau : float, optional
        Weighted Kendall τ of the ranking.
    compared : int
        Encoders that were both ranked and fine-tuned.
    evidence : tuple of str
        The runs it stands on.
    same_budget : bool
        Whether the fine-tunings had the labels that the ranking had.
    """

    run: str
    title: str
    labels_per_class: int | None
    pick: str
    best: str
    regret: float
    tau: float | None
    compared: int
    evidence: tuple[str, ...]
    same_budget: bool


def grade(run: RunRecord, found: Sequence[Observed] | None = None) -> Grade | None:
    """Hold a finished ranking against the fine-tunings on its data set; None where there are none.

    Of several results those at the ranking's own label budget count, then those with most of its
    encoders, then the newest. They need the pick and at least one other ranked encoder.
    """
    result = run.result or {}
    entries: Sequence[Mapping[str, Any]] = result.get("entries", ())
    ranks = {e["key"]: e["rank"]["mean"] for e in entries if e.get("rank") and not e.get("run")}
    names = {e["key"]: e["title"] for e in entries}
    pick = str((result.get("recommendation") or {}).get("pick"))
    if run.dataset is None or pick not in ranks:
        return None
    budget = result.get("labels_per_class")
    fitting = []
    for one in observed(run.dataset) if found is None else found:
        known = {key: value for key, value in one.accuracy.items() if key in ranks}
        told = agreement(ranks, known, pick) if one.dataset == run.dataset else None
        if told is not None:
            fitting.append((one.labels_per_class == budget, told.compared, one, told))
    if not fitting:
        return None
    same, _, one, told = max(fitting, key=lambda f: f[:2])
    return Grade(
        run=run.id,
        title=run.dataset_title,
        labels_per_class=one.labels_per_class,
        pick=names[pick],
        best=names[told.best],
        regret=told.regret,
        tau=told.tau,
        compared=told.compared,
        evidence=one.runs,
        same_budget=same,
    )


def report_card() -> list[Grade]:
    """The grade of each finished ranking that can be graded, the newest first.

    A ranking that was made again on the same set with the same budget and encoders counts once.
    """
    found = observed()
    grades: list[Grade] = []
    seen = set()
    for run in runs.list_all(kind="choose", states=["done"], limit=200):
        entries = (run.result or {}).get("entries", ())
        same = (
            run.dataset,
            (run.result or {}).get("labels_per_class"),
            tuple(sorted(e["key"] for e in entries if e.get("rank"))),
        )
        if same in seen:
            continue
        one = grade(run, found)
        if one is not None:
            seen.add(same)
            grades.append(one)
    return grades
