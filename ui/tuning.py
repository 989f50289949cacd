"""A search for good settings, while it runs and when it is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from core import jobs
from core.store import models, runs
from core.store.records import RunRecord
from ui import charts, faults, shell
from ui.wording import duration, megabytes, plural

if TYPE_CHECKING:
    from core.evaluate.tuning.results import Trial, Tuning

_COSTS = {"train": "Time to train", "size": "Size", "speed": "Time to predict"}
_FEW = 3  # trials: with fewer, lines side by side say nothing


@st.fragment(run_every="2s")
def live(run_id: str) -> None:
    """The trials so far of a search that runs; renews itself."""
    record = runs.get(run_id)
    if not any("trial" in point for point in runs.points(run_id)):
        st.caption(
            "The default settings are tried first. Scores appear here as they come: starting the "
            "processes and reading the rows takes a few seconds."
        )
        return
    if st.button(
        "Stop and take the best so far",
        icon=":material/check:",
        key="tn_enough",
        disabled=record.cancel_requested or not record.live,
        help="Ends the search. What has been measured is used as if the time were over.",
    ):
        with faults.shown():
            jobs.enough(run_id)
        st.toast("It ends in a moment.")
    so_far(record)


def so_far(record: RunRecord) -> None:
    """The trials of a search that runs, or ended without a result."""
    from core.evaluate.tuning.results import trials_from_points
    from core.figures import tuning as figures
    from core.figures.parallel import parallel

    trials = trials_from_points(runs.points(record.id))
    if not trials:
        return
    names = _names(record)
    last = max(len(one.scores) for one in trials) - 1
    with st.container(border=True):
        st.markdown("**Score against time**")
        budget = float(record.request.get("seconds") or 60)
        charts.draw(
            figures.course(trials, last=max(last, 0), budget=budget, names=names),
            key="tn_live_course",
        )
        st.caption(_course_words(trials))
    scored = sum(1 for one in trials if one.scores)
    if scored >= _FEW:
        mattered = _mattered(record.id, scored, trials)
        with st.container(border=True):
            st.markdown("**Choices side by side**")
            charts.draw(parallel(trials, importance=mattered, names=names), key="tn_live_parallel")
        if mattered:
            with st.container(border=True):
                st.markdown("**Which choice mattered so far**")
                charts.draw(figures.mattered(mattered), key="tn_live_mattered")
    _table(sorted(trials, key=_order), names, None, key="tn_live_table", select=False)


@st.cache_data(max_entries=32, show_spinner=False)
def _mattered(run_id: str, scored: int, _trials: Sequence[Trial]) -> dict[str, float]:
    """How much each choice explains of the first scores of a run, of which so many are there."""
    from core.evaluate.tuning.importance import importance

    some = [one for one in _trials if one.scores]
    return importance([one.configuration.flat() for one in some], [one.scores[0] for one in some])


def show(record: RunRecord) -> None:
    """What a finished search found, and the way on."""
    from core.evaluate.tuning.report import (
        handed_out,
        how_judged,
        table_words,
        why_chosen,
        why_ended,
    )
    from core.jobs.tuning import tuning_of

    tuning = tuning_of(record)
    if tuning is None:
        st.warning("This run kept no result.", icon=":material/warning:")
        return
    names = _names(record)
    with st.container(border=True):
        st.markdown(f"**{shell.plain(handed_out(tuning, names))}**")
        st.markdown(shell.plain(why_chosen(tuning)))
        if st.button(
            "Fine-tune with these settings",
            type="primary",
            icon=":material/play_arrow:",
            key="tn_use",
            help="Trains on all labelled rows of the budget, beside the baseline, and predicts the "
            "test rows: the first time that anything looks at them.",
        ):
            _use(record, None)
        _learned_first(record, None)
        st.caption(shell.plain(how_judged(tuning)))
        st.caption(shell.plain(why_ended(tuning)))
    for one in tuning.notes:
        st.warning(shell.plain(one), icon=":material/info:")
    _charts(tuning, names)
    st.subheader("Everything that was tried", anchor=False)
    st.caption(table_words(tuning))
    first = {tuning.chosen: 0, tuning.best: 1}
    order = sorted(tuning.trials, key=lambda one: (first.get(one.number, 2), _order(one)))
    picked = _table(order, names, tuning, key="tn_table", select=True)
    if picked is None:
        st.caption("Select a line to fine-tune with those settings instead.")
        return
    if st.button(
        "Fine-tune with the selected settings", icon=":material/tune:", key="tn_use_other"
    ):
        _use(record, picked)
    _learned_first(record, picked)


def _learned_first(record: RunRecord, trial: int | None) -> None:
    """What the fine-tuning will learn once more, or need not."""
    from core.jobs.learned_first import learned_first

    with faults.shown():
        first = learned_first(record, trial)
        if first is None:
            return
        if first.ready:
            st.caption(
                f":material/inventory_2: {shell.plain(first.title)} is in the library and is used "
                "as it is: nothing is learned again."
            )
            return
        about = (
            "" if first.seconds is None else f", which took the search {duration(first.seconds)}"
        )
        st.caption(
            f":material/replay: {shell.plain(first.title)} is learned once more first{about}: a "
            "search keeps scores, not encoders. It then stays in the library."
        )


def _charts(tuning: Tuning, names: Mapping[str, str]) -> None:
    from core.figures import tuning as figures
    from core.figures.parallel import parallel

    last = max(tuning.rung, 0)
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        st.markdown("**Score against time**")
        charts.draw(
            figures.course(
                tuning.trials,
                last=last,
                budget=max(tuning.budget, tuning.spent),
                chosen=tuning.chosen,
                names=names,
            ),
            key="tn_course",
        )
        st.caption(_course_words(tuning.trials))
    with right.container(border=True, height="stretch"):
        st.markdown("**Which choice mattered**")
        if tuning.importance:
            charts.draw(figures.mattered(tuning.importance), key="tn_mattered")
            st.caption(
                "How much of the differences between the first scores each choice explains by "
                "itself. What was hardly varied can matter all the same."
            )
        else:
            st.markdown("Too few settings were tried to say, or they all did the same.")
    with st.container(border=True):
        st.markdown("**Choices side by side**")
        charts.draw(
            parallel(
                tuning.trials, importance=tuning.importance, chosen=tuning.chosen, names=names
            ),
            key="tn_parallel",
        )
        st.caption(
            "Each line is one trial, from band to band through its choices to its first score. "
            "Blue is the better third, orange what is handed out."
        )
    with st.container(border=True):
        st.markdown("**Score against cost**")
        cost = st.segmented_control(
            "Cost",
            list(_COSTS),
            default="train",
            required=True,
            format_func=_COSTS.__getitem__,
            key="tn_cost",
            bind="query-params",
            label_visibility="collapsed",
        )
        charts.draw(
            figures.pareto(tuning.trials, cost, rung=last, chosen=tuning.chosen, names=names),
            key=f"tn_pareto_{cost}",
        )
        st.caption(
            "Along the dotted line no other settings are both better and cheaper. Times were "
            "measured while several trials ran at once; sizes are before any compression. "
            "Orange is what is handed out, blue rows were pretrained, grey were not."
        )


def _table(
    trials: Sequence[Trial],
    names: Mapping[str, str],
    tuning: Tuning | None,
    *,
    key: str,
    select: bool,
) -> int | None:
    """A line a trial; the number of the one that is selected."""
    from core.evaluate.tuning.configuration import words
    from core.evaluate.tuning.report import measured

    rows = pd.DataFrame(
        [
            {
                "Which": _mark(one, tuning),
                "Settings": words(one.configuration, names),
                "Score": one.score,
                "± error": one.error,
                "Measured": len(one.scores) if tuning is None else measured(one, tuning),
                "After": duration(one.at),
                "To train": duration(_total(one)),
                "Size": megabytes(None if one.size is None else one.size / 2**20),
                "1,000 rows": duration(one.row_seconds),
                "Trouble": one.failure or "",
            }
            for one in trials
        ]
    )
    if tuning is None:  # costs come with the result
        rows = rows.drop(columns=["Which", "To train", "Size", "1,000 rows"])
    if not any(one.failure for one in trials):
        rows = rows.drop(columns="Trouble")
    config = {
        "Settings": st.column_config.TextColumn(width="large"),
        "Which": st.column_config.TextColumn(width=130),
        "Score": st.column_config.ProgressColumn(
            min_value=0.0,
            max_value=1.0,
            format="%.3f",
            help="Share of right validation rows on the highest stage that it finished.",
        ),
        "± error": st.column_config.NumberColumn(
            format="%.3f", help="Standard error of the score."
        ),
        "Measured": st.column_config.Column(
            label="Stage" if tuning is None else None,
            help="How far it came: each stage uses more rows or more splits. Only scores of the "
            "same stage can be held against each other.",
        ),
        "1,000 rows": st.column_config.TextColumn(help="Time to encode and predict them."),
    }
    alt = "The settings that were tried, with scores and costs."
    if not select:
        st.dataframe(rows, hide_index=True, key=key, column_config=config, alt=alt)
        return None
    event: Any = st.dataframe(
        rows,
        hide_index=True,
        key=key,
        on_select="rerun",
        selection_mode="single-row",
        column_config=config,
        alt=alt,
    )
    picked = event["selection"]["rows"]
    return trials[picked[0]].number if picked and picked[0] < len(trials) else None


def _mark(one: Trial, tuning: Tuning | None) -> str:
    if tuning is None:
        return ""
    found = []
    if one.number == tuning.chosen:
        found.append("chosen")
    if one.number == tuning.best:
        found.append("best")
    if one.number == 0:
        found.append("default")
    return ", ".join(found)


def _order(one: Trial) -> tuple[int, float, int]:
    return (-len(one.scores), -(one.score or 0.0), one.number)


def _total(one: Trial) -> float | None:
    if one.learn_seconds is None or one.train_seconds is None:
        return None
    return one.learn_seconds + one.train_seconds


def _course_words(trials: Sequence[Trial]) -> str:
    count = sum(1 for one in trials if one.scores)
    return (
        f"{plural(count, 'setting')} with a score. Filled dots went through all splits; hollow ones "
        "saw a part of the rows or splits, so their scores stand lower or are less sure."
    )


def _names(record: RunRecord) -> dict[str, str]:
    """Names of the fitted encoders that take part, by id."""
    kept = (record.result or {}).get("names")
    if kept is not None:
        return dict(kept)
    asked = record.request.get("models") or ()
    mine = [one for one in models.list_all() if one.id in asked or one.dataset == record.dataset]
    return {one.id: one.name for one in mine}


def _use(record: RunRecord, trial: int | None) -> None:
    """Start the fine-tuning, and go where its report will be."""
    from core.jobs.tuning import finetuning_of

    with faults.shown():
        run = jobs.submit(finetuning_of(record, trial), parent=record.id)
        shell.go("evaluate", run=run.id)
