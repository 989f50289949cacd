"""Finished runs held against each other: which may be, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from core.errors import BadParam, NotFound
from core.evaluate import versus_words
from core.evaluate.results import Evaluation
from core.evaluate.versus import FEWEST, MOST, Entrant, Versus
from core.evaluate.versus import versus as hold
from core.evaluate.words import budget_words
from core.jobs.differing import what_differs
from core.jobs.summary import evaluation_of
from core.store import runs
from core.store.records import RunRecord
from core.types import Bools

Arrays = Mapping[str, np.ndarray[Any, Any]]


@dataclass(frozen=True)
class Compared:
    """What came out, and what it is about.

    Attributes
    ----------
    found : Versus
        By the ids of the runs.
    records : mapping of str to RunRecord
        Those that were compared.
    evaluations : mapping of str to Evaluation
        Of the same runs.
    names : mapping of str to str
        What the runs are called; the id is added where two share a name.
    remarks : tuple of str
        What a reader should know: runs that were left out and why, different budgets.
    """

    found: Versus
    records: Mapping[str, RunRecord]
    evaluations: Mapping[str, Evaluation]
    names: Mapping[str, str]
    remarks: tuple[str, ...]

    @property
    def title(self) -> str:
        """The outcome in a few words."""
        return versus_words.title(self.found, self.names)

    @property
    def sentence(self) -> str:
        """The outcome in full."""
        return versus_words.sentence(self.found, self.names)

    def page(self) -> bytes:
        """One HTML file for a meeting, that opens offline and prints on a page or two."""
        from core.report.versus import printed

        return printed(
            self.found,
            self.names,
            title=self.title,
            sentence=self.sentence,
            remarks=self.remarks,
            settings=what_differs([self.records[key] for key in self.found.keys]),
            made=datetime.now(UTC),
        ).encode("utf-8")


def compare_runs(run_ids: Sequence[str], *, seed: int = 0) -> Compared:
    """Compare finished fine-tunings on the test rows that they share.

    Only runs on the same test rows can be compared. Where the runs fall apart by that, the largest
    group is compared (of equally large ones that of the run named first), and the others are left
    out with a remark.

    Parameters
    ----------
    run_ids : sequence of str
        Two to ten; one named twice counts once.
    seed : int
        Of the bootstrap.

    Raises
    ------
    NotFound
        When there is no such run, or it has kept no predictions.
    BadParam
        When one is no finished fine-tuning, there are too few or too many, or no two of them
        stand on the same test rows.
    """
    ids = list(dict.fromkeys(run_ids))
    if not FEWEST <= len(ids) <= MOST:
        raise BadParam(
            f"{len(ids)} {'run' if len(ids) == 1 else 'runs'} cannot be compared.",
            hint=f"Choose {FEWEST} to {MOST} finished fine-tunings.",
        )
    records = {run_id: _finished(run_id) for run_id in ids}
    arrays = {run_id: runs.load_arrays(run_id, "predictions") for run_id in ids}
    names = _names(list(records.values()))
    groups: dict[tuple[str, bytes], list[str]] = {}
    for run_id in ids:
        # the rows of one data set are numbered in one way; those of another mean other rows
        key = (records[run_id].dataset or "", arrays[run_id]["test_rows"].tobytes())
        groups.setdefault(key, []).append(run_id)
    chosen = max(groups.values(), key=len)
    if len(chosen) < FEWEST:
        raise BadParam(
            "No two of these runs were judged on the same test rows.",
            hint="Scores on different rows cannot be held against each other: choose runs on one "
            "data set with one split.",
        )
    truth = arrays[chosen[0]]["test_labels"]
    entrants = [
        Entrant(run_id, names[run_id], arrays[run_id]["test_proba"], _draws(run_id, len(truth)))
        for run_id in chosen
    ]
    evaluations = {run_id: _evaluation(records[run_id]) for run_id in chosen}
    return Compared(
        found=hold(entrants, truth, seed=seed),
        records={run_id: records[run_id] for run_id in chosen},
        evaluations=evaluations,
        names={run_id: names[run_id] for run_id in chosen},
        remarks=tuple(_remarks(groups.values(), chosen, records, names, evaluations)),
    )


def _finished(run_id: str) -> RunRecord:
    record = runs.get(run_id)
    if record.kind != "finetune" or record.state != "done":
        raise BadParam(
            f"The run {record.name!r} is no finished fine-tuning, so it has no scores to compare.",
            hint="Choose finished fine-tunings.",
        )
    return record


def _evaluation(record: RunRecord) -> Evaluation:
    found = evaluation_of(record)
    if found is None:
        raise NotFound(f"The run {record.name!r} has no evaluation.", hint="Run it again.")
    return found


def _draws(run_id: str, rows: int) -> Bools | None:
    """Which test rows were right in each draw; runs of an older version kept the first alone."""
    with suppress(NotFound):
        right = runs.load_arrays(run_id, "draws")["right"]
        if right.shape[1:] == (rows,):
            return np.asarray(right, dtype=bool)
    return None


def _remarks(
    groups: Any,
    chosen: Sequence[str],
    records: Mapping[str, RunRecord],
    names: Mapping[str, str],
    evaluations: Mapping[str, Evaluation],
) -> list[str]:
    told = []
    for group in groups:
        if group is not chosen:
            same_data = records[group[0]].dataset == records[chosen[0]].dataset
            title = records[group[0]].dataset_title or "another data set"
            reason = (
                "judged on other test rows of the same data set, so the scores mean something else."
                if same_data
                else f"judged on {title}, so the scores mean something else."
            )
            told.append(versus_words.left_out([names[run_id] for run_id in group], reason))
    budgets = {evaluations[run_id].labels_per_class for run_id in chosen}
    if len(budgets) > 1:
        words = [budget_words(n) for n in sorted(budgets, key=lambda n: (n is None, n or 0))]
        told.append(
            f"They learned from different numbers of labels ({', '.join(words)}): part of a "
            "difference may be that alone."
        )
    return told


def _names(records: Sequence[RunRecord]) -> dict[str, str]:
    names = [record.name for record in records]
    return {
        record.id: f"{record.name} ({record.id[:5]})"
        if names.count(record.name) > 1
        else record.name
        for record in records
    }
